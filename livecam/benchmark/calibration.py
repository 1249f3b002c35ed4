"""The expected calibration error: how far confidences are from the share of answers that are right, and by chance."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

_BINS = 10


class CalibrationError(NamedTuple):
    """Both 0..1, over ten bins of equal width, after Naeini et al. (2015)."""

    error: float
    chance: float  # expected of confidences that are exactly the probabilities: so few answers tell no less

    def __str__(self) -> str:
        return f"{self.error:.3f}/{self.chance:.3f}".replace("0.", ".")


class Verdict(NamedTuple):
    """What was claimed of a pupil, and whether it was within 5 % of the pupil distance; a closed eye has none."""

    confidence: float
    hit: bool


def expected_calibration_error(verdicts: Iterable[Verdict]) -> CalibrationError | None:
    """None without a verdict."""
    table = np.array(list(verdicts), np.float64).reshape(-1, 2)
    if not len(table):
        return None
    confidences, hits = table.T
    places = np.clip(np.ceil(confidences * _BINS).astype(int) - 1, 0, _BINS - 1)
    gaps = np.bincount(places, confidences - hits, minlength=_BINS)
    # The mean distance of a sum of coin throws from its mean, by the normal distribution.
    variances = np.bincount(places, confidences * (1 - confidences), minlength=_BINS)
    by_chance = np.sqrt(2 / np.pi * variances)
    return CalibrationError(float(np.abs(gaps).sum() / len(table)), float(by_chance.sum() / len(table)))
