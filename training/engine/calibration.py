"""Makes a confidence mean what it says: fits probabilities to hits, and measures how far they are off."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Vector = NDArray[np.float64]  # (n,)

_STEPS = 50
_SETTLED = 1e-9


class ReliabilityBin(NamedTuple):
    """Answers whose confidences lie together: the mean confidence and the share of hits should be equal."""

    confidence: float
    share: float
    answers: int


def fit_logistic(features: ArrayLike, hits: ArrayLike, *, penalty: float = 1e-3) -> Vector:
    """The weights (k + 1,) of k features and, last, the constant that make `logistic` the probability of a hit.

    `features` is (n, k), `hits` (n,) of truths. Maximum likelihood by Newton's method; `penalty` times n is laid on the
    squares of the weights in units of each feature's deviation, so that a clean separation stays finite. ValueError
    when the hits are all alike, from which nothing can be learned.
    """
    values, true = np.atleast_2d(np.asarray(features, np.float64)), np.asarray(hits, np.float64)
    if not 0 < true.mean() < 1:
        raise ValueError(f"calibration needs hits and misses, not only {'hits' if true.all() else 'misses'}")
    mean, deviation = values.mean(axis=0), np.maximum(values.std(axis=0), 1e-12)
    scaled = _with_constant((values - mean) / deviation)
    ridge = penalty * len(true) * np.diag([1.0] * values.shape[1] + [0.0])
    weights = np.zeros(scaled.shape[1])
    for _ in range(_STEPS):
        step = _newton_step(scaled, true, weights, ridge)
        weights += step
        if np.abs(step).max() < _SETTLED:
            break
    slopes = weights[:-1] / deviation
    fitted: Vector = np.append(slopes, weights[-1] - slopes @ mean)
    return fitted


def logistic(features: ArrayLike, weights: ArrayLike) -> Vector:
    """The probability (n,) of a hit for features (n, k) and the weights of `fit_logistic`."""
    score = _with_constant(np.atleast_2d(np.asarray(features, np.float64))) @ np.asarray(weights, np.float64)
    probability: Vector = 1 / (1 + np.exp(-score))
    return probability


def reliability(confidences: ArrayLike, hits: ArrayLike, *, bins: int = 10) -> list[ReliabilityBin]:
    """Answers in bins of equal width over 0..1, the empty ones left out, the least confident first."""
    stated, true = np.asarray(confidences, np.float64), np.asarray(hits, np.float64)
    place = np.minimum((stated * bins).astype(int), bins - 1)
    chosen = [place == at for at in range(bins) if (place == at).any()]
    return [ReliabilityBin(float(stated[pick].mean()), float(true[pick].mean()), int(pick.sum())) for pick in chosen]


def calibration_error(confidences: ArrayLike, hits: ArrayLike, *, bins: int = 10) -> float:
    """The expected calibration error, 0..1: how far confidence and share of hits lie apart, averaged over answers.

    After Naeini et al. (2015).
    """
    table = reliability(confidences, hits, bins=bins)
    total = sum(entry.answers for entry in table)
    return sum(entry.answers * abs(entry.confidence - entry.share) for entry in table) / total


def _newton_step(values: NDArray[np.float64], true: Vector, weights: Vector, ridge: NDArray[np.float64]) -> Vector:
    probability = 1 / (1 + np.exp(-(values @ weights)))
    slope = values.T @ (true - probability) - ridge @ weights
    bend = (values * (probability * (1 - probability))[:, None]).T @ values + ridge
    step: Vector = np.linalg.solve(bend + 1e-9 * np.eye(len(weights)), slope)
    return step


def _with_constant(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack([values, np.ones(len(values))])
