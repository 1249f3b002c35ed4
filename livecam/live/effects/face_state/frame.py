"""A face's own frame of reference for drawing: level, in units of the frontal pupil distance."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, isfinite

from livecam.core.types import LID_POINTS, SIDES, Face, Point, Points, Side
from livecam.drawing.compositing import Placement
from livecam.live.effects.easing import smooth

# Proportions of a frontal face, in distances between the pupils.
_EYES_TO_MOUTH = 1.15
_EYE_WIDTH = 0.46
_BRIDGE = 27
_HIDDEN, _VISIBLE = 0.10, 0.24
_SMALLEST_UNIT = 4.0  # pixels; a smaller face has no room for an eye


@dataclass(frozen=True, slots=True)
class FaceFrame:
    """A face as its artist sees it: `unit` is the pupil distance it would have when seen from the front, pixels."""

    points: tuple[tuple[float, float], ...]  # 68, frame pixels
    middle: Point  # between the eyes
    across: Point  # unit vector from the image-left to the image-right eye
    distance: float  # between the eyes as seen, pixels
    unit: float
    eye_widths: dict[Side, float]  # of a frontal eye's width; less on the side that is turned away
    eye_visible: dict[Side, float]  # 0..1; the far eye of a profile is behind the bridge of the nose

    def centre(self, *indices: int) -> Point:
        """The mean of some landmarks."""
        chosen = [self.points[index] for index in indices]
        return Point(sum([x for x, _ in chosen]) / len(chosen), sum([y for _, y in chosen]) / len(chosen))

    def from_point(self, origin: Point, along: float, below: float) -> Point:
        """The point `along` units to the image-right and `below` units down from `origin`, turned with the head."""
        right, down = along * self.unit, below * self.unit
        return Point(
            origin.x + right * self.across.x - down * self.across.y,
            origin.y + right * self.across.y + down * self.across.x,
        )

    def along(self, point: Point) -> float:
        """How far a point lies to the image-right of the middle of the eyes, in units along the head's own level."""
        return ((point.x - self.middle.x) * self.across.x + (point.y - self.middle.y) * self.across.y) / self.unit

    def below(self, point: Point) -> float:
        """How far a point lies below the middle of the eyes, in units across the head's own level."""
        return ((point.y - self.middle.y) * self.across.x - (point.x - self.middle.x) * self.across.y) / self.unit

    # Both spelled out: a frame asks for some twenty landmarks of a face.
    def landmark_along(self, index: int) -> float:
        (x, y), middle, (cos, sin) = self.points[index], self.middle, self.across
        return ((x - middle.x) * cos + (y - middle.y) * sin) / self.unit

    def landmark_below(self, index: int) -> float:
        (x, y), middle, (cos, sin) = self.points[index], self.middle, self.across
        return ((y - middle.y) * cos - (x - middle.x) * sin) / self.unit

    def eye(self, side: Side) -> Point:
        """The middle of an eye's corners."""
        return _mean(self.points, LID_POINTS[side].start)

    def aperture(self, side: Side) -> float:
        """How far the lids are apart, in widths of the eye."""
        start = LID_POINTS[side].start
        (x0, y0), (x1, y1), (x2, y2), (x3, y3), (x4, y4), (x5, y5) = self.points[start : start + 6]
        width = hypot(x3 - x0, y3 - y0)
        height = hypot(x1 - x5, y1 - y5) + hypot(x2 - x4, y2 - y4)
        return height / 2 / max(width, 1e-6)

    def place(self, at: Point, *, width: float, height: float) -> Placement:
        """A sprite of this size in units, upright on the face; a negative width mirrors it."""
        width, height = width * self.unit, height * self.unit
        return Placement(
            at.x, at.y, width * self.across.x, width * self.across.y, -height * self.across.y, height * self.across.x
        )


def face_frame(face: Face) -> FaceFrame | None:
    """None for a face too small, or too broken, to draw on."""
    points = _finite(face.landmarks)
    if points is None:
        return None
    right, left = (_mean(points, LID_POINTS[side].start) for side in (Side.RIGHT, Side.LEFT))
    distance = hypot(left.x - right.x, left.y - right.y)
    middle = Point((left.x + right.x) / 2, (left.y + right.y) / 2)
    mouth = [sum(values) / 2 for values in zip(points[48], points[54], strict=True)]
    # A head that turns brings its eyes together, but not its eyes to its mouth: the larger of the two is its size.
    # The box would not do: it jumps between detectors.
    unit = max(distance, hypot(mouth[0] - middle.x, mouth[1] - middle.y) / _EYES_TO_MOUTH * 0.9)
    if distance < 1 or unit < _SMALLEST_UNIT:
        return None
    across = Point((left.x - right.x) / distance, (left.y - right.y) / distance)
    widths = {side: _eye_width(points, side, unit) for side in SIDES}
    visible = {side: _eye_visible(points, side, across, unit) for side in SIDES}
    return FaceFrame(points, middle, across, distance, unit, widths, visible)


def _finite(landmarks: Points) -> tuple[tuple[float, float], ...] | None:
    # A sum is a number only when all that is added is one, and is had at once.
    return tuple(map(tuple, landmarks.tolist())) if isfinite(float(landmarks.sum())) else None


def _mean(points: tuple[tuple[float, float], ...], start: int) -> Point:
    (x0, y0), (x3, y3) = points[start], points[start + 3]
    return Point((x0 + x3) / 2, (y0 + y3) / 2)


def _eye_width(points: tuple[tuple[float, float], ...], side: Side, unit: float) -> float:
    start = LID_POINTS[side].start
    (x0, y0), (x3, y3) = points[start], points[start + 3]
    return min(max(hypot(x3 - x0, y3 - y0) / (_EYE_WIDTH * unit), 0.5), 1.1)


def _eye_visible(points: tuple[tuple[float, float], ...], side: Side, across: Point, unit: float) -> float:
    """From how far the middle of the eye is outside the bridge of the nose: half a unit when seen from the front."""
    eye, (x, y) = _mean(points, LID_POINTS[side].start), points[_BRIDGE]
    inward = 1 if side is Side.RIGHT else -1
    outside = inward * ((x - eye.x) * across.x + (y - eye.y) * across.y) / unit
    return smooth(outside, _HIDDEN, _VISIBLE)
