"""The debug view: landmarks, crops, pupils, gaze and confidences, drawn onto the window's own image."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from livecam.core.crop import EyePair
from livecam.core.types import EyeState, Face, FaceObservation, Gaze, Image, Pupil, Side
from livecam.drawing.text import DIM, WHITE, Colour, TextSpan, panel
from livecam.live.effects.face_state.signals import SIGNAL_NAMES, Signals
from livecam.live.sinks.window import CanvasTransform

_LANDMARK: Colour = (170, 220, 90)
_CROP: Colour = (220, 180, 90)
_EYES: dict[EyeState, Colour] = {
    EyeState.OPEN: (60, 220, 255),
    EyeState.HALF: (60, 160, 255),
    EyeState.CLOSED: (150, 150, 150),
    EyeState.HIDDEN: (200, 90, 200),
}
_GAZE: Colour = (90, 90, 255)
_BAR: Colour = (60, 220, 255)
_LIT: dict[bool, Colour] = {False: WHITE, True: _BAR}
_SHIFT = 4  # OpenCV draws at sixteenths of a pixel
_AS_IT_IS = CanvasTransform()
_REACH = 0.45  # pupil distances an arrow of full gaze is long


def paint_observations(
    canvas: Image,
    looks: Sequence[FaceObservation],
    crops: Sequence[EyePair],
    view: CanvasTransform = _AS_IT_IS,
    *,
    line_height: int = 16,
) -> None:
    """Landmarks, the outlines of `crops`, pupils at their true radius, gaze and confidences."""
    for pair in crops:
        for eye in pair:
            height, width = eye.patch.shape[:2]
            corners = np.array([[0, 0], [width, 0], [width, height], [0, height]]) - 0.5
            _polygon(canvas, view(eye.to_frame(corners)), _CROP)
    for observation in looks:
        for point in view(observation.face.landmarks):
            _disc(canvas, point, 2, _LANDMARK, filled=True)
        for side in Side:
            _paint_eye(canvas, observation.face, observation.pupil(side), observation.gaze(side), view, line_height)
        _label(canvas, view(observation.face.landmarks[8]), f"face {observation.face.confidence:.2f}", line_height)


def paint_signals(canvas: Image, signals: Signals, *, line_height: int = 16) -> None:
    """Every signal of a face with its value and a bar, at the lower left; those that are on are lit."""
    room = max(TextSpan(name).width(line_height) for name in SIGNAL_NAMES) + line_height
    lines = []
    for name, value in signals.values().items():
        figure = TextSpan(f"{value:.1f}", _LIT[name in signals.active], 2 * line_height)
        lines.append(panel(((TextSpan(name, DIM, room), figure),), line_height))
    top = canvas.shape[0] - sum(line.height for line in lines) - line_height
    for line, value in zip(lines, signals.values().values(), strict=True):
        line.lay(canvas, line_height // 2, top)
        bar = round(4 * line_height * abs(value))
        left, middle = line_height // 2 + line.width, top + line.height // 2
        cv2.rectangle(canvas, (left, middle - 3), (left + bar, middle + 3), _BAR, cv2.FILLED)
        top += line.height


def _paint_eye(
    canvas: Image, face: Face, pupil: Pupil | None, gaze: Gaze | None, view: CanvasTransform, line_height: int
) -> None:
    if pupil is None:
        return
    centre, colour = view(pupil.centre), _EYES[pupil.state]
    _disc(canvas, centre, pupil.radius * view.scale, colour)
    _disc(canvas, centre, 1.2, colour, filled=True)
    if gaze is not None:
        cos, sin = np.cos(face.roll), np.sin(face.roll)
        along = np.array([[cos, sin], [-sin, cos]]).T @ gaze * face.pupil_distance * _REACH
        _arrow(canvas, centre, view(np.asarray(pupil.centre) + along))
    # An open eye is what is expected; only what it is else stands beside the confidence.
    state = "" if pupil.state is EyeState.OPEN else f"{pupil.state} "
    below = view(np.asarray(pupil.centre) + (0, 0.36 * face.pupil_distance))
    _label(canvas, below, f"{state}{pupil.confidence:.2f}", line_height)


def _label(canvas: Image, point: NDArray[np.float64], text: str, line_height: int) -> None:
    drawn = panel(((TextSpan(text),),), line_height)
    drawn.lay(canvas, round(point[0] - drawn.width / 2), round(point[1]))


def _fixed(point: NDArray[np.float64]) -> tuple[int, int]:
    x, y = np.clip(np.round(point * (1 << _SHIFT)), -(1 << 30), 1 << 30)
    return int(x), int(y)


def _disc(canvas: Image, centre: NDArray[np.float64], radius: float, colour: Colour, *, filled: bool = False) -> None:
    thickness = cv2.FILLED if filled else 1
    cv2.circle(canvas, _fixed(centre), round(radius * (1 << _SHIFT)), colour, thickness, cv2.LINE_AA, _SHIFT)


def _polygon(canvas: Image, corners: NDArray[np.float64], colour: Colour) -> None:
    points = np.array([_fixed(corner) for corner in corners], np.int32)
    cv2.polylines(canvas, [points], isClosed=True, color=colour, lineType=cv2.LINE_AA, shift=_SHIFT)


def _arrow(canvas: Image, start: NDArray[np.float64], end: NDArray[np.float64]) -> None:
    cv2.arrowedLine(canvas, _fixed(start), _fixed(end), _GAZE, 2, cv2.LINE_AA, _SHIFT, 0.2)
