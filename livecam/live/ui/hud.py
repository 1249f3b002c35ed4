"""The HUD: frame rate, latency, confidences, messages and help, drawn onto the window's own image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from livecam.core.types import Image
from livecam.drawing.text import DIM, RED, Line, TextPanel, TextSpan, panel
from livecam.live.learning.background import NOTHING_TOLD, LearningLight

_GAP = 0.35  # of a line, between panels and to the edge


@dataclass(frozen=True, slots=True)
class HudValues:
    """The figures of the HUD; None leaves a figure out."""

    fps: float
    latency_ms: float
    faces: int = 0  # that are followed
    detectors: str | None = None  # which find the pupils and the faces; told with the debug view
    confidence: float | None = None  # of the first face's pupils, 0..1; None is no face
    fluster: float | None = None  # 0..1
    collected: int | None = None
    collecting: bool = False
    lost: int = 0  # that were to be collected and could not
    recording: float | None = None  # seconds
    learning: LearningLight = NOTHING_TOLD
    unfollowed: int = 0  # faces that were found beside those that are followed


def paint_readings(canvas: Image, readings: HudValues, line_height: int) -> None:
    """The figures at the top left, in as many lines as they need; recording and collecting at the top right."""
    for drawn, left, top in _arranged(readings, canvas.shape[1], line_height):
        drawn.lay(canvas, left, top)


@lru_cache(maxsize=4)
def _arranged(readings: HudValues, width: int, line_height: int) -> tuple[tuple[TextPanel, int, int], ...]:
    """The panels with their left and top; the figures stay the same for several frames."""
    margin = round(line_height * _GAP)
    right = [panel((line,), line_height) for line in _lights(readings)]
    if readings.learning.text and readings.learning.seconds is None:
        right.append(_wrapped_light(readings.learning.text, width // 2 - 2 * margin, line_height))
    top, placed = margin, []
    for light in right:
        placed.append((light, width - light.width - margin, top))
        top += light.height + margin
    room = width - 4 * margin - max((light.width for light in right), default=0)
    figures = panel(_wrapped(_figures(readings), TextSpan("   "), room, line_height), line_height)
    return (*placed, (figures, margin, margin))


def paint_notice(canvas: Image, text: str, line_height: int) -> None:
    """One sentence at the bottom, in the middle."""
    lines = _wrapped(
        [(TextSpan(word),) for word in text.split()], TextSpan(" "), canvas.shape[1] - 3 * line_height, line_height
    )
    _lay_centred(canvas, panel(lines, line_height), bottom=round(line_height * _GAP * 2))


def paint_armed(canvas: Image, signals: Sequence[str], line_height: int) -> None:
    """That something may come out by itself, and at which signals, at the lower right."""
    words = ", ".join(signal.replace("_", " ") for signal in signals)
    sign = panel(((TextSpan("● ", RED), TextSpan("armed: ", DIM), TextSpan(words)),), line_height)
    margin = round(line_height * _GAP)
    sign.lay(canvas, canvas.shape[1] - sign.width - margin, canvas.shape[0] - sign.height - margin)


def paint_help(canvas: Image, keys: Sequence[tuple[str, str]], line_height: int) -> None:
    """Every key and what it does, in the middle; smaller where the window is small."""
    fitting = max(6, min(line_height, (canvas.shape[0] - line_height) // (len(keys) + 1)))
    column = max(TextSpan(key).width(fitting) for key, _ in keys) + 2 * fitting
    lines = tuple((TextSpan(key, room=column), TextSpan(does, DIM)) for key, does in keys)
    _lay_centred(canvas, panel(lines, fitting))


def _figures(readings: HudValues) -> list[Line]:
    figures: list[Line] = [
        (TextSpan(f"{readings.fps:.0f}"), TextSpan(" fps", DIM)),
        (TextSpan(f"{readings.latency_ms:.0f}"), TextSpan(" ms", DIM)),
    ]
    if readings.detectors is not None:
        figures.append((TextSpan(readings.detectors, DIM),))
    if readings.confidence is None:
        figures.append((TextSpan("no face", DIM),))
    else:
        figures.append((TextSpan("eyes ", DIM), TextSpan(f"{100 * readings.confidence:.0f} %"), TextSpan(" sure", DIM)))
    if readings.unfollowed:
        whole = TextSpan(f"{readings.faces + readings.unfollowed}"), TextSpan(" faces, ", DIM)
        figures.append((*whole, TextSpan(f"{readings.faces}"), TextSpan(" followed", DIM)))
    elif readings.faces > 1:
        figures.append((TextSpan(f"{readings.faces}"), TextSpan(" faces", DIM)))
    if readings.fluster is not None:
        figures.append((TextSpan("fluster ", DIM), TextSpan(f"{readings.fluster:.1f}")))
    return figures


def _lights(readings: HudValues) -> list[Line]:
    lights: list[Line] = []
    if readings.recording is not None:
        lights.append((TextSpan("● ", RED), TextSpan(_clock(readings.recording))))
    if readings.collected is not None and (readings.collecting or readings.collected):
        dot = RED if readings.collecting else DIM
        lost = (TextSpan(f"  {readings.lost}"), TextSpan(" lost", DIM)) if readings.lost else ()
        lights.append((TextSpan("● ", dot), TextSpan(f"{readings.collected}"), TextSpan(" collected", DIM), *lost))
    if readings.learning.seconds is not None:
        told = TextSpan(f" {readings.learning.text}", DIM)
        lights.append((TextSpan("● ", RED), TextSpan(_clock(readings.learning.seconds)), told))
    return lights


def _wrapped_light(text: str, room: int, line_height: int) -> TextPanel:
    parts: list[Line] = [(TextSpan(part, DIM),) for part in text.replace(", ", ",\n").split("\n")]
    return panel(_wrapped(parts, TextSpan(" "), room, line_height), line_height)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02d}"


def _wrapped(items: Sequence[Line], gap: TextSpan, room: int, line_height: int) -> tuple[Line, ...]:
    """The items one after the other, in a new line where there is no room left."""
    lines: list[Line] = []
    for item in items:
        joined = (*lines[-1], gap, *item) if lines else item
        if not lines or sum(run.width(line_height) for run in joined) > room:
            lines.append(item)
        else:
            lines[-1] = joined
    return tuple(lines)


def _lay_centred(canvas: Image, drawn: TextPanel, *, bottom: int | None = None) -> None:
    height, width = canvas.shape[:2]
    top = (height - drawn.height) // 2 if bottom is None else height - drawn.height - bottom
    drawn.lay(canvas, (width - drawn.width) // 2, top)
