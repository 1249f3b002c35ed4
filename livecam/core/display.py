"""Whether there is a screen: OpenCV aborts the whole process when a window is opened without one."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Mapping


def trouble(environment: Mapping[str, str] = os.environ) -> str:
    """Why no window can be opened and what to do about it; empty when one can."""
    if not sys.platform.startswith("linux"):
        return ""
    display = environment.get("DISPLAY", "")
    if not display:
        # OpenCV's wheel brings Qt for X11 only.
        if environment.get("WAYLAND_DISPLAY"):
            return "this Wayland session has no X server; start Xwayland"
        return "there is no display (DISPLAY is not set); start this on a desktop, or with ssh -X"
    if not _answers(display):
        return f"the display {display} does not answer; set DISPLAY to one that does"
    return ""


def _answers(display: str) -> bool:
    """Whether an X server lets us in; without the library that asks, OpenCV has to find out."""
    try:
        x11 = ctypes.CDLL("libX11.so.6")
    except OSError:
        return True
    x11.XOpenDisplay.restype = ctypes.c_void_p
    connection = x11.XOpenDisplay(display.encode())
    if connection:
        x11.XCloseDisplay(ctypes.c_void_p(connection))
    return bool(connection)
