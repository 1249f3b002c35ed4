"""When one model is better than another for sure."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.retraining.comparison import Comparison, ModelVerdict, SampleErrors, compared, is_better, judged


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


@given(st.lists(st.tuples(st.floats(0, 0.25), st.floats(0, 0.25)), min_size=5, max_size=30))
def test_whoever_is_better_for_sure_has_the_smaller_mean(pairs: list[tuple[float, float]]) -> None:
    old, new = np.array(pairs).T
    found = compared(old, new)

    assert not found.better or found.new < found.old


def test_errors_of_different_samples_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="old"):
        compared([0.1], [0.1, 0.2])


def test_frames_of_the_same_seconds_count_as_one_observation() -> None:
    rng = np.random.default_rng(3)
    change = np.repeat(rng.normal(-0.004, 0.01, 12), 10)
    assert compared(np.full(120, 0.05), 0.05 + change).better
    assert not compared(np.full(120, 0.05), 0.05 + change, np.repeat(np.arange(12), 10).tolist()).better


def test_few_blocks_of_time_prove_nothing() -> None:
    assert not compared(np.full(40, 0.05), np.full(40, 0.01), [k % 4 for k in range(40)]).better


def test_a_state_that_flips_does_not_outweigh_the_places_of_all_others() -> None:
    state = np.zeros(40)
    state[7] = 1.0
    position = np.full(40, 0.04)
    position[7] = np.nan
    verdict = judged(SampleErrors(np.full(40, 0.05), np.zeros(40)), SampleErrors(position, state), list(range(40)))
    assert verdict.position.better
    assert not verdict.state.worse
    assert verdict.better


def test_better_places_do_not_pay_for_states_that_are_worse_for_sure() -> None:
    state = (np.arange(40) % 4 == 0).astype(float)
    old, new = SampleErrors(np.full(40, 0.05), np.zeros(40)), SampleErrors(np.full(40, 0.04), state)
    assert not judged(old, new, list(range(40))).better


def test_closed_eyes_that_are_found_at_last_are_better_where_places_stay() -> None:
    state = (np.arange(40) % 4 == 0).astype(float)
    old, new = SampleErrors(np.full(40, 0.05), state), SampleErrors(np.full(40, 0.05), np.zeros(40))
    assert judged(old, new, list(range(40))).better


SAME, BETTER, WORSE = (Comparison(20, 0.05, 0.05 + step, step + 0.001, step - 0.001) for step in (0.0, -0.01, 0.01))


@pytest.mark.parametrize(
    ("position", "state", "convention", "better"),
    [
        (BETTER, SAME, SAME, True),
        (SAME, SAME, BETTER, True),
        (BETTER, SAME, WORSE, False),
        (WORSE, SAME, BETTER, False),
        (BETTER, WORSE, BETTER, False),
        (SAME, SAME, SAME, False),
    ],
)
def test_no_gain_pays_for_a_sure_loss(
    position: Comparison, state: Comparison, convention: Comparison, better: bool
) -> None:
    assert is_better(ModelVerdict(position, state), convention) is better
