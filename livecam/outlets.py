"""All the sinks of a run as one: a sink that fails is reported and left, the others go on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from livecam.core.errors import SinkError
from livecam.core.scene import Frame
from livecam.core.seams import Sink


class Outlets:
    """A Sink that hands every frame to each of its sinks; SinkError only when the last of them has failed."""

    def __init__(self, sinks: Sequence[Sink], say: Callable[[str], None]) -> None:
        self._sinks = list(sinks)
        self._say = say

    def add(self, sink: Sink) -> None:
        """From the next frame on it is shown to this sink too."""
        self._sinks.append(sink)

    def remove(self, sink: Sink) -> None:
        """No frame after this one; one that has failed meanwhile is gone already."""
        self._sinks = [kept for kept in self._sinks if kept is not sink]

    def show(self, frame: Frame) -> None:
        for sink in tuple(self._sinks):
            try:
                sink.show(frame)
            except SinkError as error:
                self.remove(sink)
                if not self._sinks:
                    raise
                self._say(str(error))
