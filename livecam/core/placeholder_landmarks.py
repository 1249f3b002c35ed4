"""Landmarks of a drawn face for samples in which nobody found a true one; told from true ones by their shape.

They are made from the labels, so whatever learns from them learns where the labels are: training leaves them out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from livecam.core.types import Point, Points, Side

_EYES = {Side.RIGHT: (-0.5, 0.0), Side.LEFT: (0.5, 0.0)}  # pupil distances from the middle between them
_FACE_SHARE = 1 / 4  # of a picture's shorter side is the pupil distance, where one eye at most is known
# What rounding to float32 leaves of the drawn shape, in pupil distances, and more; no face comes near to it.
_SAME_SHAPE = 5e-3


def placeholder_landmarks(places: Mapping[Side, Point], size: tuple[int, int]) -> Points:
    """(68, 2) float32: a drawn face turned, scaled and moved so that its eyes are in these places of the picture."""
    unit, roll = min(size) * _FACE_SHARE, 0.0
    middle = np.array([size[0] / 2, size[1] / 2])
    if len(places) == 2:
        right, left = np.array(places[Side.RIGHT]), np.array(places[Side.LEFT])
        unit = max(float(math.hypot(*(left - right))), 1.0)
        roll = math.atan2(left[1] - right[1], left[0] - right[0])
        middle = (left + right) / 2
    elif places:
        ((side, place),) = places.items()
        middle = np.array(place) - np.array(_EYES[side]) * unit
    turn = np.array([[math.cos(roll), math.sin(roll)], [-math.sin(roll), math.cos(roll)]])
    landmarks: Points = (_drawn_face() @ turn * unit + middle).astype(np.float32)
    return landmarks


def is_placeholder(landmarks: Points) -> bool:
    """Whether these are `placeholder_landmarks`, wherever, however large and turned they are."""
    drawn, given = _centred_drawing(), _centred(landmarks)
    # The similarity that brings one upon the other best, as a complex number: its size scales, its angle turns.
    similarity = np.sum(given * np.conj(drawn)) / np.sum(np.abs(drawn) ** 2)
    away = float(np.abs(given - similarity * drawn).max())
    return bool(abs(similarity) > 0 and away < _SAME_SHAPE * abs(similarity))


@cache
def _centred_drawing() -> NDArray[np.complex128]:
    return _centred(_drawn_face())


def _centred(points: NDArray[np.floating[Any]]) -> NDArray[np.complex128]:
    """x + iy, from the middle of all."""
    values: NDArray[np.complex128] = points[:, 0].astype(np.float64) + 1j * points[:, 1].astype(np.float64)
    centred: NDArray[np.complex128] = values - values.mean()
    return centred


def _drawn_face() -> Points:
    """(68, 2), in pupil distances from the middle between the pupils, iBUG order."""
    down = np.linspace(np.pi, 0, 17)
    jaw = np.column_stack([1.15 * np.cos(down), 0.1 + 1.6 * np.sin(down)])
    brow = np.array([[-0.95, -0.28], [-0.8, -0.4], [-0.6, -0.43], [-0.4, -0.4], [-0.22, -0.33]])
    bridge = [[0, -0.05], [0, 0.2], [0, 0.45], [0, 0.65]]
    nostrils = [[-0.22, 0.78], [-0.11, 0.82], [0, 0.85], [0.11, 0.82], [0.22, 0.78]]
    eye = np.array([[-0.23, 0], [-0.08, -0.09], [0.08, -0.09], [0.23, 0], [0.08, 0.08], [-0.08, 0.08]])
    eyes = [eye + _EYES[Side.RIGHT], eye + _EYES[Side.LEFT]]
    lips = [_ring(12, 0.42, 0.16), _ring(8, 0.34, 0.06)]
    face: Points = np.concatenate([jaw, brow, (brow * [-1, 1])[::-1], bridge, nostrils, *eyes, *lips])
    return face


def _ring(count: int, width: float, height: float) -> Points:
    """Lips, from the corner that is left in the picture, clockwise."""
    angle = np.pi + np.arange(count) * 2 * np.pi / count
    return np.column_stack([width * np.cos(angle), 1.15 + height * np.sin(angle)]).astype(np.float32)
