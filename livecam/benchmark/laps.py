"""Marks the moments of a frame's way through the loop, which itself knows no clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from livecam.core.scene import Frame, Image, Scene, Side
from livecam.core.seams import Effect
from livecam.stopwatch import Clock


class Lap(NamedTuple):
    """What one frame took, milliseconds; CPU time is that of all threads."""

    perceive: float
    whole: float
    perceive_cpu: float
    whole_cpu: float


@dataclass(slots=True)
class Laps:
    """The frames measured so far, the rounds they came in, and what was found in them."""

    clock: Clock = time.perf_counter
    cpu_clock: Clock = time.process_time
    rounds: list[list[Lap]] = field(default_factory=list)
    confidences: list[float] = field(default_factory=list)  # mean of the pupils of the largest face
    with_a_face: int = 0

    @property
    def all(self) -> list[Lap]:
        return [lap for block in self.rounds for lap in block]

    @property
    def found(self) -> float:
        """Share of the frames in which there was a face."""
        return self.with_a_face / max(1, len(self.all))

    def record(self, scene: Scene) -> None:
        if not scene.looks:
            return
        self.with_a_face += 1
        pupils = [scene.looks[0].pupil(side) for side in Side]
        self.confidences += [sum(pupil.confidence if pupil else 0.0 for pupil in pupils) / 2]


class Watch:
    """A source and an effect that mark when a frame begins, when it has been understood, and when it is done with.

    What `beside` does after each frame is work that does not hold up the picture: only its CPU time counts.
    """

    def __init__(
        self,
        frames: Iterable[Frame],
        effect: Effect,
        laps: Laps,
        *,
        beside: Callable[[], None],
        end_of_frame: Callable[[], None],
    ) -> None:
        self._frames, self._effect, self._laps = frames, effect, laps
        self._beside, self._end_of_frame = beside, end_of_frame
        self._understood = 0.0, 0.0
        self.block: list[Lap] = []

    def __iter__(self) -> Iterator[Frame]:
        for frame in self._frames:
            start = self._now()
            yield frame
            end = self._now()
            self._beside()
            self.block.append(_lap(start, self._understood, end, self._laps.cpu_clock() - end[1]))
            self._end_of_frame()

    def draw(self, scene: Scene) -> Image:
        self._understood = self._now()
        self._laps.record(scene)
        return self._effect.draw(scene)

    def _now(self) -> tuple[float, float]:
        return self._laps.clock(), self._laps.cpu_clock()


def _lap(start: tuple[float, float], understood: tuple[float, float], end: tuple[float, float], beside: float) -> Lap:
    return Lap(
        perceive=(understood[0] - start[0]) * 1000,
        whole=(end[0] - start[0]) * 1000,
        perceive_cpu=(understood[1] - start[1] + beside) * 1000,
        whole_cpu=(end[1] - start[1] + beside) * 1000,
    )
