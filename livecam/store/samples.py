"""Samples, predictions, label events, and the labels that events come to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from livecam.core.types import EyeState, Image, Point, Points, Pupil, Side


class CropMode(StrEnum):
    """Which part of the frame a sample keeps; always an upright cut-out at full size, never scaled."""

    FACE = "face"
    EYES = "eyes"
    FRAME = "frame"


class SamplingReason(StrEnum):
    """Why a scene was kept; only the random ones are an unbiased picture of what the camera sees."""

    LOW = "low"
    DISAGREE = "disagree"
    JUMP = "jump"
    FLAG = "flag"
    RANDOM = "random"


class Split(StrEnum):
    """Fixed for a whole recording when it is made, so that no person is trained and tested on."""

    TRAIN = "train"
    VALIDATION = "validation"
    TEST = "test"


class SampleState(StrEnum):
    """Rejected means that a person called the prediction wrong: the right place is still to be given."""

    NEW = "new"
    LEASED = "leased"
    LABELLED = "labelled"
    SKIPPED = "skipped"
    REJECTED = "rejected"


class LabelAction(StrEnum):
    """What a person can say of a sample, or of one eye of it.

    `point`, `closed` and `occluded` say something of one eye; `accept` ends the sample: each eye is what was last said
    of it, else what was shown. `undo` takes back one event, the one it names. `look` decides nothing: it tells at which
    place of the screen the person in the picture looked, in shares of its width and height.
    """

    ACCEPT = "accept"
    REJECT = "reject"
    POINT = "point"
    CLOSED = "closed"
    OCCLUDED = "occluded"
    SKIP = "skip"
    UNDO = "undo"
    FLAG = "flag"
    LOOK = "look"


EYE_VERBS = frozenset({LabelAction.POINT, LabelAction.CLOSED, LabelAction.OCCLUDED})
_DECIDED = {
    LabelAction.ACCEPT: SampleState.LABELLED,
    LabelAction.REJECT: SampleState.REJECTED,
    LabelAction.SKIP: SampleState.SKIPPED,
}


@dataclass(frozen=True, slots=True)
class Prediction:
    """What one detector said of one eye, in pixels of the sample's picture; no pupil means looked for and not found."""

    detector: str  # cpu, tflite or tutorial
    version: str  # of the program, or the first figures of the model's sha256
    side: Side
    pupil: Pupil | None


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A cut-out of a frame with one face. Every point is in pixels of its own picture; `origin` leads to the frame.

    Why: docs/decisions/sample-pixels.md
    """

    id: str  # sha256 of the pixels, see `pixel_hash`
    session: str  # one recording: from the start of a run to its end
    captured: datetime  # UTC
    source: str  # camera, file or address it came from
    frame_index: int
    seconds: float  # since the source was opened
    size: tuple[int, int]  # width, height of the picture, pixels
    keep: CropMode
    origin: tuple[int, int]  # where the picture's top-left pixel was in the frame
    frame_size: tuple[int, int]  # width, height
    landmarks: Points  # (68, 2) float32, picture pixels, iBUG order
    predictions: tuple[Prediction, ...]
    reason: SamplingReason
    priority: float  # what is to be labelled first has the highest
    split: Split

    def to_frame(self, point: Point) -> Point:
        """Picture pixels to frame pixels."""
        return Point(point.x + self.origin[0], point.y + self.origin[1])

    def predictions_of(self, detector: str) -> Mapping[Side, Pupil | None]:
        """One detector's predictions, by eye."""
        return {prediction.side: prediction.pupil for prediction in self.predictions if prediction.detector == detector}


@dataclass(frozen=True, slots=True)
class LabelEvent:
    """One thing a person said; never changed, never deleted.

    `number` and `when` are given by the store. `shown` is what the person saw as the prediction. A `repeat` is
    shown again without telling, to measure how far people agree with themselves: it decides nothing.
    """

    sample_id: str
    action: LabelAction
    annotator: str
    side: Side | None = None  # for point, closed and occluded
    point: Point | None = None  # picture pixels, for point; shares of the screen, for look
    radius: float | None = None  # picture pixels, for point
    seconds: float = 0.0  # how long the person took
    shown_predictions: tuple[Prediction, ...] = ()
    undone_event: int | None = None  # the number of the event an undo takes back
    is_repeat: bool = False
    when: datetime = field(default=datetime.min.replace(tzinfo=UTC))
    number: int = 0


@dataclass(frozen=True, slots=True)
class EyeLabel:
    """A fine label: what a person made of one eye. An occluded eye is open but its iris cannot be seen."""

    side: Side
    state: EyeState
    centre: Point | None  # picture pixels; None when closed or occluded
    radius: float | None
    occluded: bool = False
    moved: bool = False  # the person said it; otherwise the machine's prediction was accepted


@dataclass(frozen=True, slots=True)
class ResolvedLabels:
    """What all events together say of a sample: the last decision that was not taken back."""

    state: SampleState = SampleState.NEW
    labels: tuple[EyeLabel, ...] = ()  # of a labelled sample: left, right
    annotator: str | None = None
    when: datetime | None = None
    flagged: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class StoredSample:
    """A sample as the store has it now."""

    sample: Sample
    resolved: ResolvedLabels
    state: SampleState  # of the standing, or leased
    lease_owner: str | None = None
    lease_expires: datetime | None = None


def pixel_hash(picture: Image) -> str:
    """The id of a picture: sha256 over its height, width and pixels, in figures of sixteen."""
    height, width = picture.shape[:2]
    digest = hashlib.sha256(f"{height}x{width}:".encode())
    digest.update(picture.tobytes())
    return digest.hexdigest()


def resolve_labels(
    events: Iterable[LabelEvent], *, annotator: str | None = None, repeats: bool = False
) -> ResolvedLabels:
    """The fold of one sample's events, oldest first: of everybody, or of one person, or of that person's repeats."""
    events = [event for event in events if event.is_repeat is repeats and annotator in {None, event.annotator}]
    undone = {event.undone_event for event in events if event.action is LabelAction.UNDO}
    valid = [event for event in events if event.action is not LabelAction.UNDO and event.number not in undone]
    flagged = any(event.action is LabelAction.FLAG for event in valid)
    decision = next((event for event in reversed(valid) if event.action in _DECIDED), None)
    if decision is None:
        return ResolvedLabels(flagged=flagged)
    said = [event for event in valid if event.annotator == decision.annotator and event.number < decision.number]
    labels = _labels(decision, said) if decision.action is LabelAction.ACCEPT else ()
    return ResolvedLabels(_DECIDED[decision.action], labels, decision.annotator, decision.when, flagged)


def _labels(accepted: LabelEvent, said: Sequence[LabelEvent]) -> tuple[EyeLabel, ...]:
    """What was said since the same person's decision before, else what was shown."""
    latest: dict[Side, LabelEvent] = {}
    for event in said:
        if event.action in _DECIDED:
            latest.clear()
        elif event.side is not None:
            latest[event.side] = event
    shown = {prediction.side: prediction for prediction in accepted.shown_predictions}
    return tuple(
        _said(latest[side]) if side in latest else _accepted(shown[side])
        for side in (Side.LEFT, Side.RIGHT)
        if side in latest or (side in shown and shown[side].pupil is not None)
    )


def _said(event: LabelEvent) -> EyeLabel:
    assert event.side is not None
    closed = event.action is LabelAction.CLOSED
    state = EyeState.CLOSED if closed else EyeState.OPEN
    return EyeLabel(
        event.side, state, event.point, event.radius, occluded=event.action is LabelAction.OCCLUDED, moved=True
    )


def _accepted(prediction: Prediction) -> EyeLabel:
    assert prediction.pupil is not None
    if prediction.pupil.state is EyeState.CLOSED:
        return EyeLabel(prediction.side, EyeState.CLOSED, None, None)
    return EyeLabel(prediction.side, EyeState.OPEN, prediction.pupil.centre, prediction.pupil.radius)
