"""Soft edges: masks 0..1 with a ramp instead of a step, so that nothing that is cut out shows how."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Grid = NDArray[np.float32]  # (h, w), one value a pixel

_LID_SOFT = 0.16  # iris radii


def between(across: Grid, upper: Grid, lower: Grid) -> Grid:
    """1 between two lids, 0 outside, all in iris radii."""
    return above(upper, across) * above(across, lower)


def above(high: Grid, low: Grid) -> Grid:
    """1 where `high` is above `low` in the picture, soft over the softness of a lid."""
    share = (low - high) * np.float32(1 / _LID_SOFT)
    share += np.float32(0.5)
    return clipped(share)


def inside(distance: Grid, edge: float, softness: float) -> Grid:
    """1 nearer than `edge`, 0 farther, smooth over `softness` around it."""
    share = (np.float32(edge) - distance) * np.float32(1 / softness)
    share += np.float32(0.5)
    clipped(share)
    smooth: Grid = share * share * (3 - 2 * share)
    return smooth


def clipped(share: Grid) -> Grid:
    """The same array, brought into 0..1 in place."""
    np.maximum(share, 0, out=share)
    np.minimum(share, 1, out=share)
    return share
