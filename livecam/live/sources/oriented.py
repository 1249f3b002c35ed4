"""A source as seen by a camera that is mounted otherwise: turned and mirrored as the settings say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

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
