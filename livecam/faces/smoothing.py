"""Steadies landmarks: the head as a whole, and the shape of the face on it, each with a One-Euro filter."""

from __future__ import annotations

import cmath
import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from livecam.core.scene import Face, Frame
from livecam.core.seams import FaceFinder
from livecam.faces.model import box_around
from livecam.faces.plane import as_complex, as_points
from livecam.faces.shape68 import region_of
from livecam.one_euro import OneEuro, Softness
from livecam.remembered import Remembered

# In box sides; measured on a resting head with camera noise and on a swaying one.
_PLACE = Softness(rest_hz=1.0, per_speed=40.0)
_SHAPE = Softness(rest_hz=1.0, per_speed=20.0, speed_hz=1.5)


class SmoothedFaces:
    """A FaceFinder that steadies the faces of another; a new identity starts afresh."""

    def __init__(self, finder: FaceFinder) -> None:
        self._finder = finder
        self._filters = Remembered(_FaceFilter)

    def find(self, frame: Frame) -> Sequence[Face]:
        """The faces of the wrapped finder, steadied, in its order."""
        return [
            self._filters.of(face.identity, frame.seconds).smoothed(face, frame.seconds)
            for face in self._finder.find(frame)
        ]


class _FaceFilter:
    """Points of the frame are complex numbers here, x + iy: to multiply is to turn and to scale."""

    def __init__(self) -> None:
        self._middle, self._size_and_angle = OneEuro[complex](_PLACE), OneEuro[complex](_PLACE)
        self._shape = OneEuro[NDArray[np.complex128]](_SHAPE)
        self._unit: float | None = None

    def smoothed(self, face: Face, seconds: float) -> Face:
        region = region_of(face.landmarks, face.confidence)
        size = max(region.size, 1.0)
        # The unit stays that of the first sight, so that a face coming nearer is not a jump of its place.
        self._unit = self._unit or size
        middle = complex(region.x, region.y)
        shape = self._shape((as_complex(face.landmarks) - middle) / cmath.rect(size, region.angle), seconds)
        middle = self._middle(middle / self._unit, seconds) * self._unit
        # The exponential of log size + i angle turns and scales by them.
        turn = cmath.exp(self._size_and_angle(complex(math.log(size), region.angle), seconds))
        landmarks = as_points(shape * turn + middle)
        return replace(face, landmarks=landmarks, box=box_around(landmarks))
