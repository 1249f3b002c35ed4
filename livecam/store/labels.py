"""Labels against predictions: whether a prediction was right, as people's events tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from livecam.core.types import LID_POINTS, Box, EyeState, Face, Point, Pupil, Side
from livecam.store.resolution import DECIDING, standing_events
from livecam.store.samples import (
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
from livecam.store.store import Store


def judgement_of(events: Iterable[LabelEvent]) -> bool | None:
    """The latest judgement among the events of one sample; None when nobody said yes or no to the prediction as it was.

    What somebody said of another person's label is no judgement of the prediction.
    """
    latest: bool | None = None
    spoken: set[str] = set()  # whoever placed an eye since their last decision
    for event in standing_events(events):
        if event.judges_person or (event.judges_carried and event.annotator not in spoken):
            continue
        if event.action in EYE_VERBS:
            spoken.add(event.annotator)
        elif event.action is LabelAction.REJECT:
            latest = False
        elif event.action is LabelAction.ACCEPT and event.annotator not in spoken:
            latest = True
        if event.action in DECIDING:
            spoken.discard(event.annotator)
    return latest


def by_sample(events: Iterable[LabelEvent]) -> Mapping[str, list[LabelEvent]]:
    """The events of each sample, in their order."""
    grouped: dict[str, list[LabelEvent]] = defaultdict(list)
    for event in events:
        grouped[event.sample_id].append(event)
    return grouped


def prediction_verdicts(store: Store) -> Mapping[str, bool]:
    """Of each decided sample, by the name of its picture, whether the prediction was right.

    A prediction that was corrected, and never called right as it was, was wrong. Samples whose prediction nobody was
    shown, as a carried label was confirmed instead, are left out.
    """
    said = by_sample(event for event in store.events() if not event.is_repeat)
    decided = store.samples(states={SampleState.LABELLED, SampleState.REJECTED})
    found = {stored.sample.id: verdict(stored.resolved, said[stored.sample.id]) for stored in decided}
    return {store.picture_path(sample_id).name: right for sample_id, right in found.items() if right is not None}


def verdict(resolved: ResolvedLabels, events: Iterable[LabelEvent]) -> bool | None:
    """Whether the prediction of a decided sample was right, as the decision that stands has it.

    None where that decision was about a carried label and nobody has judged the prediction.
    """
    if resolved.state is not SampleState.LABELLED:
        return False
    events = tuple(events)
    own = judgement_of(event for event in events if event.annotator == resolved.annotator)
    if own is None and not any(label.moved for label in resolved.labels):
        # Whoever settled a dispute judged somebody's label, and whoever made that one judged the prediction.
        own = judgement_of(events)
    decision = next((event for event in events if event.number == resolved.decision), None)
    if own is None and decision is not None and decision.judges_carried:
        return None
    return bool(own)


DETECTORS = ("tflite", "cpu", "tutorial")  # whose prediction is shown first; then those of other tools, by name
IRIS_RADIUS = 0.0935  # pupil distances


SIDES = (Side.RIGHT, Side.LEFT)  # as they stand in the picture, from left to right


def shown_predictions(sample: Sample) -> tuple[Prediction, ...]:
    """The predictions of the one detector that is shown, one an eye at most: ours where they have looked, else another
    tool's, and of several the first by name that has found an eye."""
    detectors = {prediction.detector for prediction in sample.predictions}
    ours = [name for name in DETECTORS if name in detectors]
    found = {prediction.detector for prediction in sample.predictions if prediction.pupil is not None}
    others = sorted(detectors - {*DETECTORS}, key=lambda name: (name not in found, name))
    detector = next(iter((*ours, *others)), None)
    return one_an_eye(
        prediction
        for side in SIDES
        for prediction in sample.predictions
        if (prediction.detector, prediction.side) == (detector, side)
    )


def one_an_eye(predictions: Iterable[Prediction]) -> tuple[Prediction, ...]:
    """The first of each eye: a file may hold what several versions of a tool said."""
    first: dict[Side, Prediction] = {}
    for prediction in predictions:
        first.setdefault(prediction.side, prediction)
    return tuple(first.values())


def shown_label(sample: Sample, resolved: ResolvedLabels) -> tuple[Prediction, ...]:
    """The label that stands as something to be judged: its detector is LABEL, its version whose label it is.

    A hidden iris has no place to show, so that eye is left without a pupil. A label without a radius has 0.
    """
    return tuple(
        Prediction(LABEL, resolved.annotator or "", label.side, _drawn(sample, label))
        for side in SIDES
        for label in resolved.labels
        if label.side is side
    )


def _drawn(sample: Sample, label: EyeLabel) -> Pupil | None:
    if label.occluded:
        return None
    if label.centre is not None:
        return Pupil(label.centre, label.radius or 0.0, 1.0, label.state)
    return Pupil(eye_middle(sample, label.side), IRIS_RADIUS * pupil_distance(sample), 1.0, EyeState.CLOSED)


def is_imported(prediction: Prediction) -> bool:
    """Whether it is a label that came with a file."""
    return prediction.detector == LABEL and prediction.version == IMPORTED


def eye_middle(sample: Sample, side: Side) -> Point:
    """Between the corners of an eye, picture pixels."""
    x, y = sample.landmarks[LID_POINTS[side]][[0, 3]].mean(axis=0).tolist()
    return Point(x, y)


def pupil_distance(sample: Sample) -> float:
    """The distance between the middles of the eyes' corners, pixels: the unit of every error."""
    return Face(Box(0, 0, *sample.size), sample.landmarks, 1.0).pupil_distance
