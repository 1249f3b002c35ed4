"""Keys and what they ask for."""

from __future__ import annotations

import pytest

from labeler.session.actions import LabelingAction, LabelingMode
from labeler.session.keys import KEYS, changed_keys, help_lines, key_of, lookup_key
from livecam.core.errors import SettingsError
from livecam.core.keyboard import key_name

DRAWING = {
    *(
        LabelingAction.OTHER_EYE,
        LabelingAction.CLOSED,
        LabelingAction.BOTH_CLOSED,
        LabelingAction.OCCLUDED,
        LabelingAction.WIDER,
        LabelingAction.NARROWER,
    ),
    *(LabelingAction.LEFT, LabelingAction.RIGHT, LabelingAction.UP, LabelingAction.DOWN),
    *(
        LabelingAction.LEFT_A_LITTLE,
        LabelingAction.RIGHT_A_LITTLE,
        LabelingAction.UP_A_LITTLE,
        LabelingAction.DOWN_A_LITTLE,
    ),
}
WITH_SIGNS = {LabelingAction.OTHER_MODE, LabelingAction.GALLERY, LabelingAction.COMMENT}
MEANT = {
    LabelingMode.REVIEW: set(LabelingAction) - DRAWING - WITH_SIGNS,
    LabelingMode.ANNOTATE: set(LabelingAction) - {LabelingAction.REJECT} - WITH_SIGNS,
}


@pytest.mark.parametrize("mode", LabelingMode)
def test_every_action_has_a_letter_key(mode: LabelingMode) -> None:
    letters = {action for key, action in KEYS[mode].items() if key.isalpha() and len(key) == 1}

    assert letters == MEANT[mode] - {LabelingAction.NOT_A_FACE, LabelingAction.BOTH_CLOSED}


def test_what_ends_a_sample_at_once_is_on_no_letter() -> None:
    """Caps Lock makes other letters of letters."""
    ending = {LabelingAction.NOT_A_FACE: {"Delete", "Backspace"}, LabelingAction.BOTH_CLOSED: {"2"}}
    keys = {
        wanted: {key for key, action in KEYS[LabelingMode.ANNOTATE].items() if action is wanted} for wanted in ending
    }

    assert keys == ending


@pytest.mark.parametrize(
    ("key", "action"),
    [
        ("Escape", LabelingAction.QUIT),
        ("n", LabelingAction.NEXT),
        ("p", LabelingAction.PREVIOUS),
        ("f", LabelingAction.ACCEPT),
        ("d", LabelingAction.REJECT),
        ("s", LabelingAction.EXPORT),
        ("v", LabelingAction.LABELS),
        ("u", LabelingAction.UNDO),
        (" ", LabelingAction.SKIP),
        ("?", LabelingAction.HELP),
    ],
)
def test_review_has_the_keys_of_the_tutorial(key: str, action: LabelingAction) -> None:
    assert lookup_key(LabelingMode.REVIEW, key) is action


@pytest.mark.parametrize(
    ("mode", "key", "action"),
    [
        (LabelingMode.REVIEW, "F", LabelingAction.ACCEPT),
        (LabelingMode.ANNOTATE, "L", LabelingAction.RIGHT_A_LITTLE),
        (LabelingMode.ANNOTATE, "Shift+ArrowUp", LabelingAction.UP_A_LITTLE),
        (LabelingMode.REVIEW, "Shift+ArrowLeft", LabelingAction.PREVIOUS),
        (LabelingMode.REVIEW, "Tab", None),
        (LabelingMode.ANNOTATE, "F5", None),
    ],
)
def test_a_key_has_one_meaning_or_none(mode: LabelingMode, key: str, action: LabelingAction | None) -> None:
    assert lookup_key(mode, key) is action


@pytest.mark.parametrize("mode", LabelingMode)
def test_the_help_names_only_keys_that_there_are(mode: LabelingMode) -> None:
    names = {"esc": "Escape", "space": " ", "enter": "Enter", "tab": "Tab", "arrows": "ArrowLeft", "click": "f"}
    names |= {"delete": "Delete", "backspace": "Backspace"}
    keys = [names.get(key, key) for keys, _ in help_lines(mode, KEYS[mode]) for key in keys.split()]

    assert not [key for key in keys if lookup_key(mode, key) is None]


@pytest.mark.parametrize(
    ("symbol", "shift", "name"),
    [
        (ord("j"), False, "j"),
        (ord("J"), True, "J"),
        (65361, False, "ArrowLeft"),
        (65362, True, "Shift+ArrowUp"),
        (0xFF8D, False, "Enter"),
        (13, False, "Enter"),
        (0xFE20, True, "Tab"),
        (65505, False, None),
        (-1, False, None),
    ],
)
def test_keys_are_called_as_in_browsers(symbol: int, shift: bool, name: str | None) -> None:
    assert key_name(symbol, shift=shift) == name


def test_keys_that_a_person_changed_hold_in_both_modes_and_stand_in_the_help() -> None:
    keys = changed_keys({"accept": ["7"], "reject": "8", "closed": "9"})

    review, annotate = keys[LabelingMode.REVIEW], keys[LabelingMode.ANNOTATE]
    assert (review["7"], review["8"], annotate["9"]) == (
        LabelingAction.ACCEPT,
        LabelingAction.REJECT,
        LabelingAction.CLOSED,
    )
    assert ("f" in review, key_of(LabelingAction.ACCEPT, annotate)) == (False, "7")
    assert ("7", "the prediction is right, next") in help_lines(LabelingMode.REVIEW, review)


@pytest.mark.parametrize(
    ("given", "said"), [({"agree": "1"}, "no action"), ({"accept": "u"}, "leaves no key for undo")]
)
def test_keys_that_cannot_be_changed_so_are_an_error(given: dict[str, str], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        changed_keys(given)
