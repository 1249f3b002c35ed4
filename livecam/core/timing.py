"""Stage timing: measures named stages, each without the stages inside it, and sums them up frame by frame."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from threading import local

import numpy as np
from numpy.typing import NDArray

Clock = Callable[[], float]  # seconds, never backwards
Timer = Callable[[str], AbstractContextManager[None]]  # `with timer("faces"):` measures the block as that stage
_KEPT = 1 << 14  # durations: nine minutes at 30 frames a second


def untimed(stage: str) -> AbstractContextManager[None]:
    """The Timer of whoever is not measured."""
    return nullcontext()


class DurationHistory:
    """The latest durations of one stage in milliseconds, and the longest there ever was."""

    def __init__(self, kept: int = _KEPT) -> None:
        self._ring: NDArray[np.float64] = np.zeros(kept)
        self._count = 0
        self._longest = 0.0

    def __len__(self) -> int:
        """How many were ever added."""
        return self._count

    def add(self, milliseconds: float) -> None:
        self._ring[self._count % len(self._ring)] = milliseconds
        self._count += 1
        self._longest = max(self._longest, milliseconds)

    def latest(self, count: int) -> NDArray[np.float64]:
        """The last `count` durations (or as many as there are), in no particular order."""
        count = min(count, self._count, len(self._ring))
        found: NDArray[np.float64] = self._ring[(self._count - 1 - np.arange(count)) % len(self._ring)]
        return found

    def summary(self) -> dict[str, float]:
        """p50, p95 and p99 of the latest and the max of all, milliseconds; empty when nothing was measured."""
        if not self._count:
            return {}
        marks = np.percentile(self.latest(len(self._ring)), [50, 95, 99])
        return {**dict(zip(("p50", "p95", "p99"), map(float, marks), strict=True)), "max": self._longest}


class _Open(local):
    """What each thread is measuring at the moment: for every open stage its beginning, and the seconds spent in stages
    inside it."""

    def __init__(self) -> None:
        self.stages: list[list[float]] = []


class StageTimer:
    """A Timer that remembers: `with timer("faces"):`. Stages may be nested, repeated in a frame and in any thread."""

    def __init__(self, clock: Clock = time.perf_counter) -> None:
        self._clock = clock
        self._open = _Open()
        self._frame: dict[str, float] = {}
        self._measured: dict[str, _Stage] = {}
        self.stages: dict[str, DurationHistory] = {}

    def __call__(self, name: str) -> AbstractContextManager[None]:
        """Measures the body of the `with` as `name`, less what stages inside it take for themselves."""
        # One object a name: it runs some ten times a frame.
        stage = self._measured.get(name)
        if stage is None:
            stage = self._measured[name] = _Stage(self, name)
        return stage

    def _begin(self) -> None:
        self._open.stages.append([self._clock(), 0.0])

    def _end(self, name: str) -> None:
        start, inside = self._open.stages.pop()
        spent = self._clock() - start
        self._frame[name] = self._frame.get(name, 0.0) + spent - inside
        if self._open.stages:
            self._open.stages[-1][1] += spent

    def next_frame(self, *, keep: bool = True) -> None:
        """Ends a frame: what its stages took is kept, or forgotten as warm-up."""
        spent, self._frame = self._frame, {}
        if keep:
            for name, seconds in spent.items():
                if name not in self.stages:
                    self.stages[name] = DurationHistory()
                self.stages[name].add(seconds * 1000)

    def report(self) -> dict[str, dict[str, float]]:
        """Stage to its p50, p95, p99 and max in milliseconds a frame, over the frames in which it ran."""
        return {name: durations.summary() for name, durations in self.stages.items()}


class _Stage:
    """Measures one stage whenever it is entered; it holds nothing of its own, so it may be inside itself."""

    def __init__(self, timer: StageTimer, name: str) -> None:
        self._timer, self._name = timer, name

    def __enter__(self) -> None:
        self._timer._begin()

    def __exit__(self, *_: object) -> None:
        self._timer._end(self._name)
