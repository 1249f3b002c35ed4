"""Connections of browsers: one controller for each open page, and what became of those that were closed."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from threading import Lock, RLock

from labeler.session.actions import LabelingMode, UserInput
from labeler.session.controller import AnnotationController
from labeler.session.progress import ReadinessCounter
from labeler.session.state import AnnotationState
from labeler.texts.catalogue import Language
from livecam.settings import LabelSettings
from livecam.store.store import Store

SILENT_SECONDS = 90.0  # a page that was not heard of for so long is gone


@dataclass(slots=True)
class Connection:
    """One page. The lock lets one input after the other through."""

    controller: AnnotationController
    session: AnnotationState
    last_heard: float
    lock: RLock = field(default_factory=RLock)


@dataclass(slots=True)
class Connections:
    """Everybody who labels through this server; safe for the server's threads."""

    store: Store
    settings: LabelSettings = field(default_factory=LabelSettings)
    clock: Callable[[], float] = time.monotonic
    _known: dict[str, Connection] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)
    _readiness: ReadinessCounter = field(init=False)

    def __post_init__(self) -> None:
        self._readiness = ReadinessCounter(self.store, self.clock)

    def prefetch(self, connection: Connection) -> None:
        """Holds what this page will show next."""
        with connection.lock:
            connection.controller.prefetch(connection.session)
        connection.controller.count_ahead()  # nobody waits for this one

    def arrive(
        self, mode: LabelingMode, annotator: str, language: Language = Language.ENGLISH
    ) -> tuple[str, Connection]:
        """A new page, at the first sample that is undecided; notices are in that language."""
        self.sweep()
        controller = AnnotationController(
            self.store, mode, annotator=annotator, settings=self.settings, language=language, readiness=self._readiness
        )
        connection, name = Connection(controller, controller.open(), self.clock()), secrets.token_hex(16)
        controller.prefetch(connection.session)
        with self._lock:
            self._known[name] = connection
        return name, connection

    def find(self, name: str) -> Connection | None:
        """None for a page that nobody knows, or that was silent for too long."""
        with self._lock:
            connection = self._known.get(name)
        if connection is not None:
            connection.last_heard = self.clock()
        return connection

    def handle(
        self,
        connection: Connection,
        user_input: UserInput | None,
        *,
        showing: int | None = None,
        held_down: bool = False,
    ) -> bool:
        """Everything that was said is in the store when this returns; None is a sign of life.

        False when it was meant for another picture than the one that is shown, and did nothing.
        """
        with connection.lock:
            if user_input is None:
                connection.session = connection.controller.idle(connection.session)
                return True
            stale = showing is not None and showing != connection.session.showing
            connection.session = connection.controller.handle(
                connection.session, user_input, showing=showing, held_down=held_down
            )
            return not stale

    def choose(self, connection: Connection, options: Mapping[str, object]) -> None:
        """Changes how this page goes on; ValueError for an option that there is not."""
        advance, language = options.get("auto_advance"), options.get("language")
        known = set(options) <= {"auto_advance", "language"}
        if not known or not isinstance(advance, bool | None) or not isinstance(language, str | None):
            raise ValueError("an option is auto_advance, true or false, or language, en or ko")
        with connection.lock:
            if advance is not None:
                settings = connection.controller.settings.model_copy(update={"auto_advance": advance})
                connection.controller.settings = connection.controller.queue.settings = settings
            if language is not None:
                connection.session = replace(connection.session, language=Language(language), message="")

    def leave(self, name: str) -> None:
        """What was not decided is free for others."""
        with self._lock:
            connection = self._known.pop(name, None)
        if connection is not None:
            with connection.lock:
                connection.controller.close(connection.session)

    def sweep(self) -> None:
        """Lets those go that were closed without a word."""
        with self._lock:
            silent = [
                name
                for name, connection in self._known.items()
                if self.clock() - connection.last_heard > SILENT_SECONDS
            ]
        for name in silent:
            self.leave(name)

    def close(self) -> None:
        """Everybody leaves."""
        for name in list(self._known):
            self.leave(name)
