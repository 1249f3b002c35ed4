"""When a machine's label may teach."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from training.retraining.pseudo_labels import PseudoLabelPolicy, promoted

RULES = PseudoLabelPolicy()
numbers = arrays.arrays(float, st.shared(st.integers(0, 200), key="count"), elements=st.floats(0, 1, width=32))


@given(numbers, numbers)
def test_only_what_is_good_and_steady_is_promoted(good: np.ndarray, spread: np.ndarray) -> None:
    taught, person = promoted(good, spread, RULES, np.random.default_rng(0))
    passed = (good >= RULES.least_good) & (spread <= RULES.most_spread)

    assert sorted([*taught, *person]) == np.flatnonzero(passed).tolist()


def test_a_good_score_alone_promotes_nothing() -> None:
    assert promoted(np.ones(50), np.ones(50), RULES, np.random.default_rng(0)).taught.size == 0


def test_a_twentieth_of_the_promoted_goes_to_a_person() -> None:
    found = promoted(np.ones(400), np.zeros(400), RULES, np.random.default_rng(0))

    assert (len(found.taught), len(found.to_a_person)) == (380, 20)


def test_where_one_is_promoted_a_person_looks_at_it() -> None:
    found = promoted([0.99], [0.001], RULES, np.random.default_rng(0))

    assert (found.taught.tolist(), found.to_a_person.tolist()) == ([], [0])


def test_a_score_that_is_no_number_is_not_good() -> None:
    assert promoted([np.nan], [0.0], RULES, np.random.default_rng(0)).to_a_person.size == 0


def test_scores_and_spreads_of_different_length_are_a_mistake() -> None:
    with pytest.raises(ValueError, match="2"):
        promoted([1, 1], [0], RULES, np.random.default_rng(0))
