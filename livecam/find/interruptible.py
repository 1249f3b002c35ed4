"""Ends a search between two panels, so that nobody has to wait for the rest of a page at the end of a program."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Event

from livecam.core.scene import Image
from livecam.find.maps import Maps, Network


class InterruptedSearchError(Exception):
    """The search was given up."""


@dataclass(frozen=True, slots=True)
class Interruptible:
    """A Network that raises InterruptedSearchError instead of answering as soon as `ended` is set."""

    network: Network
    ended: Event

    @property
    def stride(self) -> int:
        return self.network.stride

    @property
    def multiple(self) -> int:
        return self.network.multiple

    @property
    def margin(self) -> int:
        return self.network.margin

    def __call__(self, panel: Image) -> Maps:
        if self.ended.is_set():
            raise InterruptedSearchError
        return self.network(panel)
