"""Evaluation report of a pupil detector: error curve, reliability diagram, ROC curve, risk against coverage, worst."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from livecam.core.types import Image
from training.data.contact_sheet import write_picture
from training.engine.calibration import reliability
from training.engine.files import replacing, write_json
from training.engine.metrics import roc_curve
from training.engine.plots import plot_axes, write_lines
from training.pupil_detector import scores
from training.pupil_detector.evaluation import EvalResult

_TILE = (220, 110)


def write_report(answers: Sequence[EvalResult], folder: Path) -> dict[str, Any]:
    """Every number, curve and picture of an evaluation, in `folder`; the numbers are returned."""
    table = scores.report(answers)
    write_json(folder / "report.json", table)
    _write_curve(answers, folder)
    _write_trust(answers, folder)
    if "closed_auc" in table:
        curve = {f"area {table['closed_auc']:.3f}": roc_curve(*scores.closedness(answers))}
        write_lines(
            folder / "closed.png", curve, "share of open eyes called closed", "share of closed eyes called closed"
        )
    write_picture(folder / "worst.png", worst(answers))
    return table


def _write_curve(answers: Sequence[EvalResult], folder: Path) -> None:
    limits = np.linspace(0, 0.15, 301)
    curves = {}
    for measure in scores.MEASURES if _pairs(answers) else ("worse_eye",):
        values = scores.errors(answers, measure)
        curves[measure] = (limits, np.array([(values <= limit).mean() if len(values) else 0.0 for limit in limits]))
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(["error", *curves])
    table.writerows(zip(limits.round(4), *(curve[1].round(4) for curve in curves.values()), strict=True))
    with replacing(folder / "curve.csv") as stream:
        stream.write(text.getvalue().encode())
    named = {name.replace("_", " "): curve for name, curve in curves.items()}
    if len(curves) == 1:
        named = {"each eye": curves["worse_eye"]}
    write_lines(folder / "curve.png", named, "error / pupil distance", "share with at most this error")


def _pairs(answers: Sequence[EvalResult]) -> bool:
    """Whether there are pictures of two eyes; of one eye, worse, better and mean are the same."""
    return any(len(answer.errors) > 1 for answer in answers)


def _write_trust(answers: Sequence[EvalResult], folder: Path) -> None:
    confidences, hits = scores.reliability_data(answers)
    bins = reliability(confidences, hits)
    with plot_axes(folder / "reliability.png", "confidence", "share within 5 %") as axes:
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
    with plot_axes(
        folder / "risk_coverage.png", "share of eyes kept, the surest first", "share of these that is wrong"
    ) as axes:
        axes.plot(kept, wrong, label=f"all kept: {wrong[-1]:.1%} wrong")
        axes.set(xlim=(0, 1.02), ylim=(-0.002, max(float(wrong.max()) * 1.1, 0.05)))


def worst(answers: Sequence[EvalResult], count: int = 30) -> Image:
    """The thirty worst answers: truth green, answer red."""
    opened = [answer for answer in answers if not answer.closed]
    ranked = sorted(opened, key=lambda answer: -max(answer.errors))[:count]
    tiles = [_tile(answer) for answer in ranked]
    tiles += [np.zeros((_TILE[1], _TILE[0], 3), np.uint8)] * max(-len(tiles) % 6, 6 * (not tiles))
    picture: Image = np.vstack([np.hstack(tiles[k : k + 6]) for k in range(0, len(tiles), 6)])
    return picture


def _tile(answer: EvalResult) -> Image:
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
