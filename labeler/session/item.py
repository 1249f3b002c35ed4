"""One sample as an annotator sees it: what is to be judged, and what this person has said of each eye."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from labeler.session.actions import LabelingMode
from livecam.core.types import EyeState, Point, Pupil, Side
from livecam.store.labels import (
    IRIS_RADIUS,
    eye_middle,
    is_imported,
    pupil_distance,
    shown_label,
    shown_predictions,
)
from livecam.store.resolution import DECIDING, resolve_labels, standing_events
from livecam.store.samples import (
    CARRIED,
    EYE_VERBS,
    IMPORTED,
    LABEL,
    EyeLabel,
    LabelAction,
    LabelEvent,
    Prediction,
    ResolvedLabels,
    Sample,
    SampleState,
)


class SaveState(StrEnum):
    """Whether what was said of an eye is in the store yet."""

    TOUCHED = "touched"  # not written yet
    KEPT = "kept"  # written, and waiting for the decision
    DECIDED = "decided"  # part of a decision that stands


class Assignment(NamedTuple):
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


class JudgedKind(StrEnum):
    """What is to be judged."""

    LABEL = "label"
    IMPORTED = "imported"
    CARRIED = "carried"
    PREDICTION = "prediction"
    NONE = "none"


class Showing(StrEnum):
    """How much of what is known of a sample a person is to see before they answer."""

    CURRENT = "current"  # the label that stands, else the prediction
    PREDICTION = "prediction"  # not what others said: the answer is to be independent of theirs
    BLIND = "blind"  # nothing, so that the answer can measure a detector


@dataclass(frozen=True, slots=True)
class CarriedLabel:
    """A label of another moment of the recording, moved to this sample: a proposal."""

    predictions: tuple[Prediction, ...]  # right, left; their version is the beginning of that other sample's id
    author: str
    seconds: float  # from that moment to this one; negative where that one is later


@dataclass(frozen=True, slots=True)
class LabelingItem:
    """What is asked: all of it about one picture, nothing from another."""

    assignment: Assignment
    size: tuple[int, int]  # width, height of the picture
    unit: float  # the pupil distance, pixels
    middles: Mapping[Side, Point]  # of the eyes' corners, picture pixels
    shown_predictions: tuple[Prediction, ...]  # what is to be judged, one an eye at most
    annotations: Mapping[Side, EyeAnnotation]
    decision: SampleState | None = None  # of this person
    comments: tuple[LabelEvent, ...] = ()  # everybody's, oldest first
    hidden: frozenset[Side] = frozenset()  # eyes whose iris the label to be judged calls hidden
    carried: CarriedLabel | None = None  # what is to be judged, where it was carried along the recording

    @property
    def is_open(self) -> bool:
        """Whether it waits for this person's decision, which others must not take away meanwhile."""
        return self.decision is None and not self.assignment.repeat

    @property
    def judged(self) -> JudgedKind:
        """Whether somebody's label or a prediction is to be judged."""
        if not self.shown_predictions:
            return JudgedKind.NONE
        first = self.shown_predictions[0]
        if first.detector == CARRIED:
            return JudgedKind.CARRIED
        if first.detector != LABEL:
            return JudgedKind.PREDICTION
        return JudgedKind.IMPORTED if is_imported(first) else JudgedKind.LABEL

    @property
    def author(self) -> str | None:
        """Whose label is to be judged; None for a prediction."""
        if self.carried is not None:
            return self.carried.author
        return self.shown_predictions[0].version if self.judged in {JudgedKind.LABEL, JudgedKind.IMPORTED} else None

    def prediction(self, side: Side) -> Pupil | None:
        """The pupil that is to be judged; None when the detector looked and found none, or never looked."""
        return next((prediction.pupil for prediction in self.shown_predictions if prediction.side is side), None)

    def radius(self, side: Side) -> float:
        """Of the iris to be judged, picture pixels; the usual one where nobody gave any."""
        pupil = self.prediction(side)
        return pupil.radius if pupil is not None and pupil.radius else IRIS_RADIUS * self.unit

    def start(self, side: Side) -> EyeAnnotation:
        """Where placing an eye begins: what is judged, else the middle of the eye with an iris of the usual size."""
        if pupil := self.prediction(side):
            return EyeAnnotation(LabelAction.POINT, pupil.centre, self.radius(side))
        return EyeAnnotation(LabelAction.POINT, self.middles[side], IRIS_RADIUS * self.unit)


def labeling_item(
    sample: Sample,
    events: Iterable[LabelEvent],
    *,
    assignment: Assignment,
    annotator: str,
    mode: LabelingMode = LabelingMode.ANNOTATE,
    showing: Showing = Showing.CURRENT,
    carried: CarriedLabel | None = None,
) -> LabelingItem:
    """The sample as `annotator` sees it in this assignment; `events` are everybody's, oldest first.

    `carried` takes the place of the prediction where that would be shown.
    """
    events = tuple(events)
    own = resolve_labels(events, annotator=annotator, repeats=assignment.repeat)
    decided = {label.side: _decided(label) for label in own.labels if label.moved}
    shown, hidden = _judged(sample, events, assignment, annotator, mode, showing)
    if carried is not None and takes_carried(assignment, own.state, shown, showing, mode):
        shown = carried.predictions
    else:
        carried = None
    return LabelingItem(
        assignment,
        sample.size,
        pupil_distance(sample),
        {side: eye_middle(sample, side) for side in Side},
        shown,
        {**decided, **_since_last_decision(events, assignment, annotator)},
        None if own.state is SampleState.NEW else own.state,
        tuple(event for event in standing_events(events) if event.action is LabelAction.COMMENT),
        hidden,
        carried,
    )


def takes_carried(
    assignment: Assignment,
    own: SampleState,
    shown: tuple[Prediction, ...],
    showing: Showing,
    mode: LabelingMode,
) -> bool:
    """Whether a carried label may be proposed: where eyes are placed, for what this person has not labelled, and never
    where the answer is to be independent or a label is shown."""
    asked = mode is LabelingMode.ANNOTATE and showing is Showing.CURRENT and not assignment.repeat
    undone = own in {SampleState.NEW, SampleState.REJECTED, SampleState.SKIPPED}
    return asked and undone and all(prediction.detector != LABEL for prediction in shown)


def _judged(
    sample: Sample,
    events: tuple[LabelEvent, ...],
    assignment: Assignment,
    annotator: str,
    mode: LabelingMode,
    showing: Showing,
) -> tuple[tuple[Prediction, ...], frozenset[Side]]:
    """What is shown, and of which eyes the iris is hidden in it."""
    if assignment.repeat and (first := _first_decision(events, annotator)):
        return first.shown_predictions, frozenset()
    if showing is Showing.BLIND:
        return (), frozenset()
    standing = resolve_labels(events)
    if showing is Showing.CURRENT and _is_shown(standing, annotator, mode):
        hidden = frozenset(label.side for label in standing.labels if label.occluded)
        return shown_label(sample, standing), hidden
    return shown_predictions(sample), frozenset()


def _is_shown(standing: ResolvedLabels, annotator: str, mode: LabelingMode) -> bool:
    """Whether the label that stands is what is judged: whoever places eyes anew sees only what came with a file."""
    if standing.state is not SampleState.LABELLED or standing.annotator == annotator:
        return False
    return mode is LabelingMode.REVIEW or standing.annotator == IMPORTED


def _first_decision(events: Iterable[LabelEvent], annotator: str) -> LabelEvent | None:
    theirs = standing_events(event for event in events if event.annotator == annotator and not event.is_repeat)
    return next((event for event in reversed(theirs) if event.action in DECIDING), None)


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
