"""Which samples come in which order, and how many of them are left."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from labeler.samples.actions import Mode
from livecam.core.samples import SampleState
from livecam.core.store.store import Store

_FRESH = 5.0  # seconds; counting a long queue takes a fifth of a second


@dataclass(frozen=True, slots=True)
class Pool:
    """Some of the samples, to be gone through before the next pool."""

    states: Collection[SampleState]
    others: bool = False  # what others have decided: a second opinion


UNDECIDED = {
    Mode.REVIEW: (Pool({SampleState.NEW}),),
    # What was called wrong waits for the right place.
    Mode.ANNOTATE: (Pool({SampleState.REJECTED}), Pool({SampleState.NEW})),
}
DECIDED = {
    Mode.REVIEW: Pool({SampleState.LABELLED, SampleState.REJECTED}, others=True),
    Mode.ANNOTATE: Pool({SampleState.LABELLED}, others=True),
}


@dataclass(slots=True)
class Census:
    """Counts now and then, and in between by what this person decides."""

    store: Store
    mode: Mode
    clock: Callable[[], float]
    _states: Mapping[SampleState, int] = field(default_factory=dict)
    _taken: float = 0.0
    _decided: int = 0  # since

    def decided(self, count: int) -> None:
        """So many fewer are undecided; an undo is one more."""
        self._decided += count

    def left(self, held: int) -> tuple[int, int]:
        """How many are undecided beside the `held` ones, and how many of these others hold."""
        self._count_anew(_FRESH)
        leased = self._states[SampleState.LEASED]
        undecided = leased + sum(self._states[state] for pool in UNDECIDED[self.mode] for state in pool.states)
        left = max(0, undecided - self._decided - held)
        return left, min(left, max(0, leased - held - max(0, self._decided)))

    def left_of_others(self, mine: int) -> int:
        """How many others have decided that this person has not."""
        self._count_anew(_FRESH)
        return max(0, sum(self._states[state] for state in DECIDED[self.mode].states) - mine)

    def at_the_end(self) -> None:
        """Nothing was found: what is told now is to be right."""
        self._count_anew(0.0)

    def _count_anew(self, seconds: float) -> None:
        now = self.clock()
        if not self._states or now - self._taken >= seconds:
            self._states, self._taken, self._decided = self.store.counts().states, now, 0
