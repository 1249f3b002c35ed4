"""Which Scenes become Samples of the labeling queue."""

from __future__ import annotations

from typing import Protocol

from livecam.core.scene import Scene
from livecam.core.seams import Collector

_NO_QUEUE = "collecting is off: no queue is open; --queue DIR opens one"


class NullCollector:
    """Keeps nothing."""

    def offer(self, scene: Scene) -> None:
        return None


class Queue(Collector, Protocol):
    """A Collector that can be told to keep a scene, and counts."""

    @property
    def collected(self) -> int: ...
    @property
    def lost(self) -> int: ...
    def flag(self) -> None: ...
    def offer_flagged(self, scene: Scene) -> None: ...


class CollectorSwitch:
    """A Collector that passes scenes on while it is switched on; without a queue it cannot be.

    What is flagged is kept also while it is switched off: somebody asked for it.
    """

    def __init__(self, queue: Queue | None = None) -> None:
        self.on = queue is not None
        self._queue = queue

    @property
    def collected(self) -> int | None:
        """Samples taken in this run; None without a queue."""
        return None if self._queue is None else self._queue.collected

    @property
    def lost(self) -> int:
        """Samples that could not be taken in this run."""
        return 0 if self._queue is None else self._queue.lost

    def toggle(self) -> str:
        """Switches collecting and tells so."""
        if self._queue is None:
            return _NO_QUEUE
        self.on = not self.on
        return f"collecting {'on' if self.on else 'off'}"

    def flag(self) -> str:
        """Has this frame, or the next with a face, kept, and tells so."""
        if self._queue is None:
            return _NO_QUEUE
        self._queue.flag()
        return "flagged for labelling"

    def offer(self, scene: Scene) -> None:
        if self._queue is None:
            return
        if self.on:
            self._queue.offer(scene)
        else:
            self._queue.offer_flagged(scene)
