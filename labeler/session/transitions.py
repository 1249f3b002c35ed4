"""State transitions of a labeling session: what an input means in a state; pure functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from labeler.session.actions import (
    Comment,
    LabelingAction,
    LabelingMode,
    OpenSample,
    PlacePupil,
    ResizeIris,
    SetRadius,
    UserInput,
)
from labeler.session.item import Assignment, EyeAnnotation, LabelingItem, SaveState
from labeler.session.state import (
    AnnotationState,
    Contrast,
    Event,
    EyeEdited,
    EyeSelected,
    ItemOpened,
    MessageShown,
    Navigated,
    Quit,
    RecordLabels,
    SidePanel,
    ViewChanged,
    ViewState,
)
from labeler.texts.catalogue import text
from livecam.core.types import Point, Side
from livecam.store.labels import SIDES
from livecam.store.resolution import DECIDING
from livecam.store.samples import LabelAction, LabelEvent

STEP, LITTLE_STEP = 0.5, 0.1  # picture pixels
RADIUS_STEP = 0.25
_SMALLEST, _LARGEST = 0.02, 0.3  # radii, pupil distances


def interpret(session: AnnotationState, user_input: UserInput) -> Event:
    """What an input means now. Exporting, and whether there is a map to show, is left to the caller."""
    if isinstance(user_input, OpenSample):
        return ItemOpened(Assignment(user_input.sample_id))
    if isinstance(user_input, Comment):
        return _comment(session, user_input.text)
    if not isinstance(user_input, LabelingAction) or user_input in _DRAWING:
        return _edit(session, user_input)
    return _action(session, user_input)


def _action(session: AnnotationState, user_input: LabelingAction) -> Event:
    if user_input in _DECISIONS:
        return _decision(session, _DECISIONS[user_input])
    if user_input is LabelingAction.UNDO:
        return _undo(session)
    if user_input in _VIEWS:
        return ViewChanged(_VIEWS[user_input](session.view))
    return _PLAIN.get(user_input, MessageShown(""))


def pending_writes(session: AnnotationState, user_input: UserInput | None) -> RecordLabels | None:
    """What has to be kept before `user_input` (None: a pause), so that nothing placed can be lost.

    Small steps in a row become one event; an accept keeps them with itself.
    """
    going_on = (
        isinstance(user_input, ResizeIris | SetRadius)
        or user_input in _MOVES
        or user_input in _WIDTHS
        or user_input is LabelingAction.ACCEPT
    )
    if session.item is None or not session.unsaved or going_on:
        return None
    return RecordLabels(_eyes(session, session.item, save_states={SaveState.TOUCHED}))


def _edit(session: AnnotationState, user_input: PlacePupil | ResizeIris | SetRadius | LabelingAction) -> Event:
    item = session.item
    if item is None or session.mode is LabelingMode.REVIEW:
        return MessageShown("" if item else _at_the_end(session))
    if isinstance(user_input, PlacePupil):
        radius = _current_circle(session, item, user_input.side).radius
        return _keep(
            session, item, user_input.side, EyeAnnotation(LabelAction.POINT, _inside(item, user_input.point), radius)
        )
    if user_input is LabelingAction.BOTH_CLOSED:
        closed = (_eye(session, item, side, EyeAnnotation(LabelAction.CLOSED)) for side in SIDES)
        return RecordLabels((*closed, _accepted(session, item)))
    if isinstance(user_input, SetRadius):
        return _with_radius(session, item, user_input.side, user_input.radius)
    if isinstance(user_input, ResizeIris):
        return _resized(session, item, user_input.side, user_input.steps)
    return _key(session, item, user_input)


def _key(session: AnnotationState, item: LabelingItem, user_input: LabelingAction) -> Event:
    if user_input in _WIDTHS:
        return _resized(session, item, session.eye, _WIDTHS[user_input])
    if user_input in _STATES:
        return _keep(session, item, session.eye, EyeAnnotation(_STATES[user_input]))
    if user_input in _MOVES:
        return _nudged(session, item, *_MOVES[user_input])
    return EyeSelected(_other(session.eye))


def _nudged(session: AnnotationState, item: LabelingItem, x: float, y: float) -> EyeEdited:
    drawn = _current_circle(session, item, session.eye)
    assert drawn.point is not None
    point = _inside(item, Point(round(drawn.point.x + x, 3), round(drawn.point.y + y, 3)))
    return EyeEdited(session.eye, replace(drawn, point=point, save_state=SaveState.TOUCHED))


def _resized(session: AnnotationState, item: LabelingItem, side: Side, steps: int) -> EyeEdited:
    drawn = _current_circle(session, item, side).radius
    assert drawn is not None
    return _with_radius(session, item, side, drawn + steps * RADIUS_STEP)


def _with_radius(session: AnnotationState, item: LabelingItem, side: Side, wanted: float) -> EyeEdited:
    radius = min(max(wanted, _SMALLEST * item.unit), _LARGEST * item.unit)
    drawn = replace(_current_circle(session, item, side), radius=round(radius, 3), save_state=SaveState.TOUCHED)
    return EyeEdited(side, drawn)


def _current_circle(session: AnnotationState, item: LabelingItem, side: Side) -> EyeAnnotation:
    """The circle of an eye as it is, or where placing it begins."""
    annotation = session.annotations.get(side)
    if annotation is None or annotation.action is not LabelAction.POINT:
        return item.start(side)
    return annotation if annotation.radius else replace(annotation, radius=item.radius(side))


def _keep(session: AnnotationState, item: LabelingItem, side: Side, annotation: EyeAnnotation) -> RecordLabels:
    return RecordLabels((_eye(session, item, side, annotation),))


def goes_on(session: AnnotationState, user_input: UserInput) -> Event | None:
    """What follows a click by itself: the other eye is next, and after both the sample is decided."""
    item = session.item
    if not isinstance(user_input, PlacePupil) or item is None or item.decision is not None:
        return None
    said = [side for side in SIDES if side in session.annotations]
    if len(said) < len(SIDES):
        return EyeSelected(_other(user_input.side))
    return _decision(session, LabelAction.ACCEPT)


def _comment(session: AnnotationState, said: str) -> Event:
    if session.item is None:
        return MessageShown(_at_the_end(session))
    if not (words := " ".join(said.split())):
        return MessageShown("")
    return RecordLabels((replace(_about(session, session.item, LabelAction.COMMENT), text=words),))


def _decision(session: AnnotationState, action: LabelAction) -> Event:
    item = session.item
    if item is None:
        return MessageShown(_at_the_end(session))
    if action is LabelAction.REJECT and session.mode is LabelingMode.ANNOTATE:
        return MessageShown("")
    if action is LabelAction.ACCEPT and (problem := _not_ready(session, item)):
        return problem
    if action is not LabelAction.ACCEPT:
        return RecordLabels((replace(_about(session, item, action), shown_predictions=item.shown_predictions),))
    # An earlier decision has closed what was said before it: a new one says it again. A label that calls an iris
    # hidden shows no point to say yes to, so that this is said too.
    eyes = _eyes(session, item, save_states={SaveState.TOUCHED, SaveState.DECIDED})
    hidden = EyeAnnotation(LabelAction.OCCLUDED)
    same = (_eye(session, item, side, hidden) for side in sorted(item.hidden) if side not in session.annotations)
    return RecordLabels((*eyes, *same, _accepted(session, item)))


def _accepted(session: AnnotationState, item: LabelingItem) -> LabelEvent:
    return replace(_about(session, item, LabelAction.ACCEPT), shown_predictions=item.shown_predictions)


def _not_ready(session: AnnotationState, item: LabelingItem) -> EyeSelected | MessageShown | None:
    """Why a sample cannot be accepted yet: there is nothing to say yes to."""
    known = item.hidden | session.annotations.keys()
    empty = [side for side in SIDES if side not in known and item.prediction(side) is None]
    if session.mode is LabelingMode.ANNOTATE and empty:
        eye = text(session.language, f"notice.{empty[0].value}")
        return EyeSelected(empty[0], text(session.language, "notice.no prediction", eye=eye))
    if len(empty) == len(SIDES):
        return MessageShown(text(session.language, "notice.no pupil"))
    return None


def _undo(session: AnnotationState) -> Event:
    wanted = [event for event in session.history if session.mode is LabelingMode.ANNOTATE or event.action in DECIDING]
    if not wanted:
        return MessageShown(text(session.language, "notice.no undo"))
    last = wanted[-1]
    return RecordLabels(
        (
            LabelEvent(
                last.sample_id, LabelAction.UNDO, session.annotator, undone_event=last.number, is_repeat=last.is_repeat
            ),
        )
    )


def _eyes(session: AnnotationState, item: LabelingItem, *, save_states: set[SaveState]) -> tuple[LabelEvent, ...]:
    return tuple(
        _eye(session, item, side, annotation)
        for side, annotation in session.annotations.items()
        if annotation.save_state in save_states
    )


def _eye(session: AnnotationState, item: LabelingItem, side: Side, annotation: EyeAnnotation) -> LabelEvent:
    return replace(
        _about(session, item, annotation.action), side=side, point=annotation.point, radius=annotation.radius
    )


def _about(session: AnnotationState, item: LabelingItem, action: LabelAction) -> LabelEvent:
    return LabelEvent(item.assignment.sample_id, action, session.annotator, is_repeat=item.assignment.repeat)


def _inside(item: LabelingItem, point: Point) -> Point:
    """The pupil of an eye at the edge may lie a little outside of its picture."""
    (width, height), (x, y) = item.size, point
    margin = 0.1 * max(width, height)
    return Point(min(max(x, -margin), width - 1 + margin), min(max(y, -margin), height - 1 + margin))


def _other(side: Side) -> Side:
    return Side.LEFT if side is Side.RIGHT else Side.RIGHT


def _panel(panel: SidePanel) -> Callable[[ViewState], ViewState]:
    return lambda view: replace(view, panel=SidePanel.NONE if view.panel is panel else panel)


def _next_contrast(view: ViewState) -> ViewState:
    kinds = list(Contrast)
    return replace(view, contrast=kinds[(kinds.index(view.contrast) + 1) % len(kinds)])


def _at_the_end(session: AnnotationState) -> str:
    return text(session.language, "notice.at the end")


_DECISIONS = {
    LabelingAction.ACCEPT: LabelAction.ACCEPT,
    LabelingAction.REJECT: LabelAction.REJECT,
    LabelingAction.SKIP: LabelAction.SKIP,
    LabelingAction.NOT_A_FACE: LabelAction.NOT_A_FACE,
}
_STATES = {LabelingAction.CLOSED: LabelAction.CLOSED, LabelingAction.OCCLUDED: LabelAction.OCCLUDED}
_WIDTHS = {LabelingAction.WIDER: 1, LabelingAction.NARROWER: -1}
_MOVES: Mapping[UserInput, tuple[float, float]] = {
    LabelingAction.LEFT: (-STEP, 0),
    LabelingAction.RIGHT: (STEP, 0),
    LabelingAction.UP: (0, -STEP),
    LabelingAction.DOWN: (0, STEP),
    LabelingAction.LEFT_A_LITTLE: (-LITTLE_STEP, 0),
    LabelingAction.RIGHT_A_LITTLE: (LITTLE_STEP, 0),
    LabelingAction.UP_A_LITTLE: (0, -LITTLE_STEP),
    LabelingAction.DOWN_A_LITTLE: (0, LITTLE_STEP),
}
_DRAWING = {*_MOVES, *_WIDTHS, *_STATES, LabelingAction.OTHER_EYE, LabelingAction.BOTH_CLOSED}
_VIEWS: Mapping[UserInput, Callable[[ViewState], ViewState]] = {
    LabelingAction.CONTRAST: _next_contrast,
    LabelingAction.PIXELS: lambda view: replace(view, smooth=not view.smooth),
    LabelingAction.LANDMARKS: lambda view: replace(view, landmarks=not view.landmarks),
    LabelingAction.BARE: lambda view: replace(view, bare=not view.bare),
    LabelingAction.ZOOM_IN: lambda view: replace(view, zoom=view.zoom + 1),
    LabelingAction.ZOOM_OUT: lambda view: replace(view, zoom=view.zoom - 1),
    LabelingAction.ZOOM_RESET: lambda view: replace(view, zoom=0),
    LabelingAction.HELP: _panel(SidePanel.HELP),
    LabelingAction.LABELS: _panel(SidePanel.LABELS),
    LabelingAction.MAP: _panel(SidePanel.MAP),
}
_PLAIN: Mapping[UserInput, Event] = {
    LabelingAction.NEXT: Navigated(1),
    LabelingAction.PREVIOUS: Navigated(-1),
    LabelingAction.QUIT: Quit(),
}
