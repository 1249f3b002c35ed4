"""The task queue: which samples come in which order, repeats included, and how many are left."""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import socket
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from labeler.session.actions import LabelingMode
from labeler.session.item import Assignment
from labeler.session.state import AnnotationState
from livecam.store.samples import LabelAction, SampleState
from livecam.store.store import Store

_FRESH = 5.0  # seconds; counting a long queue takes a fifth of a second


@dataclass(frozen=True, slots=True)
class QueueStage:
    """Some of the samples, to be gone through before the next stage."""

    states: Collection[SampleState]
    others: bool = False  # what others have decided: a second opinion


UNDECIDED = {
    LabelingMode.REVIEW: (QueueStage({SampleState.NEW}),),
    # What was called wrong waits for the right place.
    LabelingMode.ANNOTATE: (QueueStage({SampleState.REJECTED}), QueueStage({SampleState.NEW})),
}
DECIDED = {
    LabelingMode.REVIEW: QueueStage({SampleState.LABELLED, SampleState.REJECTED}, others=True),
    LabelingMode.ANNOTATE: QueueStage({SampleState.LABELLED}, others=True),
}


@dataclass(slots=True)
class ProgressCounter:
    """Counts now and then, and in between by what this person decides."""

    store: Store
    mode: LabelingMode
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
        undecided = leased + sum(self._states[state] for stage in UNDECIDED[self.mode] for state in stage.states)
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


SECONDS = 180.0  # of a lease; a labeler that lives renews it long before
_OWNER = re.compile(r".*@(?P<host>[^@]*):(?P<process>\d+)\.\d+")
_numbers = itertools.count(1)


def new_owner(annotator: str) -> str:
    """A name that no other session has, of this program or another."""
    return f"{annotator}@{socket.gethostname()}:{os.getpid()}.{next(_numbers)}"


def is_stale(owner: str) -> bool:
    """Whether the labeler of that name ran on this computer and was killed: what it held is free."""
    parts = _OWNER.fullmatch(owner)
    if parts is None or parts["host"] != socket.gethostname():
        return False
    try:
        os.kill(int(parts["process"]), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


GAP = 10  # decisions at least between the two showings

_REPEATED = {
    LabelingMode.REVIEW: frozenset({LabelAction.ACCEPT, LabelAction.REJECT}),
    LabelingMode.ANNOTATE: frozenset({LabelAction.ACCEPT}),
}


def next_repeat(session: AnnotationState, share: float) -> Assignment | None:
    """What is to be shown again after the latest decision: nothing most of the time.

    It depends on the person and on the decisions alone, so that a session that goes on chooses as this one would have.
    """
    decided = [assignment for assignment in session.decisions if not assignment.repeat]
    if not _is_due(session, len(decided), share):
        return None
    old = decided[: max(0, len(decided) - GAP)]
    verbs = _REPEATED[session.mode]
    candidates = [
        again
        for assignment in old
        if session.decisions[assignment].action in verbs
        and (again := Assignment(assignment.sample_id, repeat=True)) not in session.assignments
    ]
    return min(candidates, key=lambda assignment: _hash_fraction(session.annotator, assignment.sample_id), default=None)


def _is_due(session: AnnotationState, count: int, share: float) -> bool:
    """Once in so many decisions, at a place that nobody can foresee."""
    if share <= 0:
        return False
    every = max(1, round(1 / share))
    block, place = divmod(count - 1, every)
    return place == int(_hash_fraction(session.annotator, session.mode.value, str(block)) * every)


def _hash_fraction(*words: str) -> float:
    """0..1, the same for the same words."""
    figures = hashlib.sha256("\n".join(words).encode()).digest()
    return int.from_bytes(figures[:7], "big") / 256**7
