"""Measures of an expression from a face's landmarks: lips, brows, nose, head pose, in interocular distances."""

from __future__ import annotations

from math import asin, atan2, hypot, pi
from typing import NamedTuple

from livecam.core.types import Face
from livecam.live.effects.face_state.frame import FaceFrame

# The 68 points suffice for all but the turn of the head, which the depth of the 468 tells better.
_CORNERS, _INNER_LIPS, _UPPER_LIP = (48, 54), (62, 66), 51
_BROWS, _INNER_BROWS = (18, 19, 20, 23, 24, 25), (21, 22)
_NOSE_TIP, _CHIN = 30, 8
_NOSE_LENGTH = 0.55  # by which the tip stands out of the plane of the eyes
_MESH_POINTS = (33, 263, 10, 152)  # outer corners of the eyes, middle of the hair line, chin
_NARROWEST = 0.5  # of a face that is turned away, below which its widths say nothing


class Measures(NamedTuple):
    """What is measured of one face in one frame; a person's own rest is not taken off yet."""

    lips_apart: float
    mouth_width: float
    corners_up: float  # of the mouth, above the middle of the upper lip; mostly below nought
    brows_up: float  # above the middle of the eyes
    brows_apart: float  # their inner ends
    inner_brows_up: float
    yaw: float  # radians, to the image-right is positive
    pitch: float  # radians, down is positive
    roll: float  # radians, clockwise in the picture is positive
    size: float  # pixels


def measured(face: Face, frame: FaceFrame) -> Measures:
    """The measures of a face; `frame` is that of the same face."""
    facing = max(frame.distance / frame.unit, _NARROWEST)
    corners_below = _mean([frame.landmark_below(index) for index in _CORNERS])
    inner = [frame.landmark_below(index) for index in _INNER_BROWS]
    yaw, pitch = _turned(face, frame)
    return Measures(
        lips_apart=_distance(frame, *_INNER_LIPS),
        mouth_width=_distance(frame, *_CORNERS) / facing,
        corners_up=frame.landmark_below(_UPPER_LIP) - corners_below,
        brows_up=-_mean([frame.landmark_below(index) for index in _BROWS]),
        brows_apart=_distance(frame, *_INNER_BROWS) / facing,
        inner_brows_up=-_mean(inner),
        yaw=yaw,
        pitch=pitch,
        roll=atan2(frame.across.y, frame.across.x),
        size=frame.unit,
    )


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def _distance(frame: FaceFrame, one: int, other: int) -> float:
    (x0, y0), (x1, y1) = frame.points[one], frame.points[other]
    return hypot(x1 - x0, y1 - y0) / frame.unit


def _turned(face: Face, frame: FaceFrame) -> tuple[float, float]:
    """Yaw and pitch: by the depth of the mesh, else by where the tip of the nose is."""
    if face.mesh is None or face.mesh.shape[1] < 3:
        yaw = asin(min(max(frame.landmark_along(_NOSE_TIP) / _NOSE_LENGTH, -1.0), 1.0))
        length = max(frame.landmark_below(_CHIN), 0.3)
        return yaw, (frame.landmark_below(_NOSE_TIP) / length - 0.3) * pi / 2
    # Row by row: a list of rows takes three times as long.
    (x0, y0, z0), (x1, y1, z1), (tx, ty, tz), (bx, by, bz) = (face.mesh[index].tolist() for index in _MESH_POINTS)
    # Depth grows away from the camera.
    return atan2(z1 - z0, hypot(x1 - x0, y1 - y0)), atan2(bz - tz, hypot(bx - tx, by - ty))
