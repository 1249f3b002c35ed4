"""Crop normalisation and heat map decoding of the network."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.types import Image
from livecam.perception.pupils.network.model_card import CropSpec, Decoding, Normalisation

_LARGEST_STEPS, _LEAST_LOG_SIGMA, _LARGEST_LOG_SIGMA = 8.0, -3.0, 4.0


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


class CropReading(NamedTuple):
    """What the net says of one crop, in crop pixels."""

    x: float
    y: float
    spread: float  # standard deviation of the heat map
    radius: float
    openness: float  # log-odds
    sigma: float  # the error the net expects


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
    """Reads (n, rows, columns) heat map logits and (n, 3) numbers, as arrays."""
    table = np.array(readings(logits, numbers, window, decoding), np.float32).reshape(-1, len(CropReading._fields))
    return HeatmapOutput(table[:, :2], *table[:, 2:].T)


def readings(
    logits: NDArray[np.float32], numbers: NDArray[np.float32], window: CropSpec, decoding: Decoding
) -> list[CropReading]:
    """Reads (n, rows, columns) heat map logits and (n, 3) numbers.

    In plain numbers beyond the heat map, for it runs in every frame: docs/decisions/frame-time.md
    """
    weights = logits.reshape(len(logits), -1).astype(np.float32)
    weights -= weights.max(axis=1, keepdims=True)
    moments = np.exp(weights, out=weights) @ _moments(window.width, window.height, decoding.rows, decoding.columns)
    return [
        _reading(of_map, of_eye, window, decoding)
        for of_map, of_eye in zip(moments.tolist(), numbers.tolist(), strict=True)
    ]


def _reading(moments: Sequence[float], numbers: Sequence[float], window: CropSpec, decoding: Decoding) -> CropReading:
    across, down, square, weight = moments
    across, down = across / weight, down / weight
    radius, openness, log_sigma = numbers
    radius = math.exp(min(max(radius, -_LARGEST_STEPS), _LARGEST_STEPS) * decoding.radius_step)
    return CropReading(
        across + (window.width - 1) / 2,
        down + (window.height - 1) / 2,
        math.sqrt(max(square / weight - across * across - down * down, 0)),
        radius * decoding.radius_unit,
        openness,
        math.exp(min(max(log_sigma, _LEAST_LOG_SIGMA), _LARGEST_LOG_SIGMA)),
    )


@cache
def _moments(width: int, height: int, rows: int, columns: int) -> NDArray[np.float32]:
    """For every cell of a heat map, (rows * columns, 4): x and y from the middle of the crop, their squares' sum, 1."""
    row, column = np.mgrid[:rows, :columns].reshape(2, -1)
    x, y = (column - (columns - 1) / 2) * (width / columns), (row - (rows - 1) / 2) * (height / rows)
    return np.column_stack([x, y, x**2 + y**2, np.ones_like(x)]).astype(np.float32)
