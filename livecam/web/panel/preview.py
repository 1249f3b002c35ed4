"""The preview of a run for browsers: the newest picture as a JPEG, encoded once for all who look."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from typing import Self

import cv2

from livecam.core.timing import Clock
from livecam.core.types import Frame, Image

_WIDTH = 640  # pixels
_QUALITY = 78
_PICTURES_A_SECOND = 20.0
MOST_VIEWERS = 8

Notify = Callable[[], None]


class Preview:
    """A Sink. `show` only remembers the picture: a thread makes it smaller and encodes it, where anybody looks."""

    def __init__(self, is_mirrored: Callable[[], bool], *, clock: Clock = time.monotonic) -> None:
        self._is_mirrored, self._clock = is_mirrored, clock
        self._condition = threading.Condition()
        self._last: Frame | None = None
        self._is_fresh = self._ended = False
        self._encoded: tuple[int, bytes] = (0, b"")
        self._viewers: set[_Viewer] = set()
        self._thread = threading.Thread(target=self._work, name="preview", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the thread, and the streams of all who look."""
        with self._condition:
            self._ended = True
            self._condition.notify_all()
            viewers = tuple(self._viewers)
        for viewer in viewers:
            viewer.notify()
        self._thread.join(timeout=5)

    def show(self, frame: Frame) -> None:
        with self._condition:
            self._last, self._is_fresh = frame, True
            if self._viewers:
                self._condition.notify_all()

    @property
    def viewers(self) -> int:
        """How many look at the moment."""
        return len(self._viewers)

    def still(self) -> bytes | None:
        """The newest picture as a JPEG; None before the first."""
        last = self._last
        return None if last is None else _jpeg(last.image, mirrored=self._is_mirrored())

    async def pictures(self) -> AsyncIterator[bytes]:
        """Every new picture as a JPEG, as fast as the reader takes them; what it is too slow for is left out."""
        viewer = _Viewer(asyncio.get_running_loop())
        with self._condition:
            self._viewers.add(viewer)
            self._condition.notify_all()
        seen = 0
        try:
            while not self._ended:
                number, encoded = self._encoded
                if number == seen:
                    await viewer.wait()
                    continue
                seen = number
                yield encoded
        finally:
            with self._condition:
                self._viewers.discard(viewer)

    def _work(self) -> None:
        due = self._clock()
        while (frame := self._next()) is not None:
            encoded = _jpeg(frame.image, mirrored=self._is_mirrored())
            self._encoded = self._encoded[0] + 1, encoded
            with self._condition:
                viewers = tuple(self._viewers)
            for viewer in viewers:
                viewer.notify()
            due = max(due + 1 / _PICTURES_A_SECOND, self._clock())
            with self._condition:
                self._condition.wait_for(lambda: self._ended, due - self._clock())

    def _next(self) -> Frame | None:
        """The newest picture that was not encoded yet, waited for; None at the end."""
        with self._condition:
            self._condition.wait_for(lambda: self._ended or (self._viewers and self._is_fresh))
            self._is_fresh = False
            return None if self._ended else self._last


class _Viewer:
    """Somebody who waits for pictures in the thread of the server."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop, self._event = loop, asyncio.Event()

    def notify(self) -> None:
        """From any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._event.set)

    async def wait(self) -> None:
        await self._event.wait()
        self._event.clear()


def _jpeg(image: Image, *, mirrored: bool) -> bytes:
    height, width = image.shape[:2]
    if width > _WIDTH:
        size = (_WIDTH, max(1, round(height * _WIDTH / width)))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype("uint8", copy=False)
    if mirrored:
        image = cv2.flip(image, 1).astype("uint8", copy=False)
    _, content = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    return content.tobytes()
