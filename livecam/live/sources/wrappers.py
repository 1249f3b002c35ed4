"""Sources around another source: turned and mirrored, and limited to so many seconds or frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice, takewhile

from livecam.core.image_files.orientation import Orientation, turned_by, upright
from livecam.core.interfaces import Source
from livecam.core.types import Frame
from livecam.settings import Flip, SourceSettings

_FLIPS = {
    Flip.NONE: Orientation.UPRIGHT,
    Flip.HORIZONTAL: Orientation.MIRRORED,
    Flip.VERTICAL: Orientation.MIRRORED_HALF_TURN,
}


@dataclass(frozen=True, slots=True)
class OrientedSource:
    """The frames of another source, each turned and mirrored in the same way."""

    source: Source
    orientation: Orientation

    def __iter__(self) -> Iterator[Frame]:
        for frame in self.source:
            yield replace(frame, image=upright(frame.image, self.orientation))


def wanted_orientation(settings: SourceSettings) -> Orientation:
    """What `rotate` and `flip` make together; the turn comes first."""
    return turned_by(settings.rotate).then(_FLIPS[settings.flip])


def oriented(source: Source, settings: SourceSettings) -> Source:
    """The source as the settings want it; itself when they want nothing."""
    wanted = wanted_orientation(settings)
    return source if wanted is Orientation.UPRIGHT else OrientedSource(source, wanted)


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
        shown = ""
        for frame in islice(frames, self.limits.frames):
            if frame.status and frame.status != shown:
                self.say(frame.status)
            shown = frame.status
            yield frame
