"""The One-Euro filter: steady at rest, quick in motion, the same at every frame rate."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from livecam.core.filters import OneEuroFilter, OneEuroParams

SOFT = OneEuroParams(rest_hz=1.0, per_speed=1.0)
numbers = st.floats(-1e3, 1e3)


def smoothed(values: NDArray[np.complex128], fps: float, softness: OneEuroParams = SOFT) -> NDArray[np.complex128]:
    smooth = OneEuroFilter[NDArray[np.complex128]](softness)
    return np.array([smooth(value, index / fps) for index, value in enumerate(values)])


@given(numbers, numbers)
def test_a_resting_point_stays_where_it_is(x: float, y: float) -> None:
    assert smoothed(np.full(20, complex(x, y)), 30)[-1] == pytest.approx(complex(x, y))


@given(st.lists(numbers, min_size=1, max_size=30))
def test_the_answer_lies_between_the_smallest_and_the_largest_value(values: list[float]) -> None:
    smooth = OneEuroFilter[float](SOFT)
    answers = [smooth(value, index / 30) for index, value in enumerate(values)]
    assert min(values) - 1e-6 <= min(answers) <= max(answers) <= max(values) + 1e-6


def test_noise_at_rest_is_cut_to_a_third() -> None:
    noise = np.random.default_rng(1).normal(0, 0.01, (300, 2)) @ [1, 1j]
    assert smoothed(noise, 30)[60:].std() < noise.std() / 3


def test_a_quick_value_lags_less_where_speed_opens_the_filter() -> None:
    ramp = np.arange(60) / 6 + 0j
    slow, quick = (smoothed(ramp, 30, OneEuroParams(1.0, gain))[-1] for gain in (0.0, 5.0))
    assert abs(ramp[-1] - quick) < abs(ramp[-1] - slow) / 4


def test_a_step_is_followed_alike_at_15_and_at_60_frames_a_second() -> None:
    coarse, fine = (smoothed(np.repeat([0j, 1 + 0j], [1, fps]), fps)[-1] for fps in (15, 60))
    assert coarse == pytest.approx(fine, abs=0.02)


@pytest.mark.parametrize("seconds", [1.0, 0.5])
def test_a_value_that_is_not_newer_changes_nothing(seconds: float) -> None:
    smooth = OneEuroFilter[float](SOFT)
    smooth(0.0, 1.0)
    assert smooth(5.0, seconds) == 0.0


def test_the_points_of_an_array_are_smoothed_on_their_own() -> None:
    still_and_moving = np.array([[0j, step + 0j] for step in range(30)])
    assert np.all(smoothed(still_and_moving, 30)[:, 0] == 0)
