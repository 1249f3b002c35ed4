"""The labeler's window: shows pages and reads keys and mouse; nothing is decided here."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import cv2

from labeler.desktop.x11_input import ButtonPressed, X11Key, key_name, listener
from livecam.core.errors import SinkError
from livecam.core.runtime import display_problem
from livecam.core.types import Image, Point

_NOTCH = 120  # of a wheel, as Qt counts
_LEFT, _WHEEL = 1, {4: 1, 5: -1}  # buttons of X11
_PATIENCE = 0.02  # seconds that X11 may take to tell us what it told OpenCV
_ENOUGH = 3  # keys that only OpenCV heard: nobody tells us
_REPEAT_SECONDS = 0.1  # OpenCV does not tell keys that are held: a finger is not so quick, a keyboard is


class MouseButton(StrEnum):
    """What a mouse did."""

    CLICK = "click"
    WHEEL = "wheel"


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """A key was pressed; the name is the browsers'. It repeats itself when it is held, and is meant for the picture
    that was shown when it was pressed."""

    name: str
    held: bool = False
    showing: int | None = None


@dataclass(frozen=True, slots=True)
class MouseInput:
    """A click, or notches of the wheel (upwards is positive), at a point of the page."""

    button: MouseButton
    point: Point
    notches: int = 0
    showing: int | None = None


@dataclass(frozen=True, slots=True)
class WindowClosed:
    """The window was closed by the mouse."""


Heard = KeyPressed | MouseInput | WindowClosed


class LabelerWindow:
    """A window on the desktop.

    On X11 a second connection hears every key and the mouse. Elsewhere, or if that stays silent while OpenCV hears
    keys, OpenCV's own keys and mouse count.
    """

    def __init__(self, title: str = "livecam-label") -> None:
        """SinkError without a display."""
        if problem := display_problem():
            raise SinkError(
                f"no window can be opened: {problem}; `livecam-label serve STORE` labels samples in a browser"
            )
        self._title = title
        self._waiting: deque[Heard] = deque()
        self._size: tuple[int, int] | None = None  # of the page: width, height
        self._missed = 0
        self._proven = False  # that X11 tells us
        self._showing: int | None = None  # which picture the page is of
        self._last_key = ("", 0.0)  # what OpenCV heard last, and when
        cv2.namedWindow(title, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO | cv2.WINDOW_GUI_NORMAL)
        self._listener = listener(title)
        cv2.setMouseCallback(title, self._mouse)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop_listening()
        cv2.destroyAllWindows()
        cv2.waitKey(1)  # lets the window system take it off the screen

    def show(self, image: Image, showing: int | None = None) -> None:
        """`showing` rises with every picture: what was pressed before this call was meant for the one before."""
        self._take_in()
        self._showing = showing
        cv2.imshow(self._title, image)
        size = image.shape[1], image.shape[0]
        if self._size is None:
            cv2.resizeWindow(self._title, *size)
        self._size = size

    def hear(self, seconds: float) -> Heard | None:
        """The next thing the person does, in the order in which they did it; None when it is quiet for so long."""
        deadline = time.monotonic() + seconds
        while not self._waiting:
            self._listen()
            if not self._waiting and cv2.getWindowProperty(self._title, cv2.WND_PROP_VISIBLE) < 1:
                return WindowClosed()
            if not self._waiting and time.monotonic() > deadline:
                return None
        return self._waiting.popleft()

    def _listen(self) -> None:
        """Takes in what was done since; waits for some milliseconds when it was nothing. The window draws itself."""
        by_opencv = key_name(cv2.waitKeyEx(15))
        before = len(self._waiting)
        self._take_in()
        if by_opencv and len(self._waiting) == before and not self._proven:
            time.sleep(_PATIENCE if self._listener else 0)
            self._take_in()
        self._proven = self._proven or len(self._waiting) > before
        if by_opencv and not self._proven:
            self._believe_opencv(by_opencv)

    def _take_in(self) -> None:
        for heard in self._listener.heard() if self._listener else ():
            if isinstance(heard, X11Key):
                self._waiting.append(KeyPressed(heard.name, heard.held, self._showing))
            elif mouse := self._on_the_page(heard):
                self._waiting.append(mouse)

    def _believe_opencv(self, name: str) -> None:
        """A key may have come before anybody listened; several mean that nobody is told."""
        before, self._last_key = self._last_key, (name, time.monotonic())
        held = before[0] == name and self._last_key[1] - before[1] < _REPEAT_SECONDS
        self._waiting.append(KeyPressed(name, held, self._showing))
        self._missed += 1
        if self._missed == _ENOUGH:
            self._stop_listening()

    def _stop_listening(self) -> None:
        if self._listener:
            self._listener.close()
            self._listener = None

    def _on_the_page(self, pressed: ButtonPressed) -> MouseInput | None:
        """Where on the page a button was pressed; None for buttons that say nothing, or outside of it."""
        left, top, width, height = cv2.getWindowImageRect(self._title)
        if self._size is None or min(width, height) < 1:
            return None
        # Pixel centres are whole numbers, on the screen as on the page.
        x = (pressed.x - left + 0.5) * self._size[0] / width - 0.5
        y = (pressed.y - top + 0.5) * self._size[1] / height - 0.5
        if pressed.button == _LEFT:
            return MouseInput(MouseButton.CLICK, Point(x, y), showing=self._showing)
        if pressed.button not in _WHEEL:
            return None
        return MouseInput(MouseButton.WHEEL, Point(x, y), _WHEEL[pressed.button], self._showing)

    def _mouse(self, event: int, x: int, y: int, flags: int, _: object) -> None:
        """OpenCV's own mouse, which is silent while X11 hears it."""
        if event in {cv2.EVENT_LBUTTONDOWN, cv2.EVENT_LBUTTONDBLCLK}:
            self._waiting.append(MouseInput(MouseButton.CLICK, Point(x, y), showing=self._showing))
        if event == cv2.EVENT_MOUSEWHEEL and (notches := round((flags >> 16) / _NOTCH)):
            self._waiting.append(MouseInput(MouseButton.WHEEL, Point(x, y), notches, self._showing))
