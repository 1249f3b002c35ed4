"""Steadies landmarks: the head as a whole, and the shape of the face on it, each with a One-Euro filter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from livecam.core.scene import Face, Frame, Points
from livecam.core.seams import FaceFinder
from livecam.faces.model import Region, box_around
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
    def __init__(self) -> None:
        self._middle, self._size_and_angle, self._shape = OneEuro(_PLACE), OneEuro(_PLACE), OneEuro(_SHAPE)
        self._unit: float | None = None

    def smoothed(self, face: Face, seconds: float) -> Face:
        region = region_of(face.landmarks, face.confidence)
        # The unit stays that of the first sight, so that a face coming nearer is not a jump of its place.
        self._unit = self._unit or max(region.size, 1.0)
        shape = _turned(face.landmarks - [region.x, region.y], -region.angle) / max(region.size, 1.0)
        place = self._smooth_region(region, seconds)
        steady = _turned(self._shape(shape, seconds), place.angle) * place.size + [place.x, place.y]
        landmarks: Points = steady.astype(np.float32)
        return replace(face, landmarks=landmarks, box=box_around(landmarks))

    def _smooth_region(self, region: Region, seconds: float) -> Region:
        unit = self._unit or 1.0
        x, y = self._middle([region.x / unit, region.y / unit], seconds) * unit
        size, angle = self._size_and_angle([np.log(max(region.size, 1.0)), region.angle], seconds)
        return region._replace(x=float(x), y=float(y), size=float(np.exp(size)), angle=float(angle))


def _turned(points: NDArray[np.float64], angle: float) -> NDArray[np.float64]:
    cos, sin = np.cos(angle), np.sin(angle)
    x, y = points.T
    return np.column_stack([cos * x - sin * y, sin * x + cos * y])
