"""The mask review application: show an image, wait for a key, keep the decision, then show the next."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from labeler.desktop.window import KeyPressed, LabelerWindow, WindowClosed
from labeler.formats.tutorial import annotation
from labeler.mask_review.image_pairs import Pairs, blend, read_mask
from labeler.mask_review.journal import Journal
from labeler.mask_review.page import page, unreadable
from labeler.mask_review.state import (
    Event,
    JudgementUndone,
    MaskJudged,
    ReviewMessage,
    ReviewPanel,
    ReviewState,
    after,
    meaning,
    resumed,
)
from labeler.session.actions import LabelingAction
from labeler.session.keys import Keys, counts, folder_keys, parse_key
from labeler.texts.catalogue import Language, text
from livecam.core.errors import LivecamError, SinkError
from livecam.core.files import write_atomically
from livecam.core.image_files.images import read_image
from livecam.core.types import Image

_CLOSING = {ReviewPanel.HELP: LabelingAction.HELP, ReviewPanel.LABELS: LabelingAction.LABELS}


class ReviewScreen(Protocol):
    def ask(self, image: Image, subject: str | None, escape: LabelingAction) -> LabelingAction:
        """Shows an image of a subject until the person asks for something; Esc asks for `escape`, and a window closed
        by the mouse is QUIT."""
        ...


@dataclass(frozen=True, slots=True)
class MaskReviewApp:
    """What is judged, where the decisions are kept, and where the annotation file goes."""

    pairs: Pairs
    journal: Journal
    output: Path
    keys: Keys = field(default_factory=folder_keys)  # what the help names
    language: Language = Language.ENGLISH

    def run(self, screen: ReviewScreen) -> ReviewState:
        """Until the person leaves; every decision is on disk before the next picture shows."""
        session = replace(resumed(self.pairs.masks, self.journal.past), language=self.language)
        while not session.finished:
            picture, trouble = self._picture(session)
            if trouble and not session.notice:
                session = after(session, ReviewMessage(trouble))
            image = page(session, picture, kept=self._kept(), keys=self.keys)
            action = screen.ask(image, session.current, _CLOSING.get(session.panel, LabelingAction.QUIT))
            session = after(session, self._event(session, action))
        return session

    def _event(self, session: ReviewState, action: LabelingAction) -> Event:
        event = ReviewMessage(self._saved(session)) if action is LabelingAction.EXPORT else meaning(session, action)
        if isinstance(event, MaskJudged | JudgementUndone):
            try:
                self.journal.append(event)
            except SinkError as error:
                return ReviewMessage(str(error))
        return event

    def _picture(self, session: ReviewState) -> tuple[Image | None, str]:
        """The current picture with its mask, and what is wrong with either; no picture at the end."""
        if session.current is None:
            return None, ""
        try:
            picture = read_image(self.pairs.folder / session.current)
        except LivecamError as error:
            return unreadable(self.language), str(error)
        mask = self.pairs.masks[session.current]
        if mask is None:
            return picture, text(self.language, "window.no mask") if self.pairs.mask_folder else ""
        try:
            return blend(picture, read_mask(mask)), ""
        except LivecamError as error:
            return picture, str(error)

    def _saved(self, session: ReviewState) -> str:
        content = annotation(self.pairs.folder, self.pairs.mask_folder, session.verdicts)
        try:
            write_atomically(self.output, content)
        except OSError as error:
            return text(self.language, "notice.not saved", file=self.output, why=error.strerror)
        return text(self.language, "window.saved", file=self.output)

    def _kept(self) -> str:
        kept = text(self.language, "window.decisions", file=self.journal.path)
        if not self.journal.written:
            return kept
        return f"{kept}, {text(self.language, 'window.written', time=f'{self.journal.written.astimezone():%H:%M:%S}')}"


KEYS = folder_keys()


@dataclass(frozen=True, slots=True)
class KeyPrompt:
    """A Screen on the desktop."""

    window: LabelerWindow
    keys: Keys = field(default_factory=folder_keys)

    def ask(self, image: Image, subject: str | None, escape: LabelingAction) -> LabelingAction:
        """The next key that means something and counts; others are passed over."""
        self.window.show(image, subject)
        while True:
            heard = self.window.hear(3600)
            if heard == WindowClosed():
                return LabelingAction.QUIT
            if (
                isinstance(heard, KeyPressed)
                and (action := parse_key(self.keys, heard.name, escape=escape))
                and counts(action, repeated=heard.repeated, unseen=heard.unseen)
            ):
                return action
