"""Shows pages in a window and hears its keys and its mouse; nothing is decided here."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import cv2

from labeler.keyboard import Keyboard
from livecam.core.display import trouble
from livecam.core.errors import SinkError
from livecam.core.scene import Image, Point

_NOTCH = 120  # of a wheel, as Qt counts


class Button(StrEnum):
    """What a mouse did."""

    CLICK = "click"
    WHEEL = "wheel"


@dataclass(frozen=True, slots=True)
class Key:
    """A key was pressed; the name is the browsers'."""

    name: str


@dataclass(frozen=True, slots=True)
class Mouse:
    """A click, or notches of the wheel (upwards is positive), at a point of the page."""

    button: Button
    point: Point
    notches: int = 0


@dataclass(frozen=True, slots=True)
class Closed:
    """The window was closed by the mouse."""


Heard = Key | Mouse | Closed


class Window:
    """A window on the desktop."""

    def __init__(self, title: str = "livecam-label") -> None:
        """SinkError without a display."""
        if problem := trouble():
            raise SinkError(
                f"no window can be opened: {problem}; `livecam-label serve STORE` labels samples in a browser"
            )
        self._title = title
        self._waiting: deque[Heard] = deque()
        self._sized = False
        cv2.namedWindow(title, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO | cv2.WINDOW_GUI_NORMAL)
        self._keyboard = Keyboard(title)
        cv2.setMouseCallback(title, self._mouse)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._keyboard.close()
        cv2.destroyAllWindows()
        cv2.waitKey(1)  # lets the window system take it off the screen

    def show(self, image: Image) -> None:
        cv2.imshow(self._title, image)
        if not self._sized:
            cv2.resizeWindow(self._title, image.shape[1], image.shape[0])
            self._sized = True

    def hear(self, seconds: float) -> Heard | None:
        """The next thing the person does, in the order in which they did it; None when it is quiet for so long."""
        deadline = time.monotonic() + seconds
        while not self._waiting:
            self._waiting += [Key(name) for name in self._keyboard.names()]
            if not self._waiting and cv2.getWindowProperty(self._title, cv2.WND_PROP_VISIBLE) < 1:
                return Closed()
            if not self._waiting and time.monotonic() > deadline:
                return None
        return self._waiting.popleft()

    def _mouse(self, event: int, x: int, y: int, flags: int, _: object) -> None:
        if event in {cv2.EVENT_LBUTTONDOWN, cv2.EVENT_LBUTTONDBLCLK}:
            self._waiting.append(Mouse(Button.CLICK, Point(x, y)))
        if event == cv2.EVENT_MOUSEWHEEL and (notches := round((flags >> 16) / _NOTCH)):
            self._waiting.append(Mouse(Button.WHEEL, Point(x, y), notches))
