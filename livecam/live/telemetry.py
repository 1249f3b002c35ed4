"""Telemetry of a run: frame rate, latency, stage times, faces seen; for the HUD and for the report."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from livecam.core.crop import EyePair
from livecam.core.interfaces import Collector, Effect, EyeCropper, FaceDetector, PupilDetector, PupilPair, Sink, Source
from livecam.core.timing import Clock, DurationHistory, StageTimer
from livecam.core.types import Face, Frame, Image, Scene

WARM_UP_FRAMES = 10
_RECENT = 30  # frames from which the live figures are taken: about a second

Report = dict[str, object]


class Telemetry:
    """Watches a source, an effect and a sink through wrappers; the first `warm_up` frames are not timed.

    The clock must be the one that stamps `Frame.captured`.
    """

    def __init__(self, *, clock: Clock = time.monotonic, warm_up: int = WARM_UP_FRAMES) -> None:
        self.clock = clock
        self.stopwatch = StageTimer(clock)
        self.scene: Scene | None = None  # the last one drawn
        self._to_skip = warm_up
        self._recently_shown: deque[float] = deque(maxlen=_RECENT)
        self._latency, self._whole = DurationHistory(), DurationHistory()
        self._first = self._last = 0.0
        self._frames = self._with_a_face = 0
        self._confidences, self._pupils = 0.0, 0

    def source(self, source: Source) -> Source:
        """The same frames; the time until the next one is asked for is the time the frame took."""
        return _WatchedSource(source, self)

    def effect(self, effect: Effect) -> Effect:
        """Draws the same; the scene is remembered and its faces are counted."""
        return _WatchedEffect(effect, self)

    def sink(self, sink: Sink) -> Sink:
        """Shows the same; the age of each frame is taken as soon as it is shown."""
        return _WatchedSink(sink, self)

    @property
    def fps(self) -> float:
        """Frames a second shown of late; 0 before the second frame."""
        shown = self._recently_shown
        return (len(shown) - 1) / max(shown[-1] - shown[0], 1e-9) if len(shown) > 1 else 0.0

    @property
    def latency_ms(self) -> float:
        """The median age of the frames shown of late, at the moment they were shown; 0 before the first."""
        return float(np.median(self._latency.latest(_RECENT))) if len(self._latency) else 0.0

    def drawn(self, scene: Scene) -> None:
        self.scene = scene
        self._with_a_face += bool(scene.faces)
        for observation in scene.faces:
            for pupil in (observation.left, observation.right):
                if pupil is not None:
                    self._confidences += pupil.confidence
                    self._pupils += 1

    def shown(self, frame: Frame) -> None:
        now = self.clock()
        self._recently_shown.append(now)
        if self._to_skip:
            return
        self._first = self._first or now
        self._last = now
        self._latency.add((now - frame.captured_at) * 1000)

    def ended(self, seconds: float) -> None:
        """A frame left the loop, `seconds` after it came in."""
        self._frames += 1
        warm = self._to_skip == 0
        self.stopwatch.next_frame(keep=warm)
        self._to_skip -= not warm
        if warm:
            self._whole.add(seconds * 1000)

    def report(self, *, reconnections: int = 0, dropped: int = 0) -> Report:
        """What `--report` writes; durations are in milliseconds, and of the `timed` frames, those after the warm-up."""
        frames, seconds = self._frames, self._last - self._first
        return {
            "frames": frames,
            "timed": len(self._whole),
            "fps": (len(self._latency) - 1) / seconds if seconds > 0 else None,
            "latency_ms": self._latency.summary(),
            "frame_ms": self._whole.summary(),
            "slowest_frame_ms": self._whole.summary().get("max"),
            "stages": self.stopwatch.report(),
            "faces_seen": {"frames": self._with_a_face, "share": self._with_a_face / frames if frames else None},
            "mean_confidence": self._confidences / self._pupils if self._pupils else None,
            "reconnections": reconnections,
            "dropped": dropped,
        }


@dataclass(frozen=True, slots=True)
class _WatchedSource:
    source: Source
    telemetry: Telemetry

    def __iter__(self) -> Iterator[Frame]:
        for frame in self.source:
            start = self.telemetry.clock()
            try:
                yield frame
            finally:
                self.telemetry.ended(self.telemetry.clock() - start)


@dataclass(frozen=True, slots=True)
class _WatchedEffect:
    effect: Effect
    telemetry: Telemetry

    def draw(self, scene: Scene) -> Image:
        self.telemetry.drawn(scene)
        return self.effect.draw(scene)


@dataclass(frozen=True, slots=True)
class _WatchedSink:
    sink: Sink
    telemetry: Telemetry

    def show(self, frame: Frame) -> None:
        self.sink.show(frame)
        self.telemetry.shown(frame)


@dataclass(frozen=True, slots=True)
class TimedFaces:
    faces: FaceDetector
    stopwatch: StageTimer
    stage: str = "faces"

    def detect(self, frame: Frame) -> Sequence[Face]:
        with self.stopwatch.stage(self.stage):
            return self.faces.detect(frame)


@dataclass(frozen=True, slots=True)
class TimedPupils:
    """Also measures the cutting of the eyes, as the stage `crop`."""

    pupils: PupilDetector
    stopwatch: StageTimer
    stage: str = "pupil"

    @property
    def cropper(self) -> EyeCropper:
        return self._cut

    def detect(self, eyes: EyePair) -> PupilPair:
        with self.stopwatch.stage(self.stage):
            return self.pupils.detect(eyes)

    def _cut(self, frame: Frame, face: Face) -> EyePair:
        with self.stopwatch.stage("crop"):
            return self.pupils.cropper(frame, face)


@dataclass(frozen=True, slots=True)
class TimedEffect:
    effect: Effect
    stopwatch: StageTimer
    stage: str = "draw"

    def draw(self, scene: Scene) -> Image:
        with self.stopwatch.stage(self.stage):
            return self.effect.draw(scene)


@dataclass(frozen=True, slots=True)
class TimedSink:
    sink: Sink
    stopwatch: StageTimer
    stage: str = "show"

    def show(self, frame: Frame) -> None:
        with self.stopwatch.stage(self.stage):
            self.sink.show(frame)


@dataclass(frozen=True, slots=True)
class TimedCollector:
    collector: Collector
    stopwatch: StageTimer
    stage: str = "collect"

    def offer(self, scene: Scene) -> None:
        with self.stopwatch.stage(self.stage):
            self.collector.offer(scene)
