"""Blinks of a clip: how many of the true ones a perception tells, how soon, and how many it makes up."""

from __future__ import annotations

import itertools
import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from livecam.benchmark.clips.clip_truth import TrueFace, Truth
from livecam.core.types import Scene

# A blink is two frames in a row in which both eyes are closed. One that is told from a frame before its first to a
# frame after its last is found; one that is told further than this many frames from any in which neither eye is open
# is false.
_SHORTEST = 2
_NEAR = 3
IN_TIME_MS = 60.0  # after the first frame with closed lids


class _Moment(NamedTuple):
    """One true face in one frame, and what was told of it."""

    frame: int
    seconds: float
    truth: TrueFace
    told: bool  # both eyes closed


@dataclass(frozen=True, slots=True)
class BlinkScore:
    """Blinks of the truth in which the face was found at all, and blinks that were told."""

    blinks: int
    latencies_ms: tuple[float, ...]  # of those found
    false: int
    minutes: float  # of faces with a trusted truth

    @property
    def found(self) -> int:
        return len(self.latencies_ms)

    @property
    def in_time(self) -> int:
        return sum(latency < IN_TIME_MS for latency in self.latencies_ms)

    @property
    def false_a_minute(self) -> float:
        return self.false / self.minutes if self.minutes else 0.0

    def as_json(self) -> dict[str, Any]:
        return {
            "blinks": self.blinks,
            "found": self.found,
            "in_time": self.in_time,
            "false": self.false,
            "minutes": round(self.minutes, 3),
            "latency_ms": round(statistics.median(self.latencies_ms), 1) if self.latencies_ms else None,
        }


@dataclass(slots=True)
class BlinkCounter:
    """Compares scenes with the truth, in the order of their frames."""

    truth: Truth
    _moments: dict[int, list[_Moment]] = field(default_factory=lambda: defaultdict(list))

    def add(self, scene: Scene) -> None:
        frame = scene.frame
        for face in self.truth.get(frame.index, ()):
            told = face.found_in(scene.faces)
            closed = told is not None and told.both_closed
            self._moments[face.face].append(_Moment(frame.index, frame.timestamp, face, closed))

    def score(self) -> BlinkScore:
        latencies, blinks, false, seconds = list[float](), 0, 0, 0.0
        for moments in self._moments.values():
            true = _runs(moments, {moment.frame: moment.truth.both_closed for moment in moments}, _SHORTEST)
            blinks += len(true)
            latencies += [latency for run in true if (latency := _latency(run, moments)) is not None]
            told = _runs(moments, {moment.frame: moment.told for moment in moments}, 1)
            false += sum(_made_up(run, moments) for run in told)
            seconds += len(moments) * _interval(moments)
        return BlinkScore(blinks, tuple(latencies), false, seconds / 60)


def _runs(moments: Sequence[_Moment], wanted: Mapping[int, bool], shortest: int) -> list[list[_Moment]]:
    """Frames in a row that are wanted."""
    runs: list[list[_Moment]] = []
    for moment in moments:
        if not wanted[moment.frame]:
            continue
        if runs and runs[-1][-1].frame == moment.frame - 1:
            runs[-1].append(moment)
        else:
            runs.append([moment])
    return [run for run in runs if len(run) >= shortest]


def _latency(blink: Sequence[_Moment], moments: Iterable[_Moment]) -> float | None:
    """Milliseconds from the first closed frame until it was told, 0 when that was before; None when it never was."""
    first, last = blink[0].frame - 1, blink[-1].frame + 1
    told = next((moment.seconds for moment in moments if moment.told and first <= moment.frame <= last), None)
    return None if told is None else max(told - blink[0].seconds, 0.0) * 1000


def _made_up(told: Sequence[_Moment], moments: Iterable[_Moment]) -> bool:
    first, last = told[0].frame - _NEAR, told[-1].frame + _NEAR
    return not any(moment.truth.neither_open for moment in moments if first <= moment.frame <= last)


def _interval(moments: Sequence[_Moment]) -> float:
    steps = [
        (after.seconds - before.seconds) / (after.frame - before.frame) for before, after in itertools.pairwise(moments)
    ]
    return statistics.median(steps) if steps else 0.0
