"""Soft edges: masks with a ramp instead of a step, so that nothing that is cut out shows how.

A mask is made by OpenCV rather than in numpy: it scales, shifts and clips to bytes in one go.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Grid = NDArray[np.float32]  # (h, w), one value a pixel
Mask = NDArray[np.uint8]  # (h, w), 255 is one

_LID_SOFT = 0.16  # iris radii
_SHARES = np.linspace(0, 1, 256)
_SMOOTH = np.rint(255 * _SHARES**2 * (3 - 2 * _SHARES)).astype(np.uint8)


def between(across: Grid, upper: Grid, lower: Grid, *, margin: float = 0.0) -> Mask:
    """255 between two lids and as far from either as the margin, 0 outside, all in iris radii."""
    below_upper, above_lower = above(upper, across, margin=margin), above(across, lower, margin=margin)
    return cv2.multiply(below_upper, above_lower, scale=1 / 255).astype(np.uint8, copy=False)


def above(high: Grid, low: Grid, *, margin: float = 0.0) -> Mask:
    """255 where `high` is above `low` in the picture by the margin, soft over the softness of a lid."""
    steep = 255 / _LID_SOFT
    share = cv2.addWeighted(low, steep, high, -steep, 127.5 - margin * steep, dtype=cv2.CV_8U)
    return share.astype(np.uint8, copy=False)


def inside(distance: Grid, edge: float, softness: float) -> Mask:
    """255 nearer than `edge`, 0 farther, smooth over `softness` around it."""
    steep = 255 / softness
    share = cv2.addWeighted(distance, -steep, distance, 0, 127.5 + edge * steep, dtype=cv2.CV_8U)
    return cv2.LUT(share, _SMOOTH).astype(np.uint8, copy=False)


def clipped(share: Grid) -> Grid:
    """The same array, brought into 0..1 in place."""
    np.maximum(share, 0, out=share)
    np.minimum(share, 1, out=share)
    return share
