"""Finds out how large a picture has to be to fill the window."""

from __future__ import annotations

import math
from typing import NamedTuple

from livecam.sinks.fitting import Size

_FEWEST_ROWS = 360  # a smaller picture is enlarged, so that the text on it can be read
_MOST_PIXELS = 1920 * 1080  # by enlarging: it has to be done for every frame


class Rect(NamedTuple):
    """Where the picture lies on the screen."""

    x: int
    y: int
    width: int
    height: int


class Zoom:
    """Windows of OpenCV 4.10 and 4.11 reduce a picture that is too large for them but leave a small one small (its
    issue 26180), and do not tell how large they are.

    So whenever the window has changed, one frame is shown as large as may be, to see what becomes of it.
    """

    def __init__(self) -> None:
        self._wanted: float | None = None  # None is as large as may be
        self._settled: Rect | None = None

    def scale(self, size: Size) -> float:
        """By how much to enlarge the next picture, at least 1."""
        least = max(1.0, _FEWEST_ROWS / size[1])
        most = max(1.0, math.sqrt(_MOST_PIXELS / (size[0] * size[1])))
        wanted = most if self._wanted is None else self._wanted
        return min(max(least, wanted), most)

    def shown(self, size: Size, rect: Rect) -> None:
        """Tells where a picture that is `size` before enlarging came to lie."""
        if self._wanted is None:
            self._wanted, self._settled = min(rect.width / size[0], rect.height / size[1]), None
        elif self._settled is None:
            self._settled = rect
        elif rect != self._settled:
            self._wanted = None
