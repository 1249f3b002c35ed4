"""What every Sink promises; the window promises the same in test_window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from livecam.core.seams import Sink
from livecam.outlets import Outlets
from livecam.sinks.keeping import Recorder, Snapshots
from livecam.sinks.null import Null
from livecam.sinks.recording import VideoFile
from livecam.sinks.virtual_camera import VirtualCamera
from livecam.stopwatch import Stopwatch
from livecam.telemetry import Telemetry
from livecam.timed import TimedSink
from tests.fakes import FakeSink, grey, make_frame
from tests.sinks.test_virtual_camera import FakeSystem


def recording(folder: Path) -> Sink:
    recorder = Recorder(folder, say=print)
    recorder.toggle()
    return recorder


SINKS: dict[str, Callable[[Path], Sink]] = {
    "fake": lambda folder: FakeSink(),
    "null": lambda folder: Null(),
    "mp4": lambda folder: VideoFile(folder / "clip.mp4"),
    "mkv, live": lambda folder: VideoFile(folder / "clip.mkv", keep_all=False),
    "virtual camera": lambda folder: VirtualCamera(30, open_device=FakeSystem().open),
    "recorder, off": lambda folder: Recorder(folder, say=print),
    "recorder, on": recording,
    "snapshots": Snapshots,
    "outlets": lambda folder: Outlets([Null(), FakeSink()], print),
    "measured": lambda folder: TimedSink(Null(), Stopwatch()),
    "watched": lambda folder: Telemetry().sink(Null()),
}


@pytest.fixture(params=SINKS)
def sink(request: pytest.FixtureRequest, tmp_path: Path) -> Sink:
    return SINKS[request.param](tmp_path)


@pytest.mark.parametrize("size", [(1, 1), (641, 359), (64, 48)])
def test_the_frame_is_shown_and_left_as_it_was(sink: Sink, size: tuple[int, int]) -> None:
    frames = [make_frame(grey(*size), index=index) for index in range(3)]
    for frame in frames:
        frame.image.setflags(write=False)
        sink.show(frame)
    assert all((frame.image == 128).all() for frame in frames)


def test_sizes_may_change_from_frame_to_frame(sink: Sink) -> None:
    for index, size in enumerate([(64, 48), (1, 1), (641, 359), (48, 64)]):
        sink.show(make_frame(grey(*size), index=index))


def test_many_frames_are_taken(sink: Sink) -> None:
    image = np.random.default_rng(3).integers(0, 255, (48, 64, 3), np.uint8)
    for index in range(300):
        sink.show(make_frame(image, index=index))
