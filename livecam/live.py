"""Builds the parts of a live run from the settings; what has to be closed is left to an ExitStack."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice, takewhile
from pathlib import Path
from threading import Event
from typing import Any

from livecam import loop
from livecam.between_frames import interrupts_between_frames
from livecam.collecting.collector import InUse
from livecam.collecting.opening import Collecting, folder_of, open_collecting, program_version
from livecam.collector import CollectorSwitch
from livecam.controls import Controls
from livecam.core.errors import SinkError
from livecam.core.scene import Frame
from livecam.core.seams import Collector, Effect, FaceFinder, Sink, Source
from livecam.desk import Desk, switched_pupils
from livecam.effects.choose import ChosenEffect, check_effect, target_model
from livecam.effects.lights import FaceLights, Lights, TargetLights
from livecam.faces.choose import follow_live, follow_recorded, open_model
from livecam.faces.lookout import Background, Immediate
from livecam.faces.model import FaceModel
from livecam.faces.smoothing import SmoothedFaces
from livecam.find.finder import TargetFinder
from livecam.find.interruptible import Interruptible
from livecam.notices import Notices
from livecam.one_thread import work_in_one_thread
from livecam.outputs import Say, files, open_outputs, spare_the_source, wanted, watched
from livecam.perception import Perception
from livecam.pupils.choose import model_places
from livecam.pupils.switched import SwitchedPupils
from livecam.settings import Settings
from livecam.sinks.recording import VideoFile
from livecam.sources.camera import Camera
from livecam.sources.choose import AnySource, is_live, open_source
from livecam.sources.demo import Demo
from livecam.stopwatch import Stopwatch
from livecam.telemetry import Telemetry
from livecam.timed import TimedCollector, TimedEffect, TimedFaces, TimedSink

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
    collecting: Collecting | None = None

    def run(self) -> None:
        """Until the source ends or a key says so; KeyboardInterrupt, after a whole frame, when a signal did."""
        # What is loaded by now stays to the end, and a collection that looks through all of it takes 40 ms with
        # MediaPipe: more than a frame has.
        gc.collect()
        gc.freeze()
        with interrupts_between_frames() as interrupted:
            loop.run(
                self.source,
                self.perception,
                self.effect,
                [self.sink],
                self.collector,
                finished=lambda: interrupted() or self.finished(),
            )

    def report(self) -> dict[str, Any]:
        """Frame rate, latency, stage times, faces: what `--report` writes."""
        report = self.telemetry.report(
            reconnections=self.opened.reconnections if isinstance(self.opened, Camera) else 0,
            dropped=sum(recording.dropped for recording in self.recordings),
        )
        return {**report, "collected": self.collecting.report() if self.collecting else None}

    def summary(self) -> Iterator[str]:
        """What a person wants to know at the end: how fast it was, whether there was a face, where recordings are."""
        report = self.report()
        if report["fps"]:
            share, age = report["faces_seen"]["share"], report["latency_ms"]["p50"]
            yield f"{report['fps']:.1f} frames a second, {age:.0f} ms old when shown, a face in {share:.0%} of them"
        for recording in self.recordings:
            if recording.path.exists():
                yield f"recorded {recording.path.resolve()}"
            if recording.dropped:
                yield f"{recording.dropped} frames were left out of {recording.path}, the encoder was too slow for them"
        if self.collecting:
            yield self.collecting.summary()


def assemble(settings: Settings, limits: Limits, stack: ExitStack, say: Say) -> Live:
    """Opens everything a run needs; a LivecamError tells what of it cannot be had."""
    work_in_one_thread()
    names = wanted(settings.output, say)
    spare_the_source(settings.source.source, files(names))
    check_effect(settings.effect.style)
    target = target_model(settings)
    if target is not None:
        settings = settings.model_copy(update={"pupils": settings.pupils.model_copy(update={"model": None})})
    telemetry = Telemetry()
    watch = telemetry.stopwatch
    notices = Notices()

    def tell(note: str) -> None:
        say(note)
        notices.say(note)

    models = model_places(settings.pupils, folder_of(settings.collect))
    pupils = switched_pupils(settings.pupils, watch, models, tell)
    finder = _target_finder(target, settings)
    model = open_model(settings.faces.finder)
    # Opened after what takes long to load, for a camera's time counts from here.
    opened = open_source(settings.source, paced=watched(names), say=say)
    if isinstance(opened, Camera):
        stack.enter_context(opened)
    if not names:
        names, limits = _without_a_display(opened, limits)
    live = watched(names) or isinstance(opened, Camera)
    collecting = open_collecting(
        settings, opened, stack, in_use=partial(_in_use, pupils), models=models, say=say, tell=tell
    )
    switch = CollectorSwitch(collecting.collector if collecting else None)
    effect = ChosenEffect(settings.effect, _lights(finder, settings, stack, live=live))
    desk = Desk(pupils, effect, switch, telemetry, notices)
    at_the_window: list[Controls] = []

    def window() -> Sink:
        mirrored = settings.output.mirror and is_live(opened)
        sink, controls = desk.window(settings, stack, mirrored=mirrored, keep_all=not live)
        at_the_window.append(controls)
        return sink

    encoding = partial(watch.stage, "encode")
    outputs = open_outputs(names, stack, tell, window=window, fps=settings.source.fps, live=live, encoding=encoding)
    return Live(
        # That the demo is shown for want of a camera has been said already.
        source=telemetry.source(Limited(opened, limits, _silent if isinstance(opened, Demo) else say)),
        perception=Perception(_faces(settings, model, stack, watch, live=live), desk.pupils),
        effect=telemetry.effect(TimedEffect(desk.effect, watch)),
        sink=telemetry.sink(TimedSink(outputs.sink, watch)),
        collector=TimedCollector(desk.collecting, watch),
        telemetry=telemetry,
        opened=opened,
        recordings=outputs.recordings,
        finished=lambda: any(controls.finished for controls in at_the_window),
        collecting=collecting,
    )


def _in_use(pupils: SwitchedPupils) -> InUse:
    return InUse(pupils.name, pupils.version or program_version())


def _without_a_display(opened: AnySource, limits: Limits) -> tuple[Sequence[str], Limits]:
    if not isinstance(opened, Demo):
        raise SinkError("there is nowhere to show the pictures; name a sink, such as --sink out.mp4")
    if limits == Limits():
        limits = Limits(seconds=DEMO_SECONDS)
    return (DEMO_FILE,), limits


def _target_finder(model: Path | None, settings: Settings) -> TargetFinder | None:
    if model is None:
        return None
    from livecam.find.tflite import open_live_finder  # noqa: PLC0415

    return open_live_finder(model, runtime=settings.pupils.runtime, threads=settings.pupils.threads)


def _lights(finder: TargetFinder | None, settings: Settings, stack: ExitStack, *, live: bool) -> Lights:
    """What the spotlight follows; a live run looks for targets in a thread, so that no frame waits."""
    if finder is None:
        return FaceLights(settings.effect)
    if not live:
        return TargetLights(Immediate(finder.found), settings.effect)
    ended = Event()
    search = replace(finder, network=Interruptible(finder.network, ended)).found
    lookout = stack.enter_context(Background(search).running())
    # Closed before the thread is waited for.
    stack.callback(ended.set)
    return TargetLights(lookout, settings.effect)


def _faces(settings: Settings, model: FaceModel, stack: ExitStack, watch: Stopwatch, *, live: bool) -> FaceFinder:
    most = settings.faces.max_faces
    tracking = stack.enter_context(follow_live(model, most)) if live else follow_recorded(model, most)
    faces = TimedFaces(tracking, watch)
    return TimedFaces(SmoothedFaces(faces), watch, "smooth") if settings.pupils.smoothing else faces


def _silent(note: str) -> None:
    return None
