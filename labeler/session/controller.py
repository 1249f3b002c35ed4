"""The annotation controller: writes what an annotator says to the store before the next sample shows."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from labeler.formats.tutorial import MaskVerdict, annotation
from labeler.session import task_queue
from labeler.session.actions import LabelingAction, LabelingMode, OpenSample, UserInput
from labeler.session.carrying import LabelCarrier
from labeler.session.gold import GoldAnswer, gold_answer, told
from labeler.session.item import Assignment, LabelingItem, labeling_item
from labeler.session.keys import counts
from labeler.session.progress import Overview, ProgressCounter, ReadinessCounter
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
from labeler.session.task_queue import TaskQueue
from labeler.session.transitions import goes_on, interpret, pending_writes
from labeler.texts.catalogue import Language, text
from livecam.core.errors import StoreError
from livecam.core.files import write_atomically
from livecam.core.types import Image
from livecam.settings import LabelSettings
from livecam.store.labels import prediction_verdicts
from livecam.store.resolution import DECIDING
from livecam.store.samples import LabelAction, LabelEvent, Sample, SampleState, StoredSample
from livecam.store.search import SampleFilter
from livecam.store.store import Store


@dataclass(slots=True)
class AnnotationController:
    """One annotator before one store. Nothing is decided here: it carries between the session and the store."""

    store: Store
    mode: LabelingMode
    annotator: str
    settings: LabelSettings = field(default_factory=LabelSettings)
    clock: Callable[[], float] = time.monotonic
    owner: str = ""
    language: Language = Language.ENGLISH  # of what is told
    written: datetime | None = None  # the last write of this controller
    paces: list[float] = field(default_factory=list)  # seconds of each decision made here
    made: list[LabelEvent] = field(default_factory=list)  # the decisions made here
    feedback: GoldAnswer | None = None  # on the latest decision, where its truth was known
    readiness: ReadinessCounter | None = None  # shared by those who label in one store
    before: StoredSample | None = None  # what is before the person, as the store has it
    queue: TaskQueue = field(init=False)
    _readiness: ReadinessCounter = field(init=False)
    _progress: ProgressCounter = field(init=False)
    _carrier: LabelCarrier = field(init=False)
    _since: float = 0.0  # when the item was shown

    def __post_init__(self) -> None:
        self.owner = self.owner or task_queue.new_owner(self.annotator)
        self.queue = TaskQueue(self.store, self.mode, self.annotator, self.owner, self.settings, self.clock)
        self._readiness = self.readiness or ReadinessCounter(self.store, self.clock)
        self._progress = ProgressCounter(self.store, self.mode, self.clock, self._readiness)
        self._carrier = LabelCarrier(self.store, self.settings.carry if self.mode is LabelingMode.ANNOTATE else 0.0)

    def open(self) -> AnnotationState:
        """The session at the first sample that is undecided; what killed labelers held is free again."""
        self.queue.open()
        session = open_session(self.mode, self.annotator, tuple(self.store.events(annotator=self.annotator)))
        return self._show(replace(session, language=self.language))

    def handle(
        self, session: AnnotationState, user_input: UserInput, *, showing: int | None = None, held_down: bool = False
    ) -> AnnotationState:
        """The session after an input, with everything that was said stored; an error is shown and loses nothing.

        `showing` is that of the picture the person looked at, None the one that is there: what was meant for another
        says nothing of this one. `held_down` says that a key repeats itself, which decides nothing.
        """
        unseen = showing is not None and showing != session.showing
        if not _counts(user_input, held_down=held_down, unseen=unseen):
            return session
        session = self.flush(session, user_input)
        if session.unsaved and pending_writes(session, user_input) and user_input is not LabelingAction.QUIT:
            return session  # what was placed could not be kept: that comes first
        before = session.tally.total()
        session = self._apply(session, self._request(session, user_input) or interpret(session, user_input))
        if self.settings.auto_advance and session.item is not None and (following := goes_on(session, user_input)):
            session = self._apply(session, following)
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
        self.queue.close()

    def prefetch(self, session: AnnotationState) -> None:
        """Holds what will come next; a store that is busy is asked again later."""
        with suppress(StoreError):
            self.queue.fill_ahead(session)
            self._progress.refresh()

    def count_ahead(self) -> None:
        """Counts what takes long, which needs no session; a store that is busy is asked again later."""
        with suppress(StoreError):
            self._readiness.refresh()

    def overview(self) -> Overview:
        """How far the whole store is."""
        return self._progress.overview()

    def disputed(self) -> int:
        """Of how many samples somebody says otherwise than what stands."""
        return len(self.store.search(SampleFilter(disputed=True)))

    def ahead(self, session: AnnotationState) -> tuple[StoredSample, LabelingItem] | None:
        """What will most likely come next, held for this person; None when that cannot be foreseen."""
        sample_id = self.queue.look_ahead(session)
        if sample_id is None:
            return None
        return self._item(Assignment(sample_id))

    def sample(self, session: AnnotationState) -> Sample | None:
        """What is before the person; None at the end."""
        return self.before.sample if self.before is not None and session.item is not None else None

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
        """What only the controller can answer, as it needs the store."""
        if isinstance(user_input, OpenSample):
            try:
                self.store.sample(user_input.sample_id)
            except StoreError as error:
                return MessageShown(str(error))
        if user_input is LabelingAction.EXPORT:
            return MessageShown(save_annotation(self.store, session.language))
        if user_input is LabelingAction.MAP and session.item and self.map_path(session) is None:
            return MessageShown(text(session.language, "notice.no map", store=self.store.folder))
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
        decided = [label_event for label_event in kept if label_event.action in DECIDING]
        self.paces += [label_event.seconds for label_event in decided]
        self.made += decided
        self.queue.decided([label_event.sample_id for label_event in decided])
        self._progress.decided(_fewer(session, self.before, kept))
        self.feedback = self._known_answer(decided) if decided else self.feedback
        return self._release(apply_event(session, RecordLabels(kept)), decided)

    def _release(self, session: AnnotationState, decided: Sequence[LabelEvent]) -> AnnotationState:
        """What was called wrong or skipped waits for somebody else: it is free at once, the rest when this closes."""
        waits = {LabelAction.REJECT, LabelAction.SKIP}
        if not (free := [label_event.sample_id for label_event in decided if label_event.action in waits]):
            return session
        try:
            self.queue.release(free)
        except StoreError as error:
            return apply_event(session, MessageShown(str(error)))
        return session

    def _show(self, session: AnnotationState, *, decided: bool = False) -> AnnotationState:
        try:
            had_second_opinion = self.queue.second_opinion
            if session.assignment is None and (assignment := self.queue.next(session, decided=decided)):
                session = apply_event(session, ItemQueued(assignment))
            session = apply_event(session, self._load_item(session))
            if problem := self._problem(session):
                session = apply_event(session, MessageShown(problem))
            elif self.queue.second_opinion and not had_second_opinion:
                session = apply_event(session, MessageShown(text(session.language, "notice.second")))
            elif decided and self.feedback is not None:
                session = apply_event(session, MessageShown(told(self.feedback, session.language)))
        except StoreError as error:
            session = apply_event(session, MessageShown(str(error)))
        self._since = self.clock()
        return session

    def _problem(self, session: AnnotationState) -> str:
        """What keeps the person from deciding this; a known sample is nobody's alone."""
        if session.item is None or not session.item.is_open or (self.before and self.before.resolved.gold):
            return ""
        held = self.queue.hold(session.item.assignment.sample_id)
        return "" if held else text(session.language, "notice.held")

    def _load_item(self, session: AnnotationState) -> ItemLoaded:
        left, elsewhere = self._left(session)
        if session.assignment is None:
            self.before = None
            return ItemLoaded(None, left, elsewhere)
        self.before, item = self._item(session.assignment)
        return ItemLoaded(item, left, elsewhere)

    def _item(self, assignment: Assignment) -> tuple[StoredSample, LabelingItem]:
        stored = self.store.sample(assignment.sample_id)
        events = tuple(self.store.events(assignment.sample_id))
        waits = stored.resolved.state is not SampleState.LABELLED and not assignment.repeat
        item = labeling_item(
            stored.sample,
            events,
            assignment=assignment,
            annotator=self.annotator,
            mode=self.mode,
            showing=self.queue.showing(assignment.sample_id, stored),
            carried=self._carrier.carried_to(stored) if waits else None,
        )
        return stored, item

    def _renew_leases(self, session: AnnotationState) -> AnnotationState:
        try:
            self.queue.renew()
        except StoreError as error:
            return apply_event(session, MessageShown(str(error)))
        return session

    def _left(self, session: AnnotationState) -> tuple[int, int]:
        """How many are undecided beside the assignments there are, and how many of these others hold now."""
        if session.assignment is None:
            self._progress.at_the_end()
        if self.queue.second_opinion:
            drawn = len(self.store.gold_samples(self.annotator, drawn_only=True))
            return self._progress.left_of_others(session.tally.total() + drawn), 0
        return self._progress.left(self.queue.given, len(self.queue.held), session.tally)

    def _known_answer(self, decided: Sequence[LabelEvent]) -> GoldAnswer | None:
        """How near the truth a decision was, where the truth is known and may be told."""
        stored = self.before
        if stored is None or not decided or not self.settings.feedback or not stored.resolved.gold:
            return None
        return gold_answer(stored.sample, stored.resolved, self.store.events(stored.sample.id), self.annotator)


def _counts(user_input: UserInput, *, held_down: bool, unseen: bool) -> bool:
    if isinstance(user_input, LabelingAction):
        return counts(user_input, repeated=held_down, unseen=unseen)
    return not unseen or isinstance(user_input, OpenSample)


_UNDECIDED = {SampleState.NEW, SampleState.LEASED, SampleState.SKIPPED, SampleState.REJECTED}


def _fewer(session: AnnotationState, before: StoredSample | None, kept: Sequence[LabelEvent]) -> int:
    """By how much fewer samples are undecided."""
    if session.item and session.item.is_open and any(label_event.action in DECIDING for label_event in kept):
        return int(before is not None and before.state in _UNDECIDED)
    undone = {
        label_event.undone_event
        for label_event in kept
        if label_event.action is LabelAction.UNDO and not label_event.is_repeat
    }
    return -sum(event.number in undone and event.action in DECIDING for event in session.history)


def save_annotation(store: Store, language: Language = Language.ENGLISH) -> str:
    """Writes the tutorial's annotation file into the store's folder; says where, or what went wrong."""
    verdicts = {
        name: MaskVerdict.TRUE if right else MaskVerdict.FALSE for name, right in prediction_verdicts(store).items()
    }
    output = store.folder / "annotation.json"
    try:
        write_atomically(output, annotation(store.folder / "pictures", None, verdicts))
    except OSError as error:
        return text(language, "notice.not saved", file=output, why=error.strerror)
    return text(language, "notice.saved", file=output, count=len(verdicts))
