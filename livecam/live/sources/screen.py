"""The screen as a source, `screen:` or `screen:N`; the only importer of mss."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import cv2
import numpy as np

from livecam.core.errors import MissingExtraError, SourceError
from livecam.core.runtime import display_problem
from livecam.core.timing import Clock
from livecam.core.types import Image

PREFIX = "screen:"
_ADVICE = "or let OBS capture it and write --source 'OBS Virtual Camera'"


class Screenshot(Protocol):
    """What is used of mss.ScreenShot."""

    @property
    def raw(self) -> bytearray: ...

    @property
    def width(self) -> int: ...

    @property
    def height(self) -> int: ...


class Grabber(Protocol):
    """What is used of mss.MSS; the first of the monitors is all of them together."""

    @property
    def monitors(self) -> Sequence[Mapping[str, Any]]: ...

    def grab(self, monitor: Any, /) -> Screenshot: ...

    def close(self) -> None: ...


class ScreenCapture:
    """A Capture of one monitor, `fps` times a second at most."""

    def __init__(
        self,
        grabber: Grabber,
        monitor: Mapping[str, Any],
        fps: float,
        *,
        clock: Clock = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._grabber, self._monitor, self._every = grabber, monitor, 1.0 / fps
        self._clock, self._sleep = clock, sleep
        self._next = clock()

    def read(self) -> Image | None:
        """The screen as it is when its time has come; None when it cannot be seen just now."""
        from mss.exception import ScreenShotError

        wait = self._next - self._clock()
        if wait > 0:
            self._sleep(wait)
        self._next = max(self._next, self._clock() - self._every) + self._every
        try:
            shot = self._grabber.grab(self._monitor)
        except (ScreenShotError, OSError):
            return None
        pixels = np.frombuffer(shot.raw, np.uint8).reshape(shot.height, shot.width, 4)
        return cv2.cvtColor(pixels, cv2.COLOR_BGRA2BGR).astype(np.uint8, copy=False)

    def close(self) -> None:
        self._grabber.close()


def open_screen(
    name: str,
    fps: float,
    *,
    environment: Mapping[str, str] = os.environ,
    opened: Callable[[Mapping[str, str]], Grabber] | None = None,
) -> ScreenCapture:
    """A screen by its name, the first one of `screen:`; SourceError tells why it cannot be seen, or which there are."""
    number = _number(name)
    if problem := screen_problem(environment):
        raise SourceError(f"no screen can be captured: {problem}")
    grabber = (opened or _grabber)(environment)
    screens = grabber.monitors[1:]
    if number is None:
        primary = [screen for screen in screens if screen.get("is_primary")]
        return ScreenCapture(grabber, (primary or screens)[0], fps)
    if not 1 <= number <= len(screens):
        grabber.close()
        found = ", ".join(f"{PREFIX}{i} ({each['width']}x{each['height']})" for i, each in enumerate(screens, 1))
        raise SourceError(f"there is no {name}; screens found: {found}")
    return ScreenCapture(grabber, screens[number - 1], fps)


def screen_problem(environment: Mapping[str, str]) -> str:
    """Why no screen can be captured, and what to do about it; empty when one can."""
    if not sys.platform.startswith("linux"):
        return ""
    if environment.get("WAYLAND_DISPLAY") or environment.get("XDG_SESSION_TYPE") == "wayland":
        return f"Wayland shows programs no screen; log in to a session of X11 (Xorg), {_ADVICE}"
    return display_problem(environment)


def _number(name: str) -> int | None:
    text = name[len(PREFIX) :].strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise SourceError(f"'{name}' is no screen; write {PREFIX} for the first, or {PREFIX}N, counted from 1")
    return int(text[:9])


def _grabber(environment: Mapping[str, str]) -> Grabber:
    try:
        import mss
        from mss.exception import ScreenShotError
    except ImportError as error:
        raise MissingExtraError(f"--source {PREFIX}", "screen") from error
    display: dict[str, Any] = {"display": environment["DISPLAY"]} if sys.platform.startswith("linux") else {}
    try:
        return mss.MSS(**display)
    except (ScreenShotError, OSError) as error:
        raise SourceError(f"no screen can be captured: {' '.join(str(error).split()).lower()}, {_ADVICE}") from error
