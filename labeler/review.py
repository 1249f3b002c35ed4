"""The loop of judging: show a picture, hear a key, keep the decision, then show the next."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from labeler.actions import Action
from labeler.blend import blend
from labeler.formats.annotation import annotation
from labeler.journal import Journal
from labeler.page import page, unreadable
from labeler.pairs import Pairs
from labeler.pictures import read_mask, read_picture
from labeler.session import Event, Judged, Session, Told, Undone, after, meaning, resumed
from livecam.core.errors import LivecamError, SinkError
from livecam.core.files import write_atomically
from livecam.core.scene import Image


class Screen(Protocol):
    def ask(self, image: Image) -> Action:
        """Shows an image until the person asks for something; a window closed by the mouse is QUIT."""
        ...


@dataclass(frozen=True, slots=True)
class Review:
    """What is judged, where the decisions are kept, and where the annotation file goes."""

    pairs: Pairs
    journal: Journal
    output: Path

    def run(self, screen: Screen) -> Session:
        """Until the person leaves; every decision is on disk before the next picture shows."""
        session = resumed(self.pairs.masks, self.journal.past)
        while not session.finished:
            picture, trouble = self._picture(session)
            if trouble and not session.notice:
                session = after(session, Told(trouble))
            action = screen.ask(page(session, picture, kept=self._kept()))
            session = after(session, self._event(session, action))
        return session

    def _event(self, session: Session, action: Action) -> Event:
        event = Told(self._saved(session)) if action is Action.EXPORT else meaning(session, action)
        if isinstance(event, Judged | Undone):
            try:
                self.journal.append(event)
            except SinkError as error:
                return Told(str(error))
        return event

    def _picture(self, session: Session) -> tuple[Image | None, str]:
        """The current picture with its mask, and what is wrong with either; no picture at the end."""
        if session.current is None:
            return None, ""
        try:
            picture = read_picture(self.pairs.folder / session.current)
        except LivecamError as error:
            return unreadable(), str(error)
        mask = self.pairs.masks[session.current]
        if mask is None:
            return picture, "this picture has no mask" if self.pairs.mask_folder else ""
        try:
            return blend(picture, read_mask(mask)), ""
        except LivecamError as error:
            return picture, str(error)

    def _saved(self, session: Session) -> str:
        content = annotation(self.pairs.folder, self.pairs.mask_folder, session.verdicts)
        try:
            write_atomically(self.output, content)
        except OSError as error:
            return f"cannot save {self.output}: {error.strerror}"
        return f"saved {self.output}"

    def _kept(self) -> str:
        last = f", last written {self.journal.written.astimezone():%H:%M:%S}" if self.journal.written else ""
        return f"decisions in {self.journal.path}{last}"
