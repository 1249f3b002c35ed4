"""Plots a benchmark: where the time of every path goes, and how its frames are spread."""

from __future__ import annotations

from typing import Any

import numpy as np

from livecam.benchmark.contenders import BESIDE, STAGES
from livecam.benchmark.results import PathResult, Results
from livecam.drawing.plots import new_figure, png

DPI = 100
_WIDTH, _ROW, _CURVES = 10.0, 0.34, 3.7  # inches: the picture, a bar, the curves
# Told apart also by those who see two primary colours (Okabe & Ito 2008, and greys).
_COLOURS = ("#d55e00", "#009e73", "#e69f00", "#cc79a7", "#56b4e9", "#f0e442", "#969696", "#5a5a5a")
_LINES = ("#d55e00", "#009e73", "#e69f00", "#cc79a7", "#56b4e9", "#5a5a5a")
_BASELINE = "#787878"
_DRAWN = tuple(stage for stage in STAGES if stage not in BESIDE)


def picture(results: Results) -> bytes:
    """A PNG: a stacked bar a path above, the share of frames that took at most so long below.

    MissingExtraError without matplotlib.
    """
    rows = len(results.paths) + (results.baseline is not None)
    bars = rows * _ROW + 1.1
    figure = new_figure(size=(_WIDTH, bars + _CURVES), dpi=DPI)
    width, height = results.size
    name = results.source.rsplit("/", 1)[-1]
    # A dollar in the name of a file is no formula.
    figure.suptitle(f"livecam bench: {results.frames} frames of {name} at {width}x{height}", parse_math=False)
    above, below = figure.subplots(2, 1, height_ratios=(bars, _CURVES))
    _bars(above, results)
    _curves(below, results)
    return png(figure)


def _bars(axes: Any, results: Results) -> None:
    names = [_name(path) for path in results.paths]
    left = np.zeros(len(names))
    for stage, colour in zip(_DRAWN, _COLOURS, strict=True):
        taken = np.array([path.stages[stage].a_frame if stage in path.stages else 0.0 for path in results.paths])
        if taken.any():
            axes.barh(names, taken, left=left, color=colour, label=stage)
        left += taken
    for row, path in enumerate(results.paths):
        axes.annotate(
            f"×{path.collecting.ratio:.2f} with the queue on", (left[row], row), (5, 0),
            textcoords="offset points", va="center", fontsize=8,
        )  # fmt: skip
    if results.baseline:
        axes.barh(["MediaPipe mesh + iris"], [results.baseline.mean_ms], color=_BASELINE)
    longest = max([*left, *([results.baseline.mean_ms] if results.baseline else [])])
    axes.set(xlim=(0, longest * 1.22), xlabel="mean ms a frame")
    axes.invert_yaxis()
    _quiet(axes, "x")
    axes.legend(ncols=len(_DRAWN), loc="lower center", bbox_to_anchor=(0.5, 1.0), fontsize=8, frameon=False)


def _curves(axes: Any, results: Results) -> None:
    """Milliseconds on a logarithmic scale across, share of the frames up."""
    for place, path in enumerate(results.paths):
        taken = path.with_face.latencies
        shares = np.arange(1, len(taken) + 1) / len(taken)
        axes.plot(taken, shares, color=_LINES[place % len(_LINES)], label=_name(path))
    axes.set(
        xscale="log", yticks=(0, 0.25, 0.5, 0.75, 0.95, 1), ylim=(0, 1.02), xlabel="ms a frame, logarithmic",
        title="share of the frames that took at most so long, whole loop",
    )  # fmt: skip
    axes.title.set_fontsize("medium")
    axes.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    axes.xaxis.set_major_formatter(lambda milliseconds, _: f"{milliseconds:g}")
    axes.xaxis.set_minor_formatter(_minor_mark)
    axes.grid(alpha=0.35, which="both")
    axes.legend(loc="lower right", fontsize=8)


def _minor_mark(milliseconds: float, _: int) -> str:
    """Of the marks between powers of ten only those of 2 and 5."""
    digit = f"{milliseconds:e}"[0]
    return f"{milliseconds:g}" if digit in "25" else ""


def _name(path: PathResult) -> str:
    return f"{path.name} / {path.face}"


def _quiet(axes: Any, grid: str) -> None:
    axes.grid(axis=grid, alpha=0.35)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
