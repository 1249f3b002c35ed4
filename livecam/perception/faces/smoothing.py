"""Landmark smoothing: the head as a whole, and the shape of the face on it, each with a One-Euro filter."""

from __future__ import annotations

import cmath
import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from livecam.core.filters import OneEuroFilter, OneEuroParams, PerFaceState
from livecam.core.types import Face, Points
from livecam.perception.faces.face_model import FaceRegion, box_around
from livecam.perception.faces.patch import as_complex, as_points, with_depth

# Box sides from the middle of the box, right and down; made symmetric. Fitted on 104 upright faces of the London and
# Canada sets (CC BY 4.0, DeBruine & Jones 2017), without the London test people.
# fmt: off
MEAN_SHAPE: NDArray[np.float64] = np.array([
    (-0.505, -0.187), (-0.493, -0.055), (-0.473, 0.073), (-0.450, 0.200), (-0.411, 0.322), (-0.342, 0.425),
    (-0.244, 0.507), (-0.130, 0.568), (0.000, 0.586), (0.130, 0.568), (0.244, 0.507), (0.342, 0.425),
    (0.411, 0.322), (0.450, 0.200), (0.473, 0.073), (0.493, -0.055), (0.505, -0.187), (-0.417, -0.295),
    (-0.357, -0.363), (-0.266, -0.390), (-0.171, -0.380), (-0.082, -0.348), (0.082, -0.348), (0.171, -0.380),
    (0.266, -0.390), (0.357, -0.363), (0.417, -0.295), (0.000, -0.246), (0.000, -0.165), (0.000, -0.085),
    (0.000, -0.002), (-0.091, 0.072), (-0.047, 0.086), (0.000, 0.098), (0.047, 0.086), (0.091, 0.072),
    (-0.306, -0.216), (-0.253, -0.253), (-0.186, -0.253), (-0.127, -0.210), (-0.189, -0.194), (-0.256, -0.192),
    (0.127, -0.210), (0.186, -0.253), (0.253, -0.253), (0.306, -0.216), (0.256, -0.192), (0.189, -0.194),
    (-0.181, 0.253), (-0.113, 0.216), (-0.048, 0.194), (0.000, 0.207), (0.048, 0.194), (0.113, 0.216),
    (0.181, 0.253), (0.114, 0.296), (0.051, 0.313), (0.000, 0.317), (-0.051, 0.313), (-0.114, 0.296),
    (-0.150, 0.254), (-0.049, 0.242), (0.000, 0.246), (0.049, 0.242), (0.150, 0.254), (0.049, 0.250),
    (0.000, 0.255), (-0.049, 0.250),
])
# fmt: on

_CENTRED_SHAPE = as_complex((MEAN_SHAPE - MEAN_SHAPE.mean(axis=0)).astype(np.float32))
_MIDDLE = complex(*MEAN_SHAPE.mean(axis=0))
_SPREAD = float(np.vdot(_CENTRED_SHAPE, _CENTRED_SHAPE).real)


def region_of(landmarks: Points, confidence: float) -> FaceRegion:
    """The turned detector box of the landmarks: the least-squares similarity that takes the mean shape to them."""
    points = as_complex(landmarks)
    middle = complex(points.sum()) / len(points)
    turn = complex(np.vdot(_CENTRED_SHAPE, points - middle)) / _SPREAD
    middle -= turn * _MIDDLE
    return FaceRegion(middle.real, middle.imag, abs(turn), cmath.phase(turn), confidence)


# In box sides; measured on a resting head with camera noise and on a swaying one.
_PLACE = OneEuroParams(rest_hz=1.0, per_speed=40.0)
_SHAPE = OneEuroParams(rest_hz=1.0, per_speed=20.0, speed_hz=1.5)


class FaceSmoother:
    """Steadies the faces of a moving picture; a new track id starts afresh."""

    def __init__(self) -> None:
        self._filters = PerFaceState(_FaceFilter)

    def smooth(self, faces: Sequence[Face], seconds: float) -> Sequence[Face]:
        """The faces found in the picture of this moment, steadied, in the same order."""
        return [self._filters.get(face.track_id, seconds).smoothed(face, seconds) for face in faces]


class _FaceFilter:
    """Points of the frame are complex numbers here, x + iy: to multiply is to turn and to scale."""

    def __init__(self) -> None:
        self._middle, self._size_and_angle = OneEuroFilter[complex](_PLACE), OneEuroFilter[complex](_PLACE)
        self._shape = OneEuroFilter[NDArray[np.complex128]](_SHAPE)
        self._unit: float | None = None

    def smoothed(self, face: Face, seconds: float) -> Face:
        region = region_of(face.landmarks, face.confidence)
        size = max(region.size, 1.0)
        # The unit stays that of the first sight, so that a face coming nearer is not a jump of its place.
        self._unit = self._unit or size
        middle = complex(region.x, region.y)
        points = face.landmarks if face.mesh is None else np.concatenate([face.landmarks, face.mesh[:, :2]])
        shape = self._shape((as_complex(points) - middle) / cmath.rect(size, region.angle), seconds)
        middle = self._middle(middle / self._unit, seconds) * self._unit
        # The exponential of log size + i angle turns and scales by them.
        turn = cmath.exp(self._size_and_angle(complex(math.log(size), region.angle), seconds))
        points = as_points(shape * turn + middle)
        landmarks, mesh = points[: len(face.landmarks)], face.mesh
        if mesh is not None:
            mesh = with_depth(points[len(landmarks) :], mesh, abs(turn) / size)
        return replace(face, landmarks=landmarks, mesh=mesh, box=box_around(landmarks))
