"""Labeling actions and their keys: what an annotator can ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from livecam.core.types import Point, Side


class LabelingAction(StrEnum):
    """What a key can ask for; judging folders of pictures knows those of EVERYWHERE and JUDGING."""

    ACCEPT = "accept"
    REJECT = "reject"
    SKIP = "skip"
    UNDO = "undo"
    NEXT = "next"
    PREVIOUS = "previous"
    OTHER_EYE = "other eye"
    NOT_A_FACE = "not a face"
    BOTH_CLOSED = "both closed"
    CLOSED = "closed"
    OCCLUDED = "occluded"
    LEFT = "left"
    RIGHT = "right"
    UP = "up"
    DOWN = "down"
    LEFT_A_LITTLE = "left a little"
    RIGHT_A_LITTLE = "right a little"
    UP_A_LITTLE = "up a little"
    DOWN_A_LITTLE = "down a little"
    WIDER = "wider"
    NARROWER = "narrower"
    CONTRAST = "contrast"
    PIXELS = "pixels or smooth"
    LANDMARKS = "landmarks"
    BARE = "hide what is drawn"
    MAP = "class activation map"
    LABELS = "show the labels"
    EXPORT = "export"
    HELP = "help"
    ZOOM_IN = "zoom in"
    ZOOM_OUT = "zoom out"
    ZOOM_RESET = "zoom reset"
    QUIT = "quit"


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


def parse_key(keys: Mapping[str, LabelingAction], key: str) -> LabelingAction | None:
    """What a key asks for; a capital without a meaning of its own, which Caps Lock makes, is as good as its small
    letter, and shift changes nothing else. None for a key without a meaning."""
    return keys.get(key, keys.get(key.lower() if len(key) == 1 else key.removeprefix("Shift+")))


class LabelingMode(StrEnum):
    """Judging the machine's guesses, or placing the pupils."""

    REVIEW = "review"
    ANNOTATE = "annotate"


@dataclass(frozen=True, slots=True)
class PlacePupil:
    """A click: the pupil of this eye is here, in picture pixels."""

    side: Side
    point: Point
    snap: bool = False  # to the iris near it


@dataclass(frozen=True, slots=True)
class ResizeIris:
    """The wheel over an eye; negative steps make the circle smaller."""

    side: Side
    steps: int


@dataclass(frozen=True, slots=True)
class SetRadius:
    """The circle of this eye has this radius, picture pixels."""

    side: Side
    radius: float


@dataclass(frozen=True, slots=True)
class Comment:
    """Words about the sample."""

    text: str


@dataclass(frozen=True, slots=True)
class OpenSample:
    """This sample is to be shown, wherever it is in the queue."""

    sample_id: str


UserInput = LabelingAction | PlacePupil | ResizeIris | SetRadius | Comment | OpenSample
# What a key that is held down, or was meant for another picture, must never say.
DECISIONS = frozenset(
    {
        LabelingAction.ACCEPT,
        LabelingAction.REJECT,
        LabelingAction.SKIP,
        LabelingAction.NOT_A_FACE,
        LabelingAction.BOTH_CLOSED,
        LabelingAction.UNDO,
    }
)
# What says nothing of a picture may come before it is seen.
HARMLESS: frozenset[object] = frozenset(
    {
        *(LabelingAction.NEXT, LabelingAction.PREVIOUS, LabelingAction.QUIT, LabelingAction.EXPORT),
        *(LabelingAction.CONTRAST, LabelingAction.PIXELS, LabelingAction.LANDMARKS, LabelingAction.BARE),
        *(LabelingAction.MAP, LabelingAction.LABELS, LabelingAction.HELP),
        *(LabelingAction.ZOOM_IN, LabelingAction.ZOOM_OUT, LabelingAction.ZOOM_RESET),
    }
)

_BOTH: Mapping[str, LabelingAction] = {
    **EVERYWHERE,
    "m": LabelingAction.MAP,
    "g": LabelingAction.CONTRAST,
    "y": LabelingAction.PIXELS,
    "r": LabelingAction.BARE,
    "Delete": LabelingAction.NOT_A_FACE,
    "Backspace": LabelingAction.NOT_A_FACE,
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


HELP: Mapping[LabelingMode, tuple[tuple[str, str], ...]] = {
    LabelingMode.REVIEW: (
        ("f", "the guess is true, next"),
        ("d", "the guess is false, next: annotate shows it first"),
        ("space b", "skip, next"),
        ("delete", "this is not a face, next"),
        ("u", "undo, as far back as you like"),
        ("n p", "next, previous without deciding (arrows too)"),
        ("l", "landmarks"),
        ("m", "class activation map"),
        ("g", "contrast"),
        ("y", "pixels or smooth"),
        ("r", "hide what is drawn"),
        ("+ - 0", "zoom in, out, reset (z x a too)"),
        ("s", "save the annotation file"),
        ("v", "show the labels"),
        ("? h", "this help"),
        ("esc q", "quit; everything decided is kept"),
    ),
    LabelingMode.ANNOTATE: (
        ("click", "the pupil is here; the wheel makes the circle fit the iris"),
        ("arrows", "move by half a pixel (i j k l too), with shift by a tenth"),
        ("[ ]", "smaller, larger circle (e w too)"),
        ("tab t", "the other eye"),
        ("c  o", "this eye is closed, its iris is hidden"),
        ("2", "both eyes are closed, next"),
        ("enter f", "accept both eyes as drawn, next"),
        ("space b", "skip, next"),
        ("delete", "this is not a face, next"),
        ("u", "undo, as far back as you like"),
        ("n p", "next, previous without deciding"),
        ("d  m", "landmarks, class activation map"),
        ("g  y", "contrast, pixels or smooth"),
        ("r", "hide what is drawn"),
        ("+ - 0", "zoom in, out, reset (z x a too)"),
        ("s  v", "save the annotation file, show the labels"),
        ("? h", "this help"),
        ("esc q", "quit; everything said is kept"),
    ),
}
