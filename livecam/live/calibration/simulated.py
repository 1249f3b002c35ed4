"""A simulated person: the demo's portrait looks at dots on a screen, blinks, and does not keep quite still."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from livecam.core.types import Frame
from livecam.live.calibration.looks import LOOK_S
from livecam.live.sources.demo import DemoPose, DemoSource, demo_pose
from livecam.perception.eyes.screen import ScreenPlace

# Iris radii that the eyes move for a whole screen: about 40 degrees across and 25 down at an arm's length.
_WIDE, _HIGH = 1.5, 0.8
_REACTION_S, _SACCADE_S = 0.25, 0.06
_SWAY = 0.004  # frame heights
_NOISE = 2.0  # grey levels, standard deviation


class SimulatedPerson:
    """Frames of somebody who looks from place to place, `LOOK_S` seconds each; the same seed gives the same frames."""

    def __init__(self, places: Sequence[ScreenPlace], *, fps: float = 30.0, seed: int = 1) -> None:
        self._demo = DemoSource(640, 480, fps)
        self._places, self._fps, self._seed = places, fps, seed

    def __iter__(self) -> Iterator[Frame]:
        noise = np.random.default_rng(self._seed)
        for index in itertools.count():
            seconds = index / self._fps
            if seconds >= len(self._places) * LOOK_S:
                return
            frame = self._demo.posed(self._pose(seconds), index)
            grain = noise.normal(0, _NOISE, frame.image.shape)
            yield replace(frame, image=np.clip(frame.image + grain, 0, 255).astype(np.uint8))

    def _pose(self, seconds: float) -> DemoPose:
        number = int(seconds / LOOK_S)
        since = seconds - number * LOOK_S - _REACTION_S
        share = min(max(since / _SACCADE_S, 0.0), 1.0)
        here, before = (iris_shift(self._places[max(step, 0)]) for step in (number, number - 1))
        gaze = (before[0] + share * (here[0] - before[0]), before[1] + share * (here[1] - before[1]))
        sway = _SWAY * math.sin(2 * math.pi * seconds / 3.7), _SWAY * math.sin(2 * math.pi * seconds / 5.3)
        return DemoPose(gaze, demo_pose(seconds).closing, sway, 0.01 * math.sin(seconds), 1.0)


def iris_shift(place: ScreenPlace) -> tuple[float, float]:
    """Iris radii, right and down, by which the irises of the simulated person move to look at a place."""
    return _WIDE * (place.x - 0.5), _HIGH * (place.y - 0.5)


def looked_at(gaze: tuple[float, float]) -> ScreenPlace:
    """The place that irises moved by these radii look at."""
    return ScreenPlace(0.5 + gaze[0] / _WIDE, 0.5 + gaze[1] / _HIGH)
