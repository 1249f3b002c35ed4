"""Times of video frames from the stamps of a file or stream that may jump, step back, wrap around or be missing."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from statistics import median

# A gap this long within a recording of a broadcast is a clock that was set anew (FFmpeg draws the line there too); in
# other files the pictures' own durations say that one is held, and without them a gap of minutes is no gap any more.
LONGEST_GAP_IN_STREAM_S = 10.0
LONGEST_GAP_S = 120.0
HELD_S = 0.25  # a picture shown for longer than this stands still
_SLOWEST_S, _FASTEST_S = 1.0, 1 / 1000
_LONGEST_STEP_S = 3600.0  # whatever a damaged file says of how long a picture is held
_USUAL_S = 1 / 25


@dataclass(slots=True)
class Timeline:
    """Seconds since the first frame, never falling, of frames in the order they are shown.

    After a jump the clock goes on one usual interval later; the usual interval is the median of the last ones, before
    there are any it is `1 / rate`. Two equal stamps lie half an interval apart, more of them are a clock that stands.
    """

    rate: float | None = None  # frames a second that the file claims
    longest_gap: float = LONGEST_GAP_S
    _steps: deque[float] = field(default_factory=lambda: deque(maxlen=25))
    _shift: float | None = None  # what is added to a stamp
    _stamp: float = 0.0  # of the frame before
    _seconds: float = 0.0
    _standing: int = 0

    @property
    def shift(self) -> float:
        """What is added to a stamp now."""
        return self._shift or 0.0

    @property
    def usual(self) -> float:
        """Seconds between two frames."""
        if self._steps:
            return median(self._steps)
        step = 1 / self.rate if self.rate else _USUAL_S
        return step if _FASTEST_S <= step <= _SLOWEST_S else _USUAL_S

    def seconds(self, stamp: float | None, held: float = 0.0) -> float:
        """The time of the next frame, of a stamp in seconds on any clock; `held` is how long the one before is shown
        by what the file says, 0 when it does not."""
        if self._shift is None:
            self._stamp = 0.0 if stamp is None else stamp
            self._shift = -self._stamp
            return self._seconds
        if stamp is None:
            self._go_on(self._stamp + self.usual, self._seconds + self.usual)
            return self._seconds
        step = stamp - self._stamp
        if step == 0 and self._standing == 0:
            self._standing = 1
            self._seconds += self.usual / 2
        elif step <= 0 or step > min(max(self.longest_gap, 2 * held, 3 * self.usual), _LONGEST_STEP_S):
            self._set_anew(stamp)
            self._standing = int(step == 0)
        else:
            self._keep(step)
            self._go_on(stamp, max(stamp + self._shift, self._seconds))
        return self._seconds

    def _set_anew(self, stamp: float) -> None:
        self._go_on(stamp, self._seconds + self.usual)
        self._shift = self._seconds - stamp

    def _go_on(self, stamp: float, seconds: float) -> None:
        self._stamp, self._seconds, self._standing = stamp, seconds, 0

    def _keep(self, step: float) -> None:
        if step >= _FASTEST_S:
            self._steps.append(step)
