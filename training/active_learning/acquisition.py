"""Acquisition strategies of active learning: random, uncertainty, disagreement, diversity, over arrays of scores."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from typing import NamedTuple

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
class CandidatePool:
    """What is known of n unlabelled samples. Every choice depends on these rows, not on their order."""

    embeddings: NDArray[np.float32]  # (n, d)
    variance: Numbers  # of the place an eye is given in slightly changed pictures
    doubt: Numbers  # 1 - confidence, 0..1
    disagreement: Numbers  # how far apart two detectors are, pupil distances
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

    def at(self, places: Places) -> CandidatePool:
        return CandidatePool(*(getattr(self, name)[places] for name in COLUMNS))


COLUMNS = ("embeddings", "variance", "doubt", "disagreement", "lots")


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """Places of the chosen, the most wanted first, each once, and for each the arm that chose it."""

    places: Places
    arms: tuple[str, ...]

    def arm(self, name: str) -> Places:
        """What one arm chose; the `random` one is an unbiased sample of all candidates."""
        chosen: Places = self.places[np.array([arm == name for arm in self.arms], bool)]
        return chosen


def choose(
    strategy: Strategy, candidates: CandidatePool, budget: int, *, covered: NDArray[np.float32] | None = None
) -> Selection:
    """At most `budget` of the candidates. `covered` (m, d) are embeddings of what is labelled already.

    ValueError for a budget below one. The same candidates give the same choice, in whatever order they come.
    """
    if budget < 1:
        raise ValueError(f"a budget is at least 1, not {budget}")
    return _STRATEGIES[strategy](candidates, min(budget, len(candidates)), covered)


def hash_keys(ids: Sequence[str], seed: int) -> Numbers:
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


def _uncertainty(candidates: CandidatePool, budget: int, _: NDArray[np.float32] | None) -> Selection:
    return _single("uncertain", ranked(candidates.uncertainty, candidates.lots)[:budget])


def _disagreement(candidates: CandidatePool, budget: int, _: NDArray[np.float32] | None) -> Selection:
    return _single("disagreement", ranked(candidates.disagreement, candidates.lots)[:budget])


def _random(candidates: CandidatePool, budget: int, _: NDArray[np.float32] | None) -> Selection:
    return _single("random", ranked(-candidates.lots, candidates.lots)[:budget])


def _diverse(candidates: CandidatePool, budget: int, covered: NDArray[np.float32] | None) -> Selection:
    drawn = ranked(-candidates.lots, candidates.lots)[: SPREAD_REACH * budget]
    return _single("diverse", drawn[k_centre(candidates.embeddings[drawn], budget, covered=covered)])


def _mixed(candidates: CandidatePool, budget: int, covered: NDArray[np.float32] | None) -> Selection:
    counts = shares_of(budget)
    # The random arm draws first, from everything: only so is it an unbiased picture of the pool.
    by_lot = ranked(-candidates.lots, candidates.lots)[: counts["random"]]
    uncertain = _without(ranked(candidates.uncertainty, candidates.lots), by_lot)[: REACH * counts["uncertain"]]
    uncertain = uncertain[k_centre(candidates.embeddings[uncertain], counts["uncertain"], covered=covered)]
    taken = np.concatenate([uncertain, by_lot])
    apart = _without(ranked(candidates.disagreement, candidates.lots), taken)[: counts["disagreement"]]
    arms = ("uncertain",) * len(uncertain) + ("disagreement",) * len(apart) + ("random",) * len(by_lot)
    return Selection(np.concatenate([uncertain, apart, by_lot]), arms)


def _single(arm: str, places: Places) -> Selection:
    return Selection(places, (arm,) * len(places))


def _without(places: Places, taken: Places) -> Places:
    return places[~np.isin(places, taken)]


_STRATEGIES: Mapping[Strategy, Callable[[CandidatePool, int, NDArray[np.float32] | None], Selection]] = {
    Strategy.UNCERTAINTY: _uncertainty,
    Strategy.DISAGREEMENT: _disagreement,
    Strategy.DIVERSE: _diverse,
    Strategy.RANDOM: _random,
    Strategy.MIXED: _mixed,
}


class NamedCandidates(NamedTuple):
    """Candidates and whose they are, row by row."""

    ids: Sequence[str]
    candidates: CandidatePool


def shortlist(batches: Iterable[NamedCandidates], budget: int) -> NamedCandidates | None:
    """The rows of which `choose` takes the same as of all of them, whatever the strategy; None of an empty stream.

    They are at most (REACH + SPREAD_REACH + 4) * budget, and no more than that and a batch are held at a time.
    """
    kept: NamedCandidates | None = None
    for batch in batches:
        both = batch if kept is None else _joined(kept, batch)
        places = _wanted(both.candidates, budget)
        kept = NamedCandidates([both.ids[place] for place in places], both.candidates.at(places))
    return kept


def _joined(first: NamedCandidates, second: NamedCandidates) -> NamedCandidates:
    columns = (np.concatenate([getattr(first.candidates, name), getattr(second.candidates, name)]) for name in COLUMNS)
    return NamedCandidates([*first.ids, *second.ids], CandidatePool(*columns))


def _wanted(candidates: CandidatePool, budget: int) -> Places:
    """Each list is longer than its arm takes by what the other arms may have taken before."""
    lots = candidates.lots
    lists = (
        ranked(candidates.uncertainty, lots)[: (REACH + 1) * budget],
        ranked(candidates.disagreement, lots)[: 2 * budget],
        ranked(-lots, lots)[: SPREAD_REACH * budget],
    )
    places: Places = np.unique(np.concatenate(lists))
    return places
