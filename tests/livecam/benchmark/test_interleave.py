"""Contenders take turns, and their frames are timed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from livecam.benchmark.contenders import BLOCK, Baseline, Pipeline, interleave
from livecam.benchmark.labelled_photographs import Pupils
from livecam.benchmark.results import TimingSummary
from livecam.benchmark.timing import DeferredDetection, FrameTimings
from livecam.core.timing import StageTimer
from livecam.core.types import Frame, Image, Scene
from livecam.live.collection.collector import NullCollector
from livecam.perception.pipeline import Perception
from tests.fakes import FakeEffect, FakeFaceDetector, FakePupilDetector, FakeSink, make_face, make_frame


@dataclass
class Recorder:
    """Notes in a common diary whose turn it was, with which items."""

    name: str
    diary: list[tuple[str, list[int], bool]] = field(default_factory=list)

    def take(self, items: Sequence[int], *, keep: bool) -> None:
        self.diary.append((self.name, list(items), keep))


def raced(count: int, warm_up: int) -> list[tuple[str, list[int], bool]]:
    diary: list[tuple[str, list[int], bool]] = []
    interleave([Recorder(name, diary) for name in "abc"], range(count), warm_up=warm_up)
    return diary


def test_everybody_takes_every_item_once_in_order() -> None:
    diary = raced(170, 20)

    taken = {name: [item for who, items, _ in diary if who == name for item in items] for name in "abc"}

    assert taken == {name: list(range(170)) for name in "abc"}


def test_only_the_warm_up_is_forgotten() -> None:
    forgotten = [item for name, items, keep in raced(170, 20) if name == "a" and not keep for item in items]

    assert forgotten == list(range(20))


def test_nobody_takes_two_blocks_while_others_wait() -> None:
    diary = raced(4 * BLOCK, 0)

    rounds = [{name for name, _, _ in diary[start : start + 3]} for start in range(0, len(diary), 3)]

    assert rounds == [{"a", "b", "c"}] * 4


def test_the_order_changes_from_round_to_round_but_not_from_run_to_run() -> None:
    orders = [[name for name, _, _ in raced(6 * BLOCK, 0)] for _ in range(2)]

    assert orders[0] == orders[1]
    assert len(Counter(tuple(orders[0][start : start + 3]) for start in range(0, 18, 3))) > 1


class Ticking:
    """A clock that only the parts of the program move."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class SlowFaces:
    clock: Ticking
    seconds: float
    detector: DeferredDetection

    def detect(self, frame: Frame) -> list[object]:
        self.clock.now += self.seconds
        self.detector.submit(frame.image)
        return list(FakeFaceDetector(make_face()).detect(frame))


@dataclass
class SlowEffect:
    clock: Ticking
    seconds: float

    def draw(self, scene: Scene) -> Image:
        self.clock.now += self.seconds
        return FakeEffect().draw(scene)


def slow_path(*, perceive: float, detect: float, draw: float) -> Pipeline:
    clock = Ticking()

    def detected(image: Image) -> list[object]:
        clock.now += detect
        return []

    detector = DeferredDetection(detected)  # type: ignore[arg-type]
    return Pipeline(
        name="cpu",
        face="dlib",
        perception=Perception(SlowFaces(clock, perceive, detector), FakePupilDetector()),  # type: ignore[arg-type]
        detector=detector,
        effect=SlowEffect(clock, draw),
        sinks=[FakeSink()],
        collector=NullCollector(),
        timer=StageTimer(clock),
        timings=FrameTimings(clock, clock),
    )


@pytest.fixture
def figures() -> TimingSummary:
    path = slow_path(perceive=0.003, detect=0.020, draw=0.001)
    path.take([make_frame(index=index) for index in range(7)], keep=False)
    path.take([make_frame(index=index) for index in range(7, 12)], keep=True)
    return TimingSummary.of(path.timings)


def test_a_frame_lasts_until_it_is_shown_and_detection_beside_it_does_not_count(figures: TimingSummary) -> None:
    assert figures.whole.p50 == pytest.approx(4.0)


def test_perception_ends_where_drawing_begins(figures: TimingSummary) -> None:
    assert figures.perceive.p50 == pytest.approx(3.0)


def test_the_processor_works_for_the_detection_too(figures: TimingSummary) -> None:
    assert (figures.cpu_ms, figures.perceive_cpu_ms) == pytest.approx((24.0, 23.0))


def test_frames_a_second_are_those_of_the_whole_loop(figures: TimingSummary) -> None:
    assert figures.fps == pytest.approx(250.0)


def test_the_warm_up_does_not_count(figures: TimingSummary) -> None:
    assert len(figures.latencies) == 5


def test_found_faces_and_their_confidence_are_counted(figures: TimingSummary) -> None:
    assert (figures.found, figures.confidence) == pytest.approx((1.0, 0.9))


@dataclass
class Every:
    """Finds a face in every n-th picture, and takes its time."""

    nth: int
    clock: Ticking
    count: int = 0

    def detect(self, image: Image) -> Pupils | None:
        self.clock.now += 0.002
        self.count += 1
        return ((1, 1), (2, 1)) if self.count % self.nth == 0 else None


def test_a_peer_is_measured_on_the_same_frames() -> None:
    clock = Ticking()
    baseline = Baseline("other", Every(2, clock), FrameTimings(clock, clock))

    baseline.take([make_frame(index=index) for index in range(10)], keep=True)

    figures = TimingSummary.of(baseline.timings)
    assert (figures.perceive.p50, figures.found) == pytest.approx((2.0, 0.5))
