"""Painting into OpenCV's window through memory that the X server shares with us.

A window of our own over that of OpenCV, which hears nothing, is painted in one go; keys, closing and the full screen
stay OpenCV's. Why: docs/decisions/shared-window.md
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from typing import Any, NamedTuple, Self

import numpy as np

from livecam.core.types import Image
from livecam.core.x11 import connect, refused_requests, window_of_this_process
from livecam.live.sinks.window_geometry import ShownArea

_PRIVATE, _CREATE, _OWN = 0, 0o1000, 0o600  # of sys/ipc.h: IPC_PRIVATE, IPC_CREAT, who may read and write
_REMOVE = 0  # IPC_RMID
_FROM_PARENT, _BLACK_BEHIND = 0, 1 << 1  # CopyFromParent, CWBackPixel
_PIXMAP_BY_PIXELS, _LEAST_FIRST = 2, 0  # ZPixmap, LSBFirst
_BLUE, _RED, _PIXEL_BITS = 0xFF, 0xFF0000, 32
_TELL_STRUCTURE = 1 << 17  # StructureNotifyMask
_DESTROYED, _CONFIGURED = 17, 22  # kinds of events
_EVERYWHERE = 16384  # pixels, more than any window: the part over the window below is seen


class _Segment(ctypes.Structure):
    """An XShmSegmentInfo."""

    _fields_ = [
        ("segment", ctypes.c_ulong),
        ("id", ctypes.c_int),
        ("address", ctypes.c_void_p),
        ("read_only", ctypes.c_int),
    ]


class _XImage(ctypes.Structure):
    """The beginning of an XImage."""

    _fields_ = [
        ("width", ctypes.c_int),
        ("height", ctypes.c_int),
        ("offset", ctypes.c_int),
        ("format", ctypes.c_int),
        ("data", ctypes.c_void_p),
        ("byte_order", ctypes.c_int),
        ("bitmap_unit", ctypes.c_int),
        ("bitmap_bit_order", ctypes.c_int),
        ("bitmap_pad", ctypes.c_int),
        ("depth", ctypes.c_int),
        ("bytes_per_line", ctypes.c_int),
        ("bits_per_pixel", ctypes.c_int),
        ("red_mask", ctypes.c_ulong),
        ("green_mask", ctypes.c_ulong),
        ("blue_mask", ctypes.c_ulong),
    ]


class _WindowAttributes(ctypes.Structure):
    """The beginning of an XWindowAttributes, with room for the rest."""

    _fields_ = [
        ("x", ctypes.c_int),
        ("y", ctypes.c_int),
        ("width", ctypes.c_int),
        ("height", ctypes.c_int),
        ("border", ctypes.c_int),
        ("depth", ctypes.c_int),
        ("visual", ctypes.c_void_p),
        ("rest", ctypes.c_long * 24),
    ]


class _XServer(NamedTuple):
    """Xlib, its extension for shared memory, the C library, and a connection."""

    x11: Any
    extension: Any
    c: Any
    display: ctypes.c_void_p


class _SharedImage:
    """A picture (height, width, 4) BGRX in memory that we and the X server share; OSError where that cannot be."""

    def __init__(self, server: _XServer, attributes: _WindowAttributes) -> None:
        self._server, self._segment = server, _Segment()
        self.size = width, height = attributes.width, attributes.height
        self._made = server.extension.XShmCreateImage(
            server.display,
            ctypes.c_void_p(attributes.visual),
            ctypes.c_uint(attributes.depth),
            _PIXMAP_BY_PIXELS,
            None,
            ctypes.byref(self._segment),
            ctypes.c_uint(width),
            ctypes.c_uint(height),
        )
        if not self._made:
            raise OSError("the X server makes no shared picture")
        self._image = _XImage.from_address(self._made)
        self._attached = False
        try:
            self._share()
        except OSError:
            self.close()
            raise
        rows = (ctypes.c_uint8 * (self._image.bytes_per_line * height)).from_address(self._segment.address)
        self.pixels: Image = np.ctypeslib.as_array(rows).reshape(height, -1, 4)[:, :width]

    def put(self, window: ctypes.c_ulong, context: ctypes.c_void_p) -> None:
        """Has the server take the picture and tell when it has read it."""
        size = map(ctypes.c_uint, self.size)
        where = window, context, ctypes.c_void_p(self._made), 0, 0, 0, 0
        self._server.extension.XShmPutImage(self._server.display, *where, *size, 1)
        self._server.x11.XFlush(self._server.display)

    def close(self) -> None:
        if self._attached:
            self._server.extension.XShmDetach(self._server.display, ctypes.byref(self._segment))
            self._server.x11.XSync(self._server.display, 0)
            self._attached = False
        if self._segment.address:
            self._server.c.shmdt(ctypes.c_void_p(self._segment.address))
            self._segment.address = None
        if self._made:
            self._server.x11.XDestroyImage(ctypes.c_void_p(self._made))
            self._made = None

    def _share(self) -> None:
        image, server = self._image, self._server
        if (image.bits_per_pixel, image.byte_order, image.red_mask, image.blue_mask) != (
            (_PIXEL_BITS, _LEAST_FIRST, _RED, _BLUE)
        ):
            raise OSError("the X server has other pixels")
        bytes_ = ctypes.c_size_t(image.bytes_per_line * image.height)
        self._segment.id = server.c.shmget(_PRIVATE, bytes_, _CREATE | _OWN)
        if self._segment.id == -1:
            raise OSError("no memory to share")
        address = server.c.shmat(self._segment.id, None, 0)
        if address in (None, ctypes.c_void_p(-1).value):
            server.c.shmctl(self._segment.id, _REMOVE, None)
            raise OSError("no memory to share")
        self._segment.address = image.data = address
        before = refused_requests()
        self._attached = bool(server.extension.XShmAttach(server.display, ctypes.byref(self._segment)))
        server.x11.XSync(server.display, 0)
        server.c.shmctl(self._segment.id, _REMOVE, None)  # it goes when nobody has it any more
        if refused_requests() != before:  # as a server on another machine does
            self._attached = False
        if not self._attached:
            raise OSError("the X server cannot reach our memory")


class X11Painter:
    """Paints one of OpenCV's windows, all of it, whatever its size; `area` is where it lay at the last look."""

    def __init__(self, server: _XServer, window: int) -> None:
        """OSError where the X server and we share no memory."""
        self._server, self._below = server, ctypes.c_ulong(window)
        self._attributes = _WindowAttributes()
        self._event = (ctypes.c_long * 24)()  # an XEvent
        self._unread = 0  # pictures that the server was told of
        self._gone = False
        self._read_event = server.extension.XShmGetEventBase(server.display)
        server.x11.XSelectInput(server.display, self._below, ctypes.c_long(_TELL_STRUCTURE))
        if not self._measure():
            raise OSError("there is no such window")
        self._image = _SharedImage(server, self._attributes)
        values = (ctypes.c_ulong * 15)()  # an XSetWindowAttributes; all of it is 0, of which the background counts
        place, size = (0, 0), (ctypes.c_uint(_EVERYWHERE), ctypes.c_uint(_EVERYWHERE))
        kind = ctypes.c_uint(0), _FROM_PARENT, ctypes.c_uint(_FROM_PARENT), None
        mask = ctypes.c_ulong(_BLACK_BEHIND)
        self._window = ctypes.c_ulong(
            server.x11.XCreateWindow(server.display, self._below, *place, *size, *kind, mask, ctypes.byref(values))
        )
        self._context = ctypes.c_void_p(server.x11.XCreateGC(server.display, self._window, ctypes.c_ulong(0), None))
        self._shown = False

    @classmethod
    def of(cls, title: str) -> Self | None:
        """For the window of this process with that title; None where it has to be painted by OpenCV."""
        if not sys.platform.startswith("linux") or (connected := connect()) is None:
            return None
        x11, display = connected
        try:
            server = _XServer(x11, ctypes.CDLL("libXext.so.6"), ctypes.CDLL(None), display)
            _declare(server)
            window = window_of_this_process(x11, display, title)
            if window is not None and server.extension.XShmQueryExtension(display):
                return cls(server, window)
        except OSError:
            pass
        x11.XCloseDisplay(display)
        return None

    def canvas(self) -> Image | None:
        """What to paint on, (height, width, 4) BGRX as large as the window, with what was painted last; black where it
        has a new size. None when the window is gone."""
        if not self._hear():
            return None
        if self._unread:
            self._server.x11.XSync(self._server.display, 0)
            self._unread = 0
        if self._image.size != (self._attributes.width, self._attributes.height):
            self._image.close()
            try:
                self._image = _SharedImage(self._server, self._attributes)
            except OSError:
                return None
        return self._image.pixels

    def put(self) -> None:
        """Shows what was painted."""
        if not self._shown:
            self._shown = True
            self._server.x11.XMapRaised(self._server.display, self._window)
        self._image.put(self._window, self._context)
        self._unread += 1

    def close(self) -> None:
        """Leaves the window to OpenCV."""
        self._image.close()
        self._server.x11.XCloseDisplay(self._server.display)  # which takes our window with it

    def _hear(self) -> bool:
        """Takes in what the server has told since, without waiting; whether the window is still there."""
        changed = False
        while not self._gone and self._server.x11.XPending(self._server.display):
            self._server.x11.XNextEvent(self._server.display, ctypes.byref(self._event))
            kind = ctypes.c_int.from_buffer(self._event).value
            self._unread -= kind == self._read_event
            changed |= kind == _CONFIGURED
            self._gone |= kind == _DESTROYED
        return not self._gone and (not changed or self._measure())

    def _measure(self) -> bool:
        """Asks where the window is and how large."""
        x11, display = self._server.x11, self._server.display
        if not x11.XGetWindowAttributes(display, self._below, ctypes.byref(self._attributes)):
            return False
        x, y, child = ctypes.c_int(), ctypes.c_int(), ctypes.c_ulong()
        root = ctypes.c_ulong(x11.XDefaultRootWindow(display))
        answers = [ctypes.byref(answer) for answer in (x, y, child)]
        x11.XTranslateCoordinates(display, self._below, root, 0, 0, *answers)
        self.area = ShownArea(x.value, y.value, self._attributes.width, self._attributes.height)
        return True


def _declare(server: _XServer) -> None:
    """Pointers and window ids are longer than the integers that ctypes takes for granted."""
    answers: list[tuple[Callable[..., Any], Any]] = [
        (server.extension.XShmCreateImage, ctypes.c_void_p),
        (server.x11.XCreateGC, ctypes.c_void_p),
        (server.c.shmat, ctypes.c_void_p),
    ]
    for function, kind in answers:
        setattr(function, "restype", kind)  # noqa: B010
