"""What a wish means in a state of the session; pure, like the fold of what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from labeler.actions import Action
from labeler.samples.actions import Mode, Place, Widen, Wish
from labeler.samples.item import DECIDING, SIDES, Age, Item, Said
from labeler.samples.session import (
    Contrast,
    Drafted,
    Event,
    Left,
    Moved,
    Panel,
    Says,
    Session,
    Told,
    Turned,
    View,
    Viewed,
)
from livecam.core.samples import LabelEvent, Verb
from livecam.core.scene import Point, Side

STEP, LITTLE_STEP = 0.5, 0.1  # picture pixels
RADIUS_STEP = 0.25
_SMALLEST, _LARGEST = 0.02, 0.3  # radii, pupil distances
_NAMES = {Side.RIGHT: "the eye on the left", Side.LEFT: "the eye on the right"}


def meaning(session: Session, wish: Wish) -> Event:
    """What a wish means now. Exporting, and whether there is a map to show, is left to the caller."""
    if isinstance(wish, Place | Widen) or wish in _DRAWING:
        return _drawing(session, wish)
    if wish in _DECISIONS:
        return _decision(session, _DECISIONS[wish])
    if wish is Action.UNDO:
        return _taking_back(session)
    if wish in _VIEWS:
        return Viewed(_VIEWS[wish](session.view))
    return _PLAIN.get(wish, Told(""))


def settling(session: Session, wish: Wish | None) -> Says | None:
    """What has to be kept before `wish` (None: nothing was wished for a while), so that nothing placed can be lost.

    Small steps in a row become one event; an accept keeps them with itself.
    """
    going_on = isinstance(wish, Widen) or wish in _MOVES or wish in _WIDTHS or wish is Action.ACCEPT
    if session.item is None or not session.untold or going_on:
        return None
    return Says(_eyes(session, session.item, ages={Age.TOUCHED}))


def _drawing(session: Session, wish: Wish) -> Event:
    item = session.item
    if item is None or session.mode is Mode.REVIEW:
        return Told("" if item else _AT_THE_END)
    if isinstance(wish, Place):
        radius = _drawn(session, item, wish.side).radius
        return _keep(session, item, wish.side, Said(Verb.POINT, _inside(item, wish.point), radius))
    if isinstance(wish, Widen):
        return _widened(session, item, wish.side, wish.steps)
    return _key(session, item, wish)


def _key(session: Session, item: Item, wish: Action) -> Event:
    if wish in _WIDTHS:
        return _widened(session, item, session.eye, _WIDTHS[wish])
    if wish in _STATES:
        return _keep(session, item, session.eye, Said(_STATES[wish]))
    if wish in _MOVES:
        return _nudged(session, item, *_MOVES[wish])
    return Turned(_other(session.eye))


def _nudged(session: Session, item: Item, x: float, y: float) -> Drafted:
    drawn = _drawn(session, item, session.eye)
    assert drawn.point is not None
    point = _inside(item, Point(round(drawn.point.x + x, 3), round(drawn.point.y + y, 3)))
    return Drafted(session.eye, replace(drawn, point=point, age=Age.TOUCHED))


def _widened(session: Session, item: Item, side: Side, steps: int) -> Drafted:
    drawn = _drawn(session, item, side)
    assert drawn.radius is not None
    radius = min(max(drawn.radius + steps * RADIUS_STEP, _SMALLEST * item.unit), _LARGEST * item.unit)
    return Drafted(side, replace(drawn, radius=round(radius, 3), age=Age.TOUCHED))


def _drawn(session: Session, item: Item, side: Side) -> Said:
    """The circle of an eye as it is, or where placing it begins."""
    said = session.said.get(side)
    return said if said and said.verb is Verb.POINT else item.start(side)


def _keep(session: Session, item: Item, side: Side, said: Said) -> Says:
    return Says((_eye(session, item, side, said),))


def _decision(session: Session, verb: Verb) -> Event:
    item = session.item
    if item is None:
        return Told(_AT_THE_END)
    if verb is Verb.REJECT and session.mode is Mode.ANNOTATE:
        return Told("")
    if verb is Verb.ACCEPT and (trouble := _unready(session, item)):
        return trouble
    # An earlier decision has closed what was said before it: a new one says it again.
    eyes = _eyes(session, item, ages={Age.TOUCHED, Age.DECIDED}) if verb is Verb.ACCEPT else ()
    return Says((*eyes, replace(_about(session, item, verb), shown=item.shown)))


def _unready(session: Session, item: Item) -> Turned | Told | None:
    """Why a sample cannot be accepted yet: there is nothing to say yes to."""
    empty = [side for side in SIDES if side not in session.said and item.guess(side) is None]
    if session.mode is Mode.ANNOTATE and empty:
        return Turned(
            empty[0], f"{_NAMES[empty[0]]} has no guess: click on its pupil, or c closed, o its iris is hidden"
        )
    if len(empty) == len(SIDES):
        return Told("no pupil was guessed: d sends the picture to annotate, space skips it")
    return None


def _taking_back(session: Session) -> Event:
    wanted = [event for event in session.history if session.mode is Mode.ANNOTATE or event.verb in DECIDING]
    if not wanted:
        return Told("there is nothing to undo")
    last = wanted[-1]
    return Says((LabelEvent(last.sample_id, Verb.UNDO, session.by, undoes=last.number, repeat=last.repeat),))


def _eyes(session: Session, item: Item, *, ages: set[Age]) -> tuple[LabelEvent, ...]:
    return tuple(_eye(session, item, side, said) for side, said in session.said.items() if said.age in ages)


def _eye(session: Session, item: Item, side: Side, said: Said) -> LabelEvent:
    return replace(_about(session, item, said.verb), side=side, point=said.point, radius=said.radius)


def _about(session: Session, item: Item, verb: Verb) -> LabelEvent:
    return LabelEvent(item.turn.sample_id, verb, session.by, repeat=item.turn.repeat)


def _inside(item: Item, point: Point) -> Point:
    """The pupil of an eye at the edge may lie a little outside of its picture."""
    (width, height), (x, y) = item.size, point
    margin = 0.1 * max(width, height)
    return Point(min(max(x, -margin), width - 1 + margin), min(max(y, -margin), height - 1 + margin))


def _other(side: Side) -> Side:
    return Side.LEFT if side is Side.RIGHT else Side.RIGHT


def _panel(panel: Panel) -> Callable[[View], View]:
    return lambda view: replace(view, panel=Panel.NONE if view.panel is panel else panel)


def _next_contrast(view: View) -> View:
    kinds = list(Contrast)
    return replace(view, contrast=kinds[(kinds.index(view.contrast) + 1) % len(kinds)])


_AT_THE_END = "every picture has been shown; p goes back, esc quits"
_DECISIONS = {Action.ACCEPT: Verb.ACCEPT, Action.REJECT: Verb.REJECT, Action.SKIP: Verb.SKIP}
_STATES = {Action.CLOSED: Verb.CLOSED, Action.OCCLUDED: Verb.OCCLUDED}
_WIDTHS = {Action.WIDER: 1, Action.NARROWER: -1}
_MOVES: Mapping[Wish, tuple[float, float]] = {
    Action.LEFT: (-STEP, 0),
    Action.RIGHT: (STEP, 0),
    Action.UP: (0, -STEP),
    Action.DOWN: (0, STEP),
    Action.LEFT_A_LITTLE: (-LITTLE_STEP, 0),
    Action.RIGHT_A_LITTLE: (LITTLE_STEP, 0),
    Action.UP_A_LITTLE: (0, -LITTLE_STEP),
    Action.DOWN_A_LITTLE: (0, LITTLE_STEP),
}
_DRAWING = {*_MOVES, *_WIDTHS, *_STATES, Action.OTHER_EYE}
_VIEWS: Mapping[Wish, Callable[[View], View]] = {
    Action.CONTRAST: _next_contrast,
    Action.PIXELS: lambda view: replace(view, smooth=not view.smooth),
    Action.LANDMARKS: lambda view: replace(view, landmarks=not view.landmarks),
    Action.BARE: lambda view: replace(view, bare=not view.bare),
    Action.ZOOM_IN: lambda view: replace(view, zoom=view.zoom + 1),
    Action.ZOOM_OUT: lambda view: replace(view, zoom=view.zoom - 1),
    Action.ZOOM_RESET: lambda view: replace(view, zoom=0),
    Action.HELP: _panel(Panel.HELP),
    Action.LABELS: _panel(Panel.LABELS),
    Action.MAP: _panel(Panel.MAP),
}
_PLAIN: Mapping[Wish, Event] = {Action.NEXT: Moved(1), Action.PREVIOUS: Moved(-1), Action.QUIT: Left()}
