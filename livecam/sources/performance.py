"""What the face of the demo does at every moment: a pure function of time, endless and always the same."""

from __future__ import annotations

import math
from dataclasses import dataclass

# Fractions of multiples of these fill the unit square evenly and never repeat (the plastic number; M. Roberts, 2018).
_ALONG, _ACROSS = 0.7548776662466927, 0.5698402909980532
_FIXATION_S, _SACCADE_S = 0.9, 0.09
_BLINK_EVERY_S, _BLINK_CLOSING_S, _BLINK_SHUT_S, _BLINK_OPENING_S = 4.4, 0.09, 0.05, 0.14
# Iris radii: how far the irises go to each side, up and down.
_REACH_SIDE, _REACH_UP, _REACH_DOWN = 0.85, 0.4, 0.45


@dataclass(frozen=True, slots=True)
class Pose:
    """One moment of the performance."""

    gaze: tuple[float, float]  # iris radii that the irises are moved right and down in the portrait
    closing: float  # 0 eyes open, 1 shut
    shift: tuple[float, float]  # of the face right and down, in frame heights
    roll: float  # radians, clockwise in the picture
    nearness: float  # 1 is the resting size


def pose(seconds: float) -> Pose:
    """What the face does at this moment."""
    return Pose(
        gaze=_gaze(seconds),
        closing=_closing(seconds),
        shift=(0.11 * _wave(seconds, 9.7), 0.035 * _wave(seconds, 6.1)),
        roll=math.radians(11) * _wave(seconds, 7.9),
        nearness=1 + 0.16 * _wave(seconds, 13.3),
    )


def _wave(seconds: float, period: float) -> float:
    return math.sin(2 * math.pi * seconds / period)


def _gaze(seconds: float) -> tuple[float, float]:
    """The eyes rest on a point, then jump to the next one; in between they wander a little."""
    number = math.floor(seconds / _FIXATION_S)
    share = min((seconds - number * _FIXATION_S) / _SACCADE_S, 1.0)
    share = share * share * (3 - 2 * share)
    (from_x, from_y), (to_x, to_y) = _target(number - 1), _target(number)
    wander = 0.06 * _wave(seconds, 1.7)
    return from_x + (to_x - from_x) * share + wander, from_y + (to_y - from_y) * share + wander / 2


def _target(number: int) -> tuple[float, float]:
    if number <= 0:
        return 0.0, 0.0
    side, height = (2 * (number * step % 1) - 1 for step in (_ALONG, _ACROSS))
    return side * _REACH_SIDE, height * (_REACH_DOWN if height > 0 else _REACH_UP)


def _closing(seconds: float) -> float:
    number = math.floor(seconds / _BLINK_EVERY_S)
    begin = _BLINK_EVERY_S * (0.3 + 0.6 * (number * _ALONG % 1))
    since = seconds - number * _BLINK_EVERY_S - begin
    if since < 0:
        return 0.0
    if since < _BLINK_CLOSING_S:
        return since / _BLINK_CLOSING_S
    return min(max(1 - (since - _BLINK_CLOSING_S - _BLINK_SHUT_S) / _BLINK_OPENING_S, 0.0), 1.0)
