"""The labeler's window: shows pages and reads keys and mouse; nothing is decided here."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

import cv2

from labeler.desktop.x11_input import ButtonPressed, KeyStroke, is_before, listener
from livecam.core.errors import SinkError
from livecam.core.keyboard import key_name, latin_code
from livecam.core.runtime import display_problem, window_is_gone
from livecam.core.types import Image, Point

_NOTCH = 120  # of a wheel, as Qt counts
_LEFT, _WHEEL = 1, {4: 1, 5: -1}  # buttons of X11
_PATIENCE = 0.02  # seconds that X11 may take to tell us what it told OpenCV
_ENOUGH = 3  # keys that only OpenCV heard: nobody tells us


class MouseButton(StrEnum):
    """What a mouse did."""

    CLICK = "click"
    WHEEL = "wheel"


@dataclass(frozen=True, slots=True)
class KeyPressed:
    """A key was pressed; the name is the browsers'. `repeated`: it is held down; `unseen`: before the page showed."""

    name: str
    repeated: bool = False
    unseen: bool = False


@dataclass(frozen=True, slots=True)
class MouseInput:
    """A click, or notches of the wheel (upwards is positive), at a point of the page."""

    button: MouseButton
    point: Point
    notches: int = 0
    unseen: bool = False


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
        self._subject: Hashable = None
        self._painted: int | None = None  # when the X server had painted it; None: not yet
        cv2.namedWindow(title, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO | cv2.WINDOW_GUI_NORMAL)
        self._listener = listener(title)
        cv2.setMouseCallback(title, self._mouse)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop_listening()
        cv2.destroyAllWindows()
        cv2.waitKey(1)  # lets the window system take it off the screen

    def show(self, image: Image, subject: Hashable = None) -> None:
        """Shows a page. What was pressed before a page of another `subject` was on the screen counts as unseen."""
        cv2.imshow(self._title, image)
        if subject != self._subject:
            self._subject, self._painted = subject, None
            self._waiting = deque(_unseen(heard) for heard in self._waiting)
        size = image.shape[1], image.shape[0]
        if self._size is None:
            cv2.resizeWindow(self._title, *size)
        self._size = size

    def hear(self, seconds: float) -> Heard | None:
        """The next thing the person does, in the order in which they did it; None when it is quiet for so long."""
        deadline = time.monotonic() + seconds
        while not self._waiting:
            self._listen()
            if not self._waiting and window_is_gone(self._title):
                return WindowClosed()
            if not self._waiting and time.monotonic() > deadline:
                return None
        return self._waiting.popleft()

    def _listen(self) -> None:
        """Takes in what was done since; waits for some milliseconds when it was nothing. The window draws itself."""
        by_opencv = key_name(latin_code(cv2.waitKeyEx(15)))
        if self._painted is None and self._listener:
            self._painted = self._listener.now()
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
            unseen = heard.time != 0 and self._painted is not None and is_before(heard.time, self._painted)
            if isinstance(heard, KeyStroke):
                self._waiting.append(KeyPressed(heard.name, heard.repeated, unseen))
            elif mouse := self._on_the_page(heard):
                self._waiting.append(replace(mouse, unseen=unseen))

    def _believe_opencv(self, name: str) -> None:
        """A key may have come before anybody listened; several mean that nobody is told."""
        self._waiting.append(KeyPressed(name))
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
            return MouseInput(MouseButton.CLICK, Point(x, y))
        return MouseInput(MouseButton.WHEEL, Point(x, y), _WHEEL[pressed.button]) if pressed.button in _WHEEL else None

    def _mouse(self, event: int, x: int, y: int, flags: int, _: object) -> None:
        """OpenCV's own mouse, which is silent while X11 hears it."""
        if event in {cv2.EVENT_LBUTTONDOWN, cv2.EVENT_LBUTTONDBLCLK}:
            self._waiting.append(MouseInput(MouseButton.CLICK, Point(x, y)))
        if event == cv2.EVENT_MOUSEWHEEL and (notches := round((flags >> 16) / _NOTCH)):
            self._waiting.append(MouseInput(MouseButton.WHEEL, Point(x, y), notches))


def _unseen(heard: Heard) -> Heard:
    return heard if isinstance(heard, WindowClosed) else replace(heard, unseen=True)
