"""The annotation controller: writes what an annotator says to the store before the next sample shows."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from labeler.formats.tutorial import MaskVerdict, annotation
from labeler.session import task_queue
from labeler.session.actions import LabelingAction, LabelingMode, UserInput
from labeler.session.item import Assignment, labeling_item
from labeler.session.state import (
    AnnotationState,
    Event,
    ItemLoaded,
    ItemQueued,
    MessageShown,
    RecordLabels,
    apply_event,
    open_session,
)
from labeler.session.task_queue import DECIDED, UNDECIDED, ProgressCounter, QueueStage, next_repeat
from labeler.session.transitions import interpret, pending_writes
from livecam.core.errors import StoreError
from livecam.core.files import write_atomically
from livecam.core.types import Image
from livecam.store.labels import DECIDING, prediction_verdicts
from livecam.store.samples import LabelAction, LabelEvent, Sample, SampleState, StoredSample
from livecam.store.store import Store

REPEATS = 0.07  # of what was decided is shown again


_SECOND = "all is decided; what follows others have labelled already, for a second opinion"


@dataclass(slots=True)
class AnnotationController:
    """One person before one store. Nothing is decided here: it carries between the session and the store."""

    store: Store
    mode: LabelingMode
    annotator: str
    repeats: float = REPEATS
    clock: Callable[[], float] = time.monotonic
    owner: str = ""
    written: datetime | None = None  # the last write of this desk
    paces: list[float] = field(default_factory=list)  # seconds of each decision of this desk
    _census: ProgressCounter = field(init=False)
    _since: float = 0.0  # when the item was shown
    _second: bool = False  # what is undecided is done
    _last_renewal: float = 0.0
    _held: set[str] = field(default_factory=set)  # leased and undecided
    _leased: set[str] = field(default_factory=set)  # all that were, given back together: each time costs a write

    def __post_init__(self) -> None:
        self._census = ProgressCounter(self.store, self.mode, self.clock)

    def open(self) -> AnnotationState:
        """The session at the first sample that is undecided; what killed labelers held is free again."""
        self.owner = self.owner or task_queue.new_owner(self.annotator)
        self._free_the_dead()
        return self._show(open_session(self.mode, self.annotator, tuple(self.store.events(by=self.annotator))))

    def handle(self, session: AnnotationState, wish: UserInput) -> AnnotationState:
        """The session after a wish, with everything that was said in the store; a trouble is told and loses nothing."""
        session = self.flush(session, wish)
        if session.untold and pending_writes(session, wish) and wish is not LabelingAction.QUIT:
            return session  # what was placed could not be kept: that comes first
        before = session.tally.total()
        session = self._hear(session, self._request(session, wish) or interpret(session, wish))
        if session.item is None and not session.finished:
            session = self._show(session, decided=session.tally.total() > before)
        return self._renewed(session)

    def idle(self, session: AnnotationState) -> AnnotationState:
        """While nothing is wished: writes what was placed, and keeps hold of what is before the person."""
        return self._renewed(self.flush(session))

    def flush(self, session: AnnotationState, wish: UserInput | None = None) -> AnnotationState:
        """Writes what was placed and is not written yet, if `wish` (None: a pause) is not to place it further."""
        says = pending_writes(session, wish)
        return self._hear(session, says) if says else session

    def close(self, session: AnnotationState) -> None:
        """Keeps what is not written yet and lets others have what was not decided."""
        self.flush(session)
        self.store.release(self.owner, tuple(self._leased))
        self._held.clear()
        self._leased.clear()

    def sample(self, session: AnnotationState) -> Sample | None:
        """What is before the person; None at the end."""
        return self.store.sample(session.turn.sample_id).sample if session.turn and session.item else None

    def picture(self, session: AnnotationState) -> Image | None:
        """Its picture; None at the end, StoreError when it cannot be read."""
        return self.store.picture(session.turn.sample_id) if session.turn and session.item else None

    def map_path(self, session: AnnotationState) -> Path | None:
        """The class activation map of what is before the person, if one was made."""
        if session.turn is None:
            return None
        path = self.store.folder / "cam" / f"{session.turn.sample_id}.png"
        return path if path.exists() else None

    @property
    def pace(self) -> float | None:
        """Median seconds a decision took at this desk."""
        return statistics.median(self.paces) if self.paces else None

    def _request(self, session: AnnotationState, wish: UserInput) -> Event | None:
        """What only the desk can answer, for it needs the store's folder."""
        if wish is LabelingAction.EXPORT:
            return MessageShown(save_annotation(self.store))
        if wish is LabelingAction.MAP and session.item and self.map_path(session) is None:
            return MessageShown(
                f"there is no class activation map yet; make them with: livecam-train cam {self.store.folder}"
            )
        return None

    def _hear(self, session: AnnotationState, event: Event) -> AnnotationState:
        if not isinstance(event, RecordLabels):
            return apply_event(session, event)
        seconds = round(self.clock() - self._since, 3)
        try:
            kept = self.store.append_events([replace(said, seconds=seconds) for said in event.events])
        except StoreError as error:
            return apply_event(session, MessageShown(str(error)))
        self.written = kept[-1].when
        self.paces += [said.seconds for said in kept if said.action in DECIDING]
        self._held -= {said.sample_id for said in kept if said.action in DECIDING}
        self._census.decided(_fewer(session, kept))
        return self._given_on(apply_event(session, RecordLabels(kept)), kept)

    def _given_on(self, session: AnnotationState, kept: Sequence[LabelEvent]) -> AnnotationState:
        """What was called wrong waits for somebody to place it: it is free at once, the rest when this desk closes."""
        rejected = [said.sample_id for said in kept if said.action is LabelAction.REJECT]
        if not rejected:
            return session
        try:
            self.store.release(self.owner, rejected)
        except StoreError as error:
            return apply_event(session, MessageShown(str(error)))
        return session

    def _show(self, session: AnnotationState, *, decided: bool = False) -> AnnotationState:
        try:
            second = self._second
            if session.turn is None and (turn := self._next(session, decided=decided)):
                session = apply_event(session, ItemQueued(turn))
            session = apply_event(session, self._shown(session))
            if session.item and session.item.is_open and (trouble := self._hold(session.item.assignment)):
                session = apply_event(session, MessageShown(trouble))
            elif self._second and not second:
                session = apply_event(session, MessageShown(_SECOND))
        except StoreError as error:
            session = apply_event(session, MessageShown(str(error)))
        self._since = self.clock()
        return session

    def _shown(self, session: AnnotationState) -> ItemLoaded:
        left, elsewhere = self._left(session)
        if session.turn is None:
            return ItemLoaded(None, left, elsewhere)
        sample = self.store.sample(session.turn.sample_id).sample
        events = tuple(self.store.events(session.turn.sample_id, by=self.annotator))
        return ItemLoaded(labeling_item(sample, events, turn=session.turn, by=self.annotator), left, elsewhere)

    def _next(self, session: AnnotationState, *, decided: bool) -> Assignment | None:
        """A repeat when one is due, else what is undecided, else what only others have decided."""
        if decided and (again := next_repeat(session, self.repeats)):
            return again
        for pool in (*UNDECIDED[self.mode], DECIDED[self.mode]):
            if stored := self._lease(pool):
                self._second = pool.others
                return Assignment(stored.sample.id)
        return None

    def _lease(self, pool: QueueStage) -> StoredSample | None:
        """One more sample; those that were passed over stay held and are not given again."""
        found = self.store.lease(
            self.owner,
            count=1 + len(self._held),
            seconds=task_queue.SECONDS,
            states=pool.states,
            not_labelled_by=self.annotator if pool.others else None,
        )
        fresh = [stored for stored in found if stored.sample.id not in self._held]
        if spare := [stored.sample.id for stored in fresh[1:]]:
            self.store.release(self.owner, spare)
        self._held |= {stored.sample.id for stored in fresh[:1]}
        self._leased |= self._held
        return fresh[0] if fresh else None

    def _renewed(self, session: AnnotationState) -> AnnotationState:
        if not self._held or self.clock() - self._last_renewal < task_queue.SECONDS / 4:
            return session
        self._last_renewal = self.clock()
        try:
            self.store.renew(self.owner, tuple(self._held), task_queue.SECONDS)
        except StoreError as error:
            return apply_event(session, MessageShown(str(error)))
        return session

    def _hold(self, turn: Assignment) -> str:
        """Takes a sample back that was undecided by an undo; says so when somebody else is at it now."""
        if turn.sample_id in self._held or self.store.renew(self.owner, [turn.sample_id], task_queue.SECONDS):
            self._held.add(turn.sample_id)
            self._leased.add(turn.sample_id)
            return ""
        return "somebody else has this picture before them now"

    def _left(self, session: AnnotationState) -> tuple[int, int]:
        """How many are undecided beside the turns there are, and how many of these others hold now."""
        if session.turn is None:
            self._census.at_the_end()
        if self._second:
            return self._census.left_of_others(session.tally.total()), 0
        return self._census.left(len(self._held))

    def _free_the_dead(self) -> None:
        for stored in tuple(self.store.samples(states={SampleState.LEASED})):
            if stored.lease_owner and task_queue.is_stale(stored.lease_owner):
                self.store.release(stored.lease_owner, (stored.sample.id,))


def _fewer(session: AnnotationState, kept: Sequence[LabelEvent]) -> int:
    """By how much fewer samples are undecided."""
    if session.item and session.item.is_open and any(said.action in DECIDING for said in kept):
        return 1
    undone = {said.undone_event for said in kept if said.action is LabelAction.UNDO and not said.is_repeat}
    return -sum(event.number in undone and event.action in DECIDING for event in session.history)


def save_annotation(store: Store) -> str:
    """Writes the tutorial's annotation file into the store's folder; says where, or what went wrong."""
    verdicts = {
        name: MaskVerdict.TRUE if right else MaskVerdict.FALSE for name, right in prediction_verdicts(store).items()
    }
    output = store.folder / "annotation.json"
    try:
        write_atomically(output, annotation(store.folder / "pictures", None, verdicts))
    except OSError as error:
        return f"cannot save {output}: {error.strerror}"
    return f"saved {output}: {len(verdicts)} judged pictures"
