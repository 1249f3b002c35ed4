"""A source that can become another one while the run goes on, and that lets its camera go while nobody looks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from threading import Lock
from typing import NamedTuple

from livecam.core.errors import LivecamError
from livecam.core.types import Frame
from livecam.live.sources.camera import CameraSource
from livecam.live.sources.factory import AnySource
from livecam.live.sources.pacing import Clock

_GRACE_SECONDS = 5.0  # without anybody, before the camera is let go: a page that is loaded again is nobody for a moment
_ASLEEP = "nobody is looking: the camera is let go until somebody does"


@dataclass(frozen=True, slots=True)
class IdlePolicy:
    """When a run rests. `wait` passes a fraction of a second meanwhile, and does what is asked of the run."""

    is_watched: Callable[[], bool]
    wait: Callable[[], None]
    has_ended: Callable[[float], bool]  # gets the seconds of the source until now
    say: Callable[[str], None]
    grace: float = _GRACE_SECONDS


class CameraTroubles(NamedTuple):
    """How often a camera was lost and came back, and how many of its pictures came damaged."""

    reconnections: int = 0
    damaged: int = 0

    def plus(self, other: CameraTroubles) -> CameraTroubles:
        return CameraTroubles(self.reconnections + other.reconnections, self.damaged + other.damaged)


class SwitchableSource:
    """The frames of the source that was chosen last; numbers and times go on from one to the next.

    `open_again` opens the source of a name. The first frame after a change is a scene cut.
    """

    def __init__(
        self,
        opened: AnySource,
        name: str,
        open_again: Callable[[str], AnySource],
        *,
        idle: IdlePolicy | None = None,
        changed: Callable[[AnySource], None] = lambda source: None,
        clock: Clock = time.monotonic,
    ) -> None:
        self.current, self.name, self.is_idle = opened, name, False
        self._open, self._idle, self._changed, self._clock = open_again, idle, changed, clock
        self._waiting: tuple[AnySource, str] | None = None
        self._lock = Lock()
        self._last: Frame | None = None  # as it was given out
        self._shown_at = self._watched_at = clock()
        self._before = CameraTroubles()

    def __enter__(self) -> SwitchableSource:
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, None
        for source in (self.current, waiting[0] if waiting else None):
            _close(source)

    @property
    def troubles(self) -> CameraTroubles:
        """Of all sources so far."""
        return self._before.plus(_troubles(self.current))

    def open(self, name: str) -> None:
        """Opens another source beside the picture, which then changes to it; any thread may ask.

        Raises:
            CameraError: It cannot be had; the present one goes on.
        """
        if name == self.name:
            return
        opened = self._open(name)
        with self._lock:
            former, self._waiting = self._waiting, (opened, name)
        if former:
            _close(former[0])

    def __iter__(self) -> Iterator[Frame]:
        while True:
            yield from self._frames_of_one()
            if self._waiting is None and not (self._is_forsaken() and self._rested()):
                return
            self._change()

    def _frames_of_one(self) -> Iterator[Frame]:
        """Until the source ends, another one waits, or nobody looks any more."""
        index = seconds = None
        before = self._last
        for frame in self.current:
            if before is None:
                self._last = frame
            else:
                if index is None or seconds is None:
                    index, seconds = before.index + 1 - frame.index, self._seconds() - frame.timestamp
                    frame = replace(frame, scene_cut=True)  # noqa: PLW2901
                self._last = replace(frame, index=frame.index + index, timestamp=frame.timestamp + seconds)
            self._shown_at = self._clock()
            yield self._last
            if self._waiting is not None or self._is_forsaken():
                return

    def _seconds(self) -> float:
        """Of the source until now, later than its last frame."""
        return (self._last.timestamp if self._last else 0.0) + max(self._clock() - self._shown_at, 1e-3)

    def _is_forsaken(self) -> bool:
        if self._idle is None:
            return False
        now = self._clock()
        if self._idle.is_watched():
            self._watched_at = now
        return now - self._watched_at > self._idle.grace

    def _rested(self) -> bool:
        """Lets the source go until somebody looks, and opens it again; False when the run has ended meanwhile."""
        assert self._idle is not None
        self._idle.say(_ASLEEP)
        _close(self.current)
        self.is_idle = True
        said = ""
        try:
            while self._waiting is None:
                self._idle.wait()
                if self._idle.has_ended(self._seconds()):
                    return False
                if self._waiting is None and self._idle.is_watched():
                    said = self._reopened(said)
            return True
        finally:
            self.is_idle = False
            self._watched_at = self._clock()

    def _reopened(self, said: str) -> str:
        """What is in the way of the source, which is told once; empty when it waits to be taken over."""
        assert self._idle is not None
        try:
            opened = self._open(self.name)
        except LivecamError as error:
            if str(error) != said:
                self._idle.say(str(error))
            return str(error)
        with self._lock:
            self._waiting = opened, self.name
        return ""

    def _change(self) -> None:
        with self._lock:
            waiting, self._waiting = self._waiting, None
        assert waiting is not None
        self._before = self.troubles
        _close(self.current)
        self.current, self.name = waiting
        self._changed(self.current)


def _troubles(source: AnySource) -> CameraTroubles:
    return (
        CameraTroubles(source.reconnections, source.damaged) if isinstance(source, CameraSource) else CameraTroubles()
    )


def _close(source: AnySource | None) -> None:
    if isinstance(source, CameraSource):
        source.close()
