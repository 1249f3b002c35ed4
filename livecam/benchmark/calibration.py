"""The expected calibration error: how far confidences are from the share of answers that are right."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

_BINS = 10


class Verdict(NamedTuple):
    """What was claimed of a pupil, and whether it was within 5 % of the pupil distance; a closed eye has none."""

    confidence: float
    hit: bool


def expected_calibration_error(verdicts: Iterable[Verdict]) -> float | None:
    """Over ten bins of equal width, 0..1, after Naeini et al. (2015); None without a verdict."""
    table = np.array(list(verdicts), np.float64).reshape(-1, 2)
    if not len(table):
        return None
    confidences, hits = table.T
    places = np.clip(np.ceil(confidences * _BINS).astype(int) - 1, 0, _BINS - 1)
    gaps = np.bincount(places, confidences - hits, minlength=_BINS)
    return float(np.abs(gaps).sum() / len(table))
