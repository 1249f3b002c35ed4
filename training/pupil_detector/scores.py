"""Scores of a pupil detector: error shares, calibration error, AUC of closed eyes, risk against coverage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from livecam.benchmark.accuracy import THRESHOLDS
from training.engine.calibration import calibration_error
from training.engine.metrics import roc_auc
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


def closedness(answers: Sequence[EvalResult]) -> tuple[Vector, NDArray[np.bool_]]:
    """How closed every eye was said to be, for ranking, and whether it is."""
    rows = [(-value, answer.closed) for answer in answers for value in answer.openness]
    return np.array([row[0] for row in rows], np.float64), np.array([row[1] for row in rows], bool)


def risk_coverage(confidences: Vector, hits: NDArray[np.bool_]) -> tuple[Vector, Vector]:
    """The share of eyes kept, the surest first, and the share of the kept that is wrong."""
    order = np.argsort(-confidences, kind="stable")
    kept = np.arange(1, len(order) + 1)
    return kept / len(order), np.cumsum(~hits[order]) / kept


def report(answers: Sequence[EvalResult]) -> dict[str, Any]:
    """All the numbers of one detector on one set."""
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
        table["closed_auc"] = roc_auc(*closedness(answers))
    return table
