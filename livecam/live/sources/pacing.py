"""Pacing of files and the demo: holds back frames that are ready too early."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

Clock = Callable[[], float]
Sleep = Callable[[float], None]

# Why files keep every frame: docs/decisions/live-drops-files-keep.md


@dataclass(frozen=True, slots=True)
class FrameTiming:
    """The clock and the way to wait; tests bring their own."""

    clock: Clock = time.monotonic
    sleep: Sleep = time.sleep


REAL_TIME = FrameTiming()


class Pacer:
    """The moments at which frames are due, counted from the first one."""

    def __init__(self, timing: FrameTiming) -> None:
        self._timing = timing
        self._start: float | None = None

    def wait(self, seconds: float) -> None:
        """Returns when a frame of this time is due; at once when it is late."""
        now = self._timing.clock()
        if self._start is None:
            self._start = now - seconds
        if self._start + seconds > now:
            self._timing.sleep(self._start + seconds - now)

    def elapsed(self) -> float:
        """Seconds since the first frame was due."""
        return 0.0 if self._start is None else self._timing.clock() - self._start
