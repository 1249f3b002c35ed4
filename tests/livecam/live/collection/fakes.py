"""A store in memory, and the parts of a collector with defaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from random import Random
from threading import Event

import cv2
import numpy as np

from livecam.core.crop import EyePair, LevelledEyeCropper
from livecam.core.errors import StoreError
from livecam.core.interfaces import PupilPair
from livecam.core.types import Face, FaceObservation, Frame, Image, Scene, Side
from livecam.live.collection.collector import ActiveDetector, SampleCollector
from livecam.live.collection.hard_examples import HardExampleDetector
from livecam.live.collection.model_disagreement import NamedDetector, SecondDetector
from livecam.live.collection.random_sampling import PoissonSampler
from livecam.live.collection.sample_builder import RecordingInfo
from livecam.live.collection.selector import CollectionStats, SampleSelector
from livecam.settings import CollectSettings
from livecam.store.samples import Sample, SampleState, SamplingReason, Split
from tests.fakes import make_face, make_pupil

RECORDING = RecordingInfo("monday", "camera 0")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
# Moments are drawn so rarely that none is within a test.
NEVER = 1e-9
FACE = make_face()


@dataclass
class MemoryStore:
    """A SampleStore that may be full, and may be held up."""

    is_full: bool = False
    gate: Event = field(default_factory=Event)
    samples: list[Sample] = field(default_factory=list)
    pictures: list[Image] = field(default_factory=list)
    quotas: list[int] = field(default_factory=list)
    random_before: int = 20  # samples that were kept at random in earlier runs
    others_before: int = 20

    def __post_init__(self) -> None:
        self.gate.set()

    def add(self, sample: Sample, picture: Image) -> bool:
        self.gate.wait(10)
        if self.is_full:
            raise StoreError("no space is left in the store")
        if any(known.id == sample.id for known in self.samples):
            return False
        self.samples.append(sample)
        self.pictures.append(picture)
        return True

    def recordings(self) -> Mapping[str, Split]:
        return {sample.session: sample.split for sample in self.samples}

    def seconds_of(self, session: str) -> Sequence[float]:
        return [sample.seconds for sample in self.samples if sample.session == session]

    def count_random(self, session: str | None = None) -> int:
        """As in a store that has enough to judge by, unless a test says otherwise."""
        drawn = [sample for sample in self.samples if sample.reason is SamplingReason.RANDOM]
        if session is None:
            return self.random_before + len(drawn)
        return sum(sample.session == session for sample in drawn)

    def count_states(self) -> Mapping[SampleState, int]:
        return {SampleState.NEW: self.random_before + self.others_before + len(self.samples)}

    def evict(self, most_bytes: int) -> int:
        self.quotas.append(most_bytes)
        return 0

    @property
    def reasons(self) -> list[str]:
        return [sample.reason.value for sample in self.samples]


class Shifted:
    """A PupilFinder that finds both pupils beside the middle of the eyes, by so many pupil distances."""

    cropper = LevelledEyeCropper(64, 48, 85.0)

    def __init__(self, shift: float) -> None:
        self.shift, self.asked = shift, 0

    def detect(self, eyes: EyePair) -> PupilPair:
        self.asked += 1
        left, right = (make_pupil(eyes.face, side, shift=(self.shift, 0)) for side in (Side.LEFT, Side.RIGHT))
        return PupilPair(left, right)


def blotches(seed: int) -> Image:
    """A picture that looks like no other to anybody."""
    small = np.random.default_rng(seed).integers(0, 256, (24, 32, 3), np.uint8)
    return cv2.resize(small, (640, 480), interpolation=cv2.INTER_NEAREST).astype(np.uint8, copy=False)


def seen(
    seconds: float,
    *,
    confidence: float = 0.99,
    shifts: tuple[float, float] = (0.0, 0.0),
    image: Image | None = None,
    face: Face | None = None,
) -> Scene:
    """A scene with one face, whose left and right pupil are so far beside the middles of their eyes."""
    face = face or FACE
    left, right = (
        make_pupil(face, side, confidence=confidence, shift=(shift, 0))
        for side, shift in zip((Side.LEFT, Side.RIGHT), shifts, strict=True)
    )
    index = round(seconds * 1000)
    picture = blotches(index) if image is None else image
    return Scene(Frame(picture, index, seconds), (FaceObservation(face, left, right, None, None),))


def empty(seconds: float) -> Scene:
    return replace(seen(seconds), faces=())


def make_hard_example_detector(
    settings: CollectSettings | None = None, *, per_minute: float = NEVER, seed: int = 1, event_seconds: float = 0.0
) -> HardExampleDetector:
    """One that waits for no event to be over, unless it is told to."""
    random = Random(seed)
    chosen = settings or CollectSettings()
    return HardExampleDetector(chosen, PoissonSampler(random, per_minute), random, event_seconds)


def make_selector(
    settings: CollectSettings | None = None, *, other: Shifted | None = None, seed: int = 1
) -> SampleSelector:
    """`other` is the handcrafted detector, which is asked where the model is in use."""
    detector = other or Shifted(0.0)
    openers = {"cpu": lambda: NamedDetector("cpu", detector, lambda: "1.0")}
    second = SecondDetector(openers, lambda note: None)
    return SampleSelector(settings or CollectSettings(), RECORDING, second, CollectionStats(), Random(seed))


def make_collector(
    store: MemoryStore,
    *,
    detector: HardExampleDetector | None = None,
    selector: SampleSelector | None = None,
    said: list[str] | None = None,
    buffer: int = 16,
) -> SampleCollector:
    heard: list[str] = [] if said is None else said
    return SampleCollector(
        detector or make_hard_example_detector(),
        selector or make_selector(),
        lambda _: store,
        in_use=lambda: ActiveDetector("tflite", "abcd1234"),
        say=heard.append,
        now=lambda: NOON,
        buffer=buffer,
    )


def collected(scenes: Sequence[Scene], store: MemoryStore, **parts: object) -> SampleCollector:
    """A run over the scenes, ended."""
    collector = make_collector(store, buffer=len(scenes) + 1, **parts)  # type: ignore[arg-type]
    with collector:
        for scene in scenes:
            collector.offer(scene)
    return collector
