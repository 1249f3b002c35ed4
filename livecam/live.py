"""Builds the parts of a live run from the settings; what has to be closed is left to an ExitStack."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice, takewhile
from pathlib import Path
from typing import Any

from livecam import loop
from livecam.collector import CollectorSwitch
from livecam.controls import Controls
from livecam.core.errors import SinkError
from livecam.core.scene import Frame
from livecam.core.seams import Collector, Effect, FaceFinder, Sink, Source
from livecam.desk import Desk, switched_pupils
from livecam.display import has_display, trouble
from livecam.effects.flustered import Flustered
from livecam.faces.choose import open_live, open_recorded
from livecam.faces.smoothing import SmoothedFaces
from livecam.notices import Notices
from livecam.outlets import Outlets
from livecam.perception import Perception
from livecam.settings import Settings
from livecam.sinks.null import Null
from livecam.sinks.recording import VideoFile
from livecam.sinks.virtual_camera import VirtualCamera
from livecam.sources.camera import Camera
from livecam.sources.choose import AnySource, open_source
from livecam.sources.demo import Demo
from livecam.telemetry import Telemetry
from livecam.timed import TimedCollector, TimedEffect, TimedFaces, TimedPupils, TimedSink

Say = Callable[[str], None]
DEMO_FILE = "livecam-demo.mp4"
DEMO_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Where a run ends by itself; None is nowhere."""

    seconds: float | None = None
    frames: int | None = None


@dataclass(frozen=True, slots=True)
class Limited:
    """A Source that ends at its limits, and tells once whatever its frames have to notice."""

    source: Source
    limits: Limits
    say: Say

    def __iter__(self) -> Iterator[Frame]:
        seconds = self.limits.seconds
        frames: Iterator[Frame] = iter(self.source)
        if seconds is not None:
            frames = takewhile(lambda frame: frame.seconds < seconds, frames)
        told = ""
        for frame in islice(frames, self.limits.frames):
            if frame.notice and frame.notice != told:
                self.say(frame.notice)
            told = frame.notice
            yield frame


@dataclass(frozen=True, slots=True)
class Live:
    """The parts of a run, each measured."""

    source: Source
    perception: Perception
    effect: Effect
    sink: Sink
    collector: Collector
    telemetry: Telemetry
    opened: AnySource
    recordings: Sequence[VideoFile]
    finished: Callable[[], bool]

    def run(self) -> None:
        """Until the source ends or the person at the window does."""
        loop.run(self.source, self.perception, self.effect, [self.sink], self.collector, finished=self.finished)

    def report(self) -> dict[str, Any]:
        """Frame rate, latency, stage times, faces: what `--report` writes."""
        return self.telemetry.report(
            reconnections=self.opened.reconnections if isinstance(self.opened, Camera) else 0,
            dropped=sum(recording.dropped for recording in self.recordings),
        )


def assemble(settings: Settings, limits: Limits, stack: ExitStack, say: Say) -> Live:
    """Opens everything a run needs; a LivecamError tells what of it cannot be had."""
    names = _shown_names(settings.output.sinks, say)
    watched = any(name in ("window", "virtualcam") for name in names)
    opened = open_source(settings.source, paced=watched, say=say)
    stack.enter_context(opened)
    if not names:
        names, limits = _without_a_display(opened, limits)
    live = watched or isinstance(opened, Camera)
    telemetry = Telemetry()
    desk = Desk(switched_pupils(settings.pupils), Flustered(settings.effect), CollectorSwitch(), telemetry, Notices())
    outlets = _Opening(settings, stack, desk, opened, live=live)
    sinks = [outlets.open(name) for name in names]
    watch = telemetry.stopwatch
    faces: FaceFinder = stack.enter_context(open_live(settings.faces)) if live else open_recorded(settings.faces)
    if settings.pupils.smoothing:
        faces = SmoothedFaces(faces)
    return Live(
        # That the demo is shown for want of a camera has been said already.
        source=telemetry.source(Limited(opened, limits, _silent if isinstance(opened, Demo) else say)),
        perception=Perception(TimedFaces(faces, watch), TimedPupils(desk.pupils, watch)),
        effect=telemetry.effect(TimedEffect(desk.effect, watch)),
        sink=telemetry.sink(Outlets(sinks, _both(say, desk.notices.say))),
        collector=TimedCollector(desk.collecting, watch),
        telemetry=telemetry,
        opened=opened,
        recordings=outlets.recordings,
        finished=lambda: any(controls.finished for controls in outlets.controls),
    )


def _both(first: Say, second: Say) -> Say:
    def say(note: str) -> None:
        first(note)
        second(note)

    return say


def _silent(note: str) -> None:
    return None


def _shown_names(wanted: Sequence[str], say: Say) -> Sequence[str]:
    """The sinks to open: a window when nothing was asked for; none of that without a display."""
    names = wanted or ("window",)
    if has_display() or "window" not in names:
        return names
    if wanted:
        say(f"no window can be opened: {trouble()}; going on without it")
    return [name for name in names if name != "window"]


def _without_a_display(opened: AnySource, limits: Limits) -> tuple[Sequence[str], Limits]:
    if not isinstance(opened, Demo):
        raise SinkError("there is no display for a window; name another sink, such as --sink out.mp4")
    if limits == Limits():
        limits = Limits(seconds=DEMO_SECONDS)
    return (DEMO_FILE,), limits


@dataclass(frozen=True, slots=True)
class _Opening:
    """Opens sinks by name, each measured; remembers what has to be asked later."""

    settings: Settings
    stack: ExitStack
    desk: Desk
    source: AnySource
    live: bool = field(kw_only=True)
    recordings: list[VideoFile] = field(default_factory=list)
    controls: list[Controls] = field(default_factory=list)

    def open(self, name: str) -> Sink:
        openers = {"null": Null, "virtualcam": self._virtual_camera, "window": self._window}
        stages = dict.fromkeys(openers, "show")
        sink: Sink = openers[name]() if name in openers else self._file(name)
        return TimedSink(sink, self.desk.telemetry.stopwatch, stages.get(name, "encode"))

    def _window(self) -> Sink:
        mirrored = self.settings.output.mirror and isinstance(self.source, Camera)
        sink, controls = self.desk.window(
            self.settings, self.stack, mirrored=mirrored, keep_all=not isinstance(self.source, Camera)
        )
        self.controls.append(controls)
        return sink

    def _virtual_camera(self) -> Sink:
        return self.stack.enter_context(VirtualCamera(self.settings.source.fps))

    def _file(self, name: str) -> Sink:
        self.recordings.append(self.stack.enter_context(VideoFile(Path(name), keep_all=not self.live)))
        return self.recordings[-1]


def summary(live: Live) -> Iterator[str]:
    """What a person wants to know at the end: the frame rate, whether a face was seen, where the recordings are."""
    report = live.report()
    if report["fps"]:
        share, age = report["faces_seen"]["share"], report["latency_ms"]["p50"]
        yield f"{report['fps']:.1f} frames a second, {age:.0f} ms old when shown, a face in {share:.0%} of them"
    for recording in live.recordings:
        if recording.path.exists():
            yield f"recorded {recording.path.resolve()}"
        if recording.dropped:
            yield f"{recording.dropped} frames were left out of {recording.path}, the encoder was too slow for them"
