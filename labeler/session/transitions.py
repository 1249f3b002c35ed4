"""State transitions of a labeling session: what an input means in a state; pure functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from labeler.session.actions import LabelingAction, LabelingMode, PlacePupil, ResizeIris, UserInput
from labeler.session.item import EyeAnnotation, LabelingItem, SaveState
from labeler.session.state import (
    AnnotationState,
    Contrast,
    Event,
    EyeEdited,
    EyeSelected,
    MessageShown,
    Navigated,
    Quit,
    RecordLabels,
    SidePanel,
    ViewChanged,
    ViewState,
)
from livecam.core.types import Point, Side
from livecam.store.labels import DECIDING, SIDES
from livecam.store.samples import LabelAction, LabelEvent

STEP, LITTLE_STEP = 0.5, 0.1  # picture pixels
RADIUS_STEP = 0.25
_SMALLEST, _LARGEST = 0.02, 0.3  # radii, pupil distances
_NAMES = {Side.RIGHT: "the eye on the left", Side.LEFT: "the eye on the right"}


def interpret(session: AnnotationState, wish: UserInput) -> Event:
    """What a wish means now. Exporting, and whether there is a map to show, is left to the caller."""
    if isinstance(wish, PlacePupil | ResizeIris) or wish in _DRAWING:
        return _drawing(session, wish)
    if wish in _DECISIONS:
        return _decision(session, _DECISIONS[wish])
    if wish is LabelingAction.UNDO:
        return _taking_back(session)
    if wish in _VIEWS:
        return ViewChanged(_VIEWS[wish](session.view))
    return _PLAIN.get(wish, MessageShown(""))


def pending_writes(session: AnnotationState, wish: UserInput | None) -> RecordLabels | None:
    """What has to be kept before `wish` (None: nothing was wished for a while), so that nothing placed can be lost.

    Small steps in a row become one event; an accept keeps them with itself.
    """
    going_on = isinstance(wish, ResizeIris) or wish in _MOVES or wish in _WIDTHS or wish is LabelingAction.ACCEPT
    if session.item is None or not session.untold or going_on:
        return None
    return RecordLabels(_eyes(session, session.item, ages={SaveState.TOUCHED}))


def _drawing(session: AnnotationState, wish: UserInput) -> Event:
    item = session.item
    if item is None or session.mode is LabelingMode.REVIEW:
        return MessageShown("" if item else _AT_THE_END)
    if isinstance(wish, PlacePupil):
        radius = _drawn(session, item, wish.side).radius
        return _keep(session, item, wish.side, EyeAnnotation(LabelAction.POINT, _inside(item, wish.point), radius))
    if isinstance(wish, ResizeIris):
        return _widened(session, item, wish.side, wish.steps)
    return _key(session, item, wish)


def _key(session: AnnotationState, item: LabelingItem, wish: LabelingAction) -> Event:
    if wish in _WIDTHS:
        return _widened(session, item, session.eye, _WIDTHS[wish])
    if wish in _STATES:
        return _keep(session, item, session.eye, EyeAnnotation(_STATES[wish]))
    if wish in _MOVES:
        return _nudged(session, item, *_MOVES[wish])
    return EyeSelected(_other(session.eye))


def _nudged(session: AnnotationState, item: LabelingItem, x: float, y: float) -> EyeEdited:
    drawn = _drawn(session, item, session.eye)
    assert drawn.point is not None
    point = _inside(item, Point(round(drawn.point.x + x, 3), round(drawn.point.y + y, 3)))
    return EyeEdited(session.eye, replace(drawn, point=point, age=SaveState.TOUCHED))


def _widened(session: AnnotationState, item: LabelingItem, side: Side, steps: int) -> EyeEdited:
    drawn = _drawn(session, item, side)
    assert drawn.radius is not None
    radius = min(max(drawn.radius + steps * RADIUS_STEP, _SMALLEST * item.unit), _LARGEST * item.unit)
    return EyeEdited(side, replace(drawn, radius=round(radius, 3), age=SaveState.TOUCHED))


def _drawn(session: AnnotationState, item: LabelingItem, side: Side) -> EyeAnnotation:
    """The circle of an eye as it is, or where placing it begins."""
    said = session.said.get(side)
    return said if said and said.verb is LabelAction.POINT else item.start(side)


def _keep(session: AnnotationState, item: LabelingItem, side: Side, said: EyeAnnotation) -> RecordLabels:
    return RecordLabels((_eye(session, item, side, said),))


def _decision(session: AnnotationState, verb: LabelAction) -> Event:
    item = session.item
    if item is None:
        return MessageShown(_AT_THE_END)
    if verb is LabelAction.REJECT and session.mode is LabelingMode.ANNOTATE:
        return MessageShown("")
    if verb is LabelAction.ACCEPT and (trouble := _unready(session, item)):
        return trouble
    # An earlier decision has closed what was said before it: a new one says it again.
    eyes = _eyes(session, item, ages={SaveState.TOUCHED, SaveState.DECIDED}) if verb is LabelAction.ACCEPT else ()
    return RecordLabels((*eyes, replace(_about(session, item, verb), shown_predictions=item.shown_predictions)))


def _unready(session: AnnotationState, item: LabelingItem) -> EyeSelected | MessageShown | None:
    """Why a sample cannot be accepted yet: there is nothing to say yes to."""
    empty = [side for side in SIDES if side not in session.said and item.prediction(side) is None]
    if session.mode is LabelingMode.ANNOTATE and empty:
        return EyeSelected(
            empty[0], f"{_NAMES[empty[0]]} has no guess: click on its pupil, or c closed, o its iris is hidden"
        )
    if len(empty) == len(SIDES):
        return MessageShown("no pupil was guessed: d sends the picture to annotate, space skips it")
    return None


def _taking_back(session: AnnotationState) -> Event:
    wanted = [event for event in session.history if session.mode is LabelingMode.ANNOTATE or event.action in DECIDING]
    if not wanted:
        return MessageShown("there is nothing to undo")
    last = wanted[-1]
    return RecordLabels(
        (LabelEvent(last.sample_id, LabelAction.UNDO, session.by, undone_event=last.number, is_repeat=last.is_repeat),)
    )


def _eyes(session: AnnotationState, item: LabelingItem, *, ages: set[SaveState]) -> tuple[LabelEvent, ...]:
    return tuple(_eye(session, item, side, said) for side, said in session.said.items() if said.age in ages)


def _eye(session: AnnotationState, item: LabelingItem, side: Side, said: EyeAnnotation) -> LabelEvent:
    return replace(_about(session, item, said.verb), side=side, point=said.point, radius=said.radius)


def _about(session: AnnotationState, item: LabelingItem, verb: LabelAction) -> LabelEvent:
    return LabelEvent(item.assignment.sample_id, verb, session.by, is_repeat=item.assignment.repeat)


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


_AT_THE_END = "every picture has been shown; p goes back, esc quits"
_DECISIONS = {
    LabelingAction.ACCEPT: LabelAction.ACCEPT,
    LabelingAction.REJECT: LabelAction.REJECT,
    LabelingAction.SKIP: LabelAction.SKIP,
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
_DRAWING = {*_MOVES, *_WIDTHS, *_STATES, LabelingAction.OTHER_EYE}
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
