"""How large a window shows its picture, and where it was when it was last used."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np

from livecam.core.errors import LivecamError
from livecam.core.files import write_file
from livecam.core.timing import Clock
from livecam.core.types import Image, Size

_FEWEST_ROWS = 360  # a smaller picture is enlarged, so that the text on it can be read
_MOST_PIXELS = 1920 * 1080  # by enlarging: it has to be done for every frame
_STEADY_SECONDS = 0.3
_MOST_BARS = 8  # times the picture


class ShownArea(NamedTuple):
    """Where the picture lies on the screen."""

    x: int
    y: int
    width: int
    height: int


def fitted(size: Size, area: ShownArea) -> ShownArea:
    """Where a picture of this size lies in the middle of `area` as large as its shape lets it be."""
    scale = min(area.width / size[0], area.height / size[1])
    width, height = max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
    return ShownArea(area.x + (area.width - width) // 2, area.y + (area.height - height) // 2, width, height)


class WindowScale:
    """Windows of OpenCV 4.10 and 4.11 reduce a picture that is too large for them but leave a small one small (its
    issue 26180), and do not tell how large they are.

    So whenever the window has changed, pictures are shown as large as may be, to see what becomes of them, until that
    has stayed the same for a moment: a window that is being dragged is never done.
    """

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._wanted: float | None = None  # None is as large as may be
        self._last: ShownArea | None = None
        self._since = 0.0
        self._width = 0  # of the picture on the screen; 0 is not known yet

    def scale(self, size: Size) -> float:
        """By how much to enlarge the next picture, at least 1."""
        least = max(1.0, _FEWEST_ROWS / size[1])
        most = max(1.0, math.sqrt(_MOST_PIXELS / (size[0] * size[1])))
        wanted = most if self._wanted is None else self._wanted
        return min(max(least, wanted), most)

    def screen_pixels(self, width: int) -> float:
        """How many pixels of the screen one of a canvas of this width takes; 1 until it is known."""
        return self._width / width if self._width else 1.0

    def shown(self, size: Size, rect: ShownArea) -> None:
        """Tells where a picture that is `size` before enlarging came to lie."""
        now, self._width = self._clock(), rect.width
        if self._last is None:
            self._last, self._since = rect, now
        elif rect != self._last:
            self._wanted, self._last = None, None
        elif self._wanted is None and now - self._since >= _STEADY_SECONDS:
            self._wanted, self._last = min(rect.width / size[0], rect.height / size[1]), None


class Letterbox:
    """Black bars around a picture whose shape is not that of its window; those of OpenCV's Qt are as light as the desk.

    For this it has to tell how large its window is, which OpenCV 4.10 and 4.11 do not: there the bars are its own.
    """

    def __init__(self, version: str = cv2.__version__) -> None:
        self.paints = not version.startswith(("4.10.", "4.11."))
        self._area: ShownArea | None = None
        self._canvas: Image | None = None  # used again for as long as its size and that of the picture are the same
        self._sizes = (0, 0, 0, 0)

    def shown(self, area: ShownArea) -> None:
        """Tells what of the screen the window fills."""
        self._area = area

    def framed(self, image: Image) -> Image:
        """The picture in the middle of black of the window's shape; itself where it has that shape."""
        height, width = image.shape[:2]
        if not self.paints or self._area is None or min(self._area.width, self._area.height) < 1:
            return image
        whole_width = max(width, round(height * self._area.width / self._area.height))
        whole_height = max(height, round(width * self._area.height / self._area.width))
        # Of a window that is a line there is nothing to be seen.
        if (whole_width, whole_height) == (width, height) or whole_width * whole_height > _MOST_BARS * width * height:
            return image
        if self._canvas is None or self._sizes != (whole_width, whole_height, width, height):
            self._canvas = np.zeros((whole_height, whole_width, 3), np.uint8)
            self._sizes = whole_width, whole_height, width, height
        left, top = (whole_width - width) // 2, (whole_height - height) // 2
        self._canvas[top : top + height, left : left + width] = image
        return self._canvas

    def picture(self, size: Size, area: ShownArea) -> ShownArea:
        """Where the picture of this size lies in a window that fills `area`."""
        return fitted(size, area) if self.paints else area


class WindowMemory:
    """Keeps place and size of a window in a small file for the next start.

    A window manager adds a frame around what a program places, so places are told by how far the picture moved.
    """

    def __init__(self, file: Path, *, say: Callable[[str], None], screen: Size | None) -> None:
        """`screen` is the size of all screens together; without it the size is remembered alone."""
        self._file, self._say, self._screen = file, say, screen
        self._placed: ShownArea | None = None
        self._first: ShownArea | None = None
        self._last: ShownArea | None = None

    def recall(self) -> ShownArea | None:
        """Where the window should be; None when nothing sensible is remembered, or it would be off the screen."""
        try:
            kept = json.loads(self._file.read_bytes())
            area = ShownArea(*(int(kept[name]) for name in ShownArea._fields))
        except (OSError, ValueError, TypeError, KeyError):
            return None  # never used, or not written by this program: as at the first start
        if not (160 <= area.width <= 16384 and 120 <= area.height <= 16384):
            return None
        self._placed = area
        return area

    @property
    def has_place(self) -> bool:
        """Whether the remembered place lies on the screens there are now."""
        if self._placed is None or self._screen is None:
            return False
        x, y = self._placed.x, self._placed.y
        return 0 <= x <= self._screen[0] - 80 and 0 <= y <= self._screen[1] - 60

    def seen(self, rect: ShownArea) -> None:
        """Where the picture lies now."""
        self._first = self._first or rect
        self._last = rect

    def keep(self) -> None:
        """Writes it down; that it cannot be is said, and nothing else is lost."""
        if self._last is None or self._first is None or self._last.width < 160:
            return
        area = self._last
        if self._placed is not None and self.has_place:
            x = self._placed.x + self._last.x - self._first.x
            area = area._replace(x=x, y=self._placed.y + self._last.y - self._first.y)
        if self._placed is not None and self._is_as_opened(self._placed):
            area = area._replace(width=self._placed.width, height=self._placed.height)
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            write_file(self._file, json.dumps(area._asdict()).encode())
        except (OSError, LivecamError) as error:
            self._say(f"the place of the window is not remembered: {error}")

    def _is_as_opened(self, placed: ShownArea) -> bool:
        """Whether a picture of another shape lay all the while between the bars of the window as it was opened: OpenCV
        4.10 and 4.11 tell of the picture alone, and from shape to shape the window would become smaller and smaller."""
        if self._first is None or self._last is None or self._first[2:] != self._last[2:]:
            return False
        narrower, lower = placed.width - self._last.width, placed.height - self._last.height
        return min(narrower, lower) == 0 < max(narrower, lower)
