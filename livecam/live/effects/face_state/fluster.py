"""The fluster level of a face, from how its gaze wanders and how often it blinks."""

from __future__ import annotations

from math import exp, sqrt

from livecam.core.types import Gaze, Side
from livecam.live.effects.easing import smooth, towards
from livecam.live.effects.face_state.eye_state import EyePose

# Two independent signs, either of which is enough. The spread of the gaze does not depend on the frame rate; its speed
# is mostly noise, and different at 15 and 60 frames a second. The constants were judged by eye; recordings of people
# who really are flustered would be a reason to fit them.
_WINDOW_SECONDS = 2.0
_STILL, _RESTLESS = 0.07, 0.35  # standard deviation of the gaze when it rests (noise), and when it wanders all over
_BLINK_SECONDS = 6.0
_USUAL_BLINKS, _MANY_BLINKS = 0.35, 0.85  # per second; people at ease blink 15 to 20 times a minute
_RISE_SECONDS, _CALM_SECONDS = 0.8, 3.0
# Levels between which the trigger `auto` brings the effect out; below the first it stays away altogether.
_CALM, _FLUSTERED = 0.12, 0.8


def trigger_strength(level: float) -> float:
    """How much of the effect the trigger `auto` shows at a fluster level, 0..1 both."""
    return smooth(level, _CALM, _FLUSTERED)


class FlusterEstimator:
    """The fluster level of one face, 0..1.

    wander  = (spread - 0.07) / 0.28, where spread is the standard deviation of the gaze, both directions together,
              weighted by exp(-age / 2 s); of it counts what both eyes do (their covariance), for eyes move together
              and the noise of a dark picture does not;
    blinking = (blinks per second - 0.35) / 0.50, counted over exp(-age / 6 s); both are clipped to 0..1.
    The level goes after 1 - (1 - wander)(1 - blinking), one of them is enough, with a time constant of 0.8 s upwards
    and of 3 s downwards.
    """

    def __init__(self) -> None:
        self.level = 0.0
        self._means: dict[Side, Gaze] = {}
        self._variance = 0.0
        self._blinks = 0.0  # per second
        self._shut = True  # an eye that is first seen shut has not blinked

    def update(self, eyes: dict[Side, EyePose], elapsed: float) -> None:
        """Takes the eyes `elapsed` seconds after the last time."""
        shut = all(eye.shut for eye in eyes.values())
        if not shut:
            self._watch(_both(eyes), elapsed)
        self._blinks *= exp(-elapsed / _BLINK_SECONDS)
        if shut and not self._shut:
            self._blinks += 1 / _BLINK_SECONDS
        self._shut = shut
        target = 1 - (1 - self.wander) * (1 - self.blinking)
        self.level = towards(self.level, target, elapsed, _RISE_SECONDS if target > self.level else _CALM_SECONDS)

    @property
    def wander(self) -> float:
        return _share(sqrt(max(self._variance, 0.0)), _STILL, _RESTLESS)

    @property
    def blinking(self) -> float:
        return _share(self._blinks, _USUAL_BLINKS, _MANY_BLINKS)

    def _watch(self, gazes: dict[Side, Gaze], elapsed: float) -> None:
        self._means = self._means or gazes
        keep = exp(-elapsed / _WINDOW_SECONDS)
        off = {side: _minus(gazes[side], mean) for side, mean in self._means.items()}
        left, right = off[Side.LEFT], off[Side.RIGHT]
        shared = left.horizontal * right.horizontal + left.vertical * right.vertical
        # West (1979): the exponentially weighted covariance follows from the distances to the means before.
        self._variance = keep * (self._variance + (1 - keep) * shared)
        self._means = {
            side: Gaze(mean.horizontal + (1 - keep) * by.horizontal, mean.vertical + (1 - keep) * by.vertical)
            for (side, mean), by in zip(self._means.items(), off.values(), strict=True)
        }


def _both(eyes: dict[Side, EyePose]) -> dict[Side, Gaze]:
    """The gaze of either eye, of which one at least is open; that of the other for one that is shut."""
    seen = next(eye.gaze for eye in eyes.values() if not eye.shut)
    return {side: seen if eye.shut else eye.gaze for side, eye in eyes.items()}


def _minus(gaze: Gaze, mean: Gaze) -> Gaze:
    return Gaze(gaze.horizontal - mean.horizontal, gaze.vertical - mean.vertical)


def _share(value: float, low: float, high: float) -> float:
    return min(max((value - low) / (high - low), 0.0), 1.0)
