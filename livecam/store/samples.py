"""Samples, predictions, label events, and the labels that events come to."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import NamedTuple

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


_SHARES: Mapping[Split, float] = {Split.TRAIN: 0.70, Split.TEST: 0.15, Split.VALIDATION: 0.15}
LEAST_TO_JUDGE = 20  # labelled random samples without which no model is judged
ENOUGH_FOR_A_ROUND = 2 * LEAST_TO_JUDGE  # samples: as many again to learn from


def dealt_split(recordings: Mapping[Split, int]) -> Split:
    """The split of the next recording: the one that has the fewest for its share; seven in ten are for training."""
    following = sum(recordings.values()) + 1
    return max(_SHARES, key=lambda split: round(_SHARES[split] * following - recordings.get(split, 0), 9))


class SampleState(StrEnum):
    """Rejected means that a person called the prediction wrong: the right place is still to be given. A skipped one is
    open to everybody but those who skipped it."""

    NEW = "new"
    LEASED = "leased"
    LABELLED = "labelled"
    SKIPPED = "skipped"
    REJECTED = "rejected"
    NOT_A_FACE = "not a face"


class LabelAction(StrEnum):
    """What a person can say of a sample, or of one eye of it.

    `point`, `closed` and `occluded` say something of one eye; `accept` ends the sample: each eye is what was last said
    of it, else what was shown. `not a face` ends it too. `undo` takes back one event, the one it names. `comment` says
    something in words, and `gold` that the label which stands is known to be true.
    `look` tells at which place of the screen the person in the picture looked, in shares of its width and height.
    """

    ACCEPT = "accept"
    REJECT = "reject"
    POINT = "point"
    CLOSED = "closed"
    OCCLUDED = "occluded"
    SKIP = "skip"
    UNDO = "undo"
    FLAG = "flag"
    NOT_A_FACE = "not a face"
    COMMENT = "comment"
    GOLD = "gold"
    LOOK = "look"


EYE_VERBS = frozenset({LabelAction.POINT, LabelAction.CLOSED, LabelAction.OCCLUDED})
IMPORTED = "import"  # who says what came with a file: a person's word outranks it
DRAWN = "drawn"  # who says where the irises of a drawn picture are, and the detector of what is shown for it
CARRIED = "carried"  # the detector of a label that was moved here from another moment of the recording
LABEL = "label"  # the detector of what is shown when it is somebody's label; the version is that person's name


@dataclass(frozen=True, slots=True)
class Prediction:
    """What one detector said of one eye, in pixels of the sample's picture; no pupil means looked for and not found."""

    detector: str  # cpu, tflite, tutorial, or the name that a file gave
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


class SampleOutline(NamedTuple):
    """What a sample is known by where thousands are counted: no predictions, nothing that was said."""

    id: str
    session: str
    source: str
    frame_index: int
    seconds: float
    captured: datetime
    landmarks: Points
    reason: SamplingReason
    split: Split


@dataclass(frozen=True, slots=True)
class LabelEvent:
    """One thing a person said; never changed, never deleted.

    `number` and `when` are given by the store. `shown_predictions` is what the person saw and judged: a detector's
    predictions, or the label of another person. A repeat is shown again without telling, to measure how far people
    agree with themselves: it decides nothing. An adjudication decides for everybody.
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
    is_adjudication: bool = False
    text: str | None = None  # of a comment
    when: datetime = field(default=datetime.min.replace(tzinfo=UTC))
    number: int = 0

    @property
    def judges_person(self) -> bool:
        """Whether what was judged was the label of another person, and no prediction."""
        return any(shown.detector == LABEL and shown.version != IMPORTED for shown in self.shown_predictions)

    @property
    def judges_carried(self) -> bool:
        """Whether what was judged was a label carried along the recording, and no prediction."""
        return any(shown.detector == CARRIED for shown in self.shown_predictions)


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
    """What all events together say of a sample; of what stands and who decides it, see `resolve_labels`."""

    state: SampleState = SampleState.NEW
    labels: tuple[EyeLabel, ...] = ()  # of a labelled sample: left, right
    annotator: str | None = None
    when: datetime | None = None
    flagged: bool = False
    decision: int = 0  # the number of the event that decided
    deciders: int = 0  # people who decided anything but a skip
    disputed: bool = False  # somebody says otherwise than what stands
    gold: bool = False  # what stands is known to be true


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
