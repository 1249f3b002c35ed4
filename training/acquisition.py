"""Chooses what is worth a person's time: plain functions over arrays, from what is known of samples to places."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]  # (n,)
Places = NDArray[np.int64]  # indices of candidates, the most wanted first

SHARES = {"uncertain": 0.7, "random": 0.2, "disagreement": 0.1}  # of the budget of `mixed`
REACH = 3  # so many of the most uncertain are looked at for each one that is chosen
SPREAD_REACH = 20  # so many drawn by lot are looked at for each one that is chosen for being different


class Strategy(StrEnum):
    UNCERTAINTY = "uncertainty"
    DISAGREEMENT = "disagreement"
    DIVERSE = "diverse"
    RANDOM = "random"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """What is known of n unlabelled samples. Every choice depends on these rows, not on their order."""

    embeddings: NDArray[np.float32]  # (n, d)
    variance: Numbers  # of the place an eye is given in slightly changed pictures
    doubt: Numbers  # 1 - confidence, 0..1
    disagreement: Numbers  # how far apart two finders are, pupil distances
    lots: Numbers  # see `lots_of`: the lowest are drawn at random, and settle ties

    def __post_init__(self) -> None:
        """ValueError for columns of different length or values that are no finite numbers."""
        columns = (self.variance, self.doubt, self.disagreement, self.lots)
        if self.embeddings.ndim != 2 or any(column.shape != (len(self.embeddings),) for column in columns):
            raise ValueError(f"columns of different length: {[column.shape for column in columns]}")
        if not all(np.isfinite(column).all() for column in (*columns, self.embeddings)):
            raise ValueError("a score that is no finite number")

    def __len__(self) -> int:
        return len(self.lots)

    @property
    def uncertainty(self) -> Numbers:
        """High where small changes move the answer and the answer is not trusted either."""
        uncertainty: Numbers = self.variance * self.doubt
        return uncertainty

    def at(self, places: Places) -> Candidates:
        return Candidates(*(getattr(self, name)[places] for name in COLUMNS))


COLUMNS = ("embeddings", "variance", "doubt", "disagreement", "lots")


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """Places of the chosen, the most wanted first, each once, and for each the arm that chose it."""

    places: Places
    arms: tuple[str, ...]

    def arm(self, name: str) -> Places:
        """What one arm chose; the `random` one is an unbiased sample of all candidates."""
        chosen: Places = self.places[np.array([arm == name for arm in self.arms], bool)]
        return chosen


def choose(
    strategy: Strategy, candidates: Candidates, budget: int, *, covered: NDArray[np.float32] | None = None
) -> Choice:
    """At most `budget` of the candidates. `covered` (m, d) are embeddings of what is labelled already.

    ValueError for a budget below one. The same candidates give the same choice, in whatever order they come.
    """
    if budget < 1:
        raise ValueError(f"a budget is at least 1, not {budget}")
    return _STRATEGIES[strategy](candidates, min(budget, len(candidates)), covered)


def lots_of(ids: Sequence[str], seed: int) -> Numbers:
    """A number for every id, uniform over 0..1, that depends on nothing but the id and the seed."""
    figures = [blake2b(f"{seed}:{name}".encode(), digest_size=8).digest() for name in ids]
    drawn: Numbers = np.array([int.from_bytes(each) >> 11 for each in figures], np.float64) / 2**53
    return drawn


def ranked(scores: Numbers, lots: Numbers) -> Places:
    """Places from the highest score down; of equals the one with the lower lot first."""
    order: Places = np.lexsort((lots, -scores)).astype(np.int64)
    return order


def k_centre(embeddings: NDArray[np.float32], count: int, *, covered: NDArray[np.float32] | None = None) -> Places:
    """Greedily the place farthest from all that is covered or chosen (Gonzalez 1985; Sener and Savarese 2018).

    Without `covered` the first row comes first, so put the most wanted there; of equals the earlier row is taken.
    Takes one distance a row and choice, and memory for the rows.
    """
    rows = embeddings.astype(np.float64)
    apart = _distances(rows, covered)
    chosen = np.empty(min(count, len(rows)), np.int64)
    for number in range(len(chosen)):
        chosen[number] = place = int(np.argmax(apart))
        apart = np.minimum(apart, ((rows - rows[place]) ** 2).sum(axis=1))
        apart[chosen[: number + 1]] = -1.0
    return chosen


def _distances(rows: NDArray[np.float64], covered: NDArray[np.float32] | None) -> Numbers:
    apart: Numbers = np.full(len(rows), np.inf)
    for point in () if covered is None else covered.astype(np.float64):
        apart = np.minimum(apart, ((rows - point) ** 2).sum(axis=1))
    return apart


def shares_of(budget: int) -> Mapping[str, int]:
    """The budget of each arm of `mixed`, by largest remainder; they add up."""
    exact = np.array([share * budget for share in SHARES.values()])
    counts = np.floor(exact + 1e-9).astype(int)
    for place in np.argsort(counts - exact, kind="stable")[: budget - counts.sum()]:
        counts[place] += 1
    return dict(zip(SHARES, counts.tolist(), strict=True))


def _uncertainty(candidates: Candidates, budget: int, _: NDArray[np.float32] | None) -> Choice:
    return _single("uncertain", ranked(candidates.uncertainty, candidates.lots)[:budget])


def _disagreement(candidates: Candidates, budget: int, _: NDArray[np.float32] | None) -> Choice:
    return _single("disagreement", ranked(candidates.disagreement, candidates.lots)[:budget])


def _random(candidates: Candidates, budget: int, _: NDArray[np.float32] | None) -> Choice:
    return _single("random", ranked(-candidates.lots, candidates.lots)[:budget])


def _diverse(candidates: Candidates, budget: int, covered: NDArray[np.float32] | None) -> Choice:
    drawn = ranked(-candidates.lots, candidates.lots)[: SPREAD_REACH * budget]
    return _single("diverse", drawn[k_centre(candidates.embeddings[drawn], budget, covered=covered)])


def _mixed(candidates: Candidates, budget: int, covered: NDArray[np.float32] | None) -> Choice:
    counts = shares_of(budget)
    # The random arm draws first, from everything: only so is it an unbiased picture of the pool.
    by_lot = ranked(-candidates.lots, candidates.lots)[: counts["random"]]
    uncertain = _without(ranked(candidates.uncertainty, candidates.lots), by_lot)[: REACH * counts["uncertain"]]
    uncertain = uncertain[k_centre(candidates.embeddings[uncertain], counts["uncertain"], covered=covered)]
    taken = np.concatenate([uncertain, by_lot])
    apart = _without(ranked(candidates.disagreement, candidates.lots), taken)[: counts["disagreement"]]
    arms = ("uncertain",) * len(uncertain) + ("disagreement",) * len(apart) + ("random",) * len(by_lot)
    return Choice(np.concatenate([uncertain, apart, by_lot]), arms)


def _single(arm: str, places: Places) -> Choice:
    return Choice(places, (arm,) * len(places))


def _without(places: Places, taken: Places) -> Places:
    return places[~np.isin(places, taken)]


_STRATEGIES: Mapping[Strategy, Callable[[Candidates, int, NDArray[np.float32] | None], Choice]] = {
    Strategy.UNCERTAINTY: _uncertainty,
    Strategy.DISAGREEMENT: _disagreement,
    Strategy.DIVERSE: _diverse,
    Strategy.RANDOM: _random,
    Strategy.MIXED: _mixed,
}
