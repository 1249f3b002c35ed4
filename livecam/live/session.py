"""Builds a live session from the settings: source, detectors, effect, sinks, collector."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

from livecam.core.errors import SinkError
from livecam.core.interfaces import Collector, Source
from livecam.core.runtime import deferred_interrupts, use_single_opencv_thread
from livecam.live import loop
from livecam.live.collection.collector import ToggleableCollector
from livecam.live.collection.factory import CollectionSession, active_detector, open_collecting, store_folder
from livecam.live.effects.factory import check_effect, load_targets, open_effect
from livecam.live.effects.stack import SelectableEffect
from livecam.live.learning.background import BackgroundLearning
from livecam.live.learning.factory import Learning, check_learning, open_learning
from livecam.live.sinks.factory import (
    WINDOW,
    OpenSinks,
    RequestedSinks,
    Say,
    SinkParts,
    check_not_source,
    files,
    is_realtime,
    open_outputs,
    requested_sinks,
)
from livecam.live.sinks.tracking.faces import tracked_faces
from livecam.live.sound import SoundTrack
from livecam.live.sources.camera import CameraSource
from livecam.live.sources.demo import DemoSource
from livecam.live.sources.factory import AnySource, is_live, names_camera, open_source, shows_person
from livecam.live.sources.images import ImageSource, WebpAnimation
from livecam.live.sources.wrappers import LimitedSource, RunLimits, oriented
from livecam.live.telemetry import Telemetry
from livecam.live.ui.key_bindings import Action, StatusMessages, key_of
from livecam.live.ui.window_setup import WindowSetup
from livecam.perception.eyes.screen import ScreenCalibration, default_path
from livecam.perception.faces.factory import chosen
from livecam.perception.factory import load_detectors
from livecam.perception.pipeline import Perception
from livecam.perception.pupils.factory import model_places
from livecam.settings import Settings

DEMO_FILE = "livecam-demo.mp4"
DEMO_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class LiveSession:
    """The parts of a run; `source` is `opened` up to the limits of the run."""

    source: Source
    perception: Perception
    effect: SelectableEffect
    sinks: OpenSinks
    collector: Collector
    telemetry: Telemetry
    opened: AnySource
    finished: Callable[[], bool]
    collecting: CollectionSession | None
    learning: Learning
    length: float | None = None  # seconds of a video that is not shown but written, None for all else

    def run(self, tell: Callable[[float], None] = lambda seconds: None) -> None:
        """Until the source ends or a key says so; KeyboardInterrupt, after a whole frame, when a signal did.

        `tell` hears after every frame how many seconds of the source are done.
        """
        # What is loaded by now stays to the end, and a collection that looks through all of it takes 40 ms with
        # MediaPipe: more than a frame has.
        gc.collect()
        gc.freeze()
        with deferred_interrupts() as interrupted:
            loop.run(
                self.source,
                self.perception,
                self.effect,
                [self.sinks.sink],
                self.collector,
                observer=self.telemetry,
                finished=lambda: interrupted() or self._finished(tell),
            )

    def _finished(self, tell: Callable[[float], None]) -> bool:
        if self.telemetry.scene:
            tell(self.telemetry.scene.frame.timestamp)
        return self.finished()

    def report(self) -> dict[str, Any]:
        """Frame rate, latency, stage times, faces: what `--report` writes."""
        camera = self.opened if isinstance(self.opened, CameraSource) else None
        report = self.telemetry.report(
            reconnections=camera.reconnections if camera else 0,
            damaged=camera.damaged if camera else 0,
            dropped=self.sinks.dropped,
        )
        signals = self.effect.signal_summary.report()
        return {
            **report,
            "signals": signals,
            "collected": self.collecting.report() if self.collecting else None,
            "learning": self.learning.report() if isinstance(self.learning, BackgroundLearning) else None,
        }

    def summary(self) -> Iterator[str]:
        """What a person wants to know at the end: how fast it was, whether there was a face, where recordings are."""
        report = self.report()
        if report["fps"]:
            share, age = report["faces_seen"]["share"], report["latency_ms"]["p50"]
            yield f"{report['fps']:.1f} frames a second, {age:.0f} ms old when shown, a face in {share:.0%} of them"
        if report["damaged"]:
            yield f"{report['damaged']} pictures of the camera came damaged and were left out"
        for recording in self.sinks.recordings:
            if recording.path.exists():
                yield f"recorded {recording.path.resolve()}"
            if recording.dropped:
                yield f"{recording.dropped} frames were left out of {recording.path}, the encoder was too slow for them"
        for lines in self.sinks.lines:
            if lines.path and lines.path.exists():
                yield f"tracking data in {lines.path.resolve()}"
            if lines.dropped:
                yield f"{lines.dropped} lines were left out of {lines.place}, its reader was too slow for them"
        if self.collecting:
            yield self.collecting.summary()


def build_session(settings: Settings, limits: RunLimits, stack: ExitStack, say: Say) -> LiveSession:
    """Opens everything a run needs; a LivecamError tells what of it cannot be had."""
    use_single_opencv_thread()
    names, no_window = _checked_sinks(settings)
    settings, targets = load_targets(settings)
    telemetry, messages = Telemetry(calibration=_calibration(settings, say)), StatusMessages(echo=say)
    models = model_places(settings.pupils, store_folder(settings.collect))
    detectors = load_detectors(settings, models, messages.announce)
    # Opened after what takes long to load, for a camera's time counts from here.
    opened = _open_source(settings, names, stack, say)
    names, limits = (names, limits) if names else _without_a_display(opened, limits, no_window)
    if no_window:
        say(no_window)
    live = is_realtime(names) or is_live(opened)
    in_use = partial(active_detector, detectors.pupils)
    collecting = open_collecting(settings, opened, stack, in_use=in_use, models=models, say=say, tell=messages.announce)
    collector = ToggleableCollector(collecting.collector if collecting else None)
    key, is_collecting = key_of(Action.LEARN, settings.keys.run), collecting is not None
    learning = open_learning(settings, stack, collecting=is_collecting, say=messages.announce, key=key)
    effect = open_effect(settings.effect, targets, stack, live=live, say=messages.announce)
    window = WindowSetup(settings, detectors.pupils, effect, collector, learning, telemetry, messages)
    sound, mirrored = _sound(opened, names), settings.output.mirror and shows_person(opened)
    open_window = partial(window.open, stack, mirrored=mirrored, keep_all=not live, sound=sound)
    encoding, fps = partial(telemetry.timer, "encode"), settings.source.fps
    parts = SinkParts(open_window, lambda: tracked_faces(telemetry.scene, effect.faces), encoding, sound)
    sinks = open_outputs(names, stack, messages.announce, parts, fps=fps, live=live)
    perception, source = detectors.perception(stack, live=live), _limited(opened, settings, limits, say)
    length = None if live else _length(opened, limits)
    return LiveSession(
        source, perception, effect, sinks, collector, telemetry, opened, window.finished, collecting, learning, length
    )


def _calibration(settings: Settings, say: Say) -> ScreenCalibration | None:
    """That of the user, where it was made with the detectors of this run."""
    path = default_path()
    try:
        if not path.is_file():
            return None
    except PermissionError:
        say(f"{path.parent} may not be read by this user: gazes become no places on the screen")
        return None
    calibration = ScreenCalibration.read(path)
    detectors = chosen(settings.faces.finder).value, settings.pupils.finder.value
    return calibration if (calibration.faces, calibration.pupils) == detectors else None


def _checked_sinks(settings: Settings) -> RequestedSinks:
    """What a person mistyped is said before anything is loaded or a camera opened."""
    requested = requested_sinks(settings.output)
    check_not_source(settings.source.source, files(requested.names))
    check_effect(settings.effect.style)
    check_learning(settings)
    asked_for = WINDOW in settings.output.sinks
    if requested.no_window and (asked_for or (not requested.names and names_camera(settings.source))):
        raise SinkError(requested.no_window)
    return requested


def _open_source(settings: Settings, names: Sequence[str], stack: ExitStack, say: Say) -> AnySource:
    opened = open_source(settings.source, paced=is_realtime(names), say=say)
    return stack.enter_context(opened) if isinstance(opened, CameraSource) else opened


def _without_a_display(opened: AnySource, limits: RunLimits, no_window: str) -> tuple[Sequence[str], RunLimits]:
    """The demo is recorded; whatever else was named is not, for nobody said where to."""
    if not isinstance(opened, DemoSource):
        raise SinkError(no_window)
    if limits == RunLimits():
        limits = RunLimits(seconds=DEMO_SECONDS)
    return (DEMO_FILE,), limits


def _limited(opened: AnySource, settings: Settings, limits: RunLimits, say: Say) -> Source:
    # That the demo is shown for want of a camera has been said already.
    told = _silent if isinstance(opened, DemoSource) else say
    return LimitedSource(oriented(opened, settings.source), limits, told)


def _sound(opened: AnySource, names: Sequence[str]) -> SoundTrack | None:
    """Of a video that is recorded, or may be by a key."""
    from livecam.live.sources.video import VideoSource

    wanted = bool(files(names)) or WINDOW in names
    return opened.open_sound() if wanted and isinstance(opened, VideoSource) else None


def _length(opened: AnySource, limits: RunLimits) -> float | None:
    # What is none of these is a video, whose module brings libraries that the others do without.
    if isinstance(opened, CameraSource | DemoSource | ImageSource | WebpAnimation):
        return None
    if not opened.length or limits.frames is not None:
        return None
    return opened.length if limits.seconds is None else min(opened.length, limits.seconds)


def _silent(note: str) -> None:
    return None
