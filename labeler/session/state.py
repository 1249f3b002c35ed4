"""The state of a labeling session as a fold of events, without a window or a store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import reduce

from labeler.session.actions import LabelingMode
from labeler.session.item import Assignment, EyeAnnotation, LabelingItem, SaveState
from labeler.texts.catalogue import Language, text
from livecam.core.types import Side
from livecam.store.labels import SIDES
from livecam.store.resolution import DECIDING, standing_events
from livecam.store.samples import EYE_VERBS, LabelAction, LabelEvent, SampleState

MOST_ZOOM, LEAST_ZOOM = 10, -6


class SidePanel(StrEnum):
    """What is shown over the picture."""

    NONE = "none"
    HELP = "help"
    LABELS = "labels"
    MAP = "map"


class Contrast(StrEnum):
    """How the picture is shown; what is stored never changes."""

    PLAIN = "plain"
    STRETCHED = "stretched"
    BRIGHT = "bright"


@dataclass(frozen=True, slots=True)
class ViewState:
    """How things are shown; it stays from picture to picture."""

    zoom: int = 0
    contrast: Contrast = Contrast.PLAIN
    smooth: bool = True
    landmarks: bool = False
    bare: bool = False
    panel: SidePanel = SidePanel.NONE


@dataclass(frozen=True, slots=True)
class RecordLabels:
    """What is to be kept, together or not at all; the store gives the numbers."""

    events: tuple[LabelEvent, ...]


@dataclass(frozen=True, slots=True)
class EyeEdited:
    """An eye was moved a little; it is kept when the person goes on to something else."""

    side: Side
    annotation: EyeAnnotation


@dataclass(frozen=True, slots=True)
class Navigated:
    step: int


@dataclass(frozen=True, slots=True)
class EyeSelected:
    """The keys now go to this eye."""

    side: Side
    why: str = ""


@dataclass(frozen=True, slots=True)
class ViewChanged:
    view: ViewState


@dataclass(frozen=True, slots=True)
class MessageShown:
    """Something to say to the person, until the next event."""

    text: str


@dataclass(frozen=True, slots=True)
class Quit:
    """The person has had enough for now."""


@dataclass(frozen=True, slots=True)
class ItemQueued:
    """One more assignment at the end of the list."""

    assignment: Assignment


@dataclass(frozen=True, slots=True)
class ItemOpened:
    """This assignment is to be before the person now: where it stands in the list, else here."""

    assignment: Assignment


@dataclass(frozen=True, slots=True)
class ItemLoaded:
    """The sample of the current assignment is before the person now, and so many are left after it."""

    item: LabelingItem | None  # None at the end
    left: int
    elsewhere: int = 0  # of these, how many somebody else has before them now


Event = (
    RecordLabels
    | EyeEdited
    | Navigated
    | EyeSelected
    | ViewChanged
    | MessageShown
    | Quit
    | ItemQueued
    | ItemOpened
    | ItemLoaded
)


@dataclass(frozen=True, slots=True)
class AnnotationState:
    """Assignments in order, what is before the person, and everything this person ever said that still stands.

    A `position` of len(assignments) is the end: the summary. `item` is None there, and from a move to
    the next `ItemLoaded`.
    """

    mode: LabelingMode
    annotator: str
    assignments: tuple[Assignment, ...] = ()
    position: int = 0
    item: LabelingItem | None = None
    annotations: Mapping[Side, EyeAnnotation] = field(
        default_factory=dict
    )  # of each eye of the item, also what is not written yet
    eye: Side = SIDES[0]
    history: tuple[LabelEvent, ...] = ()
    latest: Mapping[Assignment, LabelEvent] = field(default_factory=dict)  # the decision of each, a fold of the history
    tally: Counter[SampleState] = field(
        default_factory=Counter
    )  # samples labelled, rejected, skipped; repeats left out
    showing: int = 0  # rises with every picture that comes before the person
    left: int = 0
    elsewhere: int = 0
    view: ViewState = ViewState()
    message: str = ""
    finished: bool = False
    language: Language = Language.ENGLISH  # of messages

    @property
    def assignment(self) -> Assignment | None:
        """What is being looked at; None at the end."""
        return self.assignments[self.position] if self.position < len(self.assignments) else None

    @property
    def unsaved(self) -> tuple[Side, ...]:
        """The eyes of which something was said that is not written yet."""
        return tuple(
            side
            for side in SIDES
            if side in self.annotations and self.annotations[side].save_state is SaveState.TOUCHED
        )

    @property
    def decisions(self) -> Mapping[Assignment, LabelEvent]:
        """This person's latest decision on each assignment, in the order in which they were made.

        A prediction called wrong in review is not decided for annotate: its place is still to be given.
        """
        if self.mode is LabelingMode.REVIEW:
            return self.latest
        return {assignment: event for assignment, event in self.latest.items() if _is_decided(self.mode, event)}


def open_session(mode: LabelingMode, annotator: str, events: tuple[LabelEvent, ...]) -> AnnotationState:
    """A session that goes on after all that `annotator` has said before: `events` are that person's, oldest first.

    Its assignments are those that were decided before, to go back to; the position is behind them.
    """
    history = standing_events(events)
    latest: dict[Assignment, LabelEvent] = {}
    for event in history:
        _count_decision(latest, event, mode)
    session = AnnotationState(mode, annotator, history=history, latest=latest)
    tally = Counter(DECIDING[event.action] for event in session.decisions.values() if not event.is_repeat)
    session = replace(session, tally=tally)
    assignments = tuple(session.decisions)
    return replace(session, assignments=assignments, position=len(assignments))


def _count_decision(latest: dict[Assignment, LabelEvent], event: LabelEvent, mode: LabelingMode) -> None:
    """The last decision of an assignment counts; a skip hides none that was made before."""
    if event.action not in DECIDING:
        return
    assignment = Assignment(event.sample_id, event.is_repeat)
    before = latest.get(assignment)
    # Where eyes are placed, a prediction that was called wrong is not decided yet.
    open_still = {LabelAction.SKIP, *({LabelAction.REJECT} if mode is LabelingMode.ANNOTATE else ())}
    if event.action is LabelAction.SKIP and before is not None and before.action not in open_still:
        return
    latest.pop(assignment, None)
    latest[assignment] = event


def apply_event(session: AnnotationState, event: Event) -> AnnotationState:
    """The state after an event; `RecordLabels` counts once it has the store's numbers."""
    if not isinstance(event, ItemQueued | ItemOpened | ItemLoaded):
        session = replace(session, message="")
    match event:
        case RecordLabels(events):
            return reduce(_record, events, session)
        case EyeEdited(side, annotation):
            return replace(session, annotations={**session.annotations, side: annotation}, eye=side)
        case Navigated(step):
            return _move(session, step)
        case ItemQueued(assignment):
            return _add(session, assignment)
        case ItemOpened() | ItemLoaded():
            return _bring(session, event)
        case _:
            return _apply_view(session, event)


def _bring(session: AnnotationState, event: ItemOpened | ItemLoaded) -> AnnotationState:
    if isinstance(event, ItemOpened):
        return _open(session, event.assignment)
    item = event.item
    session = replace(session, item=item, left=event.left, elsewhere=event.elsewhere, showing=session.showing + 1)
    return replace(session, annotations=item.annotations if item else {}, eye=SIDES[0])


def _add(session: AnnotationState, assignment: Assignment) -> AnnotationState:
    """At the end, and nowhere else: a sample that somebody rejected after this person's label is asked anew."""
    if assignment not in session.assignments:
        return replace(session, assignments=(*session.assignments, assignment))
    before = sum(other == assignment for other in session.assignments[: session.position])
    assignments = (*(other for other in session.assignments if other != assignment), assignment)
    return replace(session, assignments=assignments, position=session.position - before)


def _apply_view(session: AnnotationState, event: EyeSelected | ViewChanged | MessageShown | Quit) -> AnnotationState:
    match event:
        case EyeSelected(side, why):
            return replace(session, eye=side, message=why)
        case ViewChanged(view):
            return replace(session, view=replace(view, zoom=min(max(view.zoom, LEAST_ZOOM), MOST_ZOOM)))
        case MessageShown(text):
            return replace(session, message=text)
        case Quit():
            return replace(session, finished=True)


def _record(session: AnnotationState, event: LabelEvent) -> AnnotationState:
    if event.action is LabelAction.UNDO:
        return _undo(session, event)
    session = replace(session, history=(*session.history, event))
    if event.action in DECIDING:
        latest = dict(session.latest)
        _count_decision(latest, event, session.mode)
        session = _with_latest(session, latest, Assignment(event.sample_id, event.is_repeat))
    if Assignment(event.sample_id, event.is_repeat) != session.assignment:
        return session
    if event.action in EYE_VERBS and event.side is not None:
        annotation = EyeAnnotation(event.action, event.point, event.radius, SaveState.KEPT)
        return replace(session, annotations={**session.annotations, event.side: annotation}, eye=event.side)
    return _move(session, 1) if event.action in DECIDING else session


def _undo(session: AnnotationState, undo: LabelEvent) -> AnnotationState:
    """What was taken back is before the person again; the item is to be shown anew."""
    taken = next((event for event in session.history if event.number == undo.undone_event), None)
    history = tuple(event for event in session.history if event is not taken)
    assignment = Assignment(undo.sample_id, undo.is_repeat)
    message = _taken_back(session.language, taken) if taken else ""
    latest = _without(session, assignment, history)
    session = _with_latest(session, latest, assignment)
    return _open(replace(session, history=history, message=message), assignment)


def _taken_back(language: Language, taken: LabelEvent) -> str:
    return text(language, "notice.taken back", action=text(language, f"action.{taken.action.value}"))


def _with_latest(
    session: AnnotationState, latest: Mapping[Assignment, LabelEvent], changed: Assignment
) -> AnnotationState:
    """With the decisions as they are now, which differ in one assignment; the tally is not counted anew for it."""
    tally = Counter(session.tally)
    for decisions, step in ((session.latest, -1), (latest, 1)):
        event = decisions.get(changed)
        if event is not None and not event.is_repeat and _is_decided(session.mode, event):
            tally[DECIDING[event.action]] += step
    return replace(session, latest=latest, tally=+tally)


def _is_decided(mode: LabelingMode, event: LabelEvent) -> bool:
    """Where eyes are placed, a prediction that was called wrong is not decided yet."""
    return mode is LabelingMode.REVIEW or event.action is not LabelAction.REJECT


def _without(
    session: AnnotationState, assignment: Assignment, history: tuple[LabelEvent, ...]
) -> Mapping[Assignment, LabelEvent]:
    """The decisions as `history` has them, where it differs in one assignment only."""
    again: dict[Assignment, LabelEvent] = {}
    for event in history:
        if event.sample_id == assignment.sample_id and event.is_repeat is assignment.repeat:
            _count_decision(again, event, session.mode)
    others = {other: event for other, event in session.latest.items() if other != assignment}
    return dict(sorted({**others, **again}.items(), key=lambda pair: pair[1].number))


def _open(session: AnnotationState, assignment: Assignment) -> AnnotationState:
    assignments, position = session.assignments, session.position
    if assignment not in assignments:
        assignments = (*assignments[:position], assignment, *assignments[position:])
        session = replace(session, assignments=assignments)
    return _move(session, assignments.index(assignment) - position)


def _move(session: AnnotationState, step: int) -> AnnotationState:
    """Stops at either end: going round would show decided samples as if they were new."""
    position = min(max(session.position + step, 0), len(session.assignments))
    view = replace(session.view, panel=SidePanel.NONE)
    return replace(session, position=position, item=None, annotations={}, view=view)
