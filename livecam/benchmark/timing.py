"""Frame timings of a benchmark: marks the moments of a frame's way through the loop."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Self

import numpy as np

from livecam.core.interfaces import Source
from livecam.core.timing import Clock, StageTimer, Timer, untimed
from livecam.core.types import Frame, Image, Scene, Side
from livecam.perception.faces.face_model import Detect, FaceRegion


class FrameTimes(NamedTuple):
    """What one frame took, milliseconds; CPU time is that of all threads."""

    perceive: float
    whole: float
    perceive_cpu: float
    whole_cpu: float


@dataclass(slots=True)
class FrameTimings:
    """The frames measured so far, the rounds they came in, and what was found in them."""

    clock: Clock = time.perf_counter
    cpu_clock: Clock = time.process_time
    rounds: list[list[FrameTimes]] = field(default_factory=list)
    confidences: list[float] = field(default_factory=list)  # mean of the pupils of the largest face
    with_a_face: int = 0

    @property
    def all(self) -> list[FrameTimes]:
        return [lap for block in self.rounds for lap in block]

    @property
    def found(self) -> float:
        """Share of the frames in which there was a face."""
        return self.with_a_face / max(1, len(self.all))

    def record(self, scene: Scene) -> None:
        if not scene.faces:
            return
        self.with_a_face += 1
        pupils = [scene.faces[0].pupil(side) for side in Side]
        self.confidences += [sum(pupil.confidence if pupil else 0.0 for pupil in pupils) / 2]


class FrameWatch:
    """A LoopObserver that marks when a frame begins, when it has been understood, and when it is done with.

    What `beside` does after each frame is work that does not hold up the picture: only its CPU time counts. The stages
    of a frame are kept or, as warm-up, forgotten.
    """

    def __init__(self, timings: FrameTimings, timer: StageTimer, *, beside: Callable[[], None], keep: bool) -> None:
        self.timer = timer
        self.block: list[FrameTimes] = []
        self._timings, self._beside, self._keep = timings, beside, keep
        self._understood = 0.0, 0.0

    def frames(self, source: Source) -> Iterator[Frame]:
        for frame in source:
            start = self._now()
            yield frame
            end = self._now()
            self._beside()
            self.block.append(_frame_times(start, self._understood, end, self._timings.cpu_clock() - end[1]))
            self.timer.next_frame(keep=self._keep)

    def perceived(self, scene: Scene) -> None:
        self._understood = self._now()
        self._timings.record(scene)

    def shown(self, frame: Frame) -> None:
        return None

    def _now(self) -> tuple[float, float]:
        return self._timings.clock(), self._timings.cpu_clock()


def _frame_times(
    start: tuple[float, float], understood: tuple[float, float], end: tuple[float, float], beside: float
) -> FrameTimes:
    return FrameTimes(
        perceive=(understood[0] - start[0]) * 1000,
        whole=(end[0] - start[0]) * 1000,
        perceive_cpu=(understood[1] - start[1] + beside) * 1000,
        whole_cpu=(end[1] - start[1] + beside) * 1000,
    )


class DeferredDetection:
    """A DetectionWorker that detects when it is told that a frame is done with; the answer is there for the next one.

    The thread of a live run would do the same at any moment, in one contestant's turn or in another's. `timer`
    measures each detection, as `detect`.
    """

    def __init__(self, detect: Detect, timer: Timer = untimed) -> None:
        self._detect, self._timer = detect, timer
        self._wanted: Image | None = None
        self._found: Sequence[FaceRegion] | None = None

    def submit(self, image: Image) -> None:
        self._wanted = image

    def poll(self) -> Sequence[FaceRegion] | None:
        found, self._found = self._found, None
        return found

    def catch_up(self) -> None:
        """Looks for what was asked for since the last call."""
        image, self._wanted = self._wanted, None
        if image is not None:
            with self._timer("detect"):
                self._found = self._detect(image)


class Percentiles(NamedTuple):
    """Milliseconds."""

    p50: float
    p95: float
    p99: float
    max: float

    @classmethod
    def of(cls, milliseconds: Iterable[float]) -> Self:
        taken = np.fromiter(milliseconds, np.float64)
        p50, p95, p99, longest = map(float, np.percentile(taken, [50, 95, 99, 100]))
        return cls(p50, p95, p99, longest)

    def as_json(self) -> dict[str, float]:
        return {name: round(value, 4) for name, value in self._asdict().items()}
