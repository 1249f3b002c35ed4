"""What is chosen for labelling: within the budget, each once, in the promised proportions, whatever the order."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from training.active_learning.acquisition import (
    COLUMNS,
    REACH,
    SPREAD_REACH,
    CandidatePool,
    NamedCandidates,
    Selection,
    Strategy,
    choose,
    hash_keys,
    k_centre,
    ranked,
    shares_of,
    shortlist,
)

pools = st.builds(
    lambda count, seed, levels: make_candidates(count, seed=seed, levels=levels),
    st.integers(1, 120),
    st.integers(0, 9),
    st.sampled_from([None, 1, 3]),
)
any_strategy = st.sampled_from(list(Strategy))


def make_candidates(count: int, *, seed: int = 0, levels: int | None = None) -> CandidatePool:
    """Random candidates; with few `levels` their scores are full of ties."""
    rng = np.random.default_rng(seed)

    def scores(*shape: int) -> NDArray[np.float64]:
        drawn = rng.random(shape)
        return drawn if levels is None else np.floor(drawn * levels)

    lots = hash_keys([f"sample {k}" for k in range(count)], seed)
    return CandidatePool(scores(count, 5).astype(np.float32), scores(count), scores(count), scores(count), lots)


def shuffled(candidates: CandidatePool, seed: int) -> tuple[CandidatePool, NDArray[np.int64]]:
    order = np.random.default_rng(seed).permutation(len(candidates))
    return candidates.at(order), order


@given(any_strategy, pools, st.integers(1, 150))
def test_nothing_is_chosen_twice(strategy: Strategy, pool: CandidatePool, budget: int) -> None:
    chosen = choose(strategy, pool, budget).places
    assert len(set(chosen.tolist())) == len(chosen)


@given(any_strategy, pools, st.integers(1, 150))
def test_the_whole_budget_is_used_and_no_more(strategy: Strategy, pool: CandidatePool, budget: int) -> None:
    choice = choose(strategy, pool, budget)
    assert (len(choice.places), len(choice.arms)) == (min(budget, len(pool)),) * 2


@given(any_strategy, pools, st.integers(1, 60))
def test_the_choice_does_not_depend_on_the_order_of_the_pool(
    strategy: Strategy, pool: CandidatePool, budget: int
) -> None:
    turned, order = shuffled(pool, seed=4)
    again = order[choose(strategy, turned, budget).places]
    assert again.tolist() == choose(strategy, pool, budget).places.tolist()


@given(any_strategy, pools, st.integers(1, 12), st.integers(1, 40))
@settings(max_examples=200)
def test_a_shortlist_of_a_stream_gives_the_choice_of_the_whole(
    strategy: Strategy, pool: CandidatePool, budget: int, size: int
) -> None:
    ids = [str(k) for k in range(len(pool))]
    parts = [np.arange(start, min(start + size, len(pool))) for start in range(0, len(pool), size)]
    short = shortlist((NamedCandidates([ids[k] for k in part], pool.at(part)) for part in parts), budget)
    assert short is not None
    chosen = [int(short.ids[place]) for place in choose(strategy, short.candidates, budget).places]
    assert chosen == choose(strategy, pool, budget).places.tolist()


def test_a_shortlist_stays_short_however_long_the_stream() -> None:
    parts = (NamedCandidates([str(k)] * 500, make_candidates(500, seed=k)) for k in range(20))
    short = shortlist(parts, budget=5)
    assert short is not None
    assert len(short.ids) <= (REACH + SPREAD_REACH + 4) * 5


def test_an_empty_stream_has_no_shortlist() -> None:
    assert shortlist([], budget=5) is None


@pytest.mark.parametrize("budget", [10, 100, 250])
def test_mixed_takes_seven_two_and_one_of_ten(budget: int) -> None:
    choice = choose(Strategy.MIXED, make_candidates(1000), budget)
    counts = [len(choice.arm(name)) for name in ("uncertain", "random", "disagreement")]
    assert counts == [round(share * budget) for share in (0.7, 0.2, 0.1)]


@given(st.integers(1, 5000))
def test_the_shares_of_the_arms_add_up_and_are_never_one_off(budget: int) -> None:
    counts = shares_of(budget)
    exact = {"uncertain": 0.7 * budget, "random": 0.2 * budget, "disagreement": 0.1 * budget}
    assert sum(counts.values()) == budget
    assert all(abs(counts[name] - exact[name]) < 1 for name in exact)


def test_the_random_arm_of_mixed_is_what_random_alone_would_draw() -> None:
    pool = make_candidates(300)
    drawn = choose(Strategy.RANDOM, pool, 20).places
    assert choose(Strategy.MIXED, pool, 100).arm("random").tolist() == drawn.tolist()


def test_another_seed_draws_another_sample() -> None:
    ids = [f"sample {k}" for k in range(200)]
    assert (
        ranked(-hash_keys(ids, 1), hash_keys(ids, 1)).tolist() != ranked(-hash_keys(ids, 2), hash_keys(ids, 2)).tolist()
    )


def test_lots_are_spread_evenly() -> None:
    counts, _ = np.histogram(hash_keys([str(k) for k in range(10_000)], 3), bins=10, range=(0, 1))
    assert abs(counts - 1000).max() < 150


def test_uncertainty_takes_the_highest_products() -> None:
    pool = make_candidates(50)
    products = pool.variance * pool.doubt
    chosen = choose(Strategy.UNCERTAINTY, pool, 7).places
    assert sorted(products[chosen]) == sorted(products)[-7:]


def test_disagreement_takes_what_the_detectors_see_differently() -> None:
    pool = make_candidates(50)
    chosen = choose(Strategy.DISAGREEMENT, pool, 7).places
    assert sorted(pool.disagreement[chosen]) == sorted(pool.disagreement)[-7:]


def test_of_equals_the_lower_lot_is_chosen() -> None:
    pool = make_candidates(40, levels=1)
    assert choose(Strategy.UNCERTAINTY, pool, 9).places.tolist() == np.argsort(pool.lots)[:9].tolist()


def test_the_uncertain_of_mixed_are_among_the_most_uncertain() -> None:
    pool = make_candidates(1000)
    choice = choose(Strategy.MIXED, pool, 100)
    rank = np.argsort(np.argsort(-pool.uncertainty))
    assert rank[choice.arm("uncertain")].max() < REACH * 70 + 20


def test_mixed_takes_one_of_a_crowd_of_near_duplicates() -> None:
    crowd = np.arange(100) < 15
    embeddings = np.random.default_rng(1).normal(0, 1, (100, 5)).astype(np.float32)
    embeddings[crowd] = 0
    flat = make_candidates(100)
    pool = CandidatePool(embeddings, np.where(crowd, 2.0, 1.0), np.ones(100), np.zeros(100), flat.lots)
    assert crowd[choose(Strategy.MIXED, pool, 10).arm("uncertain")].sum() == 1


def oracle(rows: NDArray[np.float32], count: int, covered: list[int]) -> list[int]:
    """The same greedy choice, written with loops."""
    exact, chosen = rows.astype(np.float64), list[int]()
    while len(chosen) < min(count, len(rows)):
        known = covered + chosen
        rest = [k for k in range(len(rows)) if k not in chosen]
        if not known:
            chosen.append(0)
            continue
        nearest = {k: min(float(((exact[k] - exact[j]) ** 2).sum()) for j in known) for k in rest}
        chosen.append(max(rest, key=lambda k: (nearest[k], -k)))
    return chosen


@given(st.integers(1, 12), st.integers(1, 14), st.integers(0, 3), st.integers(0, 50), st.booleans())
def test_k_centre_is_what_loops_would_choose(count: int, budget: int, known: int, seed: int, ties: bool) -> None:
    rng = np.random.default_rng(seed)
    rows = (rng.integers(0, 3, (count, 2)) if ties else rng.normal(0, 1, (count, 2))).astype(np.float32)
    covered = list(range(min(known, count)))
    fast = k_centre(rows, budget, covered=rows[covered] if covered else None)
    assert fast.tolist() == oracle(rows, budget, covered)


@given(st.integers(3, 9), st.integers(1, 3), st.integers(0, 30))
def test_k_centre_covers_within_twice_the_best_radius(count: int, budget: int, seed: int) -> None:
    rows = np.random.default_rng(seed).normal(0, 1, (count, 2)).astype(np.float32)

    def radius(centres: tuple[int, ...]) -> float:
        apart = np.linalg.norm(rows[:, None] - rows[list(centres)], axis=2)
        return float(apart.min(axis=1).max())

    best = min(radius(centres) for centres in combinations(range(count), min(budget, count)))
    assert radius(tuple(k_centre(rows, budget))) <= 2 * best + 1e-6


def test_what_is_labelled_already_is_not_chosen_for_being_different() -> None:
    rows = np.array([[0, 0], [10, 0], [10.1, 0], [0, 5]], np.float32)
    assert k_centre(rows, 1, covered=np.array([[10, 0], [0, 0]], np.float32)).tolist() == [3]


@pytest.mark.parametrize("budget", [0, -3])
def test_a_budget_of_nothing_is_a_mistake(budget: int) -> None:
    with pytest.raises(ValueError, match="at least 1"):
        choose(Strategy.RANDOM, make_candidates(5), budget)


@pytest.mark.parametrize("column", COLUMNS)
def test_scores_that_are_no_numbers_are_a_mistake(column: str) -> None:
    pool = make_candidates(5)
    columns = {name: getattr(pool, name).copy() for name in COLUMNS}
    columns[column][2] = np.nan
    with pytest.raises(ValueError, match="no finite number"):
        CandidatePool(**columns)


def test_columns_of_different_length_are_a_mistake() -> None:
    pool = make_candidates(5)
    with pytest.raises(ValueError, match="different length"):
        CandidatePool(pool.embeddings, pool.variance[:4], pool.doubt, pool.disagreement, pool.lots)


def test_an_arm_that_chose_nothing_is_empty() -> None:
    assert Selection(np.array([3, 1], np.int64), ("random", "random")).arm("uncertain").tolist() == []
