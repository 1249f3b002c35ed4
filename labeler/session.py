"""All that judging pictures means, without a window: the state is a fold of events, and nothing is ever overwritten."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import reduce

from labeler.actions import Action

MOST_ZOOM = 12


class Verdict(StrEnum):
    """Whether the predicted label is right; a skipped picture is left out of what is exported."""

    TRUE = "true"
    FALSE = "false"
    SKIPPED = "skipped"


class Panel(StrEnum):
    """What is shown over the picture."""

    NONE = "none"
    HELP = "help"
    LABELS = "labels"


@dataclass(frozen=True, slots=True)
class Judged:
    item: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Undone:
    """Takes back the last judgement that still stands."""


@dataclass(frozen=True, slots=True)
class Moved:
    step: int


@dataclass(frozen=True, slots=True)
class Zoomed:
    level: int


@dataclass(frozen=True, slots=True)
class Opened:
    panel: Panel


@dataclass(frozen=True, slots=True)
class Told:
    """Something to say to the person, until the next event."""

    text: str


@dataclass(frozen=True, slots=True)
class Left:
    """The person has had enough for now."""


Decision = Judged | Undone  # what a journal keeps
Event = Decision | Moved | Zoomed | Opened | Told | Left


@dataclass(frozen=True, slots=True)
class Session:
    """Pictures in order, the judgements that stand, oldest first, and what is being looked at.

    A `position` of len(items) is the end: the summary.
    """

    items: tuple[str, ...]
    history: tuple[Judged, ...] = ()
    position: int = 0
    zoom: int = 0
    panel: Panel = Panel.NONE
    notice: str = ""
    finished: bool = False

    @property
    def current(self) -> str | None:
        """The picture being looked at; None at the end."""
        return self.items[self.position] if self.position < len(self.items) else None

    @property
    def verdicts(self) -> Mapping[str, Verdict]:
        """The latest verdict on each picture of this session that has one, in the order of the pictures."""
        latest = {judged.item: judged.verdict for judged in self.history}
        return {item: latest[item] for item in self.items if item in latest}

    @property
    def first_undecided(self) -> int:
        """The position of the first picture without a verdict; the end when all have one."""
        verdicts = self.verdicts
        return next((index for index, item in enumerate(self.items) if item not in verdicts), len(self.items))


def resumed(items: Iterable[str], past: Iterable[Decision]) -> Session:
    """A session that goes on where `past` stopped: at the first picture that nobody has decided.

    Judgements of pictures that are not among `items` are kept and do nothing.
    """
    session = reduce(after, past, Session(tuple(items)))
    return replace(session, position=session.first_undecided)


def meaning(session: Session, action: Action) -> Event:
    """What an action means in this state. Saving is left to the caller: here it changes nothing."""
    if action in _VERDICTS:
        return _judgement(session, _VERDICTS[action])
    if action is Action.UNDO:
        return Undone() if session.history else Told("there is nothing to undo")
    if action in _ZOOMS:
        step = _ZOOMS[action]
        return Zoomed(session.zoom + step if step else 0)
    if action in _PANELS:
        return Opened(Panel.NONE if session.panel is _PANELS[action] else _PANELS[action])
    return _PLAIN.get(action, Told(""))


def _judgement(session: Session, verdict: Verdict) -> Event:
    if session.current is None:
        return Told("every picture has been shown; p goes back, esc quits")
    return Judged(session.current, verdict)


def after(session: Session, event: Event) -> Session:
    """The state after an event."""
    session = replace(session, notice="")
    match event:
        case Judged():
            return _judge(session, event)
        case Undone():
            return _undo(session)
        case Moved(step):
            return _move(session, step)
        case _:
            return _look(session, event)


def _look(session: Session, event: Zoomed | Opened | Told | Left) -> Session:
    match event:
        case Zoomed(level):
            return replace(session, zoom=min(max(level, 0), MOST_ZOOM))
        case Opened(panel):
            return replace(session, panel=panel)
        case Told(text):
            return replace(session, notice=text)
        case Left():
            return replace(session, finished=True)


def _judge(session: Session, judged: Judged) -> Session:
    decided = replace(session, history=(*session.history, judged))
    return _move(decided, 1 if judged.item == session.current else 0)


def _move(session: Session, step: int) -> Session:
    """Stops at either end: going round would show decided pictures as if they were new."""
    return replace(session, position=min(max(session.position + step, 0), len(session.items)), panel=Panel.NONE)


def _undo(session: Session) -> Session:
    if not session.history:
        return session
    *history, last = session.history
    position = session.items.index(last.item) if last.item in session.items else session.position
    return replace(session, history=tuple(history), position=position, panel=Panel.NONE)


_VERDICTS = {Action.ACCEPT: Verdict.TRUE, Action.REJECT: Verdict.FALSE, Action.SKIP: Verdict.SKIPPED}
_ZOOMS = {Action.ZOOM_IN: 1, Action.ZOOM_OUT: -1, Action.ZOOM_RESET: 0}
_PANELS = {Action.HELP: Panel.HELP, Action.LABELS: Panel.LABELS}
_PLAIN: dict[Action, Event] = {Action.NEXT: Moved(1), Action.PREVIOUS: Moved(-1), Action.QUIT: Left()}
