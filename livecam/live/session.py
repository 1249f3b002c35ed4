"""Builds a live session from the settings: source, detectors, effect, sinks, collector."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice, takewhile
from pathlib import Path
from threading import Event
from typing import Any

from livecam.core.errors import SettingsError, SinkError
from livecam.core.interfaces import Collector, Effect, FaceDetector, PupilDetector, Sink, Source
from livecam.core.runtime import deferred_interrupts, use_single_opencv_thread
from livecam.core.timing import StageTimer
from livecam.core.types import Frame
from livecam.live import loop
from livecam.live.collection.collector import ActiveDetector, ToggleableCollector
from livecam.live.collection.factory import CollectionSession, open_collecting, program_version, store_folder
from livecam.live.effects.factory import SPOTLIGHT, SelectableEffect, check_effect
from livecam.live.effects.spotlight import FaceLights, LightSource, TargetLights
from livecam.live.sinks.factory import Say, check_not_source, files, is_realtime, open_outputs, requested_sinks
from livecam.live.sinks.video_file import VideoFileSink
from livecam.live.sources.camera import CameraSource
from livecam.live.sources.demo import DemoSource
from livecam.live.sources.factory import AnySource, is_live, open_source
from livecam.live.telemetry import Telemetry, TimedCollector, TimedEffect, TimedFaces, TimedPupils, TimedSink
from livecam.live.ui.key_bindings import KeyBindings, StatusMessages
from livecam.live.ui.window_setup import WindowSetup
from livecam.perception.detection_worker import BackgroundDetection, InlineDetection
from livecam.perception.faces.face_model import FaceModel
from livecam.perception.faces.factory import follow_live, follow_recorded, open_model
from livecam.perception.faces.smoothing import SmoothedFaces
from livecam.perception.pipeline import Perception
from livecam.perception.pupils.factory import SwitchableDetector, model_places, open_pupils, reloading
from livecam.perception.pupils.network.hot_reload import HotReloadingDetector
from livecam.perception.pupils.smoothing import SmoothedPupils
from livecam.perception.targets.detector import TargetDetector
from livecam.perception.targets.model_card import is_target
from livecam.perception.targets.network import CancellableNetwork
from livecam.settings import PupilDetectorName, PupilSettings, Settings

DEMO_FILE = "livecam-demo.mp4"
DEMO_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class RunLimits:
    """Where a run ends by itself; None is nowhere."""

    seconds: float | None = None
    frames: int | None = None


@dataclass(frozen=True, slots=True)
class LimitedSource:
    """A Source that ends at its limits, and tells once whatever its frames have to notice."""

    source: Source
    limits: RunLimits
    say: Say

    def __iter__(self) -> Iterator[Frame]:
        seconds = self.limits.seconds
        frames: Iterator[Frame] = iter(self.source)
        if seconds is not None:
            frames = takewhile(lambda frame: frame.timestamp < seconds, frames)
        told = ""
        for frame in islice(frames, self.limits.frames):
            if frame.status and frame.status != told:
                self.say(frame.status)
            told = frame.status
            yield frame


@dataclass(frozen=True, slots=True)
class LiveSession:
    """The parts of a run, each measured."""

    source: Source
    perception: Perception
    effect: Effect
    sink: Sink
    collector: Collector
    telemetry: Telemetry
    opened: AnySource
    recordings: Sequence[VideoFileSink]
    finished: Callable[[], bool]
    collecting: CollectionSession | None = None

    def run(self) -> None:
        """Until the source ends or a key says so; KeyboardInterrupt, after a whole frame, when a signal did."""
        # What is loaded by now stays to the end, and a collection that looks through all of it takes 40 ms with
        # MediaPipe: more than a frame has.
        gc.collect()
        gc.freeze()
        with deferred_interrupts() as interrupted:
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
            reconnections=self.opened.reconnections if isinstance(self.opened, CameraSource) else 0,
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


def build_session(settings: Settings, limits: RunLimits, stack: ExitStack, say: Say) -> LiveSession:
    """Opens everything a run needs; a LivecamError tells what of it cannot be had."""
    use_single_opencv_thread()
    names = requested_sinks(settings.output, say)
    check_not_source(settings.source.source, files(names))
    check_effect(settings.effect.style)
    target = target_model(settings)
    if target is not None:
        settings = settings.model_copy(update={"pupils": settings.pupils.model_copy(update={"model": None})})
    telemetry = Telemetry()
    watch = telemetry.stopwatch
    notices = StatusMessages()

    def tell(note: str) -> None:
        say(note)
        notices.say(note)

    models = model_places(settings.pupils, store_folder(settings.collect))
    pupils = build_pupil_detectors(settings.pupils, watch, models, tell)
    finder = _target_finder(target, settings)
    model = open_model(settings.faces.finder)
    # Opened after what takes long to load, for a camera's time counts from here.
    opened = open_source(settings.source, paced=is_realtime(names), say=say)
    if isinstance(opened, CameraSource):
        stack.enter_context(opened)
    if not names:
        names, limits = _without_a_display(opened, limits)
    live = is_realtime(names) or isinstance(opened, CameraSource)
    collecting = open_collecting(
        settings, opened, stack, in_use=partial(_in_use, pupils), models=models, say=say, tell=tell
    )
    switch = ToggleableCollector(collecting.collector if collecting else None)
    effect = SelectableEffect(settings.effect, _lights(finder, settings, stack, live=live))
    desk = WindowSetup(pupils, effect, switch, telemetry, notices)
    at_the_window: list[KeyBindings] = []

    def window() -> Sink:
        mirrored = settings.output.mirror and is_live(opened)
        sink, controls = desk.window(settings, stack, mirrored=mirrored, keep_all=not live)
        at_the_window.append(controls)
        return sink

    encoding = partial(watch.stage, "encode")
    outputs = open_outputs(names, stack, tell, window=window, fps=settings.source.fps, live=live, encoding=encoding)
    return LiveSession(
        # That the demo is shown for want of a camera has been said already.
        source=telemetry.source(LimitedSource(opened, limits, _silent if isinstance(opened, DemoSource) else say)),
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


def _in_use(pupils: SwitchableDetector) -> ActiveDetector:
    return ActiveDetector(pupils.name, pupils.version or program_version())


def _without_a_display(opened: AnySource, limits: RunLimits) -> tuple[Sequence[str], RunLimits]:
    if not isinstance(opened, DemoSource):
        raise SinkError("there is nowhere to show the pictures; name a sink, such as --sink out.mp4")
    if limits == RunLimits():
        limits = RunLimits(seconds=DEMO_SECONDS)
    return (DEMO_FILE,), limits


def _target_finder(model: Path | None, settings: Settings) -> TargetDetector | None:
    if model is None:
        return None
    from livecam.perception.targets.network import open_live_target_detector

    return open_live_target_detector(model, runtime=settings.pupils.runtime, threads=settings.pupils.threads)


def _lights(finder: TargetDetector | None, settings: Settings, stack: ExitStack, *, live: bool) -> LightSource:
    """What the spotlight follows; a live run looks for targets in a thread, so that no frame waits."""
    if finder is None:
        return FaceLights(settings.effect)
    if not live:
        return TargetLights(InlineDetection(finder.detect_confident), settings.effect)
    ended = Event()
    search = replace(finder, network=CancellableNetwork(finder.network, ended)).detect_confident
    lookout = stack.enter_context(BackgroundDetection(search).running())
    # Closed before the thread is waited for.
    stack.callback(ended.set)
    return TargetLights(lookout, settings.effect)


def _faces(settings: Settings, model: FaceModel, stack: ExitStack, watch: StageTimer, *, live: bool) -> FaceDetector:
    most = settings.faces.max_faces
    tracking = stack.enter_context(follow_live(model, most)) if live else follow_recorded(model, most)
    faces = TimedFaces(tracking, watch)
    return TimedFaces(SmoothedFaces(faces), watch, "smooth") if settings.pupils.smoothing else faces


def _silent(note: str) -> None:
    return None


def build_pupil_detectors(
    settings: PupilSettings, watch: StageTimer, places: Sequence[Path], say: Say
) -> SwitchableDetector:
    """The finder that the settings name, and those the key p changes to; each measured, and with its own smoothing.

    The model is the best of `places`, also when it is replaced while the program runs.
    """
    models: dict[str, HotReloadingDetector] = {}

    def open_finder(name: PupilDetectorName) -> PupilDetector:
        if name is not PupilDetectorName.TFLITE:
            return open_pupils(settings.model_copy(update={"finder": name}))
        models[name.value] = reloading(settings, places, say)
        return models[name.value]

    names = dict.fromkeys((settings.finder, PupilDetectorName.CPU, PupilDetectorName.TFLITE))
    openers: Mapping[str, Callable[[], PupilDetector]] = {
        name.value: partial(_measured, partial(open_finder, name), watch, smoothing=settings.smoothing)
        for name in names
    }
    return SwitchableDetector(
        openers, settings.finder.value, lambda name: models[name].version if name in models else ""
    )


def _measured(open_finder: Callable[[], PupilDetector], watch: StageTimer, *, smoothing: bool) -> PupilDetector:
    pupils = TimedPupils(open_finder(), watch)
    return TimedPupils(SmoothedPupils(pupils), watch, "smooth") if smoothing else pupils


def target_model(settings: Settings) -> Path | None:
    """The model of the settings when it is one that finds targets, which is what the spotlight then follows.

    SettingsError when the effect is no spotlight, for nothing else has a use for it.
    """
    model = settings.pupils.model
    if model is None or not is_target(model):
        return None
    if settings.effect.style != SPOTLIGHT:
        raise SettingsError(f"{model} finds targets, not pupils; it goes with `livecam find` or --effect {SPOTLIGHT}")
    return model
