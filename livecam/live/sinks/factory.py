"""Opens the sinks that the settings name, and refuses one that would overwrite the source."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from livecam.core.errors import SinkError
from livecam.core.interfaces import Sink
from livecam.core.paths import local_path
from livecam.core.runtime import display_problem
from livecam.core.types import Frame
from livecam.live.sinks.encoder import CONTAINERS
from livecam.live.sinks.video_file import VideoFileSink
from livecam.live.sinks.virtual_camera import NullSink, VirtualCamera
from livecam.settings import OutputSettings


class MultiSink:
    """A Sink that hands every frame to each of its sinks; SinkError only when the last of them has failed."""

    def __init__(self, sinks: Sequence[Sink], say: Callable[[str], None]) -> None:
        self._sinks = list(sinks)
        self._say = say

    def add(self, sink: Sink) -> None:
        """From the next frame on it is shown to this sink too."""
        self._sinks.append(sink)

    def remove(self, sink: Sink) -> None:
        """No frame after this one; one that has failed meanwhile is gone already."""
        self._sinks = [kept for kept in self._sinks if kept is not sink]

    def show(self, frame: Frame) -> None:
        for sink in tuple(self._sinks):
            try:
                sink.show(frame)
            except SinkError as error:
                self.remove(sink)
                if not self._sinks:
                    raise
                self._say(str(error))


Say = Callable[[str], None]
WINDOW, VIRTUAL_CAMERA, NULL = "window", "virtualcam", "null"


class RequestedSinks(NamedTuple):
    """The sinks that can be opened, each once, and why there is no window, where one is wanted and there cannot be."""

    names: Sequence[str]
    no_window: str = ""


def requested_sinks(settings: OutputSettings) -> RequestedSinks:
    """What is to be opened: a window when none is named. Without a display no window is among them."""
    names = tuple(dict.fromkeys(settings.sinks or (WINDOW,)))
    for name in names:
        if name not in (WINDOW, VIRTUAL_CAMERA, NULL) and Path(name).suffix.lower() not in CONTAINERS:
            raise SinkError(
                f"there is no sink '{name}'; known are {WINDOW}, {VIRTUAL_CAMERA}, {NULL} and the path of a file"
                f" that ends in {' or '.join(CONTAINERS)}"
            )
    problem = display_problem() if WINDOW in names else ""
    if not problem:
        return RequestedSinks(names)
    without = tuple(name for name in names if name != WINDOW)
    return RequestedSinks(without, f"no window: {problem}, or use --sink FILE.mp4")


def check_not_source(source: str, outputs: Sequence[Path]) -> None:
    """SinkError when an output is the file that is read, or another output: one would be lost."""
    path = local_path(source.strip())
    taken = {} if path is None else {path.resolve(): "it is the source"}
    for output in outputs:
        place = output.resolve()
        if place in taken:
            raise SinkError(f"cannot write {output}: {taken[place]}; name another file")
        taken[place] = "it is written already by this run"


def files(names: Sequence[str]) -> Sequence[Path]:
    """The paths of the recordings among the names of sinks."""
    return [Path(name) for name in names if name not in (WINDOW, VIRTUAL_CAMERA, NULL)]


def is_realtime(names: Sequence[str]) -> bool:
    """Whether somebody looks on, so that a video or the demo is played at its own speed."""
    return WINDOW in names or VIRTUAL_CAMERA in names


@dataclass(frozen=True, slots=True)
class OpenSinks:
    """The opened sinks as one, and the recordings among them."""

    sink: MultiSink
    recordings: Sequence[VideoFileSink] = field(default=())


def open_outputs(
    names: Sequence[str],
    stack: ExitStack,
    say: Say,
    *,
    window: Callable[[], Sink],
    record: Callable[[Path], VideoFileSink],
    fps: float,
) -> OpenSinks:
    """Opens the sinks; `window` builds the one that hears keys, `record` those that are files."""
    recordings: list[VideoFileSink] = []

    def opened(name: str) -> Sink:
        if name == WINDOW:
            return window()
        if name == VIRTUAL_CAMERA:
            return stack.enter_context(VirtualCamera(fps))
        if name == NULL:
            return NullSink()
        recording = stack.enter_context(record(Path(name)))
        recordings.append(recording)
        if recording.without_sound:
            say(f"{name} is recorded {recording.without_sound}")
        return recording

    return OpenSinks(MultiSink([opened(name) for name in names], say), recordings)
