"""Whole programs compared: CPU time, memory, latency and where it goes, from the turns that they took."""

from __future__ import annotations

import statistics
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import RenderableType

from livecam.benchmark.live.contestant import LiveTurn
from livecam.benchmark.tables import plain_table
from livecam.benchmark.timing import Percentiles

_ON_TIME = 0.95  # of the pictures of the stream


@dataclass(frozen=True, slots=True, eq=False)
class ProgramCost:
    """One program over all its turns."""

    name: str
    turns: tuple[LiveTurn, ...]
    latency: Percentiles  # from when a picture is sent to the picture shown, decoding included

    # Of a core and not a frame: a program that leaves out frames on a busy machine would seem dear by the one that
    # it shows, and all take the same stream.
    @property
    def load(self) -> float:
        """CPU time of the whole process as a share of one core, mean over the turns."""
        return statistics.mean(turn.load for turn in self.turns)

    @property
    def median_load(self) -> float:
        return statistics.median(turn.load for turn in self.turns)

    @property
    def least_load(self) -> float:
        """Of the cheapest turn: the one that other programs disturbed least."""
        return min(turn.load for turn in self.turns)

    @property
    def cpu_ms(self) -> float:
        """CPU time of the whole process for each frame it showed, mean."""
        return sum(turn.cpu_ms * turn.frames for turn in self.turns) / sum(turn.frames for turn in self.turns)

    @property
    def fps(self) -> float:
        return 1000 * self.load / self.cpu_ms

    @property
    def peak_mb(self) -> float:
        return max(turn.peak_mb for turn in self.turns)

    @property
    def found(self) -> float:
        return statistics.mean(turn.found for turn in self.turns)

    def mean_of(self, what: str) -> Mapping[str, float]:
        """Of `threads` or `stages`: milliseconds a frame, the largest first."""
        names = {name for turn in self.turns for name in getattr(turn, what)}
        means = {name: statistics.mean(getattr(turn, what).get(name, 0.0) for turn in self.turns) for name in names}
        return dict(sorted(means.items(), key=lambda item: -item[1]))

    def as_json(self) -> dict[str, Any]:
        return {
            "load": round(self.load, 4),
            "load_median": round(self.median_load, 4),
            "load_min": round(self.least_load, 4),
            "loads": [round(turn.load, 4) for turn in self.turns],
            "cpu_ms": round(self.cpu_ms, 3),
            "fps": round(self.fps, 2),
            "rss_mb": round(self.peak_mb, 1),
            "found": round(self.found, 4),
            "latency": self.latency.as_json(),
            "threads": {name: round(taken, 3) for name, taken in self.mean_of("threads").items()},
            "stages": {name: round(taken, 3) for name, taken in self.mean_of("stages").items()},
        }


@dataclass(frozen=True, slots=True, eq=False)
class LiveResults:
    machine: Mapping[str, str | int | float]
    versions: Mapping[str, str]
    source: str
    size: tuple[int, int]
    fps: float
    programs: tuple[ProgramCost, ...]  # livecam first

    def ratio(self, figure: str = "load") -> float | None:
        """livecam's CPU time to the other program's; None when it ran alone."""
        if len(self.programs) < 2:
            return None
        ours, theirs = (getattr(program, figure) for program in self.programs)
        return float(ours / theirs)

    def as_json(self) -> dict[str, Any]:
        """All figures; times in milliseconds."""
        ratio, least = self.ratio(), self.ratio("least_load")
        return {
            "machine": dict(self.machine),
            "versions": dict(self.versions),
            "source": self.source,
            "size": list(self.size),
            "live": {
                "fps": self.fps,
                "ratio": ratio and round(ratio, 4),
                "ratio_min": least and round(least, 4),
                "programs": {program.name: program.as_json() for program in self.programs},
            },
        }

    def tables(self) -> Iterator[RenderableType]:
        width, height = self.size
        title = f"whole programs on a live stream of {self.source}, {width}x{height} MJPEG at {self.fps:g} a second"
        heads = ("of a core", "median", "least", "CPU ms a frame", "fps", "MB", "found", "age ms p50", "p99")
        table = plain_table(f"{title}; taking turns, a process each", heads, "program")
        for program in self.programs:
            loads = program.load, program.median_load, program.least_load
            table.add_row(
                program.name,
                *(f"{load:.1%}" for load in loads),
                f"{program.cpu_ms:.2f}",
                f"{program.fps:.1f}",
                f"{program.peak_mb:.0f}",
                f"{program.found:.0%}",
                f"{program.latency.p50:.1f}",
                f"{program.latency.p99:.1f}",
            )
        yield table
        ours = self.programs[0]
        for what, heading in (
            ("threads", "where livecam's CPU time goes: ms a frame, by thread"),
            ("stages", "where the loop's time goes: wall ms a frame, mean"),
        ):
            means = ours.mean_of(what)
            if means:
                shares = plain_table(heading, means, "")
                shares.add_row("", *(f"{taken:.2f}" for taken in means.values()))
                yield shares
        late = [program for program in self.programs if program.fps < _ON_TIME * self.fps]
        yield from (
            f"{program.name} showed {program.fps:.0f} of {self.fps:g} pictures a second: this machine has no time for"
            " it now, and what was left out cost nothing" for program in late
        )  # fmt: skip
        ratio, least = self.ratio(), self.ratio("least_load")
        if ratio is not None and least is not None:
            yield f"livecam takes {ratio:.2f} of the CPU time of MediaPipe's face mesh ({least:.2f} by the best turns)"


def latencies(sent: Sequence[tuple[int, float]], shown: Sequence[tuple[int, float]]) -> Iterator[float]:
    """Milliseconds from when each picture was sent last before it was shown; those that nobody knows are left out."""
    moments: dict[int, list[float]] = {}
    for number, moment in sent:
        moments.setdefault(number, []).append(moment)
    for number, moment in shown:
        before = moments.get(number, [])
        place = bisect_right(before, moment)
        if place:
            yield (moment - before[place - 1]) * 1000
