"""The desktop labeler: shows the page of a session in a window and turns keys, clicks and the wheel into input."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Protocol

from labeler.desktop.page import PageContent, RenderedPage, load_map, page
from labeler.desktop.text_panels import StatusInfo, summary
from labeler.desktop.window import Heard, KeyPressed, LabelerWindow, MouseButton, MouseInput, WindowClosed
from labeler.session.actions import LabelingAction, LabelingMode, PlacePupil, ResizeIris, UserInput, lookup_key
from labeler.session.controller import AnnotationController
from labeler.session.opening import check_name, login_name, open_store
from labeler.session.state import AnnotationState, MessageShown, apply_event
from livecam.core.errors import StoreError
from livecam.core.types import Image
from livecam.settings import LabelSettings

QUIET = 0.15  # seconds after which what was placed by small steps is written


class AnnotationScreen(Protocol):
    def show(self, image: Image, showing: int | None = None) -> None: ...

    def hear(self, seconds: float) -> Heard | None:
        """The next thing the person does; None when it is quiet for so long."""
        ...


def run_window(controller: AnnotationController, screen: AnnotationScreen) -> AnnotationState:
    """Until the person leaves; every decision is in the store before the next sample shows."""
    session = controller.open()
    try:
        while not session.finished:
            session, shown = _shown(controller, session)
            screen.show(shown.image, session.showing)
            session = _next(controller, session, screen, shown)
    finally:
        controller.close(session)
    return session


def _next(
    controller: AnnotationController, session: AnnotationState, screen: AnnotationScreen, shown: RenderedPage
) -> AnnotationState:
    """The state after the next thing that changes something; keys without a meaning are passed over."""
    while True:
        heard = screen.hear(QUIET)
        if heard is None:
            if (rested := controller.idle(session)) is not session:
                return rested
        elif user_input := parse_input(session.mode, heard, shown):
            return handle_heard(controller, session, user_input, heard)


def handle_heard(
    controller: AnnotationController, session: AnnotationState, user_input: UserInput, heard: Heard
) -> AnnotationState:
    """The state after an input, of which the picture that it was meant for and held keys are known."""
    showing = None if isinstance(heard, WindowClosed) else heard.showing
    held = isinstance(heard, KeyPressed) and heard.held
    return controller.handle(session, user_input, showing=showing, held_down=held)


def parse_input(mode: LabelingMode, heard: Heard, shown: RenderedPage) -> UserInput | None:
    """What a key, a click or a turn of the wheel stands for on this page."""
    match heard:
        case WindowClosed():
            return LabelingAction.QUIT
        case KeyPressed(name=name):
            return lookup_key(mode, name)
        case MouseInput(button=button, point=point, notches=notches):
            eye = shown.eye_at(point)
            if eye is None:
                return None
            return (
                PlacePupil(eye.side, eye.to_picture(point))
                if button is MouseButton.CLICK
                else ResizeIris(eye.side, notches)
            )


def _shown(controller: AnnotationController, session: AnnotationState) -> tuple[AnnotationState, RenderedPage]:
    facts = StatusInfo(
        str(controller.store.folder),
        controller.written,
        controller.paces[-1] if controller.paces else None,
        controller.pace,
    )
    try:
        before = _before(controller, session)
    except StoreError as error:
        before, session = None, apply_event(session, MessageShown(str(error)))
    return session, page(session, before, facts)


def _before(controller: AnnotationController, session: AnnotationState) -> PageContent | None:
    sample, picture = controller.sample(session), controller.picture(session)
    if sample is None or picture is None:
        return None
    return PageContent(sample, picture, load_map(controller.map_path(session)))


def label_in_window(
    folder: Path, url: str | None, mode: LabelingMode, *, name: str | None, settings: LabelSettings
) -> str:
    """One sitting of a person; what came of it, in words."""
    annotator = login_name() if name is None else check_name(name)
    with closing(open_store(folder, url)) as store, LabelerWindow() as window:
        controller = AnnotationController(store, mode, annotator=annotator, settings=settings)
        session = run_window(controller, window)
        words = summary(session, StatusInfo(str(store.folder), median_seconds=controller.pace))
    return f"{'; '.join(words)}; kept in {store.folder}"
