"""The figures of the HUD and the report, on a clock that the test moves."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from livecam.core.crop import EyePair
from livecam.core.interfaces import FaceDetector, PupilPair
from livecam.core.timing import DurationHistory, StageTimer
from livecam.core.types import Face, Frame, Image, Scene
from livecam.live.collection.collector import NullCollector
from livecam.live.loop import run
from livecam.live.telemetry import Telemetry
from livecam.perception.pipeline import Perception, Smoothing
from tests.fakes import FakeEffect, FakeFaceDetector, FakePupilDetector, FakeSink, make_face, make_frame


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@dataclass
class SlowFaces:
    clock: Clock
    took: Callable[[Frame], float]
    faces: FaceDetector

    def detect(self, frame: Frame) -> Sequence[Face]:
        self.clock.now += self.took(frame)
        return self.faces.detect(frame)


@dataclass
class SlowPupils(FakePupilDetector):
    clock: Clock

    def detect(self, eyes: EyePair) -> PupilPair:
        self.clock.now += 0.002
        return super().detect(eyes)


@dataclass
class SlowEffect(FakeEffect):
    clock: Clock

    def draw(self, scene: Scene) -> Image:
        self.clock.now += 0.004
        return super().draw(scene)


@dataclass
class SlowSource:
    """Waits until a frame is due, as a camera does, and stamps it."""

    clock: Clock
    count: int
    spacing: float = 0.05

    def __iter__(self) -> Iterator[Frame]:
        for index in range(self.count):
            self.clock.now = max(self.clock.now, 100.0 + index * self.spacing)
            yield replace(make_frame(index=index), captured_at=self.clock.now)


def measured(
    *, frames: int = 31, faces: int = 1, took: Callable[[Frame], float] = lambda frame: 0.001, warm_up: int = 10
) -> Telemetry:
    """The whole loop run on a clock that only the parts move: faces 1 ms, pupils 2 ms a face, effect 4 ms."""
    clock = Clock()
    telemetry = Telemetry(clock=clock, warm_up=warm_up)
    run(
        SlowSource(clock, frames),
        Perception(SlowFaces(clock, took, FakeFaceDetector(*[make_face()] * faces)), SlowPupils(clock)),
        SlowEffect(clock),
        [FakeSink()],
        NullCollector(),
        observer=telemetry,
        finished=lambda: False,
    )
    return telemetry


def report(**how: Any) -> dict[str, Any]:
    return dict(measured(**how).report())


def test_the_frame_rate_is_that_of_the_shown_frames() -> None:
    assert report()["fps"] == pytest.approx(20.0)


def test_the_latency_is_the_age_of_the_frame_when_it_is_shown() -> None:
    assert report()["latency_ms"]["p50"] == pytest.approx(7.0)


def test_every_stage_tells_the_time_it_takes_itself() -> None:
    stages = {name: stage["p50"] for name, stage in report(faces=2)["stages"].items()}
    assert stages == pytest.approx({"faces": 1, "crop": 0, "pupil": 4, "draw": 4, "show": 0, "collect": 0}, abs=1e-6)


def test_steadying_is_a_stage_of_its_own() -> None:
    clock = Clock()
    perception = Perception(FakeFaceDetector(make_face()), SlowPupils(clock), Smoothing())
    timer = StageTimer(clock)
    perception.see(make_frame(), timer)
    timer.next_frame()
    stages = {name: stage["max"] for name, stage in timer.report().items()}
    assert stages == pytest.approx({"faces": 0, "smooth": 0, "crop": 0, "pupil": 2}, abs=1e-6)


def test_a_stage_that_did_not_run_has_no_figures() -> None:
    assert "pupil" not in report(faces=0)["stages"]


def test_the_slowest_frame_is_named() -> None:
    slow = report(took=lambda frame: 0.030 if frame.index == 20 else 0.001)
    assert slow["slowest_frame_ms"] == pytest.approx(36.0)


def test_the_warm_up_counts_for_nothing() -> None:
    warm = report(took=lambda frame: 0.5 if frame.index < 10 else 0.001)
    assert (warm["frames"], warm["timed"], warm["slowest_frame_ms"]) == (31, 21, pytest.approx(7.0))


def test_faces_and_confidence_are_averaged_over_the_frames() -> None:
    seen = report()
    assert (seen["faces_seen"], seen["mean_confidence"]) == ({"frames": 31, "share": 1.0}, pytest.approx(0.9))


def test_an_empty_room_has_a_share_of_zero_and_no_confidence() -> None:
    seen = report(faces=0)
    assert (seen["faces_seen"]["share"], seen["mean_confidence"]) == (0.0, None)


def test_a_run_that_ends_in_the_warm_up_has_a_report_without_figures() -> None:
    short = report(frames=3)
    assert (short["frames"], short["fps"], short["latency_ms"], short["stages"]) == (3, None, {}, {})


def test_the_live_figures_start_with_the_first_frames() -> None:
    telemetry = measured(frames=3, warm_up=0)
    assert (telemetry.fps, telemetry.latency_ms) == (pytest.approx(20.0), pytest.approx(7.0))


def test_the_frame_rate_of_late_forgets_what_was_long_ago() -> None:
    telemetry = measured(frames=100, took=lambda frame: 0.06 if frame.index < 40 else 0.001)
    assert telemetry.fps == pytest.approx(20.0)


def test_a_stage_inside_another_is_taken_off_it() -> None:
    clock = Clock()
    timer = StageTimer(clock)
    with timer("track"):
        clock.now += 0.002
        with timer("detect"):
            clock.now += 0.010
        clock.now += 0.001
    timer.next_frame()
    assert {name: stage["max"] for name, stage in timer.report().items()} == pytest.approx({"track": 3, "detect": 10})


def test_a_stage_that_fails_is_measured_and_its_error_goes_on() -> None:
    clock = Clock()
    timer = StageTimer(clock)
    with pytest.raises(ZeroDivisionError), timer("pupil"):
        clock.now += 1 / 0
    timer.next_frame()
    assert "pupil" in timer.report()


def test_a_stage_may_be_inside_itself() -> None:
    clock = Clock()
    timer = StageTimer(clock)
    with timer("track"), timer("track"):
        clock.now += 0.002
    timer.next_frame()
    assert timer.report()["track"]["max"] == pytest.approx(2)


def test_a_frame_of_known_stages_keeps_no_new_history() -> None:
    timer = StageTimer()
    with timer("track"):
        timer.next_frame()
    timer.next_frame()
    tracemalloc.start()
    with timer("track"):
        pass
    timer.next_frame()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10_000


def test_percentiles_are_of_the_latest_and_the_maximum_is_of_all() -> None:
    durations = DurationHistory(kept=100)
    for milliseconds in [999, *range(101)]:
        durations.add(milliseconds)
    assert durations.summary() == pytest.approx({"p50": 50.5, "p95": 95.05, "p99": 99.01, "max": 999})
