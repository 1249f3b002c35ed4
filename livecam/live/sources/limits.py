"""Where a run ends by itself: after so many seconds, or so many frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice, takewhile

from livecam.core.interfaces import Source
from livecam.core.types import Frame


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
    say: Callable[[str], None]

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
