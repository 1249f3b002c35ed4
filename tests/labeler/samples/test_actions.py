"""Keys and what they ask for."""

from __future__ import annotations

import pytest

from labeler.actions import Action
from labeler.keynames import key_name
from labeler.samples.actions import HELP, KEYS, Mode, action_of

DRAWING = {
    *(Action.OTHER_EYE, Action.CLOSED, Action.OCCLUDED, Action.WIDER, Action.NARROWER),
    *(Action.LEFT, Action.RIGHT, Action.UP, Action.DOWN),
    *(Action.LEFT_A_LITTLE, Action.RIGHT_A_LITTLE, Action.UP_A_LITTLE, Action.DOWN_A_LITTLE),
}
MEANT = {Mode.REVIEW: set(Action) - DRAWING, Mode.ANNOTATE: set(Action) - {Action.REJECT}}


@pytest.mark.parametrize("mode", Mode)
def test_every_action_has_a_letter_key(mode: Mode) -> None:
    assert {action for key, action in KEYS[mode].items() if key.isalpha() and len(key) == 1} == MEANT[mode]


@pytest.mark.parametrize(
    ("key", "action"),
    [
        ("Escape", Action.QUIT),
        ("n", Action.NEXT),
        ("p", Action.PREVIOUS),
        ("f", Action.ACCEPT),
        ("d", Action.REJECT),
        ("s", Action.EXPORT),
        ("v", Action.LABELS),
        ("u", Action.UNDO),
        (" ", Action.SKIP),
        ("?", Action.HELP),
    ],
)
def test_review_has_the_keys_of_the_tutorial(key: str, action: Action) -> None:
    assert action_of(Mode.REVIEW, key) is action


@pytest.mark.parametrize(
    ("mode", "key", "action"),
    [
        (Mode.REVIEW, "F", Action.ACCEPT),
        (Mode.ANNOTATE, "L", Action.RIGHT_A_LITTLE),
        (Mode.ANNOTATE, "Shift+ArrowUp", Action.UP_A_LITTLE),
        (Mode.REVIEW, "Shift+ArrowLeft", Action.PREVIOUS),
        (Mode.REVIEW, "Tab", None),
        (Mode.ANNOTATE, "F5", None),
    ],
)
def test_a_key_has_one_meaning_or_none(mode: Mode, key: str, action: Action | None) -> None:
    assert action_of(mode, key) is action


@pytest.mark.parametrize("mode", Mode)
def test_the_help_names_only_keys_that_there_are(mode: Mode) -> None:
    names = {"esc": "Escape", "space": " ", "enter": "Enter", "tab": "Tab", "arrows": "ArrowLeft", "click": "f"}
    keys = [names.get(key, key) for keys, _ in HELP[mode] for key in keys.split()]

    assert not [key for key in keys if action_of(mode, key) is None]


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
