"""Numbers from answers: error shares, calibration, closed eyes, and what refusing the doubtful ones buys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from livecam.benchmark.accuracy import THRESHOLDS
from training.engine.calibration import calibration_error
from training.pupil_detector.evaluation import EvalResult

NEAR = 0.05
Vector = NDArray[np.float64]

MEASURES: dict[str, Callable[[Sequence[float]], float]] = {
    "worse_eye": max,
    "better_eye": min,
    "mean": lambda errors: float(np.mean(errors)),
}


def errors(answers: Sequence[EvalResult], measure: str) -> Vector:
    """One number for every picture with open eyes."""
    return np.array([MEASURES[measure](answer.errors) for answer in answers if not answer.closed], np.float64)


def error_shares(values: ArrayLike) -> dict[str, float]:
    """The share of errors at or below each threshold; empty without errors."""
    numbers = np.asarray(values, np.float64)
    return {f"{limit:g}": float((numbers <= limit).mean()) for limit in THRESHOLDS} if len(numbers) else {}


def by_group(answers: Sequence[EvalResult]) -> dict[str, dict[str, float]]:
    """The worse eye's shares for each group of at most twelve; people are too many to list."""
    groups = sorted({answer.group for answer in answers if not answer.closed})
    if len(groups) > 12:
        return {}
    return {name: error_shares(errors([one for one in answers if one.group == name], "worse_eye")) for name in groups}


def reliability_data(answers: Sequence[EvalResult]) -> tuple[Vector, NDArray[np.bool_]]:
    """Every eye's confidence, and whether it was right; a closed eye has no pupil to be right about."""
    pairs = [
        (confidence, error <= NEAR and not answer.closed)
        for answer in answers
        for confidence, error in zip(answer.confidences, answer.errors, strict=True)
    ]
    return np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])


def roc(answers: Sequence[EvalResult]) -> tuple[Vector, Vector]:
    """Share of open eyes called closed, and share of closed eyes called closed, over all thresholds."""
    rows = [(value, answer.closed) for answer in answers for value in answer.openness]
    values, closed = np.array([row[0] for row in rows]), np.array([row[1] for row in rows])
    limits = np.concatenate([[-np.inf], np.unique(values)])
    wrong = np.array([(values[~closed] <= limit).mean() for limit in limits]) if (~closed).any() else np.zeros(1)
    right = np.array([(values[closed] <= limit).mean() for limit in limits]) if closed.any() else np.zeros(1)
    return wrong, right


def area(wrong: Vector, right: Vector) -> float:
    """The area under a ROC curve, 0..1."""
    return float(np.trapz(right, wrong))


def auc(scores: ArrayLike, positive: ArrayLike) -> float:
    """The probability that a positive scores higher than a negative, equal scores counting half; NaN without both."""
    numbers, yes = np.asarray(scores, np.float64), np.asarray(positive, bool)
    if yes.all() or not yes.any():
        return float("nan")
    _, place, count = np.unique(numbers, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[place]
    return float((rank[yes].sum() - yes.sum() * (yes.sum() + 1) / 2) / (yes.sum() * (~yes).sum()))


def risk_coverage(confidences: Vector, hits: NDArray[np.bool_]) -> tuple[Vector, Vector]:
    """The share of eyes kept, the surest first, and the share of the kept that is wrong."""
    order = np.argsort(-confidences, kind="stable")
    kept = np.arange(1, len(order) + 1)
    return kept / len(order), np.cumsum(~hits[order]) / kept


def report(answers: Sequence[EvalResult]) -> dict[str, Any]:
    """All the numbers of one finder on one set."""
    confidences, hits = reliability_data(answers)
    closed = [answer.closed for answer in answers]
    table: dict[str, Any] = {
        "pictures": len(answers),
        "closed": sum(closed),
        "missed": sum(not np.isfinite(max(answer.errors)) for answer in answers),
        "shares": {measure: error_shares(errors(answers, measure)) for measure in MEASURES},
        "groups": by_group(answers),
        "ece": calibration_error(confidences, hits),
    }
    if any(closed) and not all(closed):
        table["closed_auc"] = area(*roc(answers))
    return table
