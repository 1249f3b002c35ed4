"""Confidence calibration of the target detector: the score of the best peak as the probability of a target."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from livecam.perception.targets.model_card import TargetConfidenceCalibration
from training.engine.calibration import fit_logistic
from training.engine.files import DatasetError
from training.engine.metrics import roc_auc
from training.target_detector.evaluation import PeakConfidence

_PENALTY = 0.02  # some forty pages decide: weights stay small
_CERTAIN = 1e-4


def calibrated(with_it: Sequence[PeakConfidence], without: Sequence[PeakConfidence]) -> TargetConfidenceCalibration:
    """Weights of the height of the best peak and of its lead; DatasetError when nothing can be told apart."""
    cases = [*with_it, *without]
    hits = [case.hit for case in cases]
    if not 0 < sum(hits) < len(hits):
        raise DatasetError("calibration needs pages on which the target was found, and pages without one")
    height, lead, bias = fit_logistic(_features(cases), hits, penalty=_PENALTY)
    return TargetConfidenceCalibration(
        height=round(float(height), 4), lead=round(float(lead), 4), bias=round(float(bias), 4)
    )


def held_out_auc(groups: Sequence[tuple[Sequence[PeakConfidence], Sequence[PeakConfidence]]]) -> float:
    """The area under the curve of pages with against pages without, each group scored by what the others say."""
    right: list[float] = []
    wrong: list[float] = []
    for number, (with_it, without) in enumerate(groups):
        others = [group for other, group in enumerate(groups) if other != number]
        calibration = calibrated(
            [case for group in others for case in group[0]], [case for group in others for case in group[1]]
        )
        right += [calibration.score(case.height, case.rival) for case in with_it]
        wrong += [calibration.score(case.height, case.rival) for case in without]
    return roc_auc(right + wrong, [True] * len(right) + [False] * len(wrong))


def _features(cases: Sequence[PeakConfidence]) -> NDArray[np.float64]:
    heights = _log_odds([case.height for case in cases])
    return np.column_stack([heights, heights - _log_odds([case.rival for case in cases])])


def _log_odds(probabilities: Sequence[float]) -> NDArray[np.float64]:
    inside = np.clip(np.asarray(probabilities, np.float64), _CERTAIN, 1 - _CERTAIN)
    odds: NDArray[np.float64] = np.log(inside / (1 - inside))
    return odds
