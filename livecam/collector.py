"""Which Scenes become Samples of the labeling queue."""

from __future__ import annotations

from livecam.core.scene import Scene


class NullCollector:
    """Keeps nothing."""

    def offer(self, scene: Scene) -> None:
        return None
