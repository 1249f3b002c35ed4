"""Feedback of people on predictions, read from the store: the label accepted, corrected or rejected."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from livecam.core.placeholder_landmarks import is_placeholder
from livecam.core.types import EyeState, Image, Side
from livecam.store.samples import (
    EyeLabel,
    LabelEvent,
    Prediction,
    Sample,
    SampleState,
    Split,
    StoredSample,
)
from livecam.store.store import Store
from training.data.dataset import EyeSample
from training.data.store_samples import HUMAN, face_of, labelled_eyes, predicted_eye

RIGHT, WRONG = 0.025, 0.05  # of the pupil distance; what lies between is neither

Verdict = tuple[
    Sequence[EyeSample], bool
]  # one or two eyes with the labels that were shown, and whether they were right


@dataclass(frozen=True, slots=True)
class FeedbackData:
    """Verdicts to learn from and to be judged by, and eyes whose labels are known to be right."""

    learnt: list[Verdict] = field(default_factory=list)
    kept_back: list[Verdict] = field(default_factory=list)  # of recordings that are for testing
    right: list[EyeSample] = field(default_factory=list)


def load_feedback(store: Store) -> FeedbackData:
    """Everything that people have decided, of faces that were found. Recordings for testing are never learnt from."""
    feedback = FeedbackData()
    for stored in store.samples(states=[SampleState.LABELLED, SampleState.REJECTED]):
        if is_placeholder(stored.sample.landmarks):
            continue
        picture = store.picture(stored.sample.id)
        found = list(verdicts(stored, list(store.events(stored.sample.id)), picture))
        if stored.sample.split is Split.TEST:
            feedback.kept_back.extend(found)
            continue
        feedback.learnt.extend(found)
        feedback.right.extend(labelled_eyes(stored, picture))
    return feedback


def verdicts(stored: StoredSample, events: Sequence[LabelEvent], picture: Image) -> Iterator[Verdict]:
    """A rejection is of both eyes together, as nobody says which was wrong; a correction is of each by itself."""
    shown = _shown(stored, events)
    if stored.state is SampleState.REJECTED:
        eyes = [
            _drawn(stored.sample, picture, prediction) for prediction in shown.values() if prediction.pupil is not None
        ]
        if eyes:
            yield eyes, False
        return
    for label in stored.resolved.labels:
        prediction = shown.get(label.side)
        right = _right(stored.sample, prediction, label) if prediction is not None else None
        if prediction is not None and right is not None:
            yield [_drawn(stored.sample, picture, prediction)], right


def _shown(stored: StoredSample, events: Sequence[LabelEvent]) -> dict[Side, Prediction]:
    """The prediction that the person saw who decided, or the label that came with a file; another person's label is
    none."""
    decision = next(event for event in events if event.number == stored.resolved.decision)
    return {} if decision.judges_person else {shown.side: shown for shown in decision.shown_predictions}


def _right(sample: Sample, prediction: Prediction, label: EyeLabel) -> bool | None:
    """None where it cannot be said: nothing was shown, the eye is hidden, or the prediction is neither near nor far."""
    if prediction.pupil is None or label.occluded:
        return None
    if prediction.pupil.state is not label.state:
        return False
    if label.state is EyeState.CLOSED or label.centre is None:
        return True
    away = math.dist(prediction.pupil.centre, label.centre) / face_of(sample).pupil_distance
    return None if RIGHT < away <= WRONG else away <= RIGHT


def _drawn(sample: Sample, picture: Image, prediction: Prediction) -> EyeSample:
    assert prediction.pupil is not None
    return predicted_eye(sample, picture, prediction.side, prediction.pupil, weight=1.0, origin=HUMAN)
