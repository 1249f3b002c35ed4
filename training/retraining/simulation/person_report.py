"""Results of the simulation of one person with one camera: JSON and a plot with bands over seeds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from training.engine.files import write_json
from training.engine.plots import drawing
from training.retraining.simulation.person_experiment import Method, Order, PersonPoint, PersonSettings

MEASURES = {
    "mean": "error / interocular distance",
    "centred": "error less its median",
    "state": "wrong states",
    "others_mean": "error of other people",
    "others_state": "wrong states of other people",
}
_COLOURS = {
    Method.OFFSET: "tab:green",
    Method.FINE_TUNE: "tab:orange",
    Method.AVERAGED: "tab:red",
    Method.SELF_TRAINING: "tab:purple",
    Method.ALL: "tab:blue",
    Method.NOTHING: "0.4",
}


def table(points: Sequence[PersonPoint]) -> list[dict[str, Any]]:
    """A row for each method, order and number of labels: the mean over clips and seeds of every measure, and the lowest
    and highest mean over clips of a seed. Only seeds that have all clips count."""
    groups: dict[tuple[str, str, int], dict[int, dict[str, PersonPoint]]] = defaultdict(lambda: defaultdict(dict))
    for point in points:
        groups[point.method, point.order, point.labels][point.seed][point.clip] = point
    clips = {point.clip for point in points}
    whole = {
        key: [by_clip for by_clip in seeds.values() if set(by_clip) == clips] for key, seeds in sorted(groups.items())
    }
    return [_row(*key, seeds) for key, seeds in whole.items() if seeds]


def _row(method: str, order: str, labels: int, seeds: Sequence[Mapping[str, PersonPoint]]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "method": method,
        "order": order,
        "labels": labels,
        "clips": sorted(seeds[0]),
        "seeds": len(seeds),
    }
    for measure in MEASURES:
        means = [float(np.nanmean([getattr(point, measure) for point in by_clip.values()])) for by_clip in seeds]
        row[measure] = {"mean": float(np.mean(means)), "low": min(means), "high": max(means)}
    return row


def write_report(points: Sequence[PersonPoint], settings: PersonSettings, out: Path) -> list[dict[str, Any]]:
    """`people.json` and `people.png`; the rows."""
    rows = table(points)
    content = {"steps": settings.steps, "batch": settings.batch, "rows": rows}
    write_json(out / "people.json", content)
    draw(rows, out / "people.png")
    return rows


def draw(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """The error of the person, the same centred, states, and other people; what needs no labels is a level line."""
    with drawing(path, size=(11.0, 3.8), dpi=90) as figure:
        for number, measure in enumerate(("mean", "centred", "state", "others_mean")):
            axes = figure.add_subplot(1, 4, number + 1, xlabel="labels", title=MEASURES[measure])
            axes.title.set_fontsize(9)
            for method, order in dict.fromkeys((row["method"], row["order"]) for row in rows):
                _curve(axes, [row for row in rows if (row["method"], row["order"]) == (method, order)], measure)
            axes.set_ylim(0, max(row[measure]["high"] for row in rows) * 1.1 or 1)
            axes.grid(alpha=0.3)
        figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=5, fontsize=8)


def _curve(axes: Any, rows: Sequence[Mapping[str, Any]], measure: str) -> None:
    method, order = rows[0]["method"], rows[0]["order"]
    colour, style = _COLOURS[Method(method)], "-" if order == Order.QUEUE else ":"
    figures = [row[measure] for row in rows]
    if all(row["labels"] == 0 for row in rows):
        axes.axhline(figures[0]["mean"], color=colour, linewidth=1, label=method)
        axes.axhspan(figures[0]["low"], figures[0]["high"], color=colour, alpha=0.1, linewidth=0)
        return
    labels = [row["labels"] for row in rows]
    name = method if order == Order.QUEUE else f"{method}, random frames"
    axes.plot(labels, [each["mean"] for each in figures], style, marker="o", markersize=3, color=colour, label=name)
    low, high = ([each[edge] for each in figures] for edge in ("low", "high"))
    axes.fill_between(labels, low, high, color=colour, alpha=0.12, linewidth=0)
