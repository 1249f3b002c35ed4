"""Who runs in a benchmark: something that takes a block of frames and keeps its laps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from livecam.benchmark.beside import BetweenFrames
from livecam.benchmark.laps import Lap, Laps, Watch
from livecam.core.scene import Frame, Image
from livecam.core.seams import Collector, Effect, Sink
from livecam.loop import run
from livecam.perception import Perception
from livecam.stopwatch import Stopwatch

_Item_contra = TypeVar("_Item_contra", contravariant=True)


class Contestant(Protocol[_Item_contra]):
    def take(self, items: Sequence[_Item_contra], *, keep: bool) -> None:
        """Works through consecutive items; what they took is kept, or forgotten as warm-up."""
        ...


@dataclass(slots=True, eq=False)
class Path:
    """One path through the program: perceive, draw, show, offer, by the loop that runs live."""

    name: str
    face: str
    perception: Perception
    detector: BetweenFrames
    effect: Effect
    sinks: Sequence[Sink]
    collector: Collector
    stopwatch: Stopwatch
    laps: Laps = field(default_factory=Laps)

    def take(self, items: Sequence[Frame], *, keep: bool) -> None:
        laps = self.laps if keep else Laps()
        watch = Watch(
            items,
            self.effect,
            laps,
            beside=self.detector.catch_up,
            end_of_frame=lambda: self.stopwatch.next_frame(keep=keep),
        )
        run(watch, self.perception, watch, self.sinks, self.collector, finished=lambda: False)
        laps.rounds.append(watch.block)


Pupils = tuple[tuple[float, float], tuple[float, float]]  # frame pixels, the one on the image's left first


class PupilsOnly(Protocol):
    def locate(self, image: Image) -> Pupils | None:
        """Both pupils of the largest face; None without a face."""
        ...


@dataclass(slots=True, eq=False)
class Peer:
    """Another program's perception of the same frames; all it does counts as perception."""

    name: str
    perception: PupilsOnly
    laps: Laps = field(default_factory=Laps)

    def take(self, items: Sequence[Frame], *, keep: bool) -> None:
        laps = self.laps if keep else Laps()
        laps.rounds.append([self._lap(frame, laps) for frame in items])

    def _lap(self, frame: Frame, laps: Laps) -> Lap:
        start, start_cpu = laps.clock(), laps.cpu_clock()
        found = self.perception.locate(frame.image)
        wall, cpu = (laps.clock() - start) * 1000, (laps.cpu_clock() - start_cpu) * 1000
        laps.with_a_face += found is not None
        return Lap(wall, wall, cpu, cpu)
