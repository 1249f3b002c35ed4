"""The One-Euro filter: steady where a value rests, quick where it moves; and filters that are kept per face."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

Value = TypeVar("Value", float, complex, NDArray[np.complex128])


@dataclass(frozen=True, slots=True)
class OneEuroParams:
    """How a One-Euro filter weighs rest against lag."""

    rest_hz: float  # cut-off at rest: lower is steadier
    per_speed: float  # cut-off gained per unit of speed (units of the value a second): higher lags less
    speed_hz: float = 1.0  # cut-off of the speed itself


class OneEuroFilter(Generic[Value]):
    """Casiez, Roussel & Vogel (2012), for a number, for a point x + iy that moves as one, or for an array of points.

    It goes by the seconds that passed, so it is the same at any frame rate. A value at the time of the last one or
    before it changes nothing.
    """

    def __init__(self, softness: OneEuroParams) -> None:
        self._softness = softness
        self._last: tuple[float, Value, Value] | None = None  # seconds, value, velocity

    def __call__(self, value: Value, seconds: float) -> Value:
        """The smoothed value; the first one as it is."""
        if self._last is None:
            self._last = seconds, value, 0 * value
            return value
        before, old, velocity = self._last
        passed = seconds - before
        if passed <= 0:
            return old
        softness, step = self._softness, value - old
        turn = 2 * math.pi * passed  # a cut-off frequency times this is by how much a low-pass follows
        share = _share(turn * softness.speed_hz)
        velocity = (1 - share) * velocity + (share / passed) * step
        follows = _share(turn * softness.rest_hz + (turn * softness.per_speed) * abs(velocity))
        smoothed: Value = old + follows * step
        self._last = seconds, smoothed, velocity
        return smoothed


def _share(follows: Any) -> Any:
    """How far an exponential low-pass goes to a new value, 0..1."""
    return follows / (1 + follows)


Memory = TypeVar("Memory")

_FORGOTTEN_AFTER = 1.0  # seconds


class PerFaceState(Generic[Memory]):
    """One memory an identity, made anew for a face not seen for a second or never before."""

    def __init__(self, new: Callable[[], Memory]) -> None:
        self._new = new
        self._kept: dict[int, tuple[float, Memory]] = {}

    def get(self, identity: int, seconds: float) -> Memory:
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
