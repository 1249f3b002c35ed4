"""The task queue: which samples an annotator gets, in which order, and the leases that keep others from them."""

from __future__ import annotations

import itertools
import os
import re
import socket
from collections import deque
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field

from labeler.session.actions import LabelingMode
from labeler.session.item import Assignment, Showing
from labeler.session.repeats import first_by_chance, is_due, next_repeat
from labeler.session.state import AnnotationState
from livecam.settings import LabelSettings
from livecam.store.leases import LeaseFilter, in_overlap
from livecam.store.samples import SampleState, StoredSample
from livecam.store.store import Store

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


_DECIDED = (SampleState.LABELLED, SampleState.REJECTED, SampleState.NOT_A_FACE)
_AHEAD = 2  # samples
_PATIENCE = 30.0  # seconds in which nobody else will have decided much: no use in looking again


@dataclass(slots=True)
class TaskQueue:
    """The samples of one annotator before one store."""

    store: Store
    mode: LabelingMode
    annotator: str
    owner: str
    settings: LabelSettings
    clock: Callable[[], float]
    held: set[str] = field(default_factory=set)  # leased and undecided
    second_opinion: bool = False  # what is undecided is done
    _leased: set[str] = field(default_factory=set)  # all that were, given back together: each time costs a write
    _ahead: deque[str] = field(default_factory=deque)  # leased for the time when the current one is decided
    _last_renewal: float = 0.0
    _no_overlap_before: float = 0.0

    def open(self) -> None:
        """What killed labelers held is free again."""
        for owner, sample_ids in self.store.leased().items():
            if is_stale(owner):
                self.store.release(owner, sample_ids)

    @property
    def given(self) -> int:
        """How many of those that are held were shown already."""
        return len(self.held) - len(self._ahead)

    def next(self, session: AnnotationState, *, decided: bool) -> Assignment | None:
        """A repeat or a known sample when one is due, else what is undecided, else what only others have decided."""
        if decided and (again := next_repeat(session, self.settings.repeats)):
            return again
        if decided and (known := self._known(session)):
            return known
        while self._ahead:
            if (assignment := Assignment(self._ahead.popleft())) not in session.assignments:
                return assignment
        return self._from_store()

    def look_ahead(self, session: AnnotationState) -> str | None:
        """The sample that will be next when the one before the person is decided; None when nobody can tell."""
        at_the_end = session.item is not None and session.position == len(session.assignments) - 1
        return self._ahead[0] if at_the_end and self._ahead else None

    def fill_ahead(self, session: AnnotationState) -> None:
        """Holds what comes next, so that the next answer need not wait for it."""
        while session.item is not None and not self.second_opinion and len(self._ahead) < _AHEAD:
            found = self._from_store()
            if found is None or self.second_opinion:
                # What only others have decided is asked for when its turn comes.
                self.held -= {found.sample_id} if found else set()
                self.second_opinion = False
                return
            self._ahead.append(found.sample_id)

    def showing(self, sample_id: str, stored: StoredSample) -> Showing:
        """How much of what is known of a sample is to be shown: what is to be independent is not told."""
        is_others = stored.resolved.annotator not in {None, self.annotator}
        if self.mode is LabelingMode.ANNOTATE and _in_share(sample_id, self.settings.blind):
            return Showing.BLIND
        if is_others and (stored.resolved.gold or in_overlap(sample_id, self.settings.overlap)):
            return Showing.PREDICTION
        return Showing.CURRENT

    def hold(self, sample_id: str) -> bool:
        """Takes a sample back that was undecided by an undo; whether nobody else is at it now."""
        if sample_id in self.held or self.store.renew(self.owner, [sample_id], SECONDS):
            self.held.add(sample_id)
            self._leased.add(sample_id)
            return True
        return False

    def decided(self, sample_ids: Collection[str]) -> None:
        """These need not be held any more; they are given back at the end."""
        self.held -= set(sample_ids)

    def release(self, sample_ids: Collection[str]) -> None:
        """Others may have them at once."""
        self.store.release(self.owner, tuple(sample_ids))

    def renew(self) -> None:
        """Now and then, so that what is held stays held."""
        if self.held and self.clock() - self._last_renewal >= SECONDS / 4:
            self._last_renewal = self.clock()
            self.store.renew(self.owner, tuple(self.held), SECONDS)

    def close(self) -> None:
        """Lets others have what was not decided."""
        self.store.release(self.owner, tuple(self._leased | self.held))
        self.held.clear()
        self._leased.clear()
        self._ahead.clear()

    def _from_store(self) -> Assignment | None:
        """The overlap first, as somebody waits for it."""
        if self.settings.overlap > 0 and self.clock() >= self._no_overlap_before:
            if stored := self._lease(
                LeaseFilter(_DECIDED, self.annotator, undecided=True, overlap=self.settings.overlap, real=True)
            ):
                return Assignment(stored.sample.id)
            self._no_overlap_before = self.clock() + _PATIENCE
        for wanted in self._undecided():
            if stored := self._lease(wanted):
                self.second_opinion = False
                return Assignment(stored.sample.id)
        states = _DECIDED if self.mode is LabelingMode.REVIEW else (SampleState.LABELLED,)
        if stored := self._lease(LeaseFilter(states, self.annotator, undecided=True, real=True)):
            self.second_opinion = True
            return Assignment(stored.sample.id)
        return None

    def _undecided(self) -> Iterator[LeaseFilter]:
        """What was called wrong waits for the right place, and what others skipped for somebody who knows."""
        if self.mode is LabelingMode.ANNOTATE:
            yield LeaseFilter((SampleState.REJECTED,), self.annotator, unanswered=True)
        yield LeaseFilter((SampleState.NEW,))
        yield LeaseFilter((SampleState.SKIPPED,), self.annotator, undecided=True)

    def _known(self, session: AnnotationState) -> Assignment | None:
        """A sample whose truth is known and that this person has not seen; nobody needs to hold it."""
        if not is_due(session, session.tally.total(), self.settings.gold, "gold"):
            return None
        seen = {assignment.sample_id for assignment in session.assignments}
        fresh = [sample_id for sample_id in self.store.gold_samples(not_by=self.annotator) if sample_id not in seen]
        chosen = first_by_chance(self.annotator, fresh)
        return None if chosen is None else Assignment(chosen)

    def _lease(self, wanted: LeaseFilter) -> StoredSample | None:
        """One more sample; those that were passed over stay held and are not given again."""
        found = self.store.lease(self.owner, count=1 + len(self.held), seconds=SECONDS, wanted=wanted)
        fresh = [stored for stored in found if stored.sample.id not in self.held]
        if spare := [stored.sample.id for stored in fresh[1:]]:
            self.store.release(self.owner, spare)
        self.held |= {stored.sample.id for stored in fresh[:1]}
        self._leased |= self.held
        return fresh[0] if fresh else None


def _in_share(sample_id: str, share: float) -> bool:
    """By other figures of the id than the overlap takes, so that the two shares are independent."""
    return int(sample_id[-13:], 16) < share * 16**13
