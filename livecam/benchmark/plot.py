"""Plots a benchmark: where the time of every path goes, and how its frames are spread."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from livecam.benchmark.contenders import BESIDE, STAGES
from livecam.benchmark.results import PathResult, Results
from livecam.core.types import Image

Colour = tuple[int, int, int]  # BGR
INK: Colour = (60, 50, 45)
PALE: Colour = (225, 221, 218)

_FONT = cv2.FONT_HERSHEY_SIMPLEX
_FONT_PX = 22.0  # the height of a capital at scale 1
_FINER = 2  # drawn so many times as large, then reduced
_SUBPIXEL_BITS = 4


class PlotCanvas:
    """Coordinates are pixels of the finished picture."""

    def __init__(self, width: int, height: int) -> None:
        self._image: Image = np.full((height * _FINER, width * _FINER, 3), 255, np.uint8)

    def box(self, left: float, top: float, width: float, height: float, colour: Colour) -> None:
        low = (round(left * _FINER), round(top * _FINER))
        high = (round((left + width) * _FINER) - 1, round((top + height) * _FINER) - 1)
        if high[0] >= low[0] and high[1] >= low[1]:
            cv2.rectangle(self._image, low, high, colour, cv2.FILLED)

    def line(self, points: ArrayLike, colour: Colour, width: float = 1.0) -> None:
        """Through all the points, (n, 2)."""
        fixed = np.rint(np.asarray(points, np.float64) * _FINER * 2**_SUBPIXEL_BITS).astype(np.int32)
        thickness = max(1, round(width * _FINER))
        cv2.polylines(
            self._image, [fixed.reshape(-1, 1, 2)], False, colour, thickness, cv2.LINE_AA, shift=_SUBPIXEL_BITS
        )

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        height: float = 10,
        align: Literal["left", "middle", "right"] = "left",
        colour: Colour = INK,
    ) -> None:
        """Capitals are `height` tall; (x, y) is on the base line."""
        scale = height * _FINER / _FONT_PX
        (width, _), _ = cv2.getTextSize(words, _FONT, scale, _FINER)
        back = {"left": 0, "middle": width / 2, "right": width}[align]
        place = (round(x * _FINER - back), round(y * _FINER))
        cv2.putText(self._image, words, place, _FONT, scale, colour, _FINER, cv2.LINE_AA)

    def png(self) -> bytes:
        size = (self._image.shape[1] // _FINER, self._image.shape[0] // _FINER)
        _, content = cv2.imencode(".png", cv2.resize(self._image, size, interpolation=cv2.INTER_AREA))
        return content.tobytes()


# BGR, told apart also by those who see two primary colours (Okabe & Ito 2008, and greys).
_COLOURS: tuple[Colour, ...] = (
    (0, 94, 213),
    (115, 158, 0),
    (0, 159, 230),
    (167, 121, 204),
    (233, 180, 86),
    (66, 228, 240),
    (150, 150, 150),
    (90, 90, 90),
    (200, 200, 200),
)
_WIDTH = 1000
_LEFT, _RIGHT = 180, 960
_BAR, _GAP = 22, 12
_CURVE = 260  # height
_WORDS = 180  # what is written on a bar that is at least so long
_WHITE: Colour = (255, 255, 255)
_PEER: Colour = (120, 120, 120)


def picture(results: Results) -> bytes:
    """A PNG: a stacked bar a path above, the share of frames that took at most so long below."""
    rows = len(results.paths) + (results.peer is not None)
    bars_end = 80 + rows * (_BAR + _GAP)
    canvas = PlotCanvas(_WIDTH, bars_end + 122 + _CURVE + 70)
    width, height = results.size
    title = f"livecam bench: {results.frames} frames of {results.source.rsplit('/', 1)[-1]} at {width}x{height}"
    canvas.text(30, 34, title, height=13)
    _bars(canvas, results, bars_end)
    _curves(canvas, results, bars_end + 122)
    return canvas.png()


def _bars(canvas: PlotCanvas, results: Results, end: float) -> None:
    longest = max([_total(path) for path in results.paths] + ([results.peer.mean_ms] if results.peer else []))
    step = _step(longest)
    scale = (_RIGHT - _LEFT) / longest
    for mark in np.arange(0, longest, step):
        x = _LEFT + mark * scale
        canvas.line([(x, 60), (x, end)], PALE)
        canvas.text(x, end + 16, f"{mark:g}", height=8, align="middle")
    canvas.text(_RIGHT, end + 34, "mean ms a frame", height=8, align="right")
    for row, path in enumerate(results.paths):
        _bar(canvas, path, 66 + row * (_BAR + _GAP), scale)
    if results.peer:
        top = 66 + len(results.paths) * (_BAR + _GAP)
        canvas.text(_LEFT - 10, top + 16, "MediaPipe mesh + iris", height=8, align="right")
        canvas.box(_LEFT, top, results.peer.mean_ms * scale, _BAR, _PEER)
    _legend(canvas, [stage for stage in _drawn() if any(stage in path.stages for path in results.paths)], end + 58)


def _drawn() -> list[str]:
    return [stage for stage in STAGES if stage not in BESIDE]


def _total(path: PathResult) -> float:
    return sum(path.stages[name].a_frame for name in _drawn() if name in path.stages)


def _bar(canvas: PlotCanvas, path: PathResult, top: float, scale: float) -> None:
    canvas.text(_LEFT - 10, top + 16, f"{path.name} / {path.face}", height=9, align="right")
    left: float = _LEFT
    for name, colour in zip(_drawn(), _COLOURS, strict=True):
        taken = path.stages[name].a_frame * scale if name in path.stages else 0.0
        canvas.box(left, top, taken, _BAR, colour)
        left += taken
    words, fits = f"x{path.collecting.ratio:.2f} with the queue on", left - _LEFT > _WORDS
    canvas.text(
        left - 8 if fits else left + 8,
        top + 15,
        words,
        height=7,
        align="right" if fits else "left",
        colour=_WHITE if fits else INK,
    )


def _legend(canvas: PlotCanvas, stages: Sequence[str], y: float) -> None:
    for place, stage in enumerate(stages):
        x = _LEFT + place * (_RIGHT - _LEFT) / max(1, len(stages))
        canvas.box(x, y - 9, 10, 10, _COLOURS[_drawn().index(stage)])
        canvas.text(x + 15, y, stage, height=8)


def _curves(canvas: PlotCanvas, results: Results, top: float) -> None:
    """Milliseconds on a logarithmic scale across, share of the frames up."""
    taken = np.concatenate([path.with_face.latencies for path in results.paths])
    low, high = math.log10(taken.min() * 0.9), math.log10(taken.max() * 1.1)
    canvas.text(30, top - 18, "share of the frames that took at most so long, whole loop", height=10)
    for share in (0, 0.25, 0.5, 0.75, 0.95, 1):
        y = top + (1 - share) * _CURVE
        canvas.line([(_LEFT, y), (_RIGHT, y)], PALE)
        canvas.text(_LEFT - 10, y + 4, f"{share:.0%}", height=8, align="right")
    for mark in _marks(10**low, 10**high):
        x = _across(mark, low, high)
        canvas.line([(x, top), (x, top + _CURVE)], PALE)
        canvas.text(x, top + _CURVE + 16, f"{mark:g}", height=8, align="middle")
    canvas.text(_RIGHT, top + _CURVE + 34, "ms, logarithmic", height=8, align="right")
    for place, path in enumerate(results.paths):
        colour = _COLOURS[place % len(_COLOURS)]
        canvas.line(_curve(path.with_face.latencies, top, low, high), colour, 1.6)
        canvas.text(_LEFT + 12, top + 20 + 15 * place, f"{path.name} / {path.face}", height=8, colour=colour)


def _curve(latencies: NDArray[np.float64], top: float, low: float, high: float) -> NDArray[np.float64]:
    shares = np.arange(1, len(latencies) + 1) / len(latencies)
    x = _LEFT + (np.log10(latencies) - low) / (high - low) * (_RIGHT - _LEFT)
    return np.column_stack([x, top + (1 - shares) * _CURVE])


def _across(milliseconds: float, low: float, high: float) -> float:
    return _LEFT + (math.log10(milliseconds) - low) / (high - low) * (_RIGHT - _LEFT)


def _marks(low: float, high: float) -> list[float]:
    candidates = [digit * 10.0**power for power in range(-3, 5) for digit in (1, 2, 5)]
    return [mark for mark in candidates if low <= mark <= high]


def _step(longest: float) -> float:
    """A round number that divides the scale into some eight parts."""
    candidates = [digit * 10.0**power for power in range(-4, 5) for digit in (1, 2, 5)]
    return next(step for step in candidates if longest / step <= 10)
