"""Known samples: how near what a person said of one came to the truth."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from labeler.texts.catalogue import Language, text
from livecam.core.types import Side
from livecam.store.labels import pupil_distance
from livecam.store.resolution import resolve_labels
from livecam.store.samples import EyeLabel, LabelAction, LabelEvent, Prediction, ResolvedLabels, Sample, SampleState

RIGHT_WITHIN = 0.05  # of the pupil distance


@dataclass(frozen=True, slots=True)
class GoldAnswer:
    """One person's answer to a sample whose truth is known."""

    sample_id: str
    right: bool
    errors: Mapping[Side, float]  # of the eyes that both have a point for, in pupil distances
    truth: Sequence[EyeLabel]


def gold_answer(
    sample: Sample, standing: ResolvedLabels, events: Iterable[LabelEvent], annotator: str
) -> GoldAnswer | None:
    """None where the truth is not known, that person is who said it, or has answered nothing but a skip.

    Placing and accepting are right when every eye is in its true state and within RIGHT_WITHIN; calling a prediction
    wrong is right when it is not.
    """
    if not standing.gold or annotator == standing.annotator:
        return None
    events = tuple(events)
    own = resolve_labels(events, annotator=annotator)
    if own.state is SampleState.LABELLED:
        errors = _errors(own.labels, standing.labels, pupil_distance(sample))
        return GoldAnswer(sample.id, _is_right(own.labels, standing.labels, errors), errors, standing.labels)
    if own.state is SampleState.REJECTED:
        decision = next(event for event in events if event.number == own.decision)
        return GoldAnswer(sample.id, not _was_right(decision, sample, standing.labels), {}, standing.labels)
    if own.state is SampleState.NOT_A_FACE:
        return GoldAnswer(sample.id, False, {}, standing.labels)
    return None


def told(answer: GoldAnswer, language: Language = Language.ENGLISH) -> str:
    """An answer to a known sample in words."""
    verdict = "right" if answer.right else "wrong"
    if not answer.errors:
        return text(language, f"notice.gold {verdict}")
    return text(language, f"notice.gold {verdict} by", percent=f"{100 * max(answer.errors.values()):.1f}")


def _was_right(decision: LabelEvent, sample: Sample, truth: Sequence[EyeLabel]) -> bool:
    """Whether what was called wrong was right after all."""
    assert decision.action is LabelAction.REJECT
    shown = [_as_label(prediction) for prediction in decision.shown_predictions if prediction.pupil is not None]
    return len(shown) == len(truth) and _is_right(shown, truth, _errors(shown, truth, pupil_distance(sample)))


def _as_label(prediction: Prediction) -> EyeLabel:
    assert prediction.pupil is not None
    return EyeLabel(prediction.side, prediction.pupil.state, prediction.pupil.centre, prediction.pupil.radius)


def _errors(some: Sequence[EyeLabel], truth: Sequence[EyeLabel], unit: float) -> Mapping[Side, float]:
    true = {label.side: label for label in truth}
    return {
        label.side: math.dist(label.centre, there.centre) / unit
        for label in some
        if (there := true.get(label.side)) is not None and label.centre is not None and there.centre is not None
    }


def _is_right(some: Sequence[EyeLabel], truth: Sequence[EyeLabel], errors: Mapping[Side, float]) -> bool:
    true = {label.side: label for label in truth}
    states = all(
        (label.state, label.occluded) == (true[label.side].state, true[label.side].occluded)
        for label in some
        if label.side in true
    )
    return states and all(error <= RIGHT_WITHIN for error in errors.values())
