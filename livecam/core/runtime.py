"""The process around a run: quiet native libraries, late interrupts, one OpenCV thread, whether there is a display."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import current_thread, main_thread
from types import FrameType

import cv2

# Why one thread, frozen garbage and late interrupts: docs/decisions/frame-time.md
_STDERR = 2
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
    connection = x11.XOpenDisplay(display.encode())
    if connection:
        x11.XCloseDisplay(ctypes.c_void_p(connection))
    return bool(connection)


def available_cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def use_single_opencv_thread() -> None:
    """OpenCV shares nothing out from now on: its threads spin while they wait for their part, a third of a frame's
    processor time, and the frame is done no sooner."""
    cv2.setNumThreads(1)
