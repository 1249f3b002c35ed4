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
    """One annotator before one store. Nothing is decided here: it carries between the session and the store."""

    store: Store
    mode: LabelingMode
    annotator: str
    repeats: float = REPEATS
    clock: Callable[[], float] = time.monotonic
    owner: str = ""
    written: datetime | None = None  # the last write of this controller
    paces: list[float] = field(default_factory=list)  # seconds of each decision made here
    _progress: ProgressCounter = field(init=False)
    _since: float = 0.0  # when the item was shown
    _second_opinion: bool = False  # what is undecided is done
    _last_renewal: float = 0.0
    _held: set[str] = field(default_factory=set)  # leased and undecided
    _leased: set[str] = field(default_factory=set)  # all that were, given back together: each time costs a write

    def __post_init__(self) -> None:
        self._progress = ProgressCounter(self.store, self.mode, self.clock)

    def open(self) -> AnnotationState:
        """The session at the first sample that is undecided; what killed labelers held is free again."""
        self.owner = self.owner or task_queue.new_owner(self.annotator)
        self._release_stale_leases()
        return self._show(open_session(self.mode, self.annotator, tuple(self.store.events(annotator=self.annotator))))

    def handle(self, session: AnnotationState, user_input: UserInput) -> AnnotationState:
        """The session after an input, with everything that was said stored; an error is shown and loses nothing."""
        session = self.flush(session, user_input)
        if session.unsaved and pending_writes(session, user_input) and user_input is not LabelingAction.QUIT:
            return session  # what was placed could not be kept: that comes first
        before = session.tally.total()
        session = self._apply(session, self._request(session, user_input) or interpret(session, user_input))
        if session.item is None and not session.finished:
            session = self._show(session, decided=session.tally.total() > before)
        return self._renew_leases(session)

    def idle(self, session: AnnotationState) -> AnnotationState:
        """While there is no input: writes what was placed, and renews the leases."""
        return self._renew_leases(self.flush(session))

    def flush(self, session: AnnotationState, user_input: UserInput | None = None) -> AnnotationState:
        """Writes what was placed and is not written yet, unless `user_input` (None: a pause) places it further."""
        pending = pending_writes(session, user_input)
        return self._apply(session, pending) if pending else session

    def close(self, session: AnnotationState) -> None:
        """Keeps what is not written yet and lets others have what was not decided."""
        self.flush(session)
        self.store.release(self.owner, tuple(self._leased))
        self._held.clear()
        self._leased.clear()

    def sample(self, session: AnnotationState) -> Sample | None:
        """What is before the person; None at the end."""
        return self.store.sample(session.assignment.sample_id).sample if session.assignment and session.item else None

    def picture(self, session: AnnotationState) -> Image | None:
        """Its picture; None at the end, StoreError when it cannot be read."""
        return self.store.picture(session.assignment.sample_id) if session.assignment and session.item else None

    def map_path(self, session: AnnotationState) -> Path | None:
        """The class activation map of what is before the person, if one was made."""
        if session.assignment is None:
            return None
        path = self.store.folder / "cam" / f"{session.assignment.sample_id}.png"
        return path if path.exists() else None

    @property
    def pace(self) -> float | None:
        """Median seconds a decision took."""
        return statistics.median(self.paces) if self.paces else None

    def _request(self, session: AnnotationState, user_input: UserInput) -> Event | None:
        """What only the controller can answer, as it needs the store's folder."""
        if user_input is LabelingAction.EXPORT:
            return MessageShown(save_annotation(self.store))
        if user_input is LabelingAction.MAP and session.item and self.map_path(session) is None:
            return MessageShown(
                f"there is no class activation map yet; make them with: livecam-train cam {self.store.folder}"
            )
        return None

    def _apply(self, session: AnnotationState, event: Event) -> AnnotationState:
        if not isinstance(event, RecordLabels):
            return apply_event(session, event)
        seconds = round(self.clock() - self._since, 3)
        try:
            kept = self.store.append_events([replace(label_event, seconds=seconds) for label_event in event.events])
        except StoreError as error:
            return apply_event(session, MessageShown(str(error)))
        self.written = kept[-1].when
        self.paces += [label_event.seconds for label_event in kept if label_event.action in DECIDING]
        self._held -= {label_event.sample_id for label_event in kept if label_event.action in DECIDING}
        self._progress.decided(_fewer(session, kept))
        return self._release_rejected(apply_event(session, RecordLabels(kept)), kept)

    def _release_rejected(self, session: AnnotationState, kept: Sequence[LabelEvent]) -> AnnotationState:
        """What was called wrong waits for somebody to place it: it is free at once, the rest when this closes."""
        rejected = [label_event.sample_id for label_event in kept if label_event.action is LabelAction.REJECT]
        if not rejected:
            return session
        try:
            self.store.release(self.owner, rejected)
        except StoreError as error:
            return apply_event(session, MessageShown(str(error)))
        return session

    def _show(self, session: AnnotationState, *, decided: bool = False) -> AnnotationState:
        try:
            had_second_opinion = self._second_opinion
            if session.assignment is None and (assignment := self._next(session, decided=decided)):
                session = apply_event(session, ItemQueued(assignment))
            session = apply_event(session, self._load_item(session))
            if session.item and session.item.is_open and (problem := self._hold(session.item.assignment)):
                session = apply_event(session, MessageShown(problem))
            elif self._second_opinion and not had_second_opinion:
                session = apply_event(session, MessageShown(_SECOND))
        except StoreError as error:
            session = apply_event(session, MessageShown(str(error)))
        self._since = self.clock()
        return session

    def _load_item(self, session: AnnotationState) -> ItemLoaded:
        left, elsewhere = self._left(session)
        if session.assignment is None:
            return ItemLoaded(None, left, elsewhere)
        sample = self.store.sample(session.assignment.sample_id).sample
        events = tuple(self.store.events(session.assignment.sample_id, annotator=self.annotator))
        return ItemLoaded(
            labeling_item(sample, events, assignment=session.assignment, annotator=self.annotator), left, elsewhere
        )

    def _next(self, session: AnnotationState, *, decided: bool) -> Assignment | None:
        """A repeat when one is due, else what is undecided, else what only others have decided."""
        if decided and (again := next_repeat(session, self.repeats)):
            return again
        for stage in (*UNDECIDED[self.mode], DECIDED[self.mode]):
            if stored := self._lease(stage):
                self._second_opinion = stage.others
                return Assignment(stored.sample.id)
        return None

    def _lease(self, stage: QueueStage) -> StoredSample | None:
        """One more sample; those that were passed over stay held and are not given again."""
        found = self.store.lease(
            self.owner,
            count=1 + len(self._held),
            seconds=task_queue.SECONDS,
            states=stage.states,
            not_labelled_by=self.annotator if stage.others else None,
        )
        fresh = [stored for stored in found if stored.sample.id not in self._held]
        if spare := [stored.sample.id for stored in fresh[1:]]:
            self.store.release(self.owner, spare)
        self._held |= {stored.sample.id for stored in fresh[:1]}
        self._leased |= self._held
        return fresh[0] if fresh else None

    def _renew_leases(self, session: AnnotationState) -> AnnotationState:
        if not self._held or self.clock() - self._last_renewal < task_queue.SECONDS / 4:
            return session
        self._last_renewal = self.clock()
        try:
            self.store.renew(self.owner, tuple(self._held), task_queue.SECONDS)
        except StoreError as error:
            return apply_event(session, MessageShown(str(error)))
        return session

    def _hold(self, assignment: Assignment) -> str:
        """Takes a sample back that was undecided by an undo; says so when somebody else is at it now."""
        if assignment.sample_id in self._held or self.store.renew(
            self.owner, [assignment.sample_id], task_queue.SECONDS
        ):
            self._held.add(assignment.sample_id)
            self._leased.add(assignment.sample_id)
            return ""
        return "somebody else has this picture before them now"

    def _left(self, session: AnnotationState) -> tuple[int, int]:
        """How many are undecided beside the assignments there are, and how many of these others hold now."""
        if session.assignment is None:
            self._progress.at_the_end()
        if self._second_opinion:
            return self._progress.left_of_others(session.tally.total()), 0
        return self._progress.left(len(self._held))

    def _release_stale_leases(self) -> None:
        for stored in tuple(self.store.samples(states={SampleState.LEASED})):
            if stored.lease_owner and task_queue.is_stale(stored.lease_owner):
                self.store.release(stored.lease_owner, (stored.sample.id,))


def _fewer(session: AnnotationState, kept: Sequence[LabelEvent]) -> int:
    """By how much fewer samples are undecided."""
    if session.item and session.item.is_open and any(label_event.action in DECIDING for label_event in kept):
        return 1
    undone = {
        label_event.undone_event
        for label_event in kept
        if label_event.action is LabelAction.UNDO and not label_event.is_repeat
    }
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
