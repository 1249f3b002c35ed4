"""When one model is better than another for sure."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.retraining.comparison import compared


def test_a_model_that_is_better_on_every_sample_is_better() -> None:
    assert compared(np.full(20, 0.05), np.full(20, 0.04)).better


def test_a_model_that_is_the_same_is_not_better() -> None:
    assert not compared(np.full(20, 0.05), np.full(20, 0.05)).better


def test_a_small_gain_among_much_noise_is_not_for_sure() -> None:
    rng = np.random.default_rng(0)
    old = rng.uniform(0, 0.1, 30)

    assert not compared(old, old + rng.normal(-0.001, 0.03, 30)).better


def test_without_samples_nothing_is_better() -> None:
    assert not compared([], []).better


def test_the_bound_agrees_with_the_normal_approximation() -> None:
    rng = np.random.default_rng(1)
    old = rng.uniform(0, 0.1, 400)
    change = rng.normal(-0.002, 0.02, 400)
    expected = change.mean() + 1.645 * change.std() / 20

    assert compared(old, old + change).bound == pytest.approx(expected, abs=2e-4)


@given(st.lists(st.tuples(st.floats(0, 0.25), st.floats(0, 0.25)), min_size=1, max_size=30))
def test_whoever_is_better_for_sure_has_the_smaller_mean(pairs: list[tuple[float, float]]) -> None:
    old, new = np.array(pairs).T
    found = compared(old, new)

    assert not found.better or found.new < found.old


def test_errors_of_different_samples_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="old"):
        compared([0.1], [0.1, 0.2])
