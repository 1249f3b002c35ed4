"""Which Scenes become Samples of the labeling queue."""

from __future__ import annotations

from collections.abc import Callable

from livecam.core.scene import Scene
from livecam.core.seams import Collector


class NullCollector:
    """Keeps nothing."""

    def offer(self, scene: Scene) -> None:
        return None


class CollectorSwitch:
    """A Collector that passes scenes on while it is switched on; without a queue it cannot be.

    `count` tells how many samples the queue has taken.
    """

    def __init__(self, collector: Collector | None = None, count: Callable[[], int] = lambda: 0) -> None:
        self.on = collector is not None
        self._collector = collector
        self._count = count

    @property
    def collected(self) -> int | None:
        """Samples taken in this run; None without a queue."""
        return None if self._collector is None else self._count()

    def toggle(self) -> str:
        """Switches collecting and tells so."""
        if self._collector is None:
            return "collecting is off: no queue is open"
        self.on = not self.on
        return f"collecting {'on' if self.on else 'off'}"

    def offer(self, scene: Scene) -> None:
        if self.on and self._collector is not None:
            self._collector.offer(scene)
