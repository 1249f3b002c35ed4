"""What the network sees of a crop, and how its heat map and numbers are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.scene import Image
from livecam.pupils.card import Decoding, Normalisation, Window

_LEVELS = np.arange(256, dtype=np.float32)


def normalised(grey: Image, normalisation: Normalisation) -> NDArray[np.float32]:
    """What the net sees of a grey crop (h, w), as real numbers."""
    seen: NDArray[np.float32] = tables([grey], normalisation)[0][grey]
    return seen


def tables(greys: Sequence[Image], normalisation: Normalisation) -> NDArray[np.float32]:
    """What each grey level of each crop becomes, (n, 256): a table is cheaper than arithmetic on every pixel."""
    made = np.empty((len(greys), 256), np.float32)
    for table, grey in zip(made, greys, strict=True):
        mean, deviation = cv2.meanStdDev(grey)
        np.subtract(_LEVELS, mean.item(), out=table)
        np.divide(table, deviation.item() + normalisation.softening, out=table)
    limit = np.float32(normalisation.limit)
    np.maximum(made, -limit, out=made)
    return np.minimum(made, limit, out=made)


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What the net says of a batch of n crops, in crop pixels."""

    centres: NDArray[np.float64]  # (n, 2)
    spreads: NDArray[np.float64]  # (n,), standard deviation of the heat map, in cells
    radii: NDArray[np.float64]  # (n,)
    openness: NDArray[np.float64]  # (n,), log-odds
    sigmas: NDArray[np.float64]  # (n,), the error the net expects


def decode(logits: NDArray[np.float32], numbers: NDArray[np.float32], window: Window, decoding: Decoding) -> Reading:
    """Reads (n, rows, columns) heat map logits and (n, 3) numbers."""
    weights = logits.reshape(len(logits), -1).astype(np.float64)
    weights -= weights.max(axis=1, keepdims=True)
    moments = np.exp(weights, out=weights) @ _moments(decoding.rows, decoding.columns)
    moments /= moments[:, 3:]
    at = moments[:, :2]
    radius, openness, log_sigma = numbers.astype(np.float64).T
    return Reading(
        (at + 0.5) * (window.width / decoding.columns, window.height / decoding.rows) - 0.5,
        np.sqrt(np.maximum(moments[:, 2] - at[:, 0] ** 2 - at[:, 1] ** 2, 0.0)),
        np.exp(np.minimum(np.maximum(radius, -8), 8) * decoding.radius_step) * decoding.radius_unit,
        openness,
        np.exp(np.minimum(np.maximum(log_sigma, -3), 4)),
    )


@cache
def _moments(rows: int, columns: int) -> NDArray[np.float64]:
    """For every cell of a heat map, (rows * columns, 4): column, row, the sum of their squares, 1."""
    row, column = np.mgrid[:rows, :columns].reshape(2, -1).astype(np.float64)
    return np.column_stack([column, row, column**2 + row**2, np.ones_like(row)])
