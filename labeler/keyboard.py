"""Hears every key of a window: OpenCV keeps only the last of those that come while a page is drawn, and no shift."""

from __future__ import annotations

import ctypes
import os
import time
from collections.abc import Iterator
from typing import Any

import cv2

from labeler.keynames import key_name

_KEY_PRESS, _KEY_PRESS_MASK, _SHIFT, _ANY_TYPE = 2, 1, 1, 0
_PATIENCE = 0.02  # seconds that X11 may take to tell us what it told Qt
_ENOUGH = 3  # keys that only OpenCV heard


class Keyboard:
    """The keys pressed in the window of that title, by their browser names, in order.

    On X11 a second connection listens to the same window and misses nothing. Elsewhere, or if that stays silent while
    OpenCV hears a key, OpenCV's own keys count.
    """

    def __init__(self, title: str) -> None:
        self._x11 = _X11.listening(title)
        self._proven = False  # that we are told
        self._missed = 0

    def close(self) -> None:
        if self._x11:
            self._x11.close()
            self._x11 = None

    def names(self) -> list[str]:
        """What was pressed since; waits for some milliseconds when nothing was. Lets the window draw itself."""
        by_opencv = _named(cv2.waitKeyEx(15))
        if self._x11 is None:
            return by_opencv
        names = list(self._x11.names())
        if by_opencv and not names and not self._proven:
            time.sleep(_PATIENCE)
            names = list(self._x11.names())
        self._proven = self._proven or bool(names)
        return names if self._proven else self._without(by_opencv)

    def _without(self, by_opencv: list[str]) -> list[str]:
        """A key may have come before anybody listened; several mean that nobody is told."""
        self._missed += len(by_opencv)
        if self._missed == _ENOUGH:
            self.close()
        return by_opencv


def _named(code: int) -> list[str]:
    # Qt numbers letters by their key: capitals come only from Caps Lock, which is no wish.
    name = key_name(code)
    return [name] if name else []


class _KeyEvent(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong),
        ("root", ctypes.c_ulong),
        ("subwindow", ctypes.c_ulong),
        ("time", ctypes.c_ulong),
        ("x", ctypes.c_int),
        ("y", ctypes.c_int),
        ("x_root", ctypes.c_int),
        ("y_root", ctypes.c_int),
        ("state", ctypes.c_uint),
        ("keycode", ctypes.c_uint),
        ("same_screen", ctypes.c_int),
        ("rest", ctypes.c_long * 12),  # an XEvent is a union of 24 longs
    ]


def _pass_over(_display: int, _error: int) -> int:
    """Xlib ends the process when a window is gone, which is no error here."""
    return 0


_HANDLER = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(_pass_over)


class _X11:
    """A connection of our own to the X server, which is told of the keys of one window."""

    def __init__(self, library: Any, display: ctypes.c_void_p, window: int) -> None:
        self._library, self._display = library, display
        library.XSelectInput(display, ctypes.c_ulong(window), ctypes.c_long(_KEY_PRESS_MASK))
        library.XSync(display, 0)

    @classmethod
    def listening(cls, title: str) -> _X11 | None:
        """None where there is no X server, or no such window of this process."""
        try:
            library = ctypes.CDLL("libX11.so.6")
        except OSError:
            return None
        library.XOpenDisplay.restype = ctypes.c_void_p
        library.XDefaultRootWindow.restype = ctypes.c_ulong
        library.XInternAtom.restype = ctypes.c_ulong
        library.XSetErrorHandler(_HANDLER)
        connection = library.XOpenDisplay(None)
        if not connection:
            return None
        display = ctypes.c_void_p(connection)
        window = next((own for own in _windows(library, display) if _is_ours(library, display, own, title)), None)
        if window is None:
            library.XCloseDisplay(display)
            return None
        return cls(library, display, window)

    def names(self) -> Iterator[str]:
        """Of the keys pressed since the last call."""
        event = _KeyEvent()
        while self._library.XPending(self._display):
            self._library.XNextEvent(self._display, ctypes.byref(event))
            if event.type == _KEY_PRESS and (name := self._name(event)):
                yield name

    def close(self) -> None:
        self._library.XCloseDisplay(self._display)

    def _name(self, event: _KeyEvent) -> str | None:
        text, symbol = ctypes.create_string_buffer(8), ctypes.c_ulong()
        self._library.XLookupString(ctypes.byref(event), text, len(text), ctypes.byref(symbol), None)
        return key_name(symbol.value, shift=bool(event.state & _SHIFT))


def _windows(library: Any, display: ctypes.c_void_p) -> Iterator[int]:
    """All windows, the outer ones first: a window manager puts frames around ours."""
    level = [library.XDefaultRootWindow(display)]
    while level:
        yield from level
        level = [child for window in level for child in _children(library, display, window)]


def _children(library: Any, display: ctypes.c_void_p, window: int) -> list[int]:
    root, parent, count = ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_uint()
    children = ctypes.POINTER(ctypes.c_ulong)()
    found = library.XQueryTree(
        display,
        ctypes.c_ulong(window),
        ctypes.byref(root),
        ctypes.byref(parent),
        ctypes.byref(children),
        ctypes.byref(count),
    )
    if not found or not children:
        return []
    inside = children[: count.value]
    library.XFree(children)
    return inside


def _is_ours(library: Any, display: ctypes.c_void_p, window: int, title: str) -> bool:
    """Whether it belongs to this process, and not to another one with a window of the same title."""
    name = ctypes.c_char_p()
    if not library.XFetchName(display, ctypes.c_ulong(window), ctypes.byref(name)) or name.value is None:
        return False
    titled = name.value.decode(errors="replace") == title
    library.XFree(name)
    return titled and _process(library, display, window) == os.getpid()


def _process(library: Any, display: ctypes.c_void_p, window: int) -> int | None:
    atom = library.XInternAtom(display, b"_NET_WM_PID", 0)
    kind, size, count, rest = ctypes.c_ulong(), ctypes.c_int(), ctypes.c_ulong(), ctypes.c_ulong()
    value = ctypes.POINTER(ctypes.c_ulong)()
    library.XGetWindowProperty(
        display,
        ctypes.c_ulong(window),
        ctypes.c_ulong(atom),
        ctypes.c_long(0),
        ctypes.c_long(1),
        0,
        ctypes.c_ulong(_ANY_TYPE),
        ctypes.byref(kind),
        ctypes.byref(size),
        ctypes.byref(count),
        ctypes.byref(rest),
        ctypes.byref(value),
    )
    if not value:
        return None
    number = int(value[0]) if count.value else None
    library.XFree(value)
    return number
