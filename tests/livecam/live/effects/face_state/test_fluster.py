"""The fluster level on synthetic eyes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from livecam.core.types import Gaze, Side
from livecam.live.effects.face_state.eye_state import EyePose
from livecam.live.effects.face_state.fluster import FlusterEstimator


def levels(gaze: Callable[[float], Gaze], shut: Callable[[float], bool], *, seconds: float, fps: float) -> list[float]:
    """The level after each frame."""
    fluster, result = FlusterEstimator(), []
    for index in range(round(seconds * fps)):
        now = index / fps
        eyes = {side: EyePose(side, gaze(now), 1.0, 1.0, float(shut(now)), shut(now)) for side in Side}
        fluster.update(eyes, 1 / fps)
        result.append(fluster.level)
    return result


def ahead(seconds: float) -> Gaze:
    return Gaze(0.1, -0.3)


def restless(seconds: float) -> Gaze:
    """A glance to another place three times a second."""
    place = np.random.default_rng(int(seconds * 3)).uniform(-0.8, 0.8, 2)
    return Gaze(float(place[0]), float(place[1]))


def never(seconds: float) -> bool:
    return False


def blinking(per_minute: float) -> Callable[[float], bool]:
    return lambda seconds: (seconds * per_minute / 60) % 1 > 1 - 0.15 * per_minute / 60


def noisy(seconds: float) -> Gaze:
    """What a detector makes of eyes at rest: a hundredth of the pupil distance of noise."""
    noise = np.random.default_rng(int(seconds * 1000)).normal(0, 0.05, 2)
    return Gaze(0.1 + float(noise[0]), -0.3 + float(noise[1]))


def test_a_gaze_that_rests_is_calm() -> None:
    assert max(levels(ahead, never, seconds=20, fps=30)) == 0


def test_noise_is_no_fluster() -> None:
    assert max(levels(noisy, never, seconds=30, fps=30)) < 0.1


def test_eyes_that_do_not_move_together_are_noise() -> None:
    fluster, noise = FlusterEstimator(), np.random.default_rng(1).normal(0, 0.3, (900, 2, 2))
    for pair in noise:
        gazes = {side: Gaze(*map(float, gaze)) for side, gaze in zip(Side, pair, strict=True)}
        fluster.update({side: EyePose(side, gaze, 1.0, 1.0, 0.0, shut=False) for side, gaze in gazes.items()}, 1 / 30)
    assert fluster.level < 0.25


def test_eyes_that_glance_about_are_flustered() -> None:
    assert levels(restless, never, seconds=6, fps=30)[-1] > 0.8


@pytest.mark.parametrize(("per_minute", "low", "high"), [(12, 0.0, 0.1), (18, 0.0, 0.1), (50, 0.5, 1.0)])
def test_only_unusually_many_blinks_fluster(per_minute: float, low: float, high: float) -> None:
    assert low <= levels(ahead, blinking(per_minute), seconds=30, fps=30)[-1] <= high


def test_the_level_grows_within_seconds_and_calms_slower() -> None:
    course = levels(lambda now: restless(now) if now < 6 else ahead(now), never, seconds=20, fps=30)
    half_up = next(index for index, level in enumerate(course) if level > 0.5) / 30
    half_down = next(index for index, level in enumerate(course) if index > 180 and level < 0.5) / 30 - 6
    assert half_up < half_down < 8


def test_it_calms_down_in_the_end() -> None:
    course = levels(lambda now: restless(now) if now < 6 else ahead(now), never, seconds=40, fps=30)
    assert course[-1] < 0.05


def test_the_frame_rate_does_not_change_the_level() -> None:
    slow, fast = (levels(restless, blinking(30), seconds=10, fps=fps)[-1] for fps in (15, 60))
    assert slow == pytest.approx(fast, abs=0.1)


def test_shut_eyes_do_not_wander() -> None:
    assert max(levels(restless, lambda now: True, seconds=10, fps=30)) == 0
