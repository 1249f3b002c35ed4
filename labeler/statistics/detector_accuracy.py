"""Detector accuracy: how good each detector's predictions were, eye by eye, as people's labels tell."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from labeler.statistics.agreement import normalising_distance
from livecam.core.types import Pupil
from livecam.store.samples import EyeLabel, StoredSample

_THRESHOLDS = {"within_2.5_percent": 0.025, "within_5_percent": 0.05}


@dataclass(slots=True)
class _Score:
    errors: list[float] = field(default_factory=list)  # pupil distances; infinite where nothing was found
    states: list[bool] = field(default_factory=list)

    def add(self, prediction: Pupil | None, label: EyeLabel, unit: float) -> None:
        if label.centre is not None:
            self.errors.append(math.dist(prediction.centre, label.centre) / unit if prediction else math.inf)
        if not label.occluded:
            self.states.append(prediction is not None and prediction.state is label.state)


def detector_accuracy(labelled: Iterable[StoredSample]) -> Mapping[str, Mapping[str, Any]]:
    """By detector: the share of eyes whose prediction was near enough, and of those whose state was right.

    A prediction that a person accepted as it was counts as exact; one that is missing, as wrong.
    """
    scores: dict[str, _Score] = defaultdict(_Score)
    for stored in labelled:
        labels = {label.side: label for label in stored.resolved.labels}
        unit = normalising_distance(labels, stored.sample)
        for prediction in stored.sample.predictions:
            if prediction.side in labels:
                scores[prediction.detector].add(prediction.pupil, labels[prediction.side], unit)
    return {detector: _figures(score) for detector, score in sorted(scores.items())}


def _figures(score: _Score) -> Mapping[str, Any]:
    near = {
        name: round(sum(error <= limit for error in score.errors) / len(score.errors), 4) if score.errors else None
        for name, limit in _THRESHOLDS.items()
    }
    right = round(sum(score.states) / len(score.states), 4) if score.states else None
    return {"eyes": len(score.errors), **near, "states": len(score.states), "state_right": right}
