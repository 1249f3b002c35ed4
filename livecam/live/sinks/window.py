"""The window sink: shows frames, mirrored if wished, with what is drawn only there, and reads its keys."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol, Self

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from livecam.core.errors import SinkError
from livecam.core.keyboard import latin_code
from livecam.core.runtime import display_problem
from livecam.core.timing import Clock
from livecam.core.types import Frame, Image, Size


@dataclass(frozen=True, slots=True)
class CanvasTransform:
    """How the window shows a frame: `scale` times as large, perhaps mirrored in its shown `width`."""

    scale: float = 1.0
    mirrored: bool = False
    width: int = 0

    def __call__(self, points: ArrayLike) -> NDArray[np.float64]:
        """Frame pixels to canvas pixels, (..., 2)."""
        moved = (np.asarray(points, np.float64) + 0.5) * self.scale - 0.5
        if self.mirrored:
            moved[..., 0] = self.width - 1 - moved[..., 0]
        return moved


_FEWEST_ROWS = 360  # a smaller picture is enlarged, so that the text on it can be read
_MOST_PIXELS = 1920 * 1080  # by enlarging: it has to be done for every frame
_STEADY_SECONDS = 0.3


class ShownArea(NamedTuple):
    """Where the picture lies on the screen."""

    x: int
    y: int
    width: int
    height: int


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

    def scale(self, size: Size) -> float:
        """By how much to enlarge the next picture, at least 1."""
        least = max(1.0, _FEWEST_ROWS / size[1])
        most = max(1.0, math.sqrt(_MOST_PIXELS / (size[0] * size[1])))
        wanted = most if self._wanted is None else self._wanted
        return min(max(least, wanted), most)

    def shown(self, size: Size, rect: ShownArea) -> None:
        """Tells where a picture that is `size` before enlarging came to lie."""
        now = self._clock()
        if self._last is None:
            self._last, self._since = rect, now
        elif rect != self._last:
            self._wanted, self._last = None, None
        elif self._wanted is None and now - self._since >= _STEADY_SECONDS:
            self._wanted, self._last = min(rect.width / size[0], rect.height / size[1]), None


Dress = Callable[[Image, CanvasTransform, Frame], None]


class Keys(Protocol):
    """Who hears the keys."""

    @property
    def mirrored(self) -> bool: ...

    def press(self, code: int) -> None: ...

    def quit(self) -> str: ...


class WindowSink:
    """A Sink with a keyboard. `dress` draws onto the window's own copy of the picture; closing the window quits."""

    def __init__(
        self, keys: Keys, dress: Dress, *, title: str = "livecam", environment: Mapping[str, str] = os.environ
    ) -> None:
        if problem := display_problem(environment):
            raise SinkError(f"no window can be opened: {problem}")
        self._keys, self._dress, self._title = keys, dress, title
        self._zoom = WindowScale()
        self._open = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def show(self, frame: Frame) -> None:
        """Shows the picture and carries out at most one key."""
        if not self._open:
            self._create(frame.size)
        canvas, view = self._canvas(frame.image)
        self._dress(canvas, view, frame)
        cv2.imshow(self._title, canvas)
        code = latin_code(cv2.waitKeyEx(1))
        if code != -1:
            self._keys.press(code)
        if cv2.getWindowProperty(self._title, cv2.WND_PROP_VISIBLE) < 1:
            self._keys.quit()
            return
        self._zoom.shown(frame.size, ShownArea(*cv2.getWindowImageRect(self._title)))

    def close(self) -> None:
        if self._open:
            self._open = False
            cv2.destroyAllWindows()
            cv2.waitKey(1)  # lets the window system take it off the screen

    def _create(self, size: Size) -> None:
        cv2.namedWindow(self._title, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO | cv2.WINDOW_GUI_NORMAL)
        scale = min(1280 / size[0], 720 / size[1])
        cv2.resizeWindow(self._title, max(160, round(size[0] * scale)), max(120, round(size[1] * scale)))
        self._open = True

    def _canvas(self, image: Image) -> tuple[Image, CanvasTransform]:
        """The window's own picture, and how it relates to the frame's."""
        height, width = image.shape[:2]
        scale = self._zoom.scale((width, height))
        view = CanvasTransform(scale, self._keys.mirrored, round(width * scale))
        if scale > 1:
            image = cv2.resize(image, (view.width, round(height * scale))).astype(np.uint8, copy=False)
        return (cv2.flip(image, 1).astype(np.uint8, copy=False) if view.mirrored else image.copy()), view


class PlainWindow:
    """A window for programs of one's own: a Sink without keys of its own but q and escape, which close it."""

    mirrored = False

    def __init__(self, title: str = "livecam") -> None:
        self.closed = False
        self._window = WindowSink(self, _undressed, title=title)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._window.close()

    def show(self, frame: Frame) -> None:
        """Shows the picture; nothing once the window is closed."""
        if not self.closed:
            self._window.show(frame)

    def press(self, code: int) -> None:
        """Takes a key as OpenCV numbers it."""
        if code & 0xFF in _ENDING_KEYS:
            self.quit()

    def quit(self) -> str:
        self.closed = True
        return "closed"


_ENDING_KEYS = frozenset({ord("q"), ord("Q"), 27})


def _undressed(canvas: Image, transform: CanvasTransform, frame: Frame) -> None:
    return None
