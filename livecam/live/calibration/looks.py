"""The looks of a calibration: where the dots are and when, and what was seen meanwhile."""

from __future__ import annotations

import csv
import math
import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from livecam.core.errors import SourceError
from livecam.core.files import read_table_rows
from livecam.core.types import Scene
from livecam.perception.eyes.screen import CalibrationLook, ScreenPlace, iris_in_head

# The middle first, where everybody looks anyway; then no dot beside the last one, so that eyes really move.
NINE = tuple(
    ScreenPlace(0.5 + 0.4 * x, 0.5 + 0.4 * y)
    for x, y in ((0, 0), (-1, -1), (1, 0), (-1, 1), (0, -1), (1, 1), (-1, 0), (1, -1), (0, 1))
)
SETTLE_S, GATHER_S = 0.8, 1.0  # until the eyes have come to a dot and rest; how long they are then watched
LOOK_S = SETTLE_S + GATHER_S
_FEWEST = 5  # pictures with an iris, of a look
_COLUMNS = ("begin", "end", "x", "y")


class TimedLook(NamedTuple):
    """A dot, and between which seconds eyes are watched that rest on it."""

    place: ScreenPlace
    begin: float
    end: float


def timed(places: Sequence[ScreenPlace]) -> tuple[TimedLook, ...]:
    """One dot after the other from second 0 on."""
    return tuple(
        TimedLook(place, number * LOOK_S + SETTLE_S, (number + 1) * LOOK_S) for number, place in enumerate(places)
    )


def read_looks(clip: Path) -> tuple[TimedLook, ...]:
    """The looks of `CLIP.looks.csv` beside a recording: begin and end in seconds, x and y as shares of the screen.

    SourceError when there is none, or when it is not one.
    """
    path = clip.with_suffix(".looks.csv")
    try:
        rows = [[float(row[name]) for name in _COLUMNS] for row in read_table_rows(path)]
    except OSError as error:
        raise SourceError(f"cannot read {path}, which must tell when a person looks where in {clip.name}") from error
    except (csv.Error, KeyError, TypeError, ValueError) as error:
        raise SourceError(f"{path} must have the columns {', '.join(_COLUMNS)} in every row, all numbers") from error
    looks = tuple(TimedLook(ScreenPlace(x, y), begin, end) for begin, end, x, y in rows)
    if not looks:
        raise SourceError(f"{path} has no look in it; write one row for each, such as 1.5,2.5,0.5,0.5")
    for number, (begin, end, x, y) in enumerate(rows, start=1):
        if not (0 <= begin < end < math.inf and 0 <= x <= 1 and 0 <= y <= 1):
            raise SourceError(
                f"look {number} of {path} is {begin:g} to {end:g} s at {x:g}, {y:g}; it begins before it ends, and its"
                " place is two shares of the screen, 0 to 1"
            )
    return looks


@dataclass(slots=True)
class LookGatherer:
    """What is seen of the largest face while a person looks at the dots."""

    looks: Sequence[TimedLook]
    scenes: dict[int, Scene] = field(default_factory=dict)  # one picture a look, in which an iris showed
    _irises: dict[int, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, scene: Scene, seconds: float) -> None:
        """Takes what was seen this long after the first dot came."""
        number = next((number for number, look in enumerate(self.looks) if look.begin <= seconds < look.end), None)
        iris = iris_in_head(scene.faces[0]) if scene.faces else None
        if number is not None and iris is not None:
            self._irises[number].append(iris)
            self.scenes[number] = scene

    def result(self) -> tuple[CalibrationLook, ...]:
        """The median of each look; SourceError for one in which eyes were hardly seen."""
        for number, look in enumerate(self.looks):
            if len(self._irises[number]) < _FEWEST:
                raise SourceError(
                    f"no open eyes were seen while dot {number + 1} of {len(self.looks)} was shown at"
                    f" {look.place.x:.0%}, {look.place.y:.0%}; sit in front of the camera, in light, and try again"
                )
        return tuple(
            CalibrationLook(look.place, _median(self._irises[number])) for number, look in enumerate(self.looks)
        )


def _median(irises: Sequence[tuple[float, float]]) -> tuple[float, float]:
    right, down = zip(*irises, strict=True)
    return statistics.median(right), statistics.median(down)
