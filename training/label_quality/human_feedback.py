"""Feedback of people on predictions, read from the store: the label accepted, corrected or rejected."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from livecam.core.placeholder_landmarks import is_placeholder
from livecam.core.types import EyeState, Image, Side
from livecam.store.samples import (
    EyeLabel,
    LabelAction,
    LabelEvent,
    Prediction,
    Sample,
    SampleState,
    Split,
    StoredSample,
)
from livecam.store.store import Store
from training.data.dataset import EyeSample
from training.data.store_samples import HUMAN, face_of, guessed_eye, labelled_eyes

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
    taught = FeedbackData()
    for stored in store.samples(states=[SampleState.LABELLED, SampleState.REJECTED]):
        if is_placeholder(stored.sample.landmarks):
            continue
        picture = store.picture(stored.sample.id)
        found = list(verdicts(stored, list(store.events(stored.sample.id)), picture))
        if stored.sample.split is Split.TEST:
            taught.kept_back.extend(found)
            continue
        taught.learnt.extend(found)
        taught.right.extend(labelled_eyes(stored, picture))
    return taught


def verdicts(stored: StoredSample, events: Sequence[LabelEvent], picture: Image) -> Iterator[Verdict]:
    """A rejection is of both eyes together, as nobody says which was wrong; a correction is of each by itself."""
    shown = _shown(stored, events)
    if stored.state is SampleState.REJECTED:
        eyes = [_drawn(stored.sample, picture, guess) for guess in shown.values() if guess.pupil is not None]
        if eyes:
            yield eyes, False
        return
    for label in stored.resolved.labels:
        guess = shown.get(label.side)
        right = _right(stored.sample, guess, label) if guess is not None else None
        if guess is not None and right is not None:
            yield [_drawn(stored.sample, picture, guess)], right


def _shown(stored: StoredSample, events: Sequence[LabelEvent]) -> dict[Side, Prediction]:
    """What the person saw who decided."""
    decision = next(
        event
        for event in reversed(events)
        if event.when == stored.resolved.when
        and event.annotator == stored.resolved.annotator
        and event.action is not LabelAction.UNDO
    )
    return {guess.side: guess for guess in decision.shown_predictions}


def _right(sample: Sample, guess: Prediction, label: EyeLabel) -> bool | None:
    """None where it cannot be said: nothing was shown, the eye is hidden, or the guess is neither near nor far."""
    if guess.pupil is None or label.occluded:
        return None
    if guess.pupil.state is not label.state:
        return False
    if label.state is EyeState.CLOSED or label.centre is None:
        return True
    away = math.dist(guess.pupil.centre, label.centre) / face_of(sample).pupil_distance
    return None if RIGHT < away <= WRONG else away <= RIGHT


def _drawn(sample: Sample, picture: Image, guess: Prediction) -> EyeSample:
    assert guess.pupil is not None
    return guessed_eye(sample, picture, guess.side, guess.pupil, weight=1.0, origin=HUMAN)
