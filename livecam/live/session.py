"""Builds a live session from the settings: source, detectors, effect, sinks, collector."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from livecam.core.errors import SinkError
from livecam.core.huge_pages import HugePagesLater
from livecam.core.interfaces import Collector, Sink, Source
from livecam.core.runtime import (
    deferred_interrupts,
    keep_freed_memory,
    pass_the_lock_on_soon,
    use_one_heap,
    use_single_opencv_thread,
)
from livecam.live import loop
from livecam.live.collection.collector import ToggleableCollector
from livecam.live.collection.factory import CollectionSession, active_detector, open_collecting, store_folder
from livecam.live.control.audience import Audience
from livecam.live.control.opening import check_idle, open_audience, open_recorder, open_switchable
from livecam.live.control.run_control import RunControl
from livecam.live.control.run_status import RunStatus
from livecam.live.control.status_messages import StatusMessages
from livecam.live.effects.factory import check_effect, load_targets, open_effect
from livecam.live.effects.stack import SelectableEffect
from livecam.live.learning.background import BackgroundLearning
from livecam.live.learning.factory import Learning, check_learning, open_learning
from livecam.live.sinks.factory import (
    NULL,
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
from livecam.live.sources.factory import AnySource, is_live, names_camera, open_source
from livecam.live.sources.images import ImageSource, WebpAnimation
from livecam.live.sources.switchable import SwitchableSource
from livecam.live.sources.wrappers import LimitedSource, RunLimits, oriented
from livecam.live.telemetry import Telemetry
from livecam.live.ui.key_bindings import Action, key_of
from livecam.live.ui.window_setup import WindowSetup
from livecam.perception.eyes.screen import ScreenCalibration, default_path
from livecam.perception.faces.factory import chosen
from livecam.perception.factory import load_detectors
from livecam.perception.pipeline import Perception
from livecam.perception.pupils.factory import model_places
from livecam.settings import Settings

if TYPE_CHECKING:
    from livecam.live.sources.video import VideoSource

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
    opened: SwitchableSource
    control: RunControl
    status: RunStatus
    audience: Audience
    recording: Sequence[Sink]  # by key or from the panel
    collecting: CollectionSession | None
    learning: Learning
    length: float | None = None  # seconds of a video that is not shown but written, None for all else

    def run(self, tell: Callable[[float], None] = lambda seconds: None) -> None:
        """Until the source ends or a key says so; KeyboardInterrupt, after a whole frame, when a signal did.

        `tell` hears after every frame how many seconds of the source are done.
        """
        # What is loaded by now stays to the end, and a collection that looks through all of it takes 40 ms, with
        # MediaPipe too: more than a frame has. So does one now, and leaves the peak of memory as it is.
        gc.freeze()
        keep_freed_memory()
        pages = HugePagesLater()
        with deferred_interrupts() as interrupted:
            self.control.interrupted = interrupted
            loop.run(
                self.source,
                self.perception,
                self.effect,
                [*self.recording, self.sinks.sink],
                self.collector,
                observer=self.telemetry,
                finished=lambda: self._finished(tell, pages),
            )

    def _finished(self, tell: Callable[[float], None], pages: HugePagesLater) -> bool:
        pages.frame_done()
        if self.telemetry.scene:
            tell(self.telemetry.scene.frame.timestamp)
        self.control.queue.carry_out()
        return self.control.has_ended

    def report(self) -> dict[str, Any]:
        """Frame rate, latency, stage times, faces: what `--report` writes."""
        report = self.telemetry.report(
            **self.opened.troubles._asdict(),
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
        if isinstance(self.learning, BackgroundLearning) and self.learning.rounds:
            rounds, promoted = self.learning.rounds, self.learning.promoted
            yield f"{rounds} training round{'' if rounds == 1 else 's'} beside it, {promoted} with a new model in use"


def build_session(settings: Settings, limits: RunLimits, stack: ExitStack, say: Say) -> LiveSession:
    """Opens everything a run needs; a LivecamError tells what of it cannot be had."""
    use_single_opencv_thread()
    use_one_heap()
    pass_the_lock_on_soon()
    names, no_window = _checked_sinks(settings)
    settings, targets = load_targets(settings)
    telemetry, messages = Telemetry(calibration=_calibration(settings, say)), StatusMessages(echo=say)
    models = model_places(settings.pupils, store_folder(settings.collect))
    detectors = load_detectors(settings, models, messages.announce)
    # Opened after what takes long to load, for a camera's time counts from here.
    watched = is_realtime(names) or settings.panel.enabled
    opened = _open_source(settings, stack, say, paced=watched)
    names, limits = (names, limits) if names else _without_a_display(settings, opened, limits, no_window)
    if no_window and not settings.panel.enabled:
        say(no_window)
    live = watched or is_live(opened)
    in_use = partial(active_detector, detectors.pupils)
    collecting = open_collecting(settings, opened, stack, in_use=in_use, models=models, say=say, tell=messages.announce)
    collector = ToggleableCollector(collecting.collector if collecting else None)
    key, is_collecting = key_of(Action.LEARN, settings.keys.run), collecting is not None
    learning = open_learning(settings, stack, collecting=is_collecting, say=messages.announce, key=key)
    effect = open_effect(settings.effect, targets, stack, live=live, say=messages.announce)
    sound = _sound(opened, names, settings)
    recorder, snapshots = open_recorder(settings.output, stack, messages.announce, keep_all=not live, sound=sound)
    control = RunControl(effect.controls, detectors.pupils, recorder, snapshots, collector, messages)
    window = WindowSetup(settings, control, detectors.pupils, effect, collector, learning, recorder, telemetry)
    encoding, fps = partial(telemetry.timer, "encode"), settings.source.fps
    open_window = partial(window.open, stack)
    parts = SinkParts(open_window, lambda: tracked_faces(telemetry.scene, effect.faces), encoding, sound)
    sinks = open_outputs(names, stack, messages.announce, parts, fps=fps, live=live)
    control.begin(opened, settings, armed=effect.armed if sinks.virtual_camera else ())
    audience = open_audience(settings, names, sinks.virtual_camera, recorder, stack)
    switchable = open_switchable(settings, opened, control, limits, audience, stack)
    faces = chosen(settings.faces.finder).value
    status = RunStatus(control, effect, detectors.pupils, collector, switchable, telemetry, faces)
    perception, source = detectors.perception(stack, live=live), _limited(switchable, settings, limits, say)
    length = None if live else _length(opened, limits)
    kept = recorder, snapshots
    steering = control, status, audience
    return LiveSession(
        source,
        perception,
        effect,
        sinks,
        collector,
        telemetry,
        switchable,
        *steering,
        kept,
        collecting,
        learning,
        length,
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
    unnamed = not requested.names and not settings.panel.enabled and names_camera(settings.source)
    if requested.no_window and (asked_for or unnamed):
        raise SinkError(requested.no_window)
    return requested


def _open_source(settings: Settings, stack: ExitStack, say: Say, *, paced: bool) -> AnySource:
    opened = open_source(settings.source, paced=paced, say=say)
    check_idle(settings, opened)
    return stack.enter_context(opened) if isinstance(opened, CameraSource) else opened


def _without_a_display(
    settings: Settings, opened: AnySource, limits: RunLimits, no_window: str
) -> tuple[Sequence[str], RunLimits]:
    """The panel shows it; without one the demo is recorded, and whatever else was named is not, for nobody said where
    to."""
    if settings.panel.enabled:
        return (NULL,), limits
    if not isinstance(opened, DemoSource):
        raise SinkError(no_window)
    if limits == RunLimits():
        limits = RunLimits(seconds=DEMO_SECONDS)
    return (DEMO_FILE,), limits


def _limited(opened: SwitchableSource, settings: Settings, limits: RunLimits, say: Say) -> Source:
    def told(note: str) -> None:
        # That the demo is shown for want of a camera has been said already.
        if not isinstance(opened.current, DemoSource):
            say(note)

    return LimitedSource(oriented(opened, settings.source), limits, told)


def _sound(opened: AnySource, names: Sequence[str], settings: Settings) -> SoundTrack | None:
    """Of a video that is recorded, or may be by a key or from the panel."""
    wanted, video = bool(files(names)) or WINDOW in names or settings.panel.enabled, _as_video(opened)
    return video.open_sound() if wanted and video else None


def _as_video(opened: AnySource) -> VideoSource | None:
    # What is none of these is a video, whose module brings libraries that the others start without.
    return None if isinstance(opened, CameraSource | DemoSource | ImageSource | WebpAnimation) else opened


def _length(opened: AnySource, limits: RunLimits) -> float | None:
    video = _as_video(opened)
    if not video or not video.length or limits.frames is not None:
        return None
    return video.length if limits.seconds is None else min(video.length, limits.seconds)
