"""Matplotlib plots as PNG files, written atomically, without a display."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from livecam.drawing.plots import new_figure
from training.engine.files import replacing


def write_lines(path: Path, curves: dict[str, tuple[Any, Any]], across: str, up: str) -> None:
    """A PNG with one line for each named pair of x and y; MissingExtraError without matplotlib."""
    with plot_axes(path, across, up) as axes:
        for name, (x, y) in curves.items():
            axes.plot(x, y, label=name)


@contextmanager
def plot_axes(path: Path, across: str, up: str) -> Iterator[Any]:
    """Axes to draw on; the PNG is written when all is drawn."""
    with drawing(path, size=(6, 4.2), dpi=110) as figure:
        axes = figure.add_subplot(xlabel=across, ylabel=up)
        yield axes
        axes.grid(alpha=0.3)
        axes.legend()


@contextmanager
def drawing(path: Path, *, size: tuple[float, float], dpi: int) -> Iterator[Any]:
    """A figure of `size` inches to draw in, which becomes a PNG; MissingExtraError without matplotlib."""
    figure = new_figure(size=size, dpi=dpi)
    yield figure
    with replacing(path) as stream:
        figure.savefig(stream, format="png")
