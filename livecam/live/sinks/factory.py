"""Opens the sinks that the settings name, and refuses one that would overwrite the source."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from livecam.core.errors import SinkError
from livecam.core.interfaces import Sink
from livecam.core.paths import local_path
from livecam.core.runtime import display_problem
from livecam.core.types import Frame
from livecam.live.sinks.encoder import CONTAINERS
from livecam.live.sinks.pipewire import PipeWireCamera
from livecam.live.sinks.tracking.addresses import ACCEPTED, tracking_address
from livecam.live.sinks.tracking.faces import TrackedFaces
from livecam.live.sinks.tracking.json_lines import JsonLinesSink
from livecam.live.sinks.tracking.osc import OscSink
from livecam.live.sinks.video_file import Measured, VideoFileSink
from livecam.live.sinks.virtual_camera import NullSink, VirtualCamera
from livecam.live.sound import SoundTrack
from livecam.settings import OutputSettings


class MultiSink:
    """A Sink that hands every frame to each of its sinks; what fails is an error only when it is the last."""

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
            except BrokenPipeError:  # its reader has left, which is no failure
                self.remove(sink)
                if not self._sinks:
                    raise


Say = Callable[[str], None]
WINDOW, VIRTUAL_CAMERA, PIPEWIRE, NULL = "window", "virtualcam", "pipewire", "null"
_NAMES = (WINDOW, VIRTUAL_CAMERA, PIPEWIRE, NULL)


class RequestedSinks(NamedTuple):
    """The sinks that can be opened, each once, and why there is no window, where one is wanted and there cannot be."""

    names: Sequence[str]
    no_window: str = ""


def requested_sinks(settings: OutputSettings) -> RequestedSinks:
    """What is to be opened: a window when none is named. Without a display no window is among them."""
    names = tuple(dict.fromkeys(settings.sinks or (WINDOW,)))
    for name in names:
        if name in _NAMES or tracking_address(name):
            continue
        if Path(name).suffix.lower() not in CONTAINERS:
            raise SinkError(
                f"there is no sink '{name}'; known are {', '.join(_NAMES)}, {ACCEPTED} and the path of"
                f" a file that ends in {' or '.join(CONTAINERS)}"
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
    """The paths of the files that are written, among the names of sinks."""
    paths = []
    for name in names:
        address = tracking_address(name)
        if address and address.file:
            paths.append(address.file)
        elif not address and name not in _NAMES:
            paths.append(Path(name))
    return paths


def is_realtime(names: Sequence[str]) -> bool:
    """Whether somebody looks on or listens, so that a video or the demo is played at its own speed."""
    addresses = map(tracking_address, names)
    shown = {WINDOW, VIRTUAL_CAMERA, PIPEWIRE}.intersection(names)
    return bool(shown) or any(address and address.host for address in addresses)


@dataclass(frozen=True, slots=True)
class OpenSinks:
    """The opened sinks as one, and those among them of which there is something to tell at the end."""

    sink: MultiSink
    recordings: Sequence[VideoFileSink] = field(default=())
    virtual_camera: VirtualCamera | None = None
    lines: Sequence[JsonLinesSink] = field(default=())

    @property
    def dropped(self) -> int:
        """Frames and lines for which a disk or a reader was too slow."""
        frames = sum(recording.dropped for recording in self.recordings)
        return frames + sum(lines.dropped for lines in self.lines)


class SinkParts(NamedTuple):
    """What sinks need of a run: the builder of the window that hears keys, the faces of the frame, what measures the
    encoder, and the sound that is recorded."""

    window: Callable[[], Sink]
    faces: TrackedFaces
    encoding: Measured = nullcontext
    sound: SoundTrack | None = None


def open_outputs(
    names: Sequence[str], stack: ExitStack, say: Say, parts: SinkParts, *, fps: float, live: bool
) -> OpenSinks:
    """Opens the sinks. A live run never waits for a recording or for a reader of lines, any other keeps every frame."""
    recordings: list[VideoFileSink] = []
    cameras: list[VirtualCamera] = []
    lines: list[JsonLinesSink] = []

    def opened(name: str) -> Sink:
        if name == WINDOW:
            return parts.window()
        if name == VIRTUAL_CAMERA:
            cameras.append(stack.enter_context(VirtualCamera(fps)))
            return cameras[0]
        if name in (PIPEWIRE, NULL):
            return NullSink() if name == NULL else stack.enter_context(PipeWireCamera(fps))
        address = tracking_address(name)
        if address and address.host:
            return OscSink(address.host, address.port, parts.faces, say=say)
        if address:
            lines.append(stack.enter_context(JsonLinesSink(address.place, parts.faces, keep_all=not live)))
            return lines[-1]
        recording = VideoFileSink(Path(name), keep_all=not live, measured=parts.encoding, sound=parts.sound)
        recordings.append(stack.enter_context(recording))
        if recording.without_sound:
            say(f"{name} is recorded {recording.without_sound}")
        return recording

    sink = MultiSink([opened(name) for name in names], say)
    return OpenSinks(sink, recordings, cameras[0] if cameras else None, lines)
