"""All that labelling samples means, without a window or a store: the state is a fold of events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import reduce

from labeler.samples.actions import Mode
from labeler.samples.item import DECIDING, SIDES, Age, Item, Said, Turn, standing_events
from livecam.core.samples import EYE_VERBS, LabelEvent, SampleState, Verb
from livecam.core.scene import Side

MOST_ZOOM, LEAST_ZOOM = 10, -6


class Panel(StrEnum):
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
class View:
    """How things are shown; it stays from picture to picture."""

    zoom: int = 0
    contrast: Contrast = Contrast.PLAIN
    smooth: bool = True
    landmarks: bool = False
    bare: bool = False
    panel: Panel = Panel.NONE


@dataclass(frozen=True, slots=True)
class Says:
    """What is to be kept, together or not at all; the store gives the numbers."""

    events: tuple[LabelEvent, ...]


@dataclass(frozen=True, slots=True)
class Drafted:
    """An eye was moved a little; it is kept when the person goes on to something else."""

    side: Side
    said: Said


@dataclass(frozen=True, slots=True)
class Moved:
    step: int


@dataclass(frozen=True, slots=True)
class Turned:
    """The keys now go to this eye."""

    side: Side
    why: str = ""


@dataclass(frozen=True, slots=True)
class Viewed:
    view: View


@dataclass(frozen=True, slots=True)
class Told:
    """Something to say to the person, until the next event."""

    text: str


@dataclass(frozen=True, slots=True)
class Left:
    """The person has had enough for now."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """One more turn at the end of the list."""

    turn: Turn


@dataclass(frozen=True, slots=True)
class Shown:
    """The sample of the current turn is before the person now, and so many are left after it."""

    item: Item | None  # None at the end
    left: int
    elsewhere: int = 0  # of these, how many somebody else has before them now


Event = Says | Drafted | Moved | Turned | Viewed | Told | Left | Arrived | Shown


@dataclass(frozen=True, slots=True)
class Session:
    """Turns in order, what is before the person, and everything this person ever said that still stands.

    A `position` of len(turns) is the end: the summary. `item` is None there, and between a move and the next `Shown`.
    """

    mode: Mode
    by: str
    turns: tuple[Turn, ...] = ()
    position: int = 0
    item: Item | None = None
    said: Mapping[Side, Said] = field(default_factory=dict)  # of each eye of the item, also what is not written yet
    eye: Side = SIDES[0]
    history: tuple[LabelEvent, ...] = ()
    left: int = 0
    elsewhere: int = 0
    view: View = View()
    notice: str = ""
    finished: bool = False

    @property
    def turn(self) -> Turn | None:
        """What is being looked at; None at the end."""
        return self.turns[self.position] if self.position < len(self.turns) else None

    @property
    def untold(self) -> tuple[Side, ...]:
        """The eyes of which something was said that is not written yet."""
        return tuple(side for side in SIDES if side in self.said and self.said[side].age is Age.TOUCHED)

    @property
    def decisions(self) -> Mapping[Turn, LabelEvent]:
        """This person's latest decision on each turn, in the order in which they were made.

        A guess called wrong in review is not decided for annotate: its place is still to be given.
        """
        latest: dict[Turn, LabelEvent] = {}
        for event in self.history:
            if event.verb in DECIDING:
                latest.pop(turn := Turn(event.sample_id, event.repeat), None)
                latest[turn] = event
        open_still = {Verb.REJECT} if self.mode is Mode.ANNOTATE else set()
        return {turn: event for turn, event in latest.items() if event.verb not in open_still}

    @property
    def tally(self) -> Counter[SampleState]:
        """How many samples this person has labelled, rejected and skipped, repeats left out."""
        return Counter(DECIDING[event.verb] for turn, event in self.decisions.items() if not turn.repeat)


def opened(mode: Mode, by: str, events: tuple[LabelEvent, ...]) -> Session:
    """A session that goes on after all that `by` has said before: `events` are that person's, oldest first.

    Its turns are those that were decided before, to go back to; the position is behind them.
    """
    session = Session(mode, by, history=standing_events(events))
    turns = tuple(session.decisions)
    return replace(session, turns=turns, position=len(turns))


def after(session: Session, event: Event) -> Session:
    """The state after an event; what was `Said` counts once it has the store's numbers."""
    if not isinstance(event, Arrived | Shown):
        session = replace(session, notice="")
    match event:
        case Says(events):
            return reduce(_hear, events, session)
        case Drafted(side, said):
            return replace(session, said={**session.said, side: said}, eye=side)
        case Moved(step):
            return _move(session, step)
        case Arrived(turn):
            return _add(session, turn)
        case Shown(item, left, elsewhere):
            drafts = item.said if item else {}
            return replace(session, item=item, said=drafts, left=left, elsewhere=elsewhere, eye=SIDES[0])
        case _:
            return _look(session, event)


def _add(session: Session, turn: Turn) -> Session:
    """At the end, and nowhere else: a sample that somebody rejected after this person's label is asked anew."""
    before = sum(other == turn for other in session.turns[: session.position])
    turns = (*(other for other in session.turns if other != turn), turn)
    return replace(session, turns=turns, position=session.position - before)


def _look(session: Session, event: Turned | Viewed | Told | Left) -> Session:
    match event:
        case Turned(side, why):
            return replace(session, eye=side, notice=why)
        case Viewed(view):
            return replace(session, view=replace(view, zoom=min(max(view.zoom, LEAST_ZOOM), MOST_ZOOM)))
        case Told(text):
            return replace(session, notice=text)
        case Left():
            return replace(session, finished=True)


def _hear(session: Session, event: LabelEvent) -> Session:
    if event.verb is Verb.UNDO:
        return _undo(session, event)
    session = replace(session, history=(*session.history, event))
    if Turn(event.sample_id, event.repeat) != session.turn:
        return session
    if event.verb in EYE_VERBS and event.side is not None:
        said = Said(event.verb, event.point, event.radius, Age.KEPT)
        return replace(session, said={**session.said, event.side: said}, eye=event.side)
    return _move(session, 1) if event.verb in DECIDING else session


def _undo(session: Session, undo: LabelEvent) -> Session:
    """What was taken back is before the person again; the item is to be shown anew."""
    taken = next((event for event in session.history if event.number == undo.undoes), None)
    history = tuple(event for event in session.history if event is not taken)
    turn = Turn(undo.sample_id, undo.repeat)
    turns, position = session.turns, session.position
    if turn not in turns:
        turns = (*turns[:position], turn, *turns[position:])
    notice = f"taken back: {taken.verb.value}" if taken else ""
    session = replace(session, history=history, turns=turns, notice=notice)
    return _move(session, turns.index(turn) - position)


def _move(session: Session, step: int) -> Session:
    """Stops at either end: going round would show decided samples as if they were new."""
    position = min(max(session.position + step, 0), len(session.turns))
    view = replace(session.view, panel=Panel.NONE)
    return replace(session, position=position, item=None, said={}, view=view)
