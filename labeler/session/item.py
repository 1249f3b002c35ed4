"""One sample as an annotator sees it: the prediction, and what this person has said of each eye."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from livecam.core.types import LID_POINTS, EyeState, Point, Pupil, Side
from livecam.store.labels import DECIDING, pupil_distance, shown_predictions, standing_events
from livecam.store.samples import (
    EYE_VERBS,
    EyeLabel,
    LabelAction,
    LabelEvent,
    Prediction,
    Sample,
    SampleState,
    resolve_labels,
)

IRIS_RADIUS = 0.0935  # pupil distances


class SaveState(StrEnum):
    """Whether what was said of an eye is in the store yet."""

    TOUCHED = "touched"  # not written yet
    KEPT = "kept"  # written, and waiting for the decision
    DECIDED = "decided"  # part of a decision that stands


@dataclass(frozen=True, slots=True)
class Assignment:
    """One showing of a sample; a repeat is the second one, to see whether the person says the same again."""

    sample_id: str
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class EyeAnnotation:
    """What a person said of one eye: a point, closed or occluded."""

    action: LabelAction
    point: Point | None = None  # picture pixels
    radius: float | None = None  # picture pixels
    save_state: SaveState = SaveState.TOUCHED


@dataclass(frozen=True, slots=True)
class LabelingItem:
    """What is asked: all of it about one picture, nothing from another."""

    assignment: Assignment
    size: tuple[int, int]  # width, height of the picture
    unit: float  # the pupil distance, pixels
    middles: Mapping[Side, Point]  # of the eyes' corners, picture pixels
    shown_predictions: tuple[Prediction, ...]  # one an eye at most
    annotations: Mapping[Side, EyeAnnotation]
    decision: SampleState | None = None  # of this person

    @property
    def is_open(self) -> bool:
        """Whether it waits for this person's decision, which others must not take away meanwhile."""
        return self.decision is None and not self.assignment.repeat

    def prediction(self, side: Side) -> Pupil | None:
        """The machine's pupil; None when it looked and found none, or never looked."""
        return next((prediction.pupil for prediction in self.shown_predictions if prediction.side is side), None)

    def start(self, side: Side) -> EyeAnnotation:
        """Where placing an eye begins: the prediction, else the middle of the eye with an iris of the usual size."""
        if pupil := self.prediction(side):
            return EyeAnnotation(LabelAction.POINT, pupil.centre, pupil.radius)
        return EyeAnnotation(LabelAction.POINT, self.middles[side], IRIS_RADIUS * self.unit)


def labeling_item(
    sample: Sample, events: Iterable[LabelEvent], *, assignment: Assignment, annotator: str
) -> LabelingItem:
    """The sample as `annotator` sees it in this assignment; of `events` (oldest first) only that person's count."""
    events = tuple(events)
    resolved = resolve_labels(events, annotator=annotator, repeats=assignment.repeat)
    decided = {label.side: _decided(label) for label in resolved.labels if label.moved}
    return LabelingItem(
        assignment,
        sample.size,
        pupil_distance(sample),
        {side: _middle(sample, side) for side in Side},
        shown_predictions(sample),
        {**decided, **_since_last_decision(events, assignment, annotator)},
        None if resolved.state is SampleState.NEW else resolved.state,
    )


def _since_last_decision(
    events: Iterable[LabelEvent], assignment: Assignment, annotator: str
) -> Mapping[Side, EyeAnnotation]:
    annotations: dict[Side, EyeAnnotation] = {}
    for event in standing_events(
        event for event in events if (event.annotator, event.is_repeat) == (annotator, assignment.repeat)
    ):
        if event.action in DECIDING:
            annotations.clear()
        elif event.action in EYE_VERBS and event.side is not None:
            annotations[event.side] = EyeAnnotation(event.action, event.point, event.radius, SaveState.KEPT)
    return annotations


def _decided(label: EyeLabel) -> EyeAnnotation:
    if label.state is EyeState.CLOSED:
        return EyeAnnotation(LabelAction.CLOSED, save_state=SaveState.DECIDED)
    return EyeAnnotation(
        LabelAction.OCCLUDED if label.occluded else LabelAction.POINT, label.centre, label.radius, SaveState.DECIDED
    )


def _middle(sample: Sample, side: Side) -> Point:
    x, y = sample.landmarks[LID_POINTS[side]][[0, 3]].mean(axis=0).tolist()
    return Point(x, y)
