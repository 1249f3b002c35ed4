"""Short sentences for the person at the window, each shown for a moment."""

from __future__ import annotations

import time

from livecam.stopwatch import Clock

SHOWN_SECONDS = 2.0


class Notices:
    """The last thing said, until it is two seconds old."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._text, self._until = "", 0.0

    def say(self, text: str) -> None:
        self._text, self._until = text, self._clock() + SHOWN_SECONDS

    @property
    def current(self) -> str:
        """Empty when there is nothing to say."""
        return self._text if self._clock() < self._until else ""
