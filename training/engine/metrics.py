"""The numbers that say how well a finder finds: shares with their intervals, overlaps, areas under curves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from livecam.core.types import Box

_Z = 1.959964  # of a normal distribution, 95 %


class HitRate(NamedTuple):
    """So many of so many, and where the true share lies with 95 % certainty."""

    hits: int
    of: int
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.hits} of {self.of} ({self.low:.0%} to {self.high:.0%})"


def hit_rate(hits: Sequence[bool] | NDArray[np.bool_]) -> HitRate:
    """With Wilson's interval (1927), which also holds for few and for all."""
    count, right = len(hits), int(sum(map(bool, hits)))
    if not count:
        return HitRate(0, 0, 0.0, 1.0)
    p, square = right / count, _Z**2 / count
    middle = (p + square / 2) / (1 + square)
    reach = _Z * np.sqrt(p * (1 - p) / count + square / (4 * count)) / (1 + square)
    return HitRate(right, count, float(max(0.0, middle - reach)), float(min(1.0, middle + reach)))


def area_under_curve(with_it: Sequence[float], without: Sequence[float]) -> float:
    """How often a page with a target scores higher than one without, ties half; the area under the ROC curve."""
    first, second = np.asarray(with_it, np.float64)[:, None], np.asarray(without, np.float64)[None, :]
    if not first.size or not second.size:
        return float("nan")
    return float((first > second).mean() + 0.5 * (first == second).mean())


def overlap(one: Box, other: Box) -> float:
    """Intersection over union, 0..1."""
    width = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    height = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    both = max(width, 0.0) * max(height, 0.0)
    return both / (one.area + other.area - both) if both else 0.0


def pixel_overlap(said: NDArray[np.bool_], true: NDArray[np.bool_]) -> float:
    """Intersection over union of two masks of the same shape; 0 when both are empty."""
    either = int((said | true).sum())
    return float((said & true).sum() / either) if either else 0.0


def inside(box: Box, x: float, y: float, *, grown: float = 0.0) -> bool:
    """Whether a point lies in the box grown by so many pixels on each side."""
    return box.x - grown <= x <= box.x + box.width + grown and box.y - grown <= y <= box.y + box.height + grown
