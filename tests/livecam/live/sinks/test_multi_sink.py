"""Sinks that fail while others go on."""

from __future__ import annotations

import pytest

from livecam.core.errors import SinkError
from livecam.core.types import Frame
from livecam.live.sinks.factory import MultiSink
from tests.fakes import FakeSink, make_frame


class FullDisk:
    def show(self, frame: Frame) -> None:
        raise SinkError("the disk is full")


def test_a_sink_that_fails_is_told_of_once_and_the_others_go_on() -> None:
    said: list[str] = []
    window = FakeSink()
    outlets = MultiSink([FullDisk(), window], said.append)
    for index in range(3):
        outlets.show(make_frame(index=index))
    assert (said, [frame.index for frame in window.shown]) == (["the disk is full"], [0, 1, 2])


def test_the_failure_of_the_last_sink_ends_the_run() -> None:
    with pytest.raises(SinkError, match="the disk is full"):
        MultiSink([FullDisk()], lambda note: None).show(make_frame())


def test_a_sink_can_come_and_go_while_the_others_are_shown() -> None:
    window, recording = FakeSink(), FakeSink()
    outlets = MultiSink([window], lambda note: None)
    for index, change in enumerate((lambda: None, lambda: outlets.add(recording), lambda: outlets.remove(recording))):
        change()
        outlets.show(make_frame(index=index))
    assert [[frame.index for frame in sink.shown] for sink in (window, recording)] == [[0, 1, 2], [1]]
