"""Functions of the expressions in an effect.toml: limits, easing, noise, waves, and what is asked of the face."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import copysign, cos, exp, floor, hypot, pi, sin, sqrt
from typing import NamedTuple, Protocol

from livecam.live.effects.easing import bounce, smooth, towards, tremor


class LandmarkSource(Protocol):
    """Where the landmarks of a face are, in interocular distances along the head's own level."""

    def landmark_along(self, index: int) -> float: ...

    def landmark_below(self, index: int) -> float: ...


class Variables(dict[str, float]):
    """What the names of an expression stand for, and what its functions remember of this face."""

    __slots__ = ("elapsed", "landmarks", "member", "memory")

    def __init__(self, values: Mapping[str, float] | None = None) -> None:
        super().__init__(values or {})
        self.elapsed = 0.0  # seconds since the last frame
        self.landmarks: LandmarkSource | None = None
        self.member = 0  # which one of a group of anchors
        self.memory: dict[tuple[int, int], float] = {}


class Function(NamedTuple):
    """A plain function of numbers, and how many it takes."""

    call: Callable[..., float]
    fewest: int
    most: int
    means: str


def _clamp(value: float, low: float = 0.0, high: float = 1.0) -> float:
    return min(max(value, low), high)


def _mix(start: float, end: float, share: float) -> float:
    return start + (end - start) * share


def _step(edge: float, value: float) -> float:
    return 1.0 if value >= edge else 0.0


def _floor(value: float) -> float:
    return float(floor(value))


def _fract(value: float) -> float:
    return value - floor(value)


def _wave(turns: float) -> float:
    return sin(2 * pi * turns)


def _random(number: float, seed: float = 0.0) -> float:
    return _fract(sin(floor(number) * 12.9898 + seed * 78.233 + 1.0) * 43758.5453)


def _noise(value: float, seed: float = 0.0) -> float:
    left = floor(value)
    share = smooth(value - left)
    return 2 * _mix(_random(left, seed), _random(left + 1, seed), share) - 1


def _ease_in(share: float) -> float:
    return _clamp(share) ** 2


def _ease_out(share: float) -> float:
    return 1 - (1 - _clamp(share)) ** 2


def _ease_in_out(share: float) -> float:
    return smooth(share)


def _elastic(share: float) -> float:
    """From 0 to 1 with a swing beyond, as a thing on a spring arrives."""
    share = _clamp(share)
    return 1 - exp(-7 * share) * cos(3.5 * pi * share) if share < 1 else 1.0


def _sign(value: float) -> float:
    return copysign(1.0, value) if value else 0.0


def _tremor_x(seconds: float, seed: float = 0.0) -> float:
    return tremor(seconds, seed)[0]


def _tremor_y(seconds: float, seed: float = 0.0) -> float:
    return tremor(seconds, seed)[1]


FUNCTIONS: Mapping[str, Function] = {
    "abs": Function(abs, 1, 1, "its size without its sign"),
    "bounce": Function(bounce, 1, 1, "springs about 1 for half a second after 0"),
    "clamp": Function(_clamp, 1, 3, "value, low = 0, high = 1: kept within limits"),
    "cos": Function(cos, 1, 1, "of an angle in radians"),
    "ease_in": Function(_ease_in, 1, 1, "0..1, slow at first"),
    "ease_in_out": Function(_ease_in_out, 1, 1, "0..1, slow at both ends"),
    "ease_out": Function(_ease_out, 1, 1, "0..1, slow at last"),
    "elastic": Function(_elastic, 1, 1, "0..1, swings beyond and comes back"),
    "exp": Function(exp, 1, 1, "e to that power"),
    "floor": Function(_floor, 1, 1, "the whole number below"),
    "fract": Function(_fract, 1, 1, "what is beyond the whole number below"),
    "hypot": Function(hypot, 2, 2, "the length of a vector"),
    "max": Function(max, 2, 8, "the largest"),
    "min": Function(min, 2, 8, "the smallest"),
    "mix": Function(_mix, 3, 3, "start, end, share: between the two"),
    "noise": Function(_noise, 1, 2, "value, seed = 0: wanders smoothly within -1..1, one step for each 1"),
    "random": Function(_random, 1, 2, "number, seed = 0: 0..1, another for every whole number"),
    "sign": Function(_sign, 1, 1, "-1, 0 or 1"),
    "sin": Function(sin, 1, 1, "of an angle in radians"),
    "smooth": Function(smooth, 1, 3, "value, low = 0, high = 1: 0 below, 1 above, an S between"),
    "sqrt": Function(sqrt, 1, 1, "the square root"),
    "step": Function(_step, 2, 2, "edge, value: 0 below the edge, else 1"),
    "tremor_x": Function(_tremor_x, 1, 2, "seconds, seed = 0: a nervous shake"),
    "tremor_y": Function(_tremor_y, 1, 2, "the other direction of it"),
    "wave": Function(_wave, 1, 1, "sine of so many turns"),
}  # fmt: skip
# These ask the face, or remember.
ALONG, BELOW, SLOW = "along", "below", "slow"
FACE_FUNCTIONS: Mapping[str, Function] = {
    ALONG: Function(lambda index: index, 1, 1, "how far a landmark (0..67) is to the image-right of the eyes' middle"),
    BELOW: Function(lambda index: index, 1, 1, "how far a landmark (0..67) is below the eyes' middle"),
    SLOW: Function(lambda value, seconds: value, 2, 2, "value, seconds: follows the value with that time constant"),
}
CONSTANTS: Mapping[str, float] = {"pi": pi, "tau": 2 * pi}


def landmark_along(variables: Variables, index: float) -> float:
    source = variables.landmarks
    return source.landmark_along(min(max(int(index), 0), 67)) if source else 0.0


def landmark_below(variables: Variables, index: float) -> float:
    source = variables.landmarks
    return source.landmark_below(min(max(int(index), 0), 67)) if source else 0.0


def slowed(variables: Variables, place: int, value: float, seconds: float) -> float:
    """The value as it is followed at this place of the pack, for this face and this member of a group."""
    key = place, variables.member
    before = variables.memory.get(key, value)
    now = towards(before, value, variables.elapsed, max(seconds, 1e-3))
    variables.memory[key] = now
    return now
