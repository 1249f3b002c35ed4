"""Draws what an evaluation found: curves, reliability, and the worst answers to look at."""

from __future__ import annotations

import csv
import importlib
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from livecam.core.errors import MissingExtraError
from livecam.core.scene import Image
from training import scores
from training.calibration import reliability
from training.files import replacing, write_json
from training.judging import Answer
from training.sheet import write_picture

_TILE = (220, 110)


def write_report(answers: Sequence[Answer], folder: Path) -> dict[str, Any]:
    """Every number, curve and picture of an evaluation, in `folder`; the numbers are returned."""
    table = scores.report(answers)
    write_json(folder / "report.json", table)
    _write_curve(answers, folder)
    _write_trust(answers, folder)
    if "closed auc" in table:
        curve = {f"area {table['closed auc']:.3f}": scores.roc(answers)}
        write_lines(
            folder / "closed.png", curve, "share of open eyes called closed", "share of closed eyes called closed"
        )
    write_picture(folder / "worst.png", worst(answers))
    return table


def _write_curve(answers: Sequence[Answer], folder: Path) -> None:
    limits = np.linspace(0, 0.15, 301)
    curves = {}
    for measure in scores.MEASURES if _pairs(answers) else ("worse eye",):
        values = scores.errors(answers, measure)
        curves[measure] = (limits, np.array([(values <= limit).mean() if len(values) else 0.0 for limit in limits]))
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(["error", *curves])
    table.writerows(zip(limits.round(4), *(curve[1].round(4) for curve in curves.values()), strict=True))
    with replacing(folder / "curve.csv") as stream:
        stream.write(text.getvalue().encode())
    named = curves if len(curves) > 1 else {"each eye": curves["worse eye"]}
    write_lines(folder / "curve.png", named, "error / pupil distance", "share with at most this error")


def _pairs(answers: Sequence[Answer]) -> bool:
    """Whether there are pictures of two eyes; of one eye, worse, better and mean are the same."""
    return any(len(answer.errors) > 1 for answer in answers)


def _write_trust(answers: Sequence[Answer], folder: Path) -> None:
    confidences, hits = scores.trust(answers)
    bins = reliability(confidences, hits)
    with _figure(folder / "reliability.png", "confidence", "share within 5 %") as axes:
        axes.plot([0, 1], [0, 1], color="0.6", linestyle="--", label="perfect")
        label = f"ECE {scores.report(answers)['ece']:.3f}; figures: answers"
        axes.plot([one.confidence for one in bins], [one.share for one in bins], marker="o", label=label)
        for one in bins:
            # Low points have their figure above, high ones below, where the frame leaves room.
            below = one.share > 0.5
            axes.annotate(
                str(one.answers),
                (one.confidence, one.share),
                xytext=(0, -8 if below else 8),
                textcoords="offset points",
                ha="center",
                va="top" if below else "bottom",
                fontsize=8,
            )
        axes.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03))
    kept, wrong = scores.risk_coverage(confidences, hits)
    with _figure(
        folder / "risk_coverage.png", "share of eyes kept, the surest first", "share of these that is wrong"
    ) as axes:
        axes.plot(kept, wrong, label=f"all kept: {wrong[-1]:.1%} wrong")
        axes.set(xlim=(0, 1.02), ylim=(-0.002, max(float(wrong.max()) * 1.1, 0.05)))


def write_lines(path: Path, curves: dict[str, tuple[Any, Any]], across: str, up: str) -> None:
    """A PNG with one line for each named pair of x and y; MissingExtraError without matplotlib."""
    with _figure(path, across, up) as axes:
        for name, (x, y) in curves.items():
            axes.plot(x, y, label=name)


@contextmanager
def _figure(path: Path, across: str, up: str) -> Iterator[Any]:
    """Axes to draw on; the PNG is written when all is drawn."""
    with drawing(path, size=(6, 4.2), dpi=110) as figure:
        axes = figure.add_subplot(xlabel=across, ylabel=up)
        yield axes
        axes.grid(alpha=0.3)
        axes.legend()


@contextmanager
def drawing(path: Path, *, size: tuple[float, float], dpi: int) -> Iterator[Any]:
    """A figure of `size` inches to draw in, which becomes a PNG; MissingExtraError without matplotlib."""
    figure_module, canvas_module = _matplotlib()
    figure = figure_module.Figure(figsize=size, dpi=dpi, layout="constrained")
    canvas_module.FigureCanvasAgg(figure)
    yield figure
    with replacing(path) as stream:
        figure.savefig(stream, format="png")


def _matplotlib() -> tuple[Any, Any]:
    try:
        return importlib.import_module("matplotlib.figure"), importlib.import_module("matplotlib.backends.backend_agg")
    except ModuleNotFoundError as fault:
        raise MissingExtraError("drawing curves", "training") from fault


def worst(answers: Sequence[Answer], count: int = 30) -> Image:
    """The thirty worst answers: truth green, answer red."""
    opened = [answer for answer in answers if not answer.closed]
    ranked = sorted(opened, key=lambda answer: -max(answer.errors))[:count]
    tiles = [_tile(answer) for answer in ranked]
    tiles += [np.zeros((_TILE[1], _TILE[0], 3), np.uint8)] * max(-len(tiles) % 6, 6 * (not tiles))
    picture: Image = np.vstack([np.hstack(tiles[k : k + 6]) for k in range(0, len(tiles), 6)])
    return picture


def _tile(answer: Answer) -> Image:
    picture = answer.picture if answer.picture.ndim == 3 else cv2.cvtColor(answer.picture, cv2.COLOR_GRAY2BGR)
    middle = answer.truth.mean(axis=0)
    spread = np.hypot(*(answer.truth[-1] - answer.truth[0])) * 1.8 if len(answer.truth) > 1 else picture.shape[1] * 0.75
    factor = _TILE[0] / max(float(spread), 1.0)
    matrix = np.array([[factor, 0, _TILE[0] / 2 - factor * middle[0]], [0, factor, _TILE[1] / 2 - factor * middle[1]]])
    tile = cv2.warpAffine(picture, matrix, _TILE, flags=cv2.INTER_LINEAR).astype(np.uint8, copy=False)
    for points, colour in ((answer.truth, (0, 255, 0)), (answer.found, (0, 0, 255))):
        for x, y in (points @ matrix[:, :2].T + matrix[:, 2])[np.isfinite(points).all(axis=1)]:
            cv2.drawMarker(tile, (round(float(x)), round(float(y))), colour, cv2.MARKER_CROSS, 9, 1, cv2.LINE_AA)
    # Dark under white can be read on snow and at night.
    for colour, thickness in (((0, 0, 0), 3), ((255, 255, 255), 1)):
        text = f"{max(answer.errors):.3f} {answer.name[:22]}"
        cv2.putText(tile, text, (3, 105), cv2.FONT_HERSHEY_SIMPLEX, 0.35, colour, thickness, cv2.LINE_AA)
    return tile
