"""The parts behind the seams, measured: each wrapper is itself such a part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from livecam.core.crop import EyePair
from livecam.core.scene import Face, Frame, Image, Scene
from livecam.core.seams import Collector, Effect, EyeCutter, FaceFinder, PupilFinder, PupilPair, Sink
from livecam.stopwatch import Stopwatch


@dataclass(frozen=True, slots=True)
class TimedFaces:
    faces: FaceFinder
    stopwatch: Stopwatch
    stage: str = "faces"

    def find(self, frame: Frame) -> Sequence[Face]:
        with self.stopwatch.stage(self.stage):
            return self.faces.find(frame)


@dataclass(frozen=True, slots=True)
class TimedPupils:
    """Also measures the cutting of the eyes, as the stage `crop`."""

    pupils: PupilFinder
    stopwatch: Stopwatch
    stage: str = "pupil"

    @property
    def cutter(self) -> EyeCutter:
        return self._cut

    def locate(self, eyes: EyePair) -> PupilPair:
        with self.stopwatch.stage(self.stage):
            return self.pupils.locate(eyes)

    def _cut(self, frame: Frame, face: Face) -> EyePair:
        with self.stopwatch.stage("crop"):
            return self.pupils.cutter(frame, face)


@dataclass(frozen=True, slots=True)
class TimedEffect:
    effect: Effect
    stopwatch: Stopwatch
    stage: str = "draw"

    def draw(self, scene: Scene) -> Image:
        with self.stopwatch.stage(self.stage):
            return self.effect.draw(scene)


@dataclass(frozen=True, slots=True)
class TimedSink:
    sink: Sink
    stopwatch: Stopwatch
    stage: str = "show"

    def show(self, frame: Frame) -> None:
        with self.stopwatch.stage(self.stage):
            self.sink.show(frame)


@dataclass(frozen=True, slots=True)
class TimedCollector:
    collector: Collector
    stopwatch: Stopwatch
    stage: str = "collect"

    def offer(self, scene: Scene) -> None:
        with self.stopwatch.stage(self.stage):
            self.collector.offer(scene)
