"""Progress: how many samples are left for a person, counted now and then, and by what is decided in between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock

from labeler.session.actions import LabelingMode
from livecam.store.judging import RoundReadiness, round_readiness
from livecam.store.samples import SampleState
from livecam.store.store import Store

_FRESH = 5.0  # seconds; others label meanwhile
_LONG = 30.0
_RARE = 50  # a count that takes a fiftieth of the time is not felt
_WAITING = {
    LabelingMode.REVIEW: (SampleState.NEW,),
    LabelingMode.ANNOTATE: (SampleState.REJECTED, SampleState.NEW),
}
_DECIDED = {
    LabelingMode.REVIEW: (SampleState.LABELLED, SampleState.REJECTED, SampleState.NOT_A_FACE),
    LabelingMode.ANNOTATE: (SampleState.LABELLED,),
}


@dataclass(frozen=True, slots=True)
class Overview:
    """How far a store is: samples decided of all, and what the next training round has and lacks."""

    done: int
    of: int
    round: RoundReadiness


@dataclass(slots=True)
class ReadinessCounter:
    """What a training round has and lacks, counted now and then for everybody who labels in one store; safe for
    threads."""

    store: Store
    clock: Callable[[], float]
    _found: RoundReadiness | None = None
    _until: float = 0.0  # when it is to be counted again
    _counting: Lock = field(default_factory=Lock)

    def latest(self) -> RoundReadiness:
        """As it was counted last; the first time it is counted now."""
        if self._found is None:
            self.refresh()
        assert self._found is not None
        return self._found

    def refresh(self) -> None:
        """Counts anew what is not fresh; whoever comes while somebody counts waits only where nothing is known yet."""
        if not self._counting.acquire(blocking=self._found is None):
            return
        try:
            begun = self.clock()
            if self._found is None or begun >= self._until:
                self._found = round_readiness(self.store)
                ended = self.clock()
                # It reads every label: the longer that takes, the rarer it is done.
                self._until = ended + max(_LONG, _RARE * (ended - begun))
        finally:
            self._counting.release()


@dataclass(slots=True)
class ProgressCounter:
    """Counts now and then, and in between by what this person decides."""

    store: Store
    mode: LabelingMode
    clock: Callable[[], float]
    readiness: ReadinessCounter
    _states: Mapping[SampleState, int] = field(default_factory=dict)
    _taken: float = 0.0
    _decided: int = 0  # since

    def decided(self, count: int) -> None:
        """So many fewer are undecided; an undo is one more."""
        self._decided += count

    def left(self, given: int, held: int, tally: Counter[SampleState]) -> tuple[int, int]:
        """How many are undecided beside the `given` ones, and how many of these others than who `held` some hold.

        What others skipped is undecided too; what this person skipped is not, for them.
        """
        self._count_anew(_FRESH)
        leased = self._states[SampleState.LEASED]
        skipped_by_others = max(0, self._states[SampleState.SKIPPED] - tally[SampleState.SKIPPED])
        undecided = leased + sum(self._states[state] for state in _WAITING[self.mode]) + skipped_by_others
        left = max(0, undecided - self._decided - given)
        return left, min(left, max(0, leased - held - max(0, self._decided)))

    def refresh(self) -> None:
        """Counts anew what is not fresh, while nobody waits for an answer."""
        self._count_anew(_FRESH)

    def overview(self) -> Overview:
        """How far the whole store is, and what a training round still waits for."""
        self._count_anew(_FRESH)
        waiting = sum(self._states[state] for state in _WAITING[self.mode])
        open_still = waiting + self._states[SampleState.LEASED] + self._states[SampleState.SKIPPED]
        of = sum(self._states.values())
        done = max(0, min(of, of - open_still + self._decided))
        return Overview(done, of, self.readiness.latest())

    def left_of_others(self, mine: int) -> int:
        """How many others have decided that this person has not."""
        self._count_anew(_FRESH)
        return max(0, sum(self._states[state] for state in _DECIDED[self.mode]) - mine)

    def at_the_end(self) -> None:
        """Nothing was found: what is told now is to be right."""
        self._count_anew(0.0)

    def _count_anew(self, seconds: float) -> None:
        now = self.clock()
        if not self._states or now - self._taken >= seconds:
            self._states, self._taken, self._decided = self.store.count_states(), now, 0
