"""Status messages: the last thing that a run said, in its window and its panel."""

from __future__ import annotations

import time
from collections.abc import Callable

from livecam.core.timing import Clock

SHOWN_SECONDS = 2.0


class StatusMessages:
    """The last thing said, for two seconds unless told otherwise; what is announced `echo` gets too."""

    def __init__(self, clock: Clock = time.monotonic, *, echo: Callable[[str], None] = lambda text: None) -> None:
        self._clock, self._echo = clock, echo
        self._text, self._until = "", 0.0

    def say(self, text: str, seconds: float = SHOWN_SECONDS) -> None:
        self._text, self._until = text, self._clock() + seconds

    def announce(self, text: str) -> None:
        """Says what is also for a person who does not look at the window."""
        self._echo(text)
        self.say(text)

    @property
    def current(self) -> str:
        """Empty when there is nothing to say."""
        return self._text if self._clock() < self._until else ""
