"""The One-Euro filter: steady where a value rests, quick where it moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True)
class Softness:
    """How a One-Euro filter weighs rest against lag."""

    rest_hz: float  # cut-off at rest: lower is steadier
    per_speed: float  # cut-off gained per unit of speed (units of the value a second): higher lags less
    speed_hz: float = 1.0  # cut-off of the speed itself


class OneEuro:
    """Casiez, Roussel & Vogel (2012), for an array whose last axis is a vector that moves as one.

    It goes by the seconds that passed, so it is the same at any frame rate. A value at the time of the last one or
    before it changes nothing.
    """

    def __init__(self, softness: Softness) -> None:
        self._softness = softness
        self._seconds: float | None = None
        self._value: NDArray[np.float64] = np.zeros(0)
        self._velocity: NDArray[np.float64] = np.zeros(0)

    def __call__(self, value: ArrayLike, seconds: float) -> NDArray[np.float64]:
        """The smoothed value; the first one as it is."""
        new = np.asarray(value, np.float64)
        if self._seconds is None:
            self._value, self._velocity = new, np.zeros_like(new)
            self._seconds = seconds
            return self._value
        passed = seconds - self._seconds
        if passed <= 0:
            return self._value
        self._seconds = seconds
        self._velocity = _blend(self._velocity, (new - self._value) / passed, self._softness.speed_hz, passed)
        speed = np.linalg.norm(self._velocity, axis=-1, keepdims=True)
        cutoff_hz = self._softness.rest_hz + self._softness.per_speed * speed
        self._value = _blend(self._value, new, cutoff_hz, passed)
        return self._value


def _blend(
    old: NDArray[np.float64], new: NDArray[np.float64], cutoff_hz: float | NDArray[np.float64], passed: float
) -> NDArray[np.float64]:
    """An exponential low-pass whose time constant is that of the cut-off."""
    weight = 1 / (1 + 1 / (2 * np.pi * cutoff_hz * passed))
    blended: NDArray[np.float64] = old + weight * (new - old)
    return blended
