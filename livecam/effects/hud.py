"""What the window tells about the program, drawn onto the window's own picture and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from livecam.core.scene import Image
from livecam.effects.lettering import DIM, RED, Line, Panel, Run, panel

_GAP = 0.35  # of a line, between panels and to the edge


@dataclass(frozen=True, slots=True)
class Readings:
    """The figures of the HUD; None leaves a figure out."""

    fps: float
    latency_ms: float
    path: str  # cpu, tflite or tutorial, and the version of its model
    faces: str  # dlib or mediapipe
    confidence: float | None = None  # of the first face's pupils, 0..1; None is no face
    fluster: float | None = None  # 0..1
    collected: int | None = None
    collecting: bool = False
    lost: int = 0  # that were to be collected and could not
    recording: float | None = None  # seconds


def paint_readings(canvas: Image, readings: Readings, line_height: int) -> None:
    """The figures at the top left, in as many lines as they need; recording and collecting at the top right."""
    margin = round(line_height * _GAP)
    right = [panel((line,), line_height) for line in _lights(readings)]
    for row, light in enumerate(right):
        light.lay(canvas, canvas.shape[1] - light.width - margin, margin + row * (light.height + margin))
    room = canvas.shape[1] - 4 * margin - max((light.width for light in right), default=0)
    panel(_wrapped(_figures(readings), Run("   "), room, line_height), line_height).lay(canvas, margin, margin)


def paint_notice(canvas: Image, text: str, line_height: int) -> None:
    """One sentence at the bottom, in the middle."""
    lines = _wrapped([(Run(word),) for word in text.split()], Run(" "), canvas.shape[1] - 3 * line_height, line_height)
    _lay_centred(canvas, panel(lines, line_height), bottom=round(line_height * _GAP * 2))


def paint_help(canvas: Image, keys: Sequence[tuple[str, str]], line_height: int) -> None:
    """Every key and what it does, in the middle; smaller where the window is small."""
    fitting = max(6, min(line_height, (canvas.shape[0] - line_height) // (len(keys) + 1)))
    column = max(Run(key).width(fitting) for key, _ in keys) + 2 * fitting
    lines = tuple((Run(key, room=column), Run(does, DIM)) for key, does in keys)
    _lay_centred(canvas, panel(lines, fitting))


def _figures(readings: Readings) -> list[Line]:
    figures: list[Line] = [
        (Run(f"{readings.fps:.0f}"), Run(" fps", DIM)),
        (Run(f"{readings.latency_ms:.0f}"), Run(" ms", DIM)),
        (Run(readings.path), Run(f" on {readings.faces}", DIM)),
    ]
    if readings.confidence is None:
        figures.append((Run("no face", DIM),))
    else:
        figures.append((Run(f"{100 * readings.confidence:.0f} %"), Run(" sure", DIM)))
    if readings.fluster is not None:
        figures.append((Run("fluster ", DIM), Run(f"{readings.fluster:.1f}")))
    return figures


def _lights(readings: Readings) -> list[Line]:
    lights: list[Line] = []
    if readings.recording is not None:
        minutes, seconds = divmod(int(readings.recording), 60)
        lights.append((Run("● ", RED), Run(f"{minutes}:{seconds:02d}")))
    if readings.collected is not None and (readings.collecting or readings.collected):
        dot = RED if readings.collecting else DIM
        lost = (Run(f"  {readings.lost}"), Run(" lost", DIM)) if readings.lost else ()
        lights.append((Run("● ", dot), Run(f"{readings.collected}"), Run(" collected", DIM), *lost))
    return lights


def _wrapped(items: Sequence[Line], gap: Run, room: int, line_height: int) -> tuple[Line, ...]:
    """The items one after the other, in a new line where there is no room left."""
    lines: list[Line] = []
    for item in items:
        joined = (*lines[-1], gap, *item) if lines else item
        if not lines or sum(run.width(line_height) for run in joined) > room:
            lines.append(item)
        else:
            lines[-1] = joined
    return tuple(lines)


def _lay_centred(canvas: Image, drawn: Panel, *, bottom: int | None = None) -> None:
    height, width = canvas.shape[:2]
    top = (height - drawn.height) // 2 if bottom is None else height - drawn.height - bottom
    drawn.lay(canvas, (width - drawn.width) // 2, top)
