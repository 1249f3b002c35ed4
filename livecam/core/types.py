"""The values that flow from camera to picture: Frame, Face, Pupil, Gaze, FaceObservation, Scene."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecam.core.errors import ImageError

Image = NDArray[np.uint8]  # (h, w, 3) BGR unless its name says otherwise
Points = NDArray[np.float32]  # (n, 2) x, y
Size = tuple[int, int]  # width and height, pixels


class Side(StrEnum):
    """An eye, named from its owner's point of view: the subject's right eye is on the left of the picture."""

    LEFT = "left"
    RIGHT = "right"


SIDES = (Side.LEFT, Side.RIGHT)  # to go through both costs a tenth of what it costs to ask the enumeration


class EyeState(StrEnum):
    """What can be seen of an eye.

    A pupil detector and a person who labels say OPEN (an iris can be seen between the lids) or CLOSED of one eye in one
    picture. An observation has all four, for it also knows the other eye, the lids and what was usual before: HALF is
    an iris that the lids mostly cover, HIDDEN an eye behind sunglasses, a reflection, a hand or hair.
    """

    OPEN = "open"
    HALF = "half"
    CLOSED = "closed"
    HIDDEN = "hidden"

    @property
    def shows_iris(self) -> bool:
        """Whether there is an iris to be seen, however little of it."""
        return self in {EyeState.OPEN, EyeState.HALF}


class Point(NamedTuple):
    """Frame pixels; the centre of the top-left pixel is (0, 0)."""

    x: float
    y: float


class Box(NamedTuple):
    """An upright rectangle in frame pixels; it may reach outside the frame."""

    x: float
    y: float
    width: float
    height: float

    @property
    def area(self) -> float:
        return self.width * self.height


# iBUG order: the six lid points of an eye run from the image-left corner over the upper lid, clockwise in the image.
LID_POINTS = {Side.RIGHT: slice(36, 42), Side.LEFT: slice(42, 48)}
_EYE_CORNERS = [36, 39, 42, 45]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture from a Source.

    `timestamp` is seconds since the opening of the source. `captured_at` is the monotonic clock when the picture
    arrived, so that its age can be told. `status` is what the person should know about the source, such as a lost
    camera. `scene_cut` says that this is the first of another picture: nothing of the frame before is in it, and what
    is followed from frame to frame starts anew. A folder of pictures sets it; comparing pictures would be guessing.
    """

    image: Image  # (h, w, 3) uint8 BGR
    index: int
    timestamp: float
    captured_at: float = 0.0
    status: str = ""
    scene_cut: bool = False

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.image.shape[1], self.image.shape[0]


class PupilRest(NamedTuple):
    """Where the centre of the iris is when a person looks into the camera, from the middle of the eye's corners.

    In widths of the eye. Every detector of landmarks puts the corners elsewhere, so each has its own.
    """

    outward: float = 0.025  # away from the nose
    above: float = 0.104
    right: float = 0.0  # in the picture, of both eyes: a network's corners need not be as a mirror would have them


UNKNOWN_REST = PupilRest()


@dataclass(frozen=True, eq=False)
class Face:
    """A face and its 68 landmarks; the same `track_id` in consecutive frames is the same face, followed."""

    box: Box
    landmarks: Points  # (68, 2) float32, frame pixels, iBUG order
    confidence: float  # 0..1
    track_id: int = 0
    mesh: Points | None = None  # (468, 3) float32, MediaPipe's order, frame pixels and depth; None where not known
    pupil_rest: PupilRest = UNKNOWN_REST

    def lids(self, side: Side) -> Points:
        """The six lid points of an eye, (6, 2), frame pixels: corners are 0 and 3, upper lid 1 and 2, lower 4 and 5."""
        return self.landmarks[LID_POINTS[side]]

    @cached_property
    def pupil_distance(self) -> float:
        """The distance between the middles of the two eyes' corners, pixels: the unit of every error and size."""
        return math.hypot(*self._eye_line)

    @cached_property
    def roll(self) -> float:
        """Radians by which the line from the image-left to the image-right eye falls below the horizontal."""
        across, down = self._eye_line
        return math.atan2(down, across)

    @cached_property
    def _eye_line(self) -> tuple[float, float]:
        # Plain numbers are ten times quicker than small arrays here.
        (a, b), (c, d), (e, f), (g, h) = self.landmarks[_EYE_CORNERS].tolist()
        return (e + g - a - c) / 2, (f + h - b - d) / 2


class IrisVisibility(NamedTuple):
    """What a pupil detector saw of one iris in one picture, before anything else is known of the eye."""

    openness: float  # log-odds, or what goes like them: the more, the surer an iris shows between the lids
    covered: bool  # neither an iris nor a shut lid is seen
    clear: bool = True  # whether one picture is enough to tell a blink by it
    shut: float = 0.0  # what else speaks for a shut lid, in shares of the openness that is usual; below 0 against it


@dataclass(frozen=True, slots=True)
class Pupil:
    """A pupil, that is the centre of the iris circle and the iris' radius (the pupil proper is rarely resolved).

    `confidence` is the probability that the centre is within 5 % of the distance between the pupils of the true
    centre. An eye that is closed or hidden has that state and a confidence below 0.5; its centre is where the iris
    would be. Why: docs/decisions/confidence.md
    """

    centre: Point
    radius: float  # frame pixels
    confidence: float  # 0..1
    state: EyeState = EyeState.OPEN
    evidence: IrisVisibility | None = field(default=None, compare=False)  # what the detector saw; None: it does not say


class Gaze(NamedTuple):
    """Where an eye points inside its own opening, -1..1 each, (0, 0) is straight ahead; right and down in the image
    are positive, after the roll of the head has been taken off."""

    horizontal: float
    vertical: float


@dataclass(frozen=True, slots=True)
class FaceObservation:
    """A Face with what its eyes do; None for a pupil means looked for and not found."""

    face: Face
    left: Pupil | None
    right: Pupil | None
    left_gaze: Gaze | None
    right_gaze: Gaze | None

    @property
    def left_state(self) -> EyeState:
        """Of the subject's left eye; an eye without a pupil is HIDDEN."""
        return self.state(Side.LEFT)

    @property
    def right_state(self) -> EyeState:
        return self.state(Side.RIGHT)

    @property
    def both_closed(self) -> bool:
        """Whether this is a moment of a blink, or of sleep: one closed eye alone is a wink."""
        return self.left_state is EyeState.CLOSED is self.right_state

    def state(self, side: Side) -> EyeState:
        pupil = self.pupil(side)
        return EyeState.HIDDEN if pupil is None else pupil.state

    def pupil(self, side: Side) -> Pupil | None:
        return self.left if side is Side.LEFT else self.right

    def gaze(self, side: Side) -> Gaze | None:
        return self.left_gaze if side is Side.LEFT else self.right_gaze


@dataclass(frozen=True, slots=True)
class Scene:
    """A Frame with its face observations, the largest face first; none is an empty room."""

    frame: Frame
    faces: tuple[FaceObservation, ...]
    unfollowed: int = 0  # faces found beside these, where no more are followed


# By dimensions, channels and kind of number of what people have instead.
_REMEDIES = {
    (2, (), "u"): "; cv2.cvtColor(image, cv2.COLOR_GRAY2BGR) makes one of it",
    (3, (1,), "u"): "; cv2.cvtColor(image, cv2.COLOR_GRAY2BGR) makes one of it",
    (3, (4,), "u"): "; cv2.cvtColor(image, cv2.COLOR_BGRA2BGR) makes one of it",
    (3, (3,), "f"): "; (image * 255).round().astype(numpy.uint8) makes one of numbers between 0 and 1",
}


def check_image(image: object) -> None:
    """ImageError for anything else than a picture of one pixel or more, (h, w, 3) uint8, contiguous or not."""
    wanted = "an image is a (h, w, 3) uint8 array, BGR"
    if image is None:
        raise ImageError(f"{wanted}, and this is None: cv2.imread answers so when it cannot read a file")
    if not isinstance(image, np.ndarray):
        raise ImageError(f"{wanted}, and this is a {type(image).__name__}")
    if image.ndim != 3 or image.shape[2] != 3 or image.dtype != np.uint8 or 0 in image.shape:
        hint = _REMEDIES.get((image.ndim, image.shape[2:], image.dtype.kind), "")
        raise ImageError(f"{wanted}, and this is {image.shape} {image.dtype}{hint}")
