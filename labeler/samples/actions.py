"""What each key, click and turn of the wheel asks for while labelling samples: the same in window and browser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from labeler.actions import EVERYWHERE, JUDGING, Action, asked
from livecam.core.scene import Point, Side


class Mode(StrEnum):
    """Judging the machine's guesses, or placing the pupils."""

    REVIEW = "review"
    ANNOTATE = "annotate"


@dataclass(frozen=True, slots=True)
class Place:
    """A click: the pupil of this eye is here, in picture pixels."""

    side: Side
    point: Point


@dataclass(frozen=True, slots=True)
class Widen:
    """The wheel over an eye; negative steps make the circle smaller."""

    side: Side
    steps: int


Wish = Action | Place | Widen

_BOTH: Mapping[str, Action] = {
    **EVERYWHERE,
    "m": Action.MAP,
    "g": Action.CONTRAST,
    "y": Action.PIXELS,
    "r": Action.BARE,
}
_REVIEW: Mapping[str, Action] = {**JUDGING, "l": Action.LANDMARKS}
_ANNOTATE: Mapping[str, Action] = {
    "Enter": Action.ACCEPT,
    "Tab": Action.OTHER_EYE,
    "t": Action.OTHER_EYE,
    "c": Action.CLOSED,
    "o": Action.OCCLUDED,
    "d": Action.LANDMARKS,
    "ArrowLeft": Action.LEFT,
    "ArrowRight": Action.RIGHT,
    "ArrowUp": Action.UP,
    "ArrowDown": Action.DOWN,
    "j": Action.LEFT,
    "l": Action.RIGHT,
    "i": Action.UP,
    "k": Action.DOWN,
    "Shift+ArrowLeft": Action.LEFT_A_LITTLE,
    "Shift+ArrowRight": Action.RIGHT_A_LITTLE,
    "Shift+ArrowUp": Action.UP_A_LITTLE,
    "Shift+ArrowDown": Action.DOWN_A_LITTLE,
    "J": Action.LEFT_A_LITTLE,
    "L": Action.RIGHT_A_LITTLE,
    "I": Action.UP_A_LITTLE,
    "K": Action.DOWN_A_LITTLE,
    "]": Action.WIDER,
    "w": Action.WIDER,
    "[": Action.NARROWER,
    "e": Action.NARROWER,
}
KEYS: Mapping[Mode, Mapping[str, Action]] = {Mode.REVIEW: {**_BOTH, **_REVIEW}, Mode.ANNOTATE: {**_BOTH, **_ANNOTATE}}


def action_of(mode: Mode, key: str) -> Action | None:
    """What a key by its browser name asks for; None for one without a meaning."""
    return asked(KEYS[mode], key)


HELP: Mapping[Mode, tuple[tuple[str, str], ...]] = {
    Mode.REVIEW: (
        ("f", "the guess is true, next"),
        ("d", "the guess is false, next: annotate shows it first"),
        ("space b", "skip, next"),
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
    Mode.ANNOTATE: (
        ("click", "the pupil is here; the wheel makes the circle fit the iris"),
        ("arrows", "move by half a pixel (i j k l too), with shift by a tenth"),
        ("[ ]", "smaller, larger circle (e w too)"),
        ("tab t", "the other eye"),
        ("c  o", "this eye is closed, its iris is hidden"),
        ("enter f", "accept both eyes as drawn, next"),
        ("space b", "skip, next"),
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
