"""Results of the active learning simulation: table, learning curves with bands, labels that an error costs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.active_learning.simulation.experiment import RoundPoint
from training.engine.files import replacing
from training.engine.plots import drawing

Vector = NDArray[np.float64]
MEASURES = {"error": "mean error / pupil distance", "misses": "share further off than 5 %"}
RANDOM, START = "random", "start"
_COLOURS = {"random": "0.35", "mixed": "tab:red", "uncertainty": "tab:orange", "diverse": "tab:blue"}


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """One strategy's error against the number of labels; every kind of eye counts the same."""

    labels: Vector  # (k,) from the start, 0, upwards
    values: Vector  # (seeds, k)

    @property
    def mean(self) -> Vector:
        mean: Vector = self.values.mean(axis=0)
        return mean


@dataclass(frozen=True, slots=True)
class LabelEfficiency:
    """What a strategy needs for the error that random sampling ends with; infinite where it was not reached."""

    strategy: str
    labels: float
    share: float  # of what random sampling needs


def curves(points: Sequence[RoundPoint], measure: str) -> dict[str, Curve]:
    """The curve of every strategy, of the seeds that all its budgets have."""
    starts = {point.seed: _value(point, measure) for point in points if point.strategy == START}
    found = {}
    for strategy in sorted({point.strategy for point in points} - {START}):
        rows = {(point.seed, point.labels): _value(point, measure) for point in points if point.strategy == strategy}
        labels = sorted({count for _, count in rows})
        seeds = [seed for seed in sorted(starts) if all((seed, count) in rows for count in labels)]
        if seeds:
            values = [[starts[seed], *(rows[seed, count] for count in labels)] for seed in seeds]
            found[strategy] = Curve(np.array([0, *labels], np.float64), np.array(values, np.float64))
    return found


def needs(found: Mapping[str, Curve], target: float | None = None) -> list[LabelEfficiency]:
    """Labels to reach `target`, unset the error random sampling ends with; between budgets the curve is straight."""
    if target is None:
        target = float(found[RANDOM].mean[-1])
    of_random = _reached(found[RANDOM], target) if RANDOM in found else np.inf
    counts = {strategy: _reached(curve, target) for strategy, curve in found.items()}
    return [LabelEfficiency(strategy, count, count / of_random) for strategy, count in counts.items()]


def _reached(curve: Curve, target: float) -> float:
    """Where the mean first is at or below the target."""
    mean = curve.mean
    below = np.flatnonzero(mean <= target + 1e-12)
    if not len(below):
        return float("inf")
    after = int(below[0])
    if after == 0:
        return 0.0
    share = (mean[after - 1] - target) / (mean[after - 1] - mean[after])
    return float(curve.labels[after - 1] + share * (curve.labels[after] - curve.labels[after - 1]))


def _value(point: RoundPoint, measure: str) -> float:
    by_kind = point.errors if measure == "error" else point.misses
    return float(np.mean(list(by_kind.values())))


def write_table(points: Iterable[RoundPoint], path: Path) -> None:
    """One row for each strategy, seed and budget, with every kind of eye apart."""
    rows = sorted(points, key=lambda point: (point.strategy, point.seed, point.labels))
    kinds = list(rows[0].errors)
    text = io.StringIO()
    table = csv.writer(text)
    heads = [f"{name} {kind}" for name in ("error", "misses", "chosen") for kind in kinds]
    table.writerow(["strategy", "seed", "labels", "error", "misses", *heads, "chosen unseen"])
    for point in rows:
        numbers = [*(point.errors[kind] for kind in kinds), *(point.misses[kind] for kind in kinds)]
        means = [_value(point, "error"), _value(point, "misses")]
        figures = [f"{number:.5f}" for number in (*means, *numbers)]
        counts = [point.chosen[kind] for kind in kinds]
        table.writerow([point.strategy, point.seed, point.labels, *figures, *counts, point.unseen])
    with replacing(path) as stream:
        stream.write(text.getvalue().encode())


def draw(points: Sequence[RoundPoint], path: Path) -> None:
    """Both measures side by side: the mean over seeds, and a band from the lowest to the highest."""
    with drawing(path, size=(8.4, 3.5), dpi=90) as figure:
        for number, (measure, title) in enumerate(MEASURES.items()):
            axes = figure.add_subplot(1, 2, number + 1, xlabel="labels", ylabel=title)
            for strategy, curve in curves(points, measure).items():
                colour = _COLOURS.get(strategy, "tab:green")
                axes.plot(curve.labels, curve.mean, marker="o", markersize=3, label=strategy, color=colour)
                low, high = curve.values.min(axis=0), curve.values.max(axis=0)
                axes.fill_between(curve.labels, low, high, alpha=0.15, color=colour, linewidth=0)
            axes.grid(alpha=0.3)
        axes.legend(fontsize=8)
