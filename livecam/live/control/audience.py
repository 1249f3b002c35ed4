"""The audience of a run: who looks at its picture, and whether it may rest because nobody does."""

from __future__ import annotations

from collections.abc import Callable

Watcher = Callable[[], bool]


class Audience:
    """Everybody who may look; a run whose picture is kept in a file, or shown in a window, is always watched."""

    def __init__(self) -> None:
        self._watchers: list[Watcher] = []

    def add(self, watcher: Watcher) -> None:
        """From now on it is asked too; it answers at once, from any thread."""
        self._watchers.append(watcher)

    def somebody(self) -> bool:
        """Whether anybody looks now."""
        return any(watcher() for watcher in self._watchers)
