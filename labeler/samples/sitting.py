"""A sitting: shows the page of a session in the window and turns keys, clicks and the wheel into wishes."""

from __future__ import annotations

from typing import Protocol

from labeler.actions import Action
from labeler.samples.actions import Mode, Place, Widen, Wish, action_of
from labeler.samples.desk import Desk
from labeler.samples.page import Before, Page, load_map, page
from labeler.samples.panels import Facts
from labeler.samples.session import Session, Told, after
from labeler.window import Button, Closed, Heard, Key, Mouse
from livecam.core.errors import StoreError
from livecam.core.scene import Image

QUIET = 0.15  # seconds after which what was placed by small steps is written


class Screen(Protocol):
    def show(self, image: Image) -> None: ...

    def hear(self, seconds: float) -> Heard | None:
        """The next thing the person does; None when it is quiet for so long."""
        ...


def sit(desk: Desk, screen: Screen) -> Session:
    """Until the person leaves; every decision is in the store before the next sample shows."""
    session = desk.open()
    try:
        while not session.finished:
            session, shown = _shown(desk, session)
            screen.show(shown.image)
            session = _next(desk, session, screen, shown)
    finally:
        desk.close(session)
    return session


def _next(desk: Desk, session: Session, screen: Screen, shown: Page) -> Session:
    """The state after the next thing that changes something; keys without a meaning are passed over."""
    while True:
        heard = screen.hear(QUIET)
        if heard is None:
            if (rested := desk.rest(session)) is not session:
                return rested
        elif wish := wish_of(session.mode, heard, shown):
            return desk.act(session, wish)


def wish_of(mode: Mode, heard: Heard, shown: Page) -> Wish | None:
    """What a key, a click or a turn of the wheel stands for on this page."""
    match heard:
        case Closed():
            return Action.QUIT
        case Key(name):
            return action_of(mode, name)
        case Mouse(button, point, notches):
            eye = shown.eye_at(point)
            if eye is None:
                return None
            return Place(eye.side, eye.to_picture(point)) if button is Button.CLICK else Widen(eye.side, notches)


def _shown(desk: Desk, session: Session) -> tuple[Session, Page]:
    facts = Facts(str(desk.store.folder), desk.written, desk.paces[-1] if desk.paces else None, desk.pace)
    try:
        before = _before(desk, session)
    except StoreError as error:
        before, session = None, after(session, Told(str(error)))
    return session, page(session, before, facts)


def _before(desk: Desk, session: Session) -> Before | None:
    sample, picture = desk.sample(session), desk.picture(session)
    if sample is None or picture is None:
        return None
    return Before(sample, picture, load_map(desk.map_path(session)))
