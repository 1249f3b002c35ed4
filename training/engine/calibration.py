"""Confidence calibration: logistic regression of hits on features, reliability diagram, expected calibration error."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from training.engine.metrics import scikit_learn

Vector = NDArray[np.float64]  # (n,)

_SETTLED = 1e-9  # gradient of the likelihood at which the weights are taken as found
_COPIES = 10  # of a miss; a hit is copied as often as brings about the share that is wanted


class ReliabilityBin(NamedTuple):
    """Answers whose confidences lie together: the mean confidence and the share of hits should be equal."""

    confidence: float
    share: float
    answers: int


def fit_logistic(features: ArrayLike, hits: ArrayLike, *, penalty: float = 1e-3) -> Vector:
    """The weights (k + 1,) of k features and, last, the constant that make `logistic` the probability of a hit.

    `features` is (n, k), `hits` (n,) of truths. Maximum likelihood; `penalty` times n is laid on the
    squares of the weights in units of each feature's deviation, so that a clean separation stays finite. ValueError
    when the hits are all alike, from which nothing can be learned.
    """
    values, true = np.atleast_2d(np.asarray(features, np.float64)), np.asarray(hits, bool)
    if true.all() or not true.any():
        raise ValueError(f"calibration needs hits and misses, not only {'hits' if true.all() else 'misses'}")
    mean, deviation = values.mean(axis=0), np.maximum(values.std(axis=0), 1e-12)
    strength = 1 / (penalty * len(true)) if penalty else np.inf
    model = scikit_learn("linear_model").LogisticRegression(C=strength, solver="newton-cholesky", tol=_SETTLED)
    model.fit((values - mean) / deviation, true)
    slopes = model.coef_[0] / deviation
    fitted: Vector = np.append(slopes, model.intercept_[0] - slopes @ mean)
    return fitted


def as_rarely_missed(hits: ArrayLike, misses: ArrayLike, share: float) -> NDArray[np.int64]:
    """Places of (n,) answers, each several times, so that misses are `share` of hits and misses.

    What is neither is copied as often as a miss. Without a hit or a miss, every place once.
    """
    right, wrong = np.asarray(hits, bool), np.asarray(misses, bool)
    everything = np.arange(len(right))
    if not right.any() or not wrong.any():
        return everything
    wanted = _COPIES * wrong.sum() * (1 - share) / share
    return np.repeat(everything, np.where(right, max(round(wanted / right.sum()), 1), _COPIES))


def logistic(features: ArrayLike, weights: ArrayLike) -> Vector:
    """The probability (n,) of a hit for features (n, k) and the weights of `fit_logistic`."""
    score = _with_constant(np.atleast_2d(np.asarray(features, np.float64))) @ np.asarray(weights, np.float64)
    probability: Vector = 1 / (1 + np.exp(-score))
    return probability


def reliability(confidences: ArrayLike, hits: ArrayLike, *, bins: int = 10) -> list[ReliabilityBin]:
    """Answers in bins of equal width over 0..1, the empty ones left out, the least confident first.

    `confidences` is (n,) within 0..1, `hits` (n,) of truths; a confidence on an edge belongs to the bin below it.
    """
    stated, true = np.asarray(confidences, np.float64), np.asarray(hits, bool)
    shares, means = scikit_learn("calibration").calibration_curve(true, stated, n_bins=bins)
    edges = np.linspace(0, 1, bins + 1)[1:-1]
    counts = np.bincount(np.searchsorted(edges, stated), minlength=bins)
    filled = zip(means.tolist(), shares.tolist(), counts[counts > 0].tolist(), strict=True)
    return [ReliabilityBin(*entry) for entry in filled]


def calibration_error(confidences: ArrayLike, hits: ArrayLike, *, bins: int = 10) -> float:
    """The expected calibration error, 0..1: how far confidence and share of hits lie apart, averaged over answers.

    After Naeini et al. (2015).
    """
    table = reliability(confidences, hits, bins=bins)
    total = sum(entry.answers for entry in table)
    return sum(entry.answers * abs(entry.confidence - entry.share) for entry in table) / total


def _with_constant(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack([values, np.ones(len(values))])
