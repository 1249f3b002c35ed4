"""Labels against predictions: whether a prediction was right, as people's events tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from livecam.core.types import Box, Face, Side
from livecam.store.samples import (
    EYE_VERBS,
    LabelAction,
    LabelEvent,
    Prediction,
    Sample,
    SampleState,
)
from livecam.store.store import Store


def judgement_of(events: Iterable[LabelEvent]) -> bool | None:
    """The latest judgement among the events of one sample; None when nobody judged the prediction as it was."""
    latest: bool | None = None
    spoken: set[str] = set()  # whoever placed an eye since their last decision
    for event in standing_events(events):
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

    A prediction that was corrected, and never called right as it was, was wrong.
    """
    said = by_sample(event for event in store.events() if not event.is_repeat)
    decided = store.samples(states={SampleState.LABELLED, SampleState.REJECTED})
    return {
        store.picture_path(stored.sample.id).name: judgement_of(said[stored.sample.id]) or False for stored in decided
    }


DETECTORS = ("tflite", "cpu", "tutorial")  # whose prediction is shown, the first that has one


SIDES = (Side.RIGHT, Side.LEFT)  # as they stand in the picture, from left to right


DECIDING = {
    LabelAction.ACCEPT: SampleState.LABELLED,
    LabelAction.REJECT: SampleState.REJECTED,
    LabelAction.SKIP: SampleState.SKIPPED,
}


def shown_predictions(sample: Sample) -> tuple[Prediction, ...]:
    """The predictions of the detector that is shown: the default one where it has looked, else the next best."""
    detector = next((name for name in DETECTORS if sample.predictions_of(name)), None)
    return tuple(
        prediction
        for side in SIDES
        for prediction in sample.predictions
        if (prediction.detector, prediction.side) == (detector, side)
    )


def pupil_distance(sample: Sample) -> float:
    """The distance between the middles of the eyes' corners, pixels: the unit of every error."""
    return Face(Box(0, 0, *sample.size), sample.landmarks, 1.0).pupil_distance


def standing_events(events: Iterable[LabelEvent]) -> tuple[LabelEvent, ...]:
    """Those that were not taken back, without the takings back; oldest first as they came."""
    events = tuple(events)
    undone = {event.undone_event for event in events if event.action is LabelAction.UNDO}
    return tuple(event for event in events if event.action is not LabelAction.UNDO and event.number not in undone)
