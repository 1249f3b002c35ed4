"""A second connection to the X server that hears all keys, clicks and turns of the wheel of one of our own windows.

OpenCV keeps only the last of the keys that come while a page is drawn, knows no shift, and enlarges its view by the
wheel, which nothing turns off: an invisible window over its own takes the mouse away from it. Polling waitKeyEx more
often loses keys all the same; it is the way back where this connection cannot be had.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from livecam.core.keyboard import key_name, symbol_by_place
from livecam.core.x11 import connect, window_of_this_process

_KEY_PRESS, _KEY_RELEASE, _BUTTON_PRESS, _FOCUS_OUT, _PROPERTY, _MAPPING = 2, 3, 4, 10, 28, 34  # kinds of events
_HEAR_KEYS = 1 << 0 | 1 << 1 | 1 << 21  # press, release, and who has the keyboard
_HEAR_PROPERTIES = 1 << 22
_HEAR_MOUSE = 1 << 2 | 1 << 3 | 1 << 6  # press, release and motion, so that nothing is left for the window below
_INPUT_ONLY, _FROM_PARENT = 2, 0
_SHIFT = 1
_EVERYWHERE = 16384  # pixels, more than any window
_CLOCK_BITS = 32  # of the X server's milliseconds


@dataclass(frozen=True, slots=True)
class KeyStroke:
    """A key by its browser name; `repeated` while it is held down."""

    name: str
    repeated: bool
    time: int  # of the X server, milliseconds; 0 is unknown


@dataclass(frozen=True, slots=True)
class ButtonPressed:
    """A button of the mouse (4 and 5 are the wheel, up and down), in pixels of the whole screen."""

    button: int
    x: int
    y: int
    time: int = 0


class _Event(ctypes.Structure):
    """Of a key or a button."""

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
        ("code", ctypes.c_uint),
        ("same_screen", ctypes.c_int),
        ("rest", ctypes.c_long * 12),  # an XEvent is a union of 24 longs
    ]


class X11InputListener:
    """Hears one window until it is closed; then the window has its mouse back."""

    def __init__(self, library: Any, display: ctypes.c_void_p, window: int) -> None:
        self._library, self._display = library, display
        self._down: set[int] = set()  # keys that are held
        library.XkbSetDetectableAutoRepeat(display, 1, None)  # a held key is not released in between
        library.XSelectInput(display, ctypes.c_ulong(window), ctypes.c_long(_HEAR_KEYS))
        cover = ctypes.c_ulong(_cover(library, display, window))
        library.XSelectInput(display, cover, ctypes.c_long(_HEAR_MOUSE))
        library.XMapRaised(display, cover)
        # A window that is never shown, but whose properties can change: that is how the server tells the time.
        self._timer = ctypes.c_ulong(_cover(library, display, library.XDefaultRootWindow(display)))
        library.XSelectInput(display, self._timer, ctypes.c_long(_HEAR_PROPERTIES))
        library.XSync(display, 0)

    def heard(self) -> Iterator[KeyStroke | ButtonPressed]:
        """What was pressed since the last call, in order."""
        event = _Event()
        while self._library.XPending(self._display):
            self._library.XNextEvent(self._display, ctypes.byref(event))
            if event.type == _MAPPING:
                self._library.XRefreshKeyboardMapping(ctypes.byref(event))
            elif event.type == _FOCUS_OUT:
                self._down.clear()  # what is released elsewhere is not told
            elif event.type == _KEY_RELEASE:
                self._down.discard(event.code)
            elif event.type == _BUTTON_PRESS:
                yield ButtonPressed(event.code, event.x_root, event.y_root, event.time)
            elif event.type == _KEY_PRESS:
                repeated = event.code in self._down
                self._down.add(event.code)
                if name := self._name(event):
                    yield KeyStroke(name, repeated, event.time)

    def now(self) -> int:
        """The X server's time, after all that was asked of it before."""
        atom = ctypes.c_ulong(self._library.XInternAtom(self._display, b"LIVECAM_TIME", 0))
        text, append = ctypes.c_ulong(31), 2  # XA_STRING, PropModeAppend
        self._library.XChangeProperty(self._display, self._timer, atom, text, 8, append, b"", 0)
        event = _Event()
        mask = ctypes.c_long(_HEAR_PROPERTIES)
        self._library.XWindowEvent(self._display, self._timer, mask, ctypes.byref(event))
        return int(event.subwindow)  # where a PropertyNotify has its time

    def close(self) -> None:
        self._library.XCloseDisplay(self._display)

    def _name(self, event: _Event) -> str | None:
        text, symbol = ctypes.create_string_buffer(8), ctypes.c_ulong()
        self._library.XLookupString(ctypes.byref(event), text, len(text), ctypes.byref(symbol), None)
        shift = bool(event.state & _SHIFT)
        return key_name(
            symbol_by_place(self._library, self._display, event.code, symbol.value, shift=shift), shift=shift
        )


def is_before(time: int, other: int) -> bool:
    """Whether one time of the X server is before another; its clock begins anew every seven weeks."""
    return (time - other) % (1 << _CLOCK_BITS) >= 1 << (_CLOCK_BITS - 1)


def listener(title: str) -> X11InputListener | None:
    """For the window of this process with that title; None where there is no X server or no such window."""
    connected = connect()
    if connected is None:
        return None
    library, display = connected
    window = window_of_this_process(library, display, title)
    if window is None:
        library.XCloseDisplay(display)
        return None
    return X11InputListener(library, display, window)


def _cover(library: Any, display: ctypes.c_void_p, window: int) -> int:
    """An invisible window over all of a window, however large it becomes."""
    parent, depth = ctypes.c_ulong(window), ctypes.c_int(_FROM_PARENT)
    size = ctypes.c_uint(_EVERYWHERE)
    border, mask = ctypes.c_uint(0), ctypes.c_ulong(0)
    cover: int = library.XCreateWindow(
        display, parent, 0, 0, size, size, border, depth, ctypes.c_uint(_INPUT_ONLY), None, mask, None
    )
    return cover
