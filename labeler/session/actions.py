"""Labeling actions: what an annotator can ask for, by a key, a button, a click or the wheel."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from livecam.core.types import Point, Side


class LabelingAction(StrEnum):
    """What a key or a button can ask for; folders of pictures know those of EVERYWHERE and JUDGING (keys.py)."""

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
    OTHER_MODE = "other mode"  # this, a gallery and comments: in the browser
    GALLERY = "gallery"
    COMMENT = "comment"
    ZOOM_IN = "zoom in"
    ZOOM_OUT = "zoom out"
    ZOOM_RESET = "zoom reset"
    QUIT = "quit"


class LabelingMode(StrEnum):
    """Judging the machine's predictions, or placing the pupils."""

    REVIEW = "review"
    ANNOTATE = "annotate"


@dataclass(frozen=True, slots=True)
class PlacePupil:
    """A click: the pupil of this eye is here, in picture pixels."""

    side: Side
    point: Point


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
