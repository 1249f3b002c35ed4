"""Decides where the pictures of a run go, and opens those places."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from livecam.core.display import trouble
from livecam.core.errors import SinkError
from livecam.core.seams import Sink
from livecam.outlets import Outlets
from livecam.settings import OutputSettings
from livecam.sinks.encoding import CONTAINERS
from livecam.sinks.null import Null
from livecam.sinks.recording import Measured, VideoFile
from livecam.sinks.virtual_camera import VirtualCamera

Say = Callable[[str], None]
WINDOW, VIRTUAL_CAMERA, NULL = "window", "virtualcam", "null"


def wanted(settings: OutputSettings, say: Say) -> Sequence[str]:
    """The sinks to open, each once: a window when none is named; without a display none, and `say` is told why."""
    names = tuple(dict.fromkeys(settings.sinks or (WINDOW,)))
    for name in names:
        if name not in (WINDOW, VIRTUAL_CAMERA, NULL) and Path(name).suffix.lower() not in CONTAINERS:
            raise SinkError(
                f"there is no sink '{name}'; known are {WINDOW}, {VIRTUAL_CAMERA}, {NULL} and the path of a file"
                f" that ends in {' or '.join(CONTAINERS)}"
            )
    problem = trouble() if WINDOW in names else ""
    if not problem:
        return names
    say(f"no window: {problem}, or use --sink FILE.mp4")
    return tuple(name for name in names if name != WINDOW)


def spare_the_source(source: str, outputs: Sequence[Path]) -> None:
    """SinkError when an output is the file that is read, or another output: one would be lost."""
    taken = {Path(source).expanduser().resolve(): "it is the source"}
    for output in outputs:
        place = output.resolve()
        if place in taken:
            raise SinkError(f"cannot write {output}: {taken[place]}; name another file")
        taken[place] = "it is written already by this run"


def files(names: Sequence[str]) -> Sequence[Path]:
    """The paths of the recordings among the names of sinks."""
    return [Path(name) for name in names if name not in (WINDOW, VIRTUAL_CAMERA, NULL)]


def watched(names: Sequence[str]) -> bool:
    """Whether somebody looks on, so that a video or the demo is played at its own speed."""
    return WINDOW in names or VIRTUAL_CAMERA in names


@dataclass(frozen=True, slots=True)
class Outputs:
    """The opened sinks as one, and the recordings among them."""

    sink: Outlets
    recordings: Sequence[VideoFile] = field(default=())


def open_outputs(
    names: Sequence[str],
    stack: ExitStack,
    say: Say,
    *,
    window: Callable[[], Sink],
    fps: float,
    live: bool,
    encoding: Measured = nullcontext,
) -> Outputs:
    """Opens the sinks; `window` builds the one that hears keys, `encoding` measures the encoder.

    A live run never waits for a recording, any other keeps every frame.
    """
    recordings: list[VideoFile] = []

    def opened(name: str) -> Sink:
        if name == WINDOW:
            return window()
        if name == VIRTUAL_CAMERA:
            return stack.enter_context(VirtualCamera(fps))
        if name == NULL:
            return Null()
        recordings.append(stack.enter_context(VideoFile(Path(name), keep_all=not live, measured=encoding)))
        return recordings[-1]

    return Outputs(Outlets([opened(name) for name in names], say), recordings)
