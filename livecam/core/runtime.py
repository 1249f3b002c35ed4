"""The process around a run: quiet native libraries and decoders, late interrupts, one OpenCV thread, its memory."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType
from typing import IO, Any

import cv2

# Why one thread, frozen garbage and late interrupts: docs/decisions/frame-time.md
_STDERR = 2
_DISPLAY_SECONDS = 0.4  # in which a display that refuses is asked again
# Its log is not open to settings before version 0.10.30: these lines come at every start, and nothing is wrong.
_NOISE = (
    b"All log messages before absl::InitializeLog()",
    b"Created TensorFlow Lite XNNPACK delegate",
    b"inference_feedback_manager.cc",
    b"landmark_projection_calculator.cc",
    b"gl_context",
    b"Attempting to register factory for plugin",
    b"computation placer already registered",
    b"UNKNOWN ERROR (303)",  # no driver of a graphics card is installed
    b"Number of eligible GPUs",
    b"Starting new session",
    b"tf_tfl_flatbuffer_helpers.cc",
    b"mlir_graph_optimization_pass.cc",
    b"fully_quantize:",
)


@contextmanager
def silence_native_logs() -> Iterator[None]:
    """Holds back the process' standard error, threads in C++ included; what is no known noise is written at the end."""
    with tempfile.TemporaryFile() as held:
        real = os.dup(_STDERR)
        os.dup2(held.fileno(), _STDERR)
        try:
            yield
        finally:
            os.dup2(real, _STDERR)
            os.close(real)
            held.seek(0)
            for line in held:
                if not any(noise in line for noise in _NOISE):
                    os.write(_STDERR, line)


# OpenCV 5 keeps the two functions of its log in a module of their own.
_opencv_log: Any = getattr(cv2.utils, "logging", cv2)


@contextmanager
def without_opencv_log() -> Iterator[None]:
    """OpenCV's own warnings are left out, beside which our one line would be lost."""
    level = _opencv_log.getLogLevel()
    _opencv_log.setLogLevel(0)
    try:
        yield
    finally:
        _opencv_log.setLogLevel(level)


# libpng begins with its name; these are the sentences of libjpeg's jerror.h that end up at the standard error.
_DECODER_NOISE = re.compile(
    rb"libpng (warning|error)|Corrupt JPEG data|Premature end of JPEG|Invalid SOS parameters|Invalid JPEG|Invalid color"
    rb"|Inconsistent progression|Unsupported (marker|JPEG)|Unknown (Adobe|APP)|Warning: unknown JFIF|Bogus |Not a JPEG"
    rb"|Obtained XMS|Unrecognized component|Application transferred|Huffman table|Quantization table|Improper call"
    rb"|TIFF(Read|Fetch|Fill|Append|Open)|JPEG(LIB|Lib)|\[(INFO|WARNING|ERROR)\]"
)


class _Decoders:
    """Counts who decodes just now, for the standard error of a process is one for all its threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._held: IO[bytes] | None = None
        self._real, self._level = -1, 0

    def enter(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._level = _opencv_log.getLogLevel()
                _opencv_log.setLogLevel(0)
                self._held = tempfile.TemporaryFile()  # noqa: SIM115  # closed by the last who leaves
                self._real = os.dup(_STDERR)
                os.dup2(self._held.fileno(), _STDERR)

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0 and self._held is not None:
                _opencv_log.setLogLevel(self._level)
                os.dup2(self._real, _STDERR)
                os.close(self._real)
                self._write_the_rest(self._held)
                self._held.close()
                self._held = None

    def _write_the_rest(self, held: IO[bytes]) -> None:
        held.seek(0)
        for line in held:
            if not _DECODER_NOISE.match(line):
                os.write(_STDERR, line)


_decoders = _Decoders()


@contextmanager
def without_decoder_noise() -> Iterator[None]:
    """While a picture is decoded, what OpenCV, libpng and libjpeg write about it is left out: our one line says it."""
    _decoders.enter()
    try:
        yield
    finally:
        _decoders.leave()


_ENDINGS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def deferred_interrupts() -> Iterator[Callable[[], bool]]:
    """Gives what tells whether an end was asked for; KeyboardInterrupt when the `with` is left then.

    A second request raises at once. Signals that are ignored stay so; outside of the main thread none are heard.
    """
    asked = False

    def hear(_number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            raise KeyboardInterrupt
        asked = True

    heard = [ending for ending in _ENDINGS if signal.getsignal(ending) not in (signal.SIG_IGN, None)]
    before = {ending: signal.signal(ending, hear) for ending in heard} if current_thread() is main_thread() else {}
    try:
        yield lambda: asked
    finally:
        for ending, handler in before.items():
            signal.signal(ending, handler)
    if asked:
        raise KeyboardInterrupt


def window_is_gone(title: str) -> bool:
    """Whether a person closed OpenCV's window; OpenCV 4.12 and newer know no property of a window that is gone."""
    try:
        return cv2.getWindowProperty(title, cv2.WND_PROP_VISIBLE) < 1
    except cv2.error:
        return True


def display_problem(environment: Mapping[str, str] = os.environ) -> str:
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
    # A bare Xvfb starts afresh whenever its last program went, and refuses whoever asks at that moment.
    end = time.monotonic() + _DISPLAY_SECONDS
    while not (connection := x11.XOpenDisplay(display.encode())):
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    x11.XCloseDisplay(ctypes.c_void_p(connection))
    return True


def screen_size() -> tuple[int, int] | None:
    """Width and height of all screens together, in pixels; None where there is no X server to ask."""
    try:
        x11 = ctypes.CDLL("libX11.so.6")
    except OSError:
        return None
    x11.XOpenDisplay.restype = ctypes.c_void_p
    connection = x11.XOpenDisplay(None)
    if not connection:
        return None
    display = ctypes.c_void_p(connection)
    try:
        return int(x11.XDisplayWidth(display, 0)), int(x11.XDisplayHeight(display, 0))
    finally:
        x11.XCloseDisplay(display)


_SWITCH_S = 0.0005
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # of glibc's malloc.h
_KEPT, _FROM_HEAP = 256 << 20, 32 << 20  # bytes; the second is the most that glibc takes


def keep_freed_memory() -> bool:
    """Memory that is freed stays with this process from now on, so that the next frame finds its pages; whether it is
    so, which it is with glibc only.

    glibc gives the end of its heap back as soon as two frames of it are free, and gets every page of it anew, filled
    with zeros, for the next one. Why, what it saves and what it costs: docs/decisions/frame-time.md
    """
    return _told_to_malloc(_TRIM_THRESHOLD, _KEPT) and _told_to_malloc(_MMAP_THRESHOLD, _FROM_HEAP)


def use_one_heap() -> bool:
    """Threads that start from now on have no heap of their own, so that a picture may lie where one of another thread
    was; whether it is so, which it is with glibc only. Why: docs/decisions/frame-time.md"""
    return _told_to_malloc(_ARENA_MAX, 1)


def _told_to_malloc(what: int, value: int) -> bool:
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    return mallopt is not None and bool(mallopt(what, value))


def available_cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def use_single_opencv_thread() -> None:
    """OpenCV shares nothing out from now on: its threads spin while they wait for their part, a third of a frame's
    processor time, and the frame is done no sooner."""
    cv2.setNumThreads(1)


def pass_the_lock_on_soon() -> None:
    """A thread that comes back from OpenCV, as it does fifty times a picture, has the interpreter's lock again within
    half a millisecond while another one computes, and not within five."""
    sys.setswitchinterval(_SWITCH_S)
