"""The camera source: a thread reads the device, the newest frame wins, a lost camera is reconnected."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2

from livecam.core.errors import CameraError, LivecamError
from livecam.core.image_files.jpeg import DamagedPictureError
from livecam.core.types import Frame, Image
from livecam.live.sources.capture import Capture, RecordingEndedError
from livecam.live.sources.pacing import Clock

LOST = "camera lost, reconnecting"
DAMAGED = "the camera sends damaged pictures, which are left out; look at its cable or network, or make them smaller"
NO_PICTURES = "the camera opens but sends no pictures; perhaps another program uses it, or its size is wrong"


@dataclass(frozen=True, slots=True)
class ReconnectPolicy:
    """How a camera that fails is treated; all in seconds but the counts."""

    failed_reads: int = 3
    between_failures: float = 0.02
    back_off: tuple[float, ...] = (0.1, 0.25, 0.5, 1.0)  # the last one is repeated
    silence: float = 1.0  # without a picture for so long, the last one is shown dimmed
    sign_of_life: float = 0.1  # between two dimmed pictures
    close: float = 2.5  # for a read that blocks while the camera is closed
    first_reads: int = 20
    damaged: tuple[int, int, int] = (60, 15, 3)  # of so many pictures so many make it a bad one, so few a good one


DEFAULT_POLICY = ReconnectPolicy()


class CameraSource:
    """Yields the newest picture each time; what nobody took in time is dropped, and its index with it.

    Construction opens the camera and waits for its first picture; a CameraError tells what is wrong. Iterating again
    goes on with the stream; the iteration ends when the camera is closed, or when the opener finds that it was a
    recording, which has been shown. `no_pictures` is what is said of one that opens and sends none. Pictures that come
    damaged are left out and counted in `damaged`; where they are many, `Frame.status` says so.
    `shows_person` says whether it is a camera that somebody sits before, and no screen: who sees themselves expects a
    mirror.
    """

    def __init__(
        self,
        opener: Callable[[], Capture],
        *,
        clock: Clock = time.monotonic,
        patience: ReconnectPolicy = DEFAULT_POLICY,
        no_pictures: str = NO_PICTURES,
        shows_person: bool = True,
    ) -> None:
        self.shows_person = shows_person
        self._opener, self._clock, self._patience, self._no_pictures = opener, clock, patience, no_pictures
        self._capture = opener()
        self._opened = clock()
        self._closing = threading.Event()
        self._changed = threading.Condition()
        self._mail: Frame | None = None
        self._index = 0
        self._lost = False
        self._failure: Exception | None = None
        self._arrivals: deque[float] = deque(maxlen=60)
        self._damage: deque[bool] = deque(maxlen=patience.damaged[0])  # of the latest pictures, which came damaged
        self._bad = False
        self.damaged = self.reconnections = 0
        self._newest = self._first_picture()
        self._post(self._newest)
        self._thread = threading.Thread(target=self._run, name="camera", daemon=True)
        self._thread.start()

    def __enter__(self) -> CameraSource:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def fps(self) -> float:
        """Pictures a second as they really arrived lately; 0 until there are two."""
        with self._changed:
            arrivals = tuple(self._arrivals)
        if len(arrivals) < 2 or arrivals[-1] == arrivals[0]:
            return 0.0
        return (len(arrivals) - 1) / (arrivals[-1] - arrivals[0])

    def close(self) -> None:
        """Ends the iteration and the thread; a read that blocks is waited for a little, then left to end by itself."""
        self._closing.set()
        with self._changed:
            self._changed.notify_all()
        self._thread.join(self._patience.close)

    def __iter__(self) -> Iterator[Frame]:
        while (frame := self._next()) is not None:
            yield frame

    def _next(self) -> Frame | None:
        """The newest picture; a dimmed one while there is none; None when the camera is closed."""
        with self._changed:
            while not self._closing.is_set():
                if self._failure is not None:
                    raise self._failure
                if self._mail is not None:
                    frame, self._mail = self._mail, None
                    return frame
                self._changed.wait(self._patience.sign_of_life)
                if self._mail is None and self._failure is None and self._is_silent():
                    return self._dimmed()
        return None

    def _is_silent(self) -> bool:
        return not self._closing.is_set() and (
            self._lost or self._clock() - self._arrivals[-1] > self._patience.silence
        )

    def _dimmed(self) -> Frame:
        image = cv2.convertScaleAbs(self._newest, alpha=0.45).astype("uint8", copy=False)
        return self._numbered(image, self._clock(), DAMAGED if self._bad and not self._lost else LOST)

    def _first_picture(self) -> Image:
        for _ in range(self._patience.first_reads):
            try:
                image = self._capture.read()
            except DamagedPictureError:
                self._count(damaged=True)
                continue
            if image is not None:
                return image
            self._closing.wait(self._patience.between_failures)
        self._capture.close()
        raise CameraError(DAMAGED.replace("which are left out", "only such") if self.damaged else self._no_pictures)

    def _run(self) -> None:
        try:
            while not self._closing.is_set():
                self._read_until_lost()
                self._capture.close()
                self._reopen()
        except RecordingEndedError:
            self._closing.set()
            with self._changed:
                self._changed.notify_all()
        except Exception as error:  # the reader of the frames is told, in its own thread
            with self._changed:
                self._failure = error
                self._changed.notify_all()
        finally:
            self._capture.close()

    def _read_until_lost(self) -> None:
        failed = 0
        while not self._closing.is_set() and failed < self._patience.failed_reads:
            try:
                image = self._capture.read()
            except DamagedPictureError:
                failed = 0
                self._count(damaged=True)
                continue
            if image is not None:
                failed = 0
                self._count(damaged=False)
                self._post(image)
                continue
            failed += 1
            self._closing.wait(self._patience.between_failures)

    def _count(self, *, damaged: bool) -> None:
        self.damaged += damaged
        self._damage.append(damaged)
        _, many, few = self._patience.damaged
        self._bad = sum(self._damage) >= (few if self._bad else many)

    def _reopen(self) -> None:
        self._set_lost(True)
        attempt = 0
        delays = self._patience.back_off
        while not self._closing.wait(delays[min(attempt, len(delays) - 1)]):
            attempt += 1
            try:
                self._capture = self._opener()
            except LivecamError:
                continue
            self.reconnections += 1
            self._set_lost(False)
            return

    def _set_lost(self, lost: bool) -> None:
        with self._changed:
            self._lost = lost
            self._changed.notify_all()

    def _post(self, image: Image) -> None:
        now = self._clock()
        with self._changed:
            self._newest = image
            self._arrivals.append(now)
            self._mail = self._numbered(image, now, DAMAGED if self._bad else "")
            self._changed.notify_all()

    def _numbered(self, image: Image, now: float, notice: str) -> Frame:
        frame = Frame(image, self._index, now - self._opened, captured_at=now, status=notice)
        self._index += 1
        return frame
