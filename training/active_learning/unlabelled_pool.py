"""Unlabelled samples of a store as candidates for active learning: which may be chosen, the priority of the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from livecam.store.samples import Sample, SampleState, SamplingReason, Split, StoredSample
from livecam.store.store import Store
from training.active_learning.acquisition import CandidatePool, NamedCandidates, Strategy, hash_keys
from training.active_learning.uncertainty import tasks
from training.engine.parallel import Columns

UNLABELLED = (SampleState.NEW, SampleState.REJECTED)
CHOSEN_ABOVE = 1.0  # priorities of what a selection chose; all others are below
_EVEN = 1e-3  # an uncertainty that makes a priority of half of `_MOST`
_MOST = 0.9


@dataclass(slots=True)
class UnlabelledPool:
    """Reads the unlabelled samples of a store once, from the newest to the oldest, and remembers little of each.

    What was chosen before keeps its priority until the new choice is made; its samples are remembered in `former`.
    """

    store: Store
    strategy: Strategy
    seed: int
    samples: int = 0
    lost: int = 0
    former: dict[str, float] = field(default_factory=dict)
    _ahead: dict[str, _About] = field(default_factory=dict)  # of samples that are being scored

    def batches(self) -> Iterator[Columns]:
        """What is to be scored."""
        protected = self._protects_random()
        return tasks(self._remembered(protected), self.store.picture_path)

    def named(self, scores: Columns) -> NamedCandidates:
        """The candidates of a scored batch; the priorities of the others are written on the way."""
        abouts = [self._ahead.pop(str(name)) for name in scores["id"]]
        self._write_priorities(scores, abouts)
        found = int(np.count_nonzero(scores["found"]))
        self.samples += found
        self.lost += len(abouts) - found
        kept = self._eligible(scores, abouts)
        ids = [str(scores["id"][place]) for place in kept]
        active = np.array([abouts[place].active for place in kept], np.float64)
        # Samples that were kept at random are drawn before all others: only they show what the camera sees.
        lots = hash_keys(ids, self.seed) + np.array([0.0 if abouts[place].random else 1.0 for place in kept])
        return NamedCandidates(
            ids,
            CandidatePool(
                np.asarray(scores["embedding"][kept], np.float32),
                np.asarray(scores["variance"][kept], np.float64) * active,
                np.asarray(scores["doubt"][kept], np.float64),
                np.asarray(scores["disagreement"][kept], np.float64) * active,
                lots,
            ),
        )

    def _eligible(self, scores: Columns, abouts: list[_About]) -> NDArray[np.int64]:
        """Only a random arm may choose what is not to be learnt from."""
        found = np.asarray(scores["found"], bool)
        if self.strategy not in (Strategy.RANDOM, Strategy.MIXED):
            found = found & np.array([about.active for about in abouts], bool)
        return np.flatnonzero(found)

    def _remembered(self, protected: bool) -> Iterator[Sample]:
        for stored in self.store.samples(states=UNLABELLED, newest_first=True):
            self._ahead[stored.sample.id] = _about(stored, protected)
            yield stored.sample

    def _protects_random(self) -> bool:
        """Where there are others, samples kept at random are chosen at random alone: they are to judge by."""
        reasons = self.store.counts().reasons
        return any(reasons[reason] for reason in SamplingReason if reason is not SamplingReason.RANDOM)

    def _write_priorities(self, scores: Columns, abouts: list[_About]) -> None:
        worth = priorities(np.asarray(scores["variance"] * scores["doubt"], np.float64))
        found = {
            str(name): max(float(value), about.floor)
            for name, value, about in zip(scores["id"], worth, abouts, strict=True)
        }
        former = {name for name, about in zip(found, abouts, strict=True) if about.chosen_before}
        self.former |= {name: found[name] for name in former}
        self.store.prioritise({name: value for name, value in found.items() if name not in former})


@dataclass(frozen=True, slots=True)
class _About:
    """What is known of a sample beside its scores."""

    active: bool  # may be chosen for its scores
    random: bool  # was kept at random
    floor: float  # the least its priority is
    chosen_before: bool


def _about(stored: StoredSample, protected: bool) -> _About:
    sample, random = stored.sample, stored.sample.reason is SamplingReason.RANDOM
    active = sample.split is Split.TRAIN and not (random and protected)
    return _About(active, random, _floor(stored), sample.priority > CHOSEN_ABOVE)


def _floor(stored: StoredSample) -> float:
    """What people wait for, and what judges models, comes right after what was chosen."""
    if stored.state is SampleState.REJECTED:
        return 0.97
    if stored.sample.reason is SamplingReason.FLAG:
        return 0.96
    if stored.sample.reason is SamplingReason.RANDOM:
        return 0.95 if stored.sample.split is Split.TEST else 0.92
    return 0.0


def priorities(uncertainty: NDArray[np.float64]) -> NDArray[np.float64]:
    """Uncertainties as priorities below those of samples that anybody waits for."""
    worth: NDArray[np.float64] = _MOST * uncertainty / (uncertainty + _EVEN)
    return worth
