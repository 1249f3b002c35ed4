"""Evaluation metrics: hit rates with Wilson intervals, ROC curve and AUC, intersection over union (boxes, masks)."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from livecam.core.errors import MissingExtraError
from livecam.core.types import Box

_Z = 1.959964  # of a normal distribution, 95 %


def scikit_learn(module: str) -> Any:
    """A module of scikit-learn by name, such as `metrics`; MissingExtraError without it."""
    try:
        return importlib.import_module(f"sklearn.{module}")
    except ModuleNotFoundError as fault:
        raise MissingExtraError("judging and calibrating", "training") from fault


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


def roc_auc(scores: ArrayLike, positive: ArrayLike) -> float:
    """The probability that a positive scores higher than a negative, ties half: the area under the ROC curve.

    `scores` and `positive` are (n,); NaN when all are positive or none is.
    """
    numbers, yes = np.asarray(scores, np.float64), np.asarray(positive, bool)
    if yes.all() or not yes.any():
        return float("nan")
    return float(scikit_learn("metrics").roc_auc_score(yes, numbers))


def roc_curve(scores: ArrayLike, positive: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The share of negatives, and of positives, that score at least a threshold (k,), the highest threshold first.

    Both must be among `positive`. Thresholds on a straight piece of the curve are left out.
    """
    wrong, right, _ = scikit_learn("metrics").roc_curve(np.asarray(positive, bool), np.asarray(scores, np.float64))
    return wrong, right


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
