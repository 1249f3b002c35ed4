"""The state of a mask review as a fold of events, without a window; nothing is ever overwritten."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import reduce

from labeler.formats.tutorial import MaskVerdict
from labeler.session.actions import LabelingAction
from labeler.texts.catalogue import Language, text

MOST_ZOOM = 12


class ReviewPanel(StrEnum):
    """What is shown over the picture."""

    NONE = "none"
    HELP = "help"
    LABELS = "labels"


@dataclass(frozen=True, slots=True)
class MaskJudged:
    item: str
    verdict: MaskVerdict


@dataclass(frozen=True, slots=True)
class JudgementUndone:
    """Takes back the last judgement that still stands."""


@dataclass(frozen=True, slots=True)
class PairChanged:
    step: int


@dataclass(frozen=True, slots=True)
class ZoomChanged:
    level: int


@dataclass(frozen=True, slots=True)
class PanelOpened:
    panel: ReviewPanel


@dataclass(frozen=True, slots=True)
class ReviewMessage:
    """Something to say to the person, until the next event."""

    text: str


@dataclass(frozen=True, slots=True)
class ReviewEnded:
    """The person has had enough for now."""


Decision = MaskJudged | JudgementUndone  # what a journal keeps
Event = Decision | PairChanged | ZoomChanged | PanelOpened | ReviewMessage | ReviewEnded


@dataclass(frozen=True, slots=True)
class ReviewState:
    """Pictures in order, the judgements that stand, oldest first, and what is being looked at.

    A `position` of len(items) is the end: the summary.
    """

    items: tuple[str, ...]
    history: tuple[MaskJudged, ...] = ()
    position: int = 0
    zoom: int = 0
    panel: ReviewPanel = ReviewPanel.NONE
    notice: str = ""
    language: Language = Language.ENGLISH
    finished: bool = False

    @property
    def current(self) -> str | None:
        """The picture being looked at; None at the end."""
        return self.items[self.position] if self.position < len(self.items) else None

    @property
    def verdicts(self) -> Mapping[str, MaskVerdict]:
        """The latest verdict on each picture of this session that has one, in the order of the pictures."""
        latest = {judged.item: judged.verdict for judged in self.history}
        return {item: latest[item] for item in self.items if item in latest}

    @property
    def first_undecided(self) -> int:
        """The position of the first picture without a verdict; the end when all have one."""
        verdicts = self.verdicts
        return next((index for index, item in enumerate(self.items) if item not in verdicts), len(self.items))


def resumed(items: Iterable[str], past: Iterable[Decision]) -> ReviewState:
    """A session that goes on where `past` stopped: at the first picture that nobody has decided.

    Judgements of pictures that are not among `items` are kept and do nothing.
    """
    session = reduce(after, past, ReviewState(tuple(items)))
    return replace(session, position=session.first_undecided)


def meaning(session: ReviewState, action: LabelingAction) -> Event:
    """What an action means in this state. Saving is left to the caller: here it changes nothing."""
    if action in _VERDICTS:
        return _judgement(session, _VERDICTS[action])
    if action is LabelingAction.UNDO:
        return JudgementUndone() if session.history else ReviewMessage(text(session.language, "notice.no undo"))
    if action in _ZOOMS:
        step = _ZOOMS[action]
        return ZoomChanged(session.zoom + step if step else 0)
    if action in _PANELS:
        return PanelOpened(ReviewPanel.NONE if session.panel is _PANELS[action] else _PANELS[action])
    return _PLAIN.get(action, ReviewMessage(""))


def _judgement(session: ReviewState, verdict: MaskVerdict) -> Event:
    if session.current is None:
        return ReviewMessage(text(session.language, "notice.at the end"))
    return MaskJudged(session.current, verdict)


def after(session: ReviewState, event: Event) -> ReviewState:
    """The state after an event."""
    session = replace(session, notice="")
    match event:
        case MaskJudged():
            return _judge(session, event)
        case JudgementUndone():
            return _undo(session)
        case PairChanged(step):
            return _move(session, step)
        case _:
            return _look(session, event)


def _look(session: ReviewState, event: ZoomChanged | PanelOpened | ReviewMessage | ReviewEnded) -> ReviewState:
    match event:
        case ZoomChanged(level):
            return replace(session, zoom=min(max(level, 0), MOST_ZOOM))
        case PanelOpened(panel):
            return replace(session, panel=panel)
        case ReviewMessage(text):
            return replace(session, notice=text)
        case ReviewEnded():
            return replace(session, finished=True)


def _judge(session: ReviewState, judged: MaskJudged) -> ReviewState:
    decided = replace(session, history=(*session.history, judged))
    return _move(decided, 1 if judged.item == session.current else 0)


def _move(session: ReviewState, step: int) -> ReviewState:
    """Stops at either end: going round would show decided pictures as if they were new."""
    return replace(session, position=min(max(session.position + step, 0), len(session.items)), panel=ReviewPanel.NONE)


def _undo(session: ReviewState) -> ReviewState:
    if not session.history:
        return session
    *history, last = session.history
    position = session.items.index(last.item) if last.item in session.items else session.position
    return replace(session, history=tuple(history), position=position, panel=ReviewPanel.NONE)


_VERDICTS = {
    LabelingAction.ACCEPT: MaskVerdict.TRUE,
    LabelingAction.REJECT: MaskVerdict.FALSE,
    LabelingAction.SKIP: MaskVerdict.SKIPPED,
}
_ZOOMS = {LabelingAction.ZOOM_IN: 1, LabelingAction.ZOOM_OUT: -1, LabelingAction.ZOOM_RESET: 0}
_PANELS = {LabelingAction.HELP: ReviewPanel.HELP, LabelingAction.LABELS: ReviewPanel.LABELS}
_PLAIN: dict[LabelingAction, Event] = {
    LabelingAction.NEXT: PairChanged(1),
    LabelingAction.PREVIOUS: PairChanged(-1),
    LabelingAction.QUIT: ReviewEnded(),
}
