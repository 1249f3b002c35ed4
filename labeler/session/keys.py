"""The keys of the labeler: what each asks for, which a person changed, and the help that names them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from labeler.session.actions import LabelingAction, LabelingMode
from labeler.texts.catalogue import Language, text
from livecam.core.errors import SettingsError
from livecam.core.keyboard import key_label, rebind

# By the names that browsers give to keys, with Shift+ before those whose name does not change.
EVERYWHERE: Mapping[str, LabelingAction] = {
    "Escape": LabelingAction.QUIT,
    "q": LabelingAction.QUIT,
    "n": LabelingAction.NEXT,
    "p": LabelingAction.PREVIOUS,
    "f": LabelingAction.ACCEPT,
    "u": LabelingAction.UNDO,
    " ": LabelingAction.SKIP,
    "b": LabelingAction.SKIP,
    "s": LabelingAction.EXPORT,
    "v": LabelingAction.LABELS,
    "?": LabelingAction.HELP,
    "h": LabelingAction.HELP,
    "+": LabelingAction.ZOOM_IN,
    "=": LabelingAction.ZOOM_IN,
    "z": LabelingAction.ZOOM_IN,
    "-": LabelingAction.ZOOM_OUT,
    "x": LabelingAction.ZOOM_OUT,
    "0": LabelingAction.ZOOM_RESET,
    "a": LabelingAction.ZOOM_RESET,
}
# Where nothing is placed, and these keys move nothing.
JUDGING: Mapping[str, LabelingAction] = {
    "d": LabelingAction.REJECT,
    "ArrowLeft": LabelingAction.PREVIOUS,
    "ArrowRight": LabelingAction.NEXT,
}


def parse_key(
    keys: Mapping[str, LabelingAction], key: str, *, escape: LabelingAction = LabelingAction.QUIT
) -> LabelingAction | None:
    """What a key asks for; a capital without a meaning of its own, which Caps Lock makes, is as good as its small
    letter, and shift changes nothing else. None for a key without a meaning. `escape` is what Esc asks for where it
    would end the session: to close what lies over the picture."""
    action = keys.get(key, keys.get(key.lower() if len(key) == 1 else key.removeprefix("Shift+")))
    return escape if key == "Escape" and action is LabelingAction.QUIT else action


_BOTH: Mapping[str, LabelingAction] = {
    **EVERYWHERE,
    "m": LabelingAction.MAP,
    "g": LabelingAction.CONTRAST,
    "y": LabelingAction.PIXELS,
    "r": LabelingAction.BARE,
    "Delete": LabelingAction.NOT_A_FACE,
    "Backspace": LabelingAction.NOT_A_FACE,
    "1": LabelingAction.OTHER_MODE,
    "/": LabelingAction.GALLERY,
    ".": LabelingAction.COMMENT,
}
_REVIEW: Mapping[str, LabelingAction] = {**JUDGING, "l": LabelingAction.LANDMARKS}
_ANNOTATE: Mapping[str, LabelingAction] = {
    "Enter": LabelingAction.ACCEPT,
    "Tab": LabelingAction.OTHER_EYE,
    "t": LabelingAction.OTHER_EYE,
    "c": LabelingAction.CLOSED,
    "o": LabelingAction.OCCLUDED,
    "2": LabelingAction.BOTH_CLOSED,
    "d": LabelingAction.LANDMARKS,
    "ArrowLeft": LabelingAction.LEFT,
    "ArrowRight": LabelingAction.RIGHT,
    "ArrowUp": LabelingAction.UP,
    "ArrowDown": LabelingAction.DOWN,
    "j": LabelingAction.LEFT,
    "l": LabelingAction.RIGHT,
    "i": LabelingAction.UP,
    "k": LabelingAction.DOWN,
    "Shift+ArrowLeft": LabelingAction.LEFT_A_LITTLE,
    "Shift+ArrowRight": LabelingAction.RIGHT_A_LITTLE,
    "Shift+ArrowUp": LabelingAction.UP_A_LITTLE,
    "Shift+ArrowDown": LabelingAction.DOWN_A_LITTLE,
    "J": LabelingAction.LEFT_A_LITTLE,
    "L": LabelingAction.RIGHT_A_LITTLE,
    "I": LabelingAction.UP_A_LITTLE,
    "K": LabelingAction.DOWN_A_LITTLE,
    "]": LabelingAction.WIDER,
    "w": LabelingAction.WIDER,
    "[": LabelingAction.NARROWER,
    "e": LabelingAction.NARROWER,
}
KEYS: Mapping[LabelingMode, Mapping[str, LabelingAction]] = {
    LabelingMode.REVIEW: {**_BOTH, **_REVIEW},
    LabelingMode.ANNOTATE: {**_BOTH, **_ANNOTATE},
}


def lookup_key(mode: LabelingMode, key: str) -> LabelingAction | None:
    """What a key by its browser name asks for; None for one without a meaning."""
    return parse_key(KEYS[mode], key)


# What may go on while a key is held down, and what does nothing to what is stored.
REPEATABLE = frozenset(
    {
        LabelingAction.LEFT,
        LabelingAction.RIGHT,
        LabelingAction.UP,
        LabelingAction.DOWN,
        LabelingAction.LEFT_A_LITTLE,
        LabelingAction.RIGHT_A_LITTLE,
        LabelingAction.UP_A_LITTLE,
        LabelingAction.DOWN_A_LITTLE,
        LabelingAction.WIDER,
        LabelingAction.NARROWER,
        LabelingAction.ZOOM_IN,
        LabelingAction.ZOOM_OUT,
    }
)
BLIND = frozenset(
    {
        LabelingAction.QUIT,
        LabelingAction.HELP,
        LabelingAction.EXPORT,
        LabelingAction.CONTRAST,
        LabelingAction.PIXELS,
        LabelingAction.LANDMARKS,
        LabelingAction.BARE,
        LabelingAction.MAP,
        LabelingAction.LABELS,
        LabelingAction.ZOOM_IN,
        LabelingAction.ZOOM_OUT,
        LabelingAction.ZOOM_RESET,
        LabelingAction.OTHER_MODE,
        LabelingAction.GALLERY,
        LabelingAction.COMMENT,
    }
)


def counts(action: LabelingAction, *, repeated: bool, unseen: bool) -> bool:
    """Whether a key is to be obeyed: no answer comes from a key that is held down, or that was hit before what it
    would answer was on the screen."""
    return not (repeated and action not in REPEATABLE) and not (unseen and action not in BLIND)


Keys = Mapping[str, LabelingAction]


def changed_keys(given: Mapping[str, str | Sequence[str]]) -> Mapping[LabelingMode, Keys]:
    """The keys of both modes with those that a person changed (action to keys); SettingsError for what cannot be."""
    known = [action.name.lower() for action in LabelingAction]
    if unknown := [name for name in given if name not in known]:
        raise SettingsError(f"keys.label.{unknown[0]} is no action; known: {', '.join(known)}")
    return {mode: rebind("keys.label", keys, _of(keys, given)) for mode, keys in KEYS.items()}


def _of(keys: Keys, given: Mapping[str, str | Sequence[str]]) -> Mapping[str, str | Sequence[str]]:
    names = {action.name.lower() for action in keys.values()}
    return {name: wanted for name, wanted in given.items() if name in names}


_A = LabelingAction
_SEVERAL = 3  # keys of one action that a help names
# What each line tells of, and the key of its words in the catalogue.
HELP: Mapping[LabelingMode, tuple[tuple[tuple[LabelingAction, ...], str], ...]] = {
    LabelingMode.REVIEW: (
        ((_A.ACCEPT,), "help.accept"),
        ((_A.REJECT,), "keys.reject"),
        ((_A.SKIP,), "help.skip"),
        ((_A.NOT_A_FACE,), "help.not a face"),
        ((_A.UNDO,), "help.undo"),
        ((_A.NEXT, _A.PREVIOUS), "keys.move.arrows"),
        ((_A.LANDMARKS,), "help.landmarks"),
        ((_A.MAP,), "help.class activation map"),
        ((_A.CONTRAST,), "help.contrast"),
        ((_A.PIXELS,), "help.pixels or smooth"),
        ((_A.BARE,), "help.hide what is drawn"),
        ((_A.ZOOM_IN, _A.ZOOM_OUT, _A.ZOOM_RESET), "keys.zoom"),
        ((_A.EXPORT,), "help.export"),
        ((_A.LABELS,), "keys.labels"),
        ((_A.HELP,), "help.help"),
        ((_A.QUIT,), "keys.quit"),
    ),
    LabelingMode.ANNOTATE: (
        ((), "keys.place"),
        ((_A.LEFT, _A.RIGHT, _A.UP, _A.DOWN), "keys.nudge"),
        ((_A.NARROWER, _A.WIDER), "keys.circle"),
        ((_A.OTHER_EYE,), "help.other eye"),
        ((_A.CLOSED, _A.OCCLUDED), "keys.states"),
        ((_A.BOTH_CLOSED,), "help.both closed"),
        ((_A.ACCEPT,), "help.accept.annotate"),
        ((_A.SKIP,), "help.skip"),
        ((_A.NOT_A_FACE,), "help.not a face"),
        ((_A.UNDO,), "help.undo"),
        ((_A.NEXT, _A.PREVIOUS), "keys.move"),
        ((_A.LANDMARKS, _A.MAP), "keys.overlays"),
        ((_A.CONTRAST, _A.PIXELS), "keys.looks"),
        ((_A.BARE,), "help.hide what is drawn"),
        ((_A.ZOOM_IN, _A.ZOOM_OUT, _A.ZOOM_RESET), "keys.zoom"),
        ((_A.EXPORT, _A.LABELS), "keys.files"),
        ((_A.HELP,), "help.help"),
        ((_A.QUIT,), "keys.quit"),
    ),
}
# In folders of pictures with masks.
FOLDER_HELP: tuple[tuple[tuple[LabelingAction, ...], str], ...] = (
    ((_A.ACCEPT,), "keys.folder.accept"),
    ((_A.REJECT,), "keys.folder.reject"),
    ((_A.SKIP,), "help.skip"),
    ((_A.UNDO,), "keys.folder.undo"),
    ((_A.NEXT, _A.PREVIOUS), "keys.folder.move"),
    ((_A.EXPORT,), "help.export"),
    ((_A.LABELS,), "keys.labels"),
    ((_A.ZOOM_IN, _A.ZOOM_OUT, _A.ZOOM_RESET), "keys.zoom"),
    ((_A.HELP,), "help.help"),
    ((_A.QUIT,), "keys.quit"),
)
_ARROWS = "arrowleft arrowright arrowup arrowdown"


def help_lines(mode: LabelingMode, keys: Keys, language: Language = Language.ENGLISH) -> list[tuple[str, str]]:
    """The keys in use and what they do."""
    click = text(language, "click")
    return [(_labels(actions, keys) or click, text(language, words)) for actions, words in HELP[mode]]


def folder_help_lines(keys: Keys, language: Language = Language.ENGLISH) -> list[tuple[str, str]]:
    """The same for folders of pictures with masks."""
    return [(_labels(actions, keys), text(language, words)) for actions, words in FOLDER_HELP]


def folder_keys(keys: Keys = KEYS[LabelingMode.REVIEW]) -> Keys:
    """Those of a review that mean something where there are pictures and masks only."""
    known = {*EVERYWHERE.values(), *JUDGING.values()}
    return {key: action for key, action in keys.items() if action in known}


def key_of(action: LabelingAction, keys: Keys) -> str:
    """The first key of an action, as a help shows it; empty when it has none."""
    return next((key_label(key) for key, bound in keys.items() if bound is action), "")


def _labels(actions: Sequence[LabelingAction], keys: Keys) -> str:
    most = _SEVERAL if len(actions) == 1 else 1
    named = [
        label
        for action in actions
        for label in [key_label(key) for key, bound in keys.items() if bound is action][:most]
    ]
    return " ".join(named).replace(_ARROWS, "arrows")
