"""Keeps of a stream of candidates the few that could be chosen, so that a pool of any size takes the same memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from training.acquisition import COLUMNS, REACH, SPREAD_REACH, Candidates, Places, ranked


class Named(NamedTuple):
    """Candidates and whose they are, row by row."""

    ids: Sequence[str]
    candidates: Candidates


def shortlist(batches: Iterable[Named], budget: int) -> Named | None:
    """The rows of which `choose` takes the same as of all of them, whatever the strategy; None of an empty stream.

    They are at most (REACH + SPREAD_REACH + 4) * budget, and no more than that and a batch are held at a time.
    """
    kept: Named | None = None
    for batch in batches:
        both = batch if kept is None else _joined(kept, batch)
        places = _wanted(both.candidates, budget)
        kept = Named([both.ids[place] for place in places], both.candidates.at(places))
    return kept


def _joined(first: Named, second: Named) -> Named:
    columns = (np.concatenate([getattr(first.candidates, name), getattr(second.candidates, name)]) for name in COLUMNS)
    return Named([*first.ids, *second.ids], Candidates(*columns))


def _wanted(candidates: Candidates, budget: int) -> Places:
    """Each list is longer than its arm takes by what the other arms may have taken before."""
    lots = candidates.lots
    lists = (
        ranked(candidates.uncertainty, lots)[: (REACH + 1) * budget],
        ranked(candidates.disagreement, lots)[: 2 * budget],
        ranked(-lots, lots)[: SPREAD_REACH * budget],
    )
    places: Places = np.unique(np.concatenate(lists))
    return places
