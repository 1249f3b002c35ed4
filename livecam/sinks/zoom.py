"""Finds out how large a picture has to be to fill the window."""

from __future__ import annotations

import math
import time
from typing import NamedTuple

from livecam.sinks.fitting import Size
from livecam.stopwatch import Clock

_FEWEST_ROWS = 360  # a smaller picture is enlarged, so that the text on it can be read
_MOST_PIXELS = 1920 * 1080  # by enlarging: it has to be done for every frame
_STEADY_SECONDS = 0.3


class Rect(NamedTuple):
    """Where the picture lies on the screen."""

    x: int
    y: int
    width: int
    height: int


class Zoom:
    """Windows of OpenCV 4.10 and 4.11 reduce a picture that is too large for them but leave a small one small (its
    issue 26180), and do not tell how large they are.

    So whenever the window has changed, pictures are shown as large as may be, to see what becomes of them, until that
    has stayed the same for a moment: a window that is being dragged is never done.
    """

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._wanted: float | None = None  # None is as large as may be
        self._last: Rect | None = None
        self._since = 0.0

    def scale(self, size: Size) -> float:
        """By how much to enlarge the next picture, at least 1."""
        least = max(1.0, _FEWEST_ROWS / size[1])
        most = max(1.0, math.sqrt(_MOST_PIXELS / (size[0] * size[1])))
        wanted = most if self._wanted is None else self._wanted
        return min(max(least, wanted), most)

    def shown(self, size: Size, rect: Rect) -> None:
        """Tells where a picture that is `size` before enlarging came to lie."""
        now = self._clock()
        if self._last is None:
            self._last, self._since = rect, now
        elif rect != self._last:
            self._wanted, self._last = None, None
        elif self._wanted is None and now - self._since >= _STEADY_SECONDS:
            self._wanted, self._last = min(rect.width / size[0], rect.height / size[1]), None
