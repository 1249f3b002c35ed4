"""Crop normalisation and heat map decoding of the network."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.types import Image
from livecam.perception.pupils.network.model_card import CropSpec, Decoding, Normalisation

_LOWEST, _HIGHEST = np.array([-8, 0, -3], np.float32), np.array([8, 0, 4], np.float32)
_BOTH = np.ones(2, np.float32)


class LinearNormalisation(NamedTuple):
    """What the net sees of a grey level is gain * level + offset."""

    gain: float
    offset: float


def line(grey: Image, normalisation: Normalisation) -> LinearNormalisation:
    """How the levels of a grey crop (h, w) are normalised, before they are limited."""
    mean, deviation = cv2.meanStdDev(grey)
    gain = 1 / (deviation.item() + normalisation.softening)
    return LinearNormalisation(gain, -gain * mean.item())


def normalised(grey: Image, normalisation: Normalisation) -> NDArray[np.float32]:
    """What the net sees of a grey crop (h, w), as real numbers."""
    gain, offset = line(grey, normalisation)
    seen = cv2.addWeighted(grey, gain, grey, 0, offset, dtype=cv2.CV_32F).astype(np.float32, copy=False)
    limit = np.float32(normalisation.limit)
    np.maximum(seen, -limit, out=seen)
    return np.minimum(seen, limit, out=seen)


@dataclass(frozen=True, slots=True, eq=False)
class HeatmapOutput:
    """What the net says of a batch of n crops, in crop pixels."""

    centres: NDArray[np.floating[Any]]  # (n, 2)
    spreads: NDArray[np.floating[Any]]  # (n,), standard deviation of the heat map
    radii: NDArray[np.floating[Any]]  # (n,)
    openness: NDArray[np.floating[Any]]  # (n,), log-odds
    sigmas: NDArray[np.floating[Any]]  # (n,), the error the net expects


def decode(
    logits: NDArray[np.float32], numbers: NDArray[np.float32], window: CropSpec, decoding: Decoding
) -> HeatmapOutput:
    """Reads (n, rows, columns) heat map logits and (n, 3) numbers."""
    weights = logits.reshape(len(logits), -1).astype(np.float32)
    weights -= weights.max(axis=1, keepdims=True)
    moments = np.exp(weights, out=weights) @ _moments(window.width, window.height, decoding.rows, decoding.columns)
    moments /= moments[:, 3:]
    at = moments[:, :2]
    # All three in one go: this runs in every frame.
    grown = np.exp(np.minimum(np.maximum(numbers, _LOWEST), _HIGHEST) * _steps(decoding.radius_step))
    return HeatmapOutput(
        at + _middle(window.width, window.height),
        np.sqrt(np.maximum(moments[:, 2] - (at * at) @ _BOTH, 0)),
        grown[:, 0] * decoding.radius_unit,
        numbers[:, 1],
        grown[:, 2],
    )


@cache
def _moments(width: int, height: int, rows: int, columns: int) -> NDArray[np.float32]:
    """For every cell of a heat map, (rows * columns, 4): x and y from the middle of the crop, their squares' sum, 1."""
    row, column = np.mgrid[:rows, :columns].reshape(2, -1)
    x, y = (column - (columns - 1) / 2) * (width / columns), (row - (rows - 1) / 2) * (height / rows)
    return np.column_stack([x, y, x**2 + y**2, np.ones_like(x)]).astype(np.float32)


@cache
def _steps(radius: float) -> NDArray[np.float32]:
    return np.array([radius, 0, 1], np.float32)


@cache
def _middle(width: int, height: int) -> NDArray[np.float32]:
    return np.array([(width - 1) / 2, (height - 1) / 2], np.float32)
