"""Connections of our own to the X server: for what OpenCV's windows do not tell or do."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from typing import Any

_ANY_TYPE = 0
_refused = [0]  # requests that X servers refused since the handler was set


def _pass_over(_display: int, _error: int) -> int:
    """Xlib ends the process when a window is gone, which is no error here."""
    _refused[0] += 1
    return 0


_HANDLER = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(_pass_over)


def refused_requests() -> int:
    """How many requests X servers have refused; an answer to one comes with the next that waits for an answer."""
    return _refused[0]


def connect() -> tuple[Any, ctypes.c_void_p] | None:
    """Xlib and a connection to the display, None where there is none. Refused requests end nothing."""
    try:
        library = ctypes.CDLL("libX11.so.6")
    except OSError:
        return None
    library.XOpenDisplay.restype = ctypes.c_void_p
    for function in (library.XDefaultRootWindow, library.XInternAtom, library.XCreateWindow):
        function.restype = ctypes.c_ulong
    library.XSetErrorHandler(_HANDLER)
    connection = library.XOpenDisplay(None)
    return (library, ctypes.c_void_p(connection)) if connection else None


def window_of_this_process(library: Any, display: ctypes.c_void_p, title: str) -> int | None:
    """The id of our own window with that title."""
    return next((own for own in _windows(library, display) if _is_ours(library, display, own, title)), None)


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
