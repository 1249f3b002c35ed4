"""A clock for tests that only sleeping and working move."""

from __future__ import annotations

from livecam.live.sources.pacing import FrameTiming


class FakeTime:
    def __init__(self) -> None:
        self.now = 0.0

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    @property
    def timing(self) -> FrameTiming:
        return FrameTiming(self.clock, self.sleep)
