"""One program on the live stream, in a process of its own, for `livecam bench --live`: it says what it took."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from livecam.benchmark.live.stream import burnt
from livecam.benchmark.startup import peak_mb
from livecam.core.errors import SourceError
from livecam.core.types import Frame, Image
from livecam.settings import Settings

LIVECAM, MEDIAPIPE = "livecam", "mediapipe"


class LiveRequest(BaseModel):
    """What a process is to do; it is measured over `frames` pictures, after `warm_up` others."""

    model_config = ConfigDict(frozen=True)

    program: Literal["livecam", "mediapipe"]
    settings: Settings
    url: str
    warm_up: int
    frames: int


class LiveTurn(BaseModel):
    """What one program took in one turn."""

    model_config = ConfigDict(frozen=True)

    cpu_ms: float  # of the whole process, a frame
    load: float  # share of one core
    peak_mb: float
    frames: int
    found: float = 1.0  # share of the frames with a face
    shown: list[tuple[int, float]] = []  # the number of each picture and when it was shown, of the monotonic clock
    threads: dict[str, float] = {}  # CPU milliseconds a frame, by thread; empty where the system does not tell
    stages: dict[str, float] = {}  # wall milliseconds a frame in the loop, mean


class CpuMeter:
    """CPU time of this process and of its threads, from the picture after the warm-up to the last one."""

    def __init__(self, warm_up: int) -> None:
        self._left = warm_up
        self._start = self._now = 0.0, 0.0
        self._threads: Mapping[str, float] = {}
        self.shown: list[tuple[int, float]] = []

    @property
    def warm(self) -> bool:
        return self._left < 0

    def picture(self, image: Image) -> None:
        """A picture is shown."""
        moment = time.monotonic()
        self._left -= 1
        if self._left == -1:
            self._threads = thread_seconds()
            self._start = time.process_time(), moment
        if self.warm:
            self.shown.append((burnt(image), moment))
            self._now = time.process_time(), moment

    def turn(self, *, found: float = 1.0, stages: Mapping[str, float] | None = None) -> LiveTurn:
        count = len(self.shown) - 1
        if count < 1:
            raise SourceError("the stream ended before anything was measured")
        (cpu, wall), before = (now - then for now, then in zip(self._now, self._start, strict=True)), self._threads
        threads = {name: (seconds - before.get(name, 0.0)) * 1000 / count for name, seconds in thread_seconds().items()}
        return LiveTurn(
            cpu_ms=1000 * cpu / count, load=cpu / wall, peak_mb=peak_mb(), frames=count, found=found,
            shown=self.shown, threads=threads, stages=dict(stages or {}),
        )  # fmt: skip


def thread_seconds() -> Mapping[str, float]:
    """CPU time by the name of the thread, those that no Python started together as `libraries`."""
    folder = Path("/proc/self/task")
    if not folder.is_dir():
        return {}
    names = {thread.native_id: thread.name for thread in threading.enumerate()}
    names[os.getpid()] = "main"
    spent: dict[str, float] = {}
    for task in folder.iterdir():
        try:
            nanoseconds = int((task / "schedstat").read_text(encoding="ascii").split()[0])
        except (OSError, ValueError, IndexError):  # it has ended meanwhile
            continue
        name = names.get(int(task.name), "libraries")
        spent[name] = spent.get(name, 0.0) + nanoseconds / 1e9
    return spent


class MeteredSink:
    """A Sink that shows nothing and measures."""

    def __init__(self, meter: CpuMeter) -> None:
        self._meter = meter

    def show(self, frame: Frame) -> None:
        self._meter.picture(frame.image)


def run_livecam(request: LiveRequest) -> LiveTurn:
    """The program as `livecam run --source URL --sink null` starts it."""
    from livecam.live.session import build_session
    from livecam.live.sources.wrappers import RunLimits

    meter = CpuMeter(request.warm_up)
    with ExitStack() as stack:
        limits = RunLimits(frames=request.warm_up + request.frames + 1)
        live = build_session(request.settings, limits, stack, _complain)
        live.sinks.sink.add(MeteredSink(meter))
        live.run()
        report = live.telemetry.report()
        timer = live.telemetry.timer
        stages = {name: float(taken.latest(request.frames).mean()) for name, taken in timer.stages.items()}
        faces = report["faces_seen"]
        assert isinstance(faces, Mapping)
        return meter.turn(found=float(faces["share"] or 0.0), stages=stages)


def run_mediapipe(request: LiveRequest) -> LiveTurn:
    """MediaPipe's own face mesh on the same stream, read by OpenCV: what its users write."""
    import cv2

    from livecam.benchmark.mediapipe_baseline import FaceMesh

    mesh = FaceMesh.for_video(request.settings.faces.max_faces)
    meter, found = CpuMeter(request.warm_up), 0
    capture = cv2.VideoCapture(request.url)
    while len(meter.shown) <= request.frames:
        good, image = capture.read()
        if not good:
            raise SourceError("OpenCV reads nothing more from the stream")
        picture = image.astype("uint8", copy=False)
        found += mesh.detect(picture) is not None and meter.warm
        meter.picture(picture)
    return meter.turn(found=found / request.frames)


def _complain(note: str) -> None:
    sys.stderr.write(f"{note}\n")


def take_turn(request: LiveRequest) -> LiveTurn:
    """Runs the program that is asked for, in this process; LivecamError for one that cannot."""
    return run_livecam(request) if request.program == LIVECAM else run_mediapipe(request)
