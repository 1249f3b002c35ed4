"""The dots of a calibration in a window that fills the screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import cv2
import numpy as np

from livecam.core.types import Frame, Image, Size
from livecam.live.calibration.looks import SETTLE_S, TimedLook
from livecam.live.sinks.window import PlainWindow
from livecam.perception.eyes.screen import ScreenPlace

TITLE = "livecam calibrate"
_CANVAS: Size = (1920, 1080)
_DARK, _DOT, _MIDDLE = (28, 24, 22), (90, 200, 255), (20, 20, 20)  # BGR
_LARGE, _SMALL = 0.035, 0.012  # radii, shares of the height: the dot draws eyes to its middle by shrinking


def dot_picture(size: Size, place: ScreenPlace, progress: float) -> Image:
    """A dark screen of `size` with one dot; `progress` 0..1 is how far it has shrunk."""
    width, height = size
    picture = np.full((height, width, 3), _DARK, np.uint8)
    at = round(place.x * (width - 1)), round(place.y * (height - 1))
    radius = height * (_LARGE + (_SMALL - _LARGE) * min(max(progress, 0.0), 1.0))
    cv2.circle(picture, at, round(radius), _DOT, cv2.FILLED, cv2.LINE_AA)
    cv2.circle(picture, at, max(2, round(height * _SMALL / 4)), _MIDDLE, cv2.FILLED, cv2.LINE_AA)
    return picture


@dataclass(slots=True)
class DotWindow:
    """Shows the dot of the moment; q, escape or its own button end it. SinkError when there is no display."""

    looks: Sequence[TimedLook]
    _window: PlainWindow = field(default_factory=lambda: PlainWindow(TITLE, keeps_ratio=False))
    _shown: int = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._window.__exit__()

    def show(self, seconds: float) -> bool:
        """The dot this long after the first one came; False when the person has had enough."""
        look = next((look for look in self.looks if seconds < look.end), self.looks[-1])
        progress = (seconds - look.begin + SETTLE_S) / SETTLE_S
        self._window.show(Frame(dot_picture(_CANVAS, look.place, progress), self._shown, seconds))
        if self._shown == 0:
            # A place is a share of the screen, so the window is all of it, whatever its sides.
            cv2.setWindowProperty(TITLE, cv2.WND_PROP_ASPECT_RATIO, cv2.WINDOW_FREERATIO)
            cv2.setWindowProperty(TITLE, cv2.WND_PROP_FULLSCREEN, cv2.WINDOW_FULLSCREEN)
        self._shown += 1
        return not self._window.closed
