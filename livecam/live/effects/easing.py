"""Easing functions: movement as a function of time alone, the same at any frame rate."""

from __future__ import annotations

from math import exp, pi, sin


def tremor(seconds: float, seed: float = 0.0) -> tuple[float, float]:
    """A nervous shake, x and y within about -1..1: sines that never meet again, between 5 and 12 Hz."""
    x = sin(2 * pi * 6.7 * seconds + seed) * 0.6 + sin(2 * pi * 11.3 * seconds + 2.1 * seed + 1) * 0.4
    y = sin(2 * pi * 5.3 * seconds + 1.7 * seed + 2) * 0.5 + sin(2 * pi * 9.1 * seconds + 0.6 * seed) * 0.4
    return x, y


def bounce(age: float) -> float:
    """A size that springs about 1 for half a second and begins and ends there; `age` in seconds."""
    return 1 + 0.22 * sin(2 * pi * 3.2 * age) * exp(-6 * age) if age < 2 else 1.0


def towards(value: float, target: float, elapsed: float, time_constant: float) -> float:
    """Exponential approach over `elapsed` seconds; many small steps end where one large step does."""
    return target + (value - target) * exp(-elapsed / time_constant)


def ramp(value: float, target: float, elapsed: float, duration: float) -> float:
    """Moves towards the target at the rate of one in `duration` seconds, and stops there."""
    step = elapsed / duration
    return min(target, value + step) if value < target else max(target, value - step)


def smooth(value: float, low: float = 0.0, high: float = 1.0) -> float:
    """0 below `low`, 1 above `high`, an S between."""
    share = min(max((value - low) / (high - low), 0.0), 1.0)
    return share * share * (3 - 2 * share)
