"""The heart of the program on fakes."""

from __future__ import annotations

from collections.abc import Iterator
from weakref import ReferenceType, ref

from livecam.core.types import Frame, Image
from livecam.live.loop import run
from livecam.perception.pipeline import Perception
from tests.fakes import (
    FakeCollector,
    FakeEffect,
    FakeFaceDetector,
    FakePupilDetector,
    FakeSink,
    FakeSource,
    make_face,
    make_frame,
)


def perception(*faces: object) -> Perception:
    return Perception(FakeFaceDetector(*faces), FakePupilDetector())  # type: ignore[arg-type]


def test_every_frame_reaches_every_sink_and_the_collector_in_order() -> None:
    sinks, collector = [FakeSink(), FakeSink()], FakeCollector()
    run(FakeSource(3), perception(make_face()), FakeEffect(), sinks, collector, finished=lambda: False)
    seen = [[frame.index for frame in sink.shown] for sink in sinks]
    assert [*seen, [scene.frame.index for scene in collector.offered]] == [[0, 1, 2]] * 3


def test_the_loop_ends_after_the_frame_in_which_it_is_told_to() -> None:
    sink = FakeSink()
    run(FakeSource(9), perception(), FakeEffect(), [sink], FakeCollector(), finished=lambda: len(sink.shown) == 2)
    assert len(sink.shown) == 2


def test_a_sink_gets_the_drawn_picture_with_the_time_of_the_frame() -> None:
    source, sink = FakeSource(2), FakeSink()
    run(source, perception(), FakeEffect(), [sink], FakeCollector(), finished=lambda: False)
    assert [(f.timestamp, f.image is not s.image) for f, s in zip(sink.shown, source.frames, strict=True)] == [
        (0.0, True),
        (1 / 30, True),
    ]


def test_a_drawn_picture_is_let_go_before_the_next_frame_is_taken() -> None:
    drawn: list[ReferenceType[Image]] = []
    kept: list[int] = []

    class Sink:
        def show(self, frame: Frame) -> None:
            drawn.append(ref(frame.image))

    def frames() -> Iterator[Frame]:
        for index in range(3):
            kept.append(sum(picture() is not None for picture in drawn))
            yield make_frame(index=index)

    run(frames(), perception(), FakeEffect(), [Sink()], FakeCollector(), finished=lambda: False)
    assert kept == [0, 0, 0]


def test_an_empty_room_is_a_scene_without_looks() -> None:
    assert perception().see(make_frame()).faces == ()


def test_the_largest_face_stays_first_in_the_scene() -> None:
    near, far = make_face(pupil_distance=90.0), make_face(centre=(100, 100), pupil_distance=30.0)
    looks = perception(near, far).see(make_frame()).faces
    assert [observation.face for observation in looks] == [near, far]
