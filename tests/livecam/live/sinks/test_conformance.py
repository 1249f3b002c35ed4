"""What every Sink promises; the window promises the same in test_window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from livecam.core.interfaces import Sink
from livecam.live.sinks.factory import MultiSink
from livecam.live.sinks.recorder import Recorder, Snapshots
from livecam.live.sinks.tracking.json_lines import JsonLinesSink
from livecam.live.sinks.tracking.osc import OscSink
from livecam.live.sinks.video_file import VideoFileSink
from livecam.live.sinks.virtual_camera import NullSink, VirtualCamera
from tests.fakes import FakeSink, grey, make_frame
from tests.livecam.live.sinks.test_virtual_camera import FakeSystem
from tests.livecam.live.sinks.tracking.tracked import tracked


def recording(folder: Path) -> Sink:
    recorder = Recorder(folder, say=print)
    recorder.toggle()
    return recorder


class Nowhere:
    def send(self, content: object) -> None:
        return None


SINKS: dict[str, Callable[[Path], Sink]] = {
    "fake": lambda folder: FakeSink(),
    "null": lambda folder: NullSink(),
    "mp4": lambda folder: VideoFileSink(folder / "clip.mp4"),
    "mkv, live": lambda folder: VideoFileSink(folder / "clip.mkv", keep_all=False),
    "virtual camera": lambda folder: VirtualCamera(30, open_device=FakeSystem().open),
    "recorder, off": lambda folder: Recorder(folder, say=print),
    "recorder, on": recording,
    "snapshots": Snapshots,
    "lines": lambda folder: JsonLinesSink(str(folder / "lines.jsonl"), tracked),
    "osc": lambda folder: OscSink("127.0.0.1", 9, tracked, say=print, connect=lambda host, port: Nowhere()),
    "outlets": lambda folder: MultiSink([NullSink(), FakeSink()], print),
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
