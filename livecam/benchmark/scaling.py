"""How the cost of a frame grows: with the faces in it, with its size, and with the effects that are stacked."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from rich.console import RenderableType

from livecam.benchmark.clip import back_and_forth, load
from livecam.benchmark.contenders import BLOCK, Pipeline, interleave, open_path
from livecam.benchmark.machine import ForeignLoad, machine, versions
from livecam.benchmark.tables import plain_table
from livecam.core.types import Frame, Size
from livecam.drawing.plots import new_figure, png
from livecam.settings import Settings

FACES = (1, 2, 4, 6, 8, 10)
SIZES: tuple[Size, ...] = ((640, 480), (1280, 720), (1920, 1080), (3840, 2160))
STACK = ("saucer", "tears", "angry", "sleepy", "kira-kira")
_HD: Size = (1280, 720)
_COLUMNS, _ROWS = 5, 2  # of the pictures with many faces
_DIFFERENT = 12  # frames; they run back and forth, for those of 4K take 25 MB each
_APART = 3  # frames between the faces of one picture, so that they move differently
_MORE_THAN_LINEAR = 1.15
_COLOURS = {"perceive": "#0072b2", "draw": "#d55e00"}


@dataclass(frozen=True, slots=True)
class ScalingPoint:
    """The CPU time of a frame, milliseconds of all threads: the median over its rounds, and the least."""

    amount: float  # faces, megapixels or effects
    label: str
    perceive: float
    draw: float
    least: float  # of both together

    @property
    def whole(self) -> float:
        return self.perceive + self.draw


@dataclass(frozen=True, slots=True)
class ScalingCurve:
    """Cost against one quantity, the others at rest."""

    name: str
    points: tuple[ScalingPoint, ...]

    @property
    def linear(self) -> bool:
        """Whether no point costs more than its share of the amount would, measured from the first."""
        first = self.points[0]
        return all(
            point.whole <= _MORE_THAN_LINEAR * first.whole * point.amount / first.amount for point in self.points[1:]
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "linear": self.linear,
            "points": [
                {
                    "amount": point.amount,
                    "label": point.label,
                    "perceive_cpu_ms": round(point.perceive, 3),
                    "draw_cpu_ms": round(point.draw, 3),
                    "cpu_ms_min": round(point.least, 3),
                }
                for point in self.points
            ],
        }


@dataclass(frozen=True, slots=True, eq=False)
class ScalingResults:
    machine: Mapping[str, str | int | float]
    versions: Mapping[str, str]
    curves: tuple[ScalingCurve, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "machine": dict(self.machine),
            "versions": dict(self.versions),
            "scaling": {curve.name: curve.as_json() for curve in self.curves},
        }

    def tables(self) -> list[RenderableType]:
        shown: list[RenderableType] = []
        for curve in self.curves:
            table = plain_table(
                f"CPU ms a frame against {curve.name}", [point.label for point in curve.points], "median"
            )
            table.add_row("perceive", *(f"{point.perceive:.2f}" for point in curve.points))
            table.add_row("draw", *(f"{point.draw:.2f}" for point in curve.points))
            table.add_row("both, least", *(f"{point.least:.2f}" for point in curve.points))
            shown += [table, f"{curve.name}: {'linear at most' if curve.linear else 'more than linear'}"]
        return shown

    def picture(self) -> bytes:
        """A PNG with a diagram a curve; MissingExtraError without matplotlib."""
        figure = new_figure(size=(11, 3.6), dpi=100)
        for axes, curve in zip(figure.subplots(1, len(self.curves)), self.curves, strict=True):
            amounts = [point.amount for point in curve.points]
            below = np.zeros(len(amounts))
            for name, colour in _COLOURS.items():
                taken = np.array([getattr(point, name) for point in curve.points])
                axes.fill_between(amounts, below, below + taken, color=colour, alpha=0.75, label=name, linewidth=0)
                below += taken
            axes.plot(amounts, below, "o-", color="#333333", markersize=4)
            axes.set(xlabel=curve.name, ylabel="CPU ms a frame", ylim=(0, None), xlim=(amounts[0], amounts[-1]))
            axes.set_xticks(amounts, [point.label for point in curve.points], fontsize=8, rotation=40)
            axes.grid(alpha=0.35)
            axes.spines[["top", "right"]].set_visible(False)
            axes.legend(loc="upper left", fontsize=8, frameon=False)
        return png(figure)


@dataclass(frozen=True, slots=True, eq=False)
class _Case:
    amount: float
    label: str
    settings: Settings
    frames: Sequence[Frame]


def measure_scaling(
    settings: Settings, *, frames: int, warm_up: int, say: Callable[[str], None] = lambda doing: None
) -> ScalingResults:
    """Each curve with its points in turns, so that a machine that slows down slows all of them."""
    others = ForeignLoad()
    curves = []
    for name, cases in (
        ("faces", _with_faces(settings)),
        ("megapixels", _of_sizes(settings)),
        ("effects", _stacked(settings)),
    ):
        say(f"taking turns: {name}")
        curves.append(ScalingCurve(name, tuple(_measured(cases, frames, warm_up))))
    computer = {**machine(), "busy_share": round(others.share(), 3)}
    return ScalingResults(computer, versions(), tuple(curves))


def _measured(cases: Sequence[_Case], frames: int, warm_up: int) -> list[ScalingPoint]:
    runners = [_Runner(open_path(case.settings), back_and_forth(case.frames, warm_up + frames)) for case in cases]
    interleave(runners, range(warm_up + frames), warm_up=warm_up)
    return [_point(case, runner.path) for case, runner in zip(cases, runners, strict=True)]


@dataclass(slots=True, eq=False)
class _Runner:
    """A contender with frames of its own; what it is given are their places."""

    path: Pipeline
    frames: Sequence[Frame]

    def take(self, items: Sequence[int], *, keep: bool) -> None:
        self.path.take([self.frames[place] for place in items], keep=keep)


def _point(case: _Case, path: Pipeline) -> ScalingPoint:
    taken = path.timings.all
    perceive = np.array([frame.perceive_cpu for frame in taken])
    whole = np.array([frame.whole_cpu for frame in taken])
    rounds = [float(np.mean(part)) for part in np.array_split(whole, max(1, len(whole) // BLOCK))]
    # Means and not medians of frames: a mesh is found in every fifth, and that is part of the cost.
    seen = float(np.mean(perceive)) / float(np.mean(whole))
    middle = float(np.median(rounds))
    return ScalingPoint(case.amount, case.label, seen * middle, (1 - seen) * middle, min(rounds))


def _with_faces(settings: Settings) -> list[_Case]:
    pictures = [_crowd(count) for count in FACES]
    return [
        _Case(count, str(count), _changed(settings, max_faces=count), frames)
        for count, frames in zip(FACES, pictures, strict=True)
    ]


def _crowd(count: int) -> list[Frame]:
    """So many people side by side in a picture of 720p, each as large however many they are."""
    width, height = _HD[0] // _COLUMNS, _HD[1] // _ROWS
    people = load("demo", (width, height), _DIFFERENT + _APART * count)
    frames = []
    for index in range(_DIFFERENT):
        image = np.full((_HD[1], _HD[0], 3), 128, np.uint8)
        places = itertools.product(range(_ROWS), range(_COLUMNS))
        for person, (row, column) in enumerate(itertools.islice(places, count)):
            rows, columns = row * height, column * width
            image[rows : rows + height, columns : columns + width] = people[index + _APART * person].image
        frames.append(replace(people[index], image=image))
    return frames


def _of_sizes(settings: Settings) -> list[_Case]:
    single = _changed(settings, max_faces=1)
    return [
        _Case(width * height / 1e6, f"{height}p", single, load("demo", (width, height), _DIFFERENT))
        for width, height in SIZES
    ]


def _stacked(settings: Settings) -> list[_Case]:
    frames = load("demo", _HD, _DIFFERENT)
    return [
        _Case(count, str(count), _changed(settings, max_faces=1, style=",".join(STACK[:count])), frames)
        for count in range(1, len(STACK) + 1)
    ]


def _changed(settings: Settings, *, max_faces: int, style: str | None = None) -> Settings:
    faces = settings.faces.model_copy(update={"max_faces": max_faces})
    effect = settings.effect.model_copy(update={"style": style or settings.effect.style})
    return settings.model_copy(update={"faces": faces, "effect": effect})
