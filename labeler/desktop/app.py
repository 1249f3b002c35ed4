"""The desktop labeler: shows the page of a session in a window and turns keys, clicks and the wheel into input."""

from __future__ import annotations

from collections.abc import Hashable
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from labeler.desktop.page import PageContent, RenderedPage, load_map, page
from labeler.desktop.text_panels import StatusInfo, summary
from labeler.desktop.window import Heard, KeyPressed, LabelerWindow, MouseButton, MouseInput, WindowClosed
from labeler.session.actions import LabelingAction, LabelingMode, PlacePupil, ResizeIris, UserInput
from labeler.session.controller import AnnotationController
from labeler.session.keys import KEYS, Keys, counts, parse_key
from labeler.session.opening import check_name, login_name, open_store
from labeler.session.state import AnnotationState, MessageShown, SidePanel, apply_event
from labeler.texts.catalogue import Language
from livecam.core.errors import StoreError
from livecam.core.types import Image
from livecam.settings import LabelSettings

_CLOSING = {
    SidePanel.HELP: LabelingAction.HELP,
    SidePanel.LABELS: LabelingAction.LABELS,
    SidePanel.MAP: LabelingAction.MAP,
}
QUIET = 0.15  # seconds after which what was placed by small steps is written


class AnnotationScreen(Protocol):
    def show(self, image: Image, subject: Hashable = None) -> None: ...

    def hear(self, seconds: float) -> Heard | None:
        """The next thing the person does; None when it is quiet for so long."""
        ...


def run_window(controller: AnnotationController, screen: AnnotationScreen, keys: Keys | None = None) -> AnnotationState:
    """Until the person leaves; every decision is in the store before the next sample shows. `keys` are those of the
    mode unless a person changed them."""
    keys = KEYS[controller.mode] if keys is None else keys
    session = controller.open()
    try:
        while not session.finished:
            session, shown = _shown(controller, session, keys)
            screen.show(shown.image, session.assignment)
            session = _next(
                controller, session, screen, Hearing(keys, shown, _CLOSING.get(session.view.panel, LabelingAction.QUIT))
            )
    finally:
        controller.close(session)
    return session


def _next(
    controller: AnnotationController, session: AnnotationState, screen: AnnotationScreen, hearing: Hearing
) -> AnnotationState:
    """The state after the next thing that changes something; keys without a meaning are passed over."""
    while True:
        heard = screen.hear(QUIET)
        if heard is None:
            if (rested := controller.idle(session)) is not session:
                return rested
        elif user_input := hearing.parse(heard):
            return controller.handle(session, user_input)


@dataclass(frozen=True, slots=True)
class Hearing:
    """What there is to be heard: the keys, and where the eyes are on the page."""

    keys: Keys
    shown: RenderedPage
    escape: LabelingAction = LabelingAction.QUIT  # what Esc asks for: first it closes what lies over the picture

    def parse(self, heard: Heard) -> UserInput | None:
        """What a key, a click or a turn of the wheel stands for; None for what means nothing or does not count."""
        match heard:
            case WindowClosed():
                return LabelingAction.QUIT
            case KeyPressed(name, repeated, unseen):
                action = parse_key(self.keys, name, escape=self.escape)
                return action if action and counts(action, repeated=repeated, unseen=unseen) else None
            case MouseInput():
                return self._mouse(heard)

    def _mouse(self, heard: MouseInput) -> UserInput | None:
        eye = self.shown.eye_at(heard.point)
        if eye is None or heard.unseen:
            return None
        if heard.button is MouseButton.CLICK:
            return PlacePupil(eye.side, eye.to_picture(heard.point))
        return ResizeIris(eye.side, heard.notches)


def _shown(
    controller: AnnotationController, session: AnnotationState, keys: Keys
) -> tuple[AnnotationState, RenderedPage]:
    facts = StatusInfo(
        str(controller.store.folder),
        controller.written,
        controller.paces[-1] if controller.paces else None,
        controller.pace,
        keys,
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
    folder: Path,
    url: str | None,
    mode: LabelingMode,
    *,
    name: str | None,
    settings: LabelSettings,
    keys: Keys | None = None,
    language: Language = Language.ENGLISH,
) -> str:
    """One sitting of a person; what came of it, in English words. `language` is the window's."""
    annotator = login_name() if name is None else check_name(name)
    with closing(open_store(folder, url)) as store, LabelerWindow() as window:
        controller = AnnotationController(store, mode, annotator=annotator, settings=settings, language=language)
        session = run_window(controller, window, keys)
        english = replace(session, language=Language.ENGLISH)
        words = summary(english, StatusInfo(str(store.folder), median_seconds=controller.pace))
    return f"{'; '.join(words)}; kept in {store.folder}"
