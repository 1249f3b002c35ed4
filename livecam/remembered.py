"""Keeps what is remembered of each face, and forgets faces that are gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

Memory = TypeVar("Memory")

_FORGOTTEN_AFTER = 1.0  # seconds


class Remembered(Generic[Memory]):
    """One memory an identity, made anew for a face not seen for a second or never before."""

    def __init__(self, new: Callable[[], Memory]) -> None:
        self._new = new
        self._kept: dict[int, tuple[float, Memory]] = {}

    def of(self, identity: int, seconds: float) -> Memory:
        """The memory of the face seen now. Time that goes back, as when a video starts again, forgets everything."""
        self._kept = {
            key: (seen, memory)
            for key, (seen, memory) in self._kept.items()
            if seen <= seconds <= seen + _FORGOTTEN_AFTER
        }
        _, memory = self._kept.get(identity) or (seconds, self._new())
        self._kept[identity] = (seconds, memory)
        return memory

    def __len__(self) -> int:
        return len(self._kept)
