"""Which of the faces that were found in a picture a point, a box or landmarks belong to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from livecam.core.types import LID_POINTS, Box, Face, Point, Points, Side

# An iris is at most so far from the middle between its eye's corners, in pupil distances: half an eye and some error.
_REACH = 0.3
_NEAR = 0.7  # pupil distances
_OVERLAP = 0.3  # of two boxes, intersection by union


class EyeHit(NamedTuple):
    """An eye that a point lies on."""

    face: int  # its place among the faces
    side: Side
    distance: float  # from the middle of the eye, in pupil distances


def eye_at(place: Point, faces: Sequence[Face]) -> EyeHit | None:
    """The nearest eye of any face; None where there is none."""
    hits = [
        EyeHit(number, side, math.dist(place, _middle(face, side)) / max(face.pupil_distance, 1.0))
        for number, face in enumerate(faces)
        for side in Side
    ]
    nearest = min(hits, key=lambda hit: hit.distance, default=None)
    return nearest if nearest and nearest.distance <= _REACH else None


def near(place: Point, side: Side, face: Face) -> bool:
    """Whether a pupil there, put badly, can still be meant for this face's eye."""
    return math.dist(place, _middle(face, side)) <= _NEAR * max(face.pupil_distance, 1.0)


def face_in_box(box: Box, faces: Sequence[Face]) -> int | None:
    """The face whose box is most like this one; of a box that holds more, such as a whole body, the only face in it."""
    if not faces:
        return None
    best = max(range(len(faces)), key=lambda number: overlap(box, faces[number].box))
    if overlap(box, faces[best].box) >= _OVERLAP:
        return best
    inside = [number for number, face in enumerate(faces) if all(contains(box, _middle(face, side)) for side in Side)]
    return inside[0] if len(inside) == 1 else None


def face_of_landmarks(landmarks: Points, faces: Sequence[Face]) -> int | None:
    """The face whose eyes are where these landmarks have them."""
    middles = [landmarks[LID_POINTS[side]].mean(axis=0) for side in Side]
    hits = [eye_at(Point(float(x), float(y)), faces) for x, y in middles]
    found = {hit.face for hit in hits if hit}
    return found.pop() if len(found) == 1 else None


def contains(box: Box, place: Point) -> bool:
    return box.x <= place.x <= box.x + box.width and box.y <= place.y <= box.y + box.height


def overlap(one: Box, other: Box) -> float:
    """Intersection by union, 0 to 1."""
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / (one.area + other.area - width * height)


def _middle(face: Face, side: Side) -> Point:
    x, y = face.lids(side)[[0, 3]].mean(axis=0).tolist()
    return Point(x, y)
