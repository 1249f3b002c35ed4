"""A second connection to the X server that hears all keys, clicks and turns of the wheel of one of our own windows.

OpenCV keeps only the last of the keys that come while a page is drawn, knows no shift, and enlarges its view by the
wheel, which nothing turns off: an invisible window over its own takes the mouse away from it. Polling waitKeyEx more
often loses keys all the same; it is the way back where this connection cannot be had.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_SPECIAL = {
    8: "Backspace",
    9: "Tab",
    10: "Enter",
    11: "Tab",  # what Qt makes of shift and tab
    13: "Enter",
    27: "Escape",
    0xFE20: "Tab",  # with shift, in X11
    0xFF09: "Tab",
    0xFF0D: "Enter",
    0xFF1B: "Escape",
    0xFF51: "ArrowLeft",
    0xFF52: "ArrowUp",
    0xFF53: "ArrowRight",
    0xFF54: "ArrowDown",
    0xFF8D: "Enter",  # from here on the keys of the number block
    0xFF96: "ArrowLeft",
    0xFF97: "ArrowUp",
    0xFF98: "ArrowRight",
    0xFF99: "ArrowDown",
    0xFF9E: "0",
    0xFFAB: "+",
    0xFFAD: "-",
    0xFFB0: "0",
}


def key_name(symbol: int, *, shift: bool = False) -> str | None:
    """The name for an X11 key symbol or a code of waitKeyEx; None for a key that says nothing, such as shift alone.

    Shift shows in the name where the key stays the same: `Shift+ArrowLeft`.
    """
    if 32 <= symbol <= 126:
        return chr(symbol)
    name = _SPECIAL.get(symbol)
    return f"Shift+{name}" if name and shift and name.startswith("Arrow") else name


_KEY_PRESS, _KEY_RELEASE, _BUTTON_PRESS = 2, 3, 4  # kinds of events
_HEAR_KEYS = 1 << 0 | 1 << 1  # press and release
_LONGEST_PAUSE_MS = 1000  # between a key's first press and its repeats; whatever comes later is pressed anew
_HEAR_MOUSE = 1 << 2 | 1 << 3 | 1 << 6  # press, release and motion, so that nothing is left for the window below
_INPUT_ONLY, _FROM_PARENT, _ANY_TYPE = 2, 0, 0
_SHIFT = 1
_EVERYWHERE = 16384  # pixels, more than any window


@dataclass(frozen=True, slots=True)
class X11Key:
    """A key by its browser name; held says that it was not let go since, and repeats itself."""

    name: str
    held: bool = False


@dataclass(frozen=True, slots=True)
class ButtonPressed:
    """A button of the mouse (4 and 5 are the wheel, up and down), in pixels of the whole screen."""

    button: int
    x: int
    y: int


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


def _pass_over(_display: int, _error: int) -> int:
    """Xlib ends the process when a window is gone, which is no error here."""
    return 0


_HANDLER = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(_pass_over)


class X11InputListener:
    """Hears one window until it is closed; then the window has its mouse back."""

    def __init__(self, library: Any, display: ctypes.c_void_p, window: int) -> None:
        self._library, self._display = library, display
        self._down: dict[int, int] = {}  # keys that are down, and when they were last heard, milliseconds
        # Without it a key that is held looks as if it were let go and pressed again and again.
        library.XkbSetDetectableAutoRepeat(display, 1, None)
        library.XSelectInput(display, ctypes.c_ulong(window), ctypes.c_long(_HEAR_KEYS))
        cover = ctypes.c_ulong(_cover(library, display, window))
        library.XSelectInput(display, cover, ctypes.c_long(_HEAR_MOUSE))
        library.XMapRaised(display, cover)
        library.XSync(display, 0)

    def heard(self) -> Iterator[X11Key | ButtonPressed]:
        """What was pressed since the last call, in order."""
        event = _Event()
        while self._library.XPending(self._display):
            self._library.XNextEvent(self._display, ctypes.byref(event))
            if event.type == _BUTTON_PRESS:
                yield ButtonPressed(event.code, event.x_root, event.y_root)
            if event.type == _KEY_RELEASE:
                self._down.pop(event.code, None)
            if event.type == _KEY_PRESS:
                held = self._is_held(event.code, event.time)
                if name := self._name(event):
                    yield X11Key(name, held)

    def close(self) -> None:
        self._library.XCloseDisplay(self._display)

    def _is_held(self, code: int, time_ms: int) -> bool:
        """A key whose release nobody told us, as another window was in front, is pressed anew after a while."""
        before = self._down.get(code)
        self._down[code] = time_ms
        return before is not None and time_ms - before <= _LONGEST_PAUSE_MS

    def _name(self, event: _Event) -> str | None:
        text, symbol = ctypes.create_string_buffer(8), ctypes.c_ulong()
        self._library.XLookupString(ctypes.byref(event), text, len(text), ctypes.byref(symbol), None)
        return key_name(symbol.value, shift=bool(event.state & _SHIFT))


def listener(title: str) -> X11InputListener | None:
    """For the window of this process with that title; None where there is no X server or no such window."""
    try:
        library = ctypes.CDLL("libX11.so.6")
    except OSError:
        return None
    library.XOpenDisplay.restype = ctypes.c_void_p
    for function in (library.XDefaultRootWindow, library.XInternAtom, library.XCreateWindow):
        function.restype = ctypes.c_ulong
    library.XSetErrorHandler(_HANDLER)
    connection = library.XOpenDisplay(None)
    if not connection:
        return None
    display = ctypes.c_void_p(connection)
    window = next((own for own in _windows(library, display) if _is_ours(library, display, own, title)), None)
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


def _windows(library: Any, display: ctypes.c_void_p) -> Iterator[int]:
    """All windows, the outer ones first: a window manager puts frames around ours."""
    level = [library.XDefaultRootWindow(display)]
    while level:
        yield from level
        level = [child for window in level for child in _children(library, display, window)]


def _children(library: Any, display: ctypes.c_void_p, window: int) -> list[int]:
    root, parent, count = ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_uint()
    children = ctypes.POINTER(ctypes.c_ulong)()
    answers = [ctypes.byref(answer) for answer in (root, parent, children, count)]
    if not library.XQueryTree(display, ctypes.c_ulong(window), *answers) or not children:
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
    """Whose window it is."""
    atom = ctypes.c_ulong(library.XInternAtom(display, b"_NET_WM_PID", 0))
    kind, size, count, rest = ctypes.c_ulong(), ctypes.c_int(), ctypes.c_ulong(), ctypes.c_ulong()
    value = ctypes.POINTER(ctypes.c_ulong)()
    asked = (ctypes.c_long(0), ctypes.c_long(1), 0, ctypes.c_ulong(_ANY_TYPE))
    answers = [ctypes.byref(answer) for answer in (kind, size, count, rest, value)]
    library.XGetWindowProperty(display, ctypes.c_ulong(window), atom, *asked, *answers)
    if not value:
        return None
    number = int(value[0]) if count.value else None
    library.XFree(value)
    return number
