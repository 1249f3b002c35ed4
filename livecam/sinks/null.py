"""Lets the program run without showing anything, to measure it or to collect."""

from __future__ import annotations

from livecam.core.scene import Frame


class Null:
    """A Sink that takes everything and keeps nothing."""

    def show(self, frame: Frame) -> None:
        return None
