"""Detector accuracy: how good each detector's predictions are, by labels that were placed without seeing them.

Whoever accepts a prediction, or moves it a little, has been led by it: such labels would find every detector good. What
people said of predictions that they saw is told apart, rejections included.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from labeler.statistics.agreement import normalising_distance
from labeler.statistics.intervals import share
from livecam.core.types import Pupil
from livecam.store.resolution import labels_of, standing_events
from livecam.store.samples import DRAWN, IMPORTED, LABEL, EyeLabel, LabelAction, LabelEvent, StoredSample

_THRESHOLDS = {"within_2.5_percent": 0.025, "within_5_percent": 0.05}


@dataclass(slots=True)
class _Score:
    errors: list[float] = field(default_factory=list)  # pupil distances; infinite where nothing was found
    states: list[bool] = field(default_factory=list)
    judged: list[bool] = field(default_factory=list)  # what people said who saw the predictions of a sample

    def add(self, prediction: Pupil | None, label: EyeLabel, unit: float) -> None:
        if label.centre is not None:
            self.errors.append(math.dist(prediction.centre, label.centre) / unit if prediction else math.inf)
        if not label.occluded:
            self.states.append(prediction is not None and prediction.state is label.state)


def detector_accuracy(
    decided: Iterable[tuple[StoredSample, Sequence[LabelEvent]]],
) -> Mapping[str, Mapping[str, Any]]:
    """By detector: of blind, hand-placed labels the share of eyes whose prediction was near enough, with n and an
    interval of 95 %, and of those whose state was right; a prediction that is missing is wrong. And of samples whose
    prediction was judged, the share that was called right."""
    scores: dict[str, _Score] = defaultdict(_Score)
    for stored, events in decided:
        valid = standing_events(event for event in events if not event.is_repeat)
        labels = {label.side: label for label in blind_labels(stored, valid)}
        unit = normalising_distance(labels, stored.sample)
        for prediction in stored.sample.predictions:
            if prediction.side in labels:
                scores[prediction.detector].add(prediction.pupil, labels[prediction.side], unit)
        for detector, right in _judgements(valid):
            scores[detector].judged.append(right)
    return {detector: _figures(score) for detector, score in sorted(scores.items())}


def blind_labels(stored: StoredSample, valid: Sequence[LabelEvent]) -> Sequence[EyeLabel]:
    """The labels that stand, where they were placed by hand and their author saw no prediction; else none."""
    decision = next((event for event in valid if event.number == stored.resolved.decision), None)
    if decision is None or decision.shown_predictions or decision.annotator in {IMPORTED, DRAWN}:
        return ()
    return [label for label in labels_of(decision, valid) if label.moved]


def _judgements(valid: Sequence[LabelEvent]) -> Iterable[tuple[str, bool]]:
    """What each decision says of the detector whose predictions were seen: placing an eye anew calls them wrong."""
    spoken: set[str] = set()
    for event in valid:
        if event.side is not None:
            spoken.add(event.annotator)
            continue
        shown = {prediction.detector for prediction in event.shown_predictions} - {LABEL, DRAWN}
        if event.action in {LabelAction.ACCEPT, LabelAction.REJECT} and len(shown) == 1:
            yield shown.pop(), event.action is LabelAction.ACCEPT and event.annotator not in spoken
        spoken.discard(event.annotator)


def _figures(score: _Score) -> Mapping[str, Any]:
    near: dict[str, Any] = {}
    for name, limit in _THRESHOLDS.items():
        figures = share(sum(error <= limit for error in score.errors), len(score.errors))
        near |= {name: figures["share"], f"{name}_interval": [figures["low"], figures["high"]]}
    states = share(sum(score.states), len(score.states))
    judged = share(sum(score.judged), len(score.judged))
    return {
        "eyes": len(score.errors),
        **near,
        "states": states["n"],
        "state_right": states["share"],
        "judged": judged["n"],
        "judged_right": judged["share"],
        "judged_right_interval": [judged["low"], judged["high"]],
    }
