"""Connections of browsers: one controller for each open page, and what became of those that were closed."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock, RLock

from labeler.session.actions import LabelingMode, UserInput
from labeler.session.controller import REPEATS, AnnotationController
from labeler.session.state import AnnotationState
from livecam.store.store import Store

SILENT_SECONDS = 90.0  # a page that was not heard of for so long is gone


@dataclass(slots=True)
class Connection:
    """One page. The lock lets one of its wishes after the other through."""

    desk: AnnotationController
    session: AnnotationState
    heard: float
    lock: RLock = field(default_factory=RLock)


@dataclass(slots=True)
class Connections:
    """Everybody who labels through this server; safe for the server's threads."""

    store: Store
    repeats: float = REPEATS
    clock: Callable[[], float] = time.monotonic
    _known: dict[str, Connection] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def arrive(self, mode: LabelingMode, by: str) -> tuple[str, Connection]:
        """A new page, at the first sample that is undecided."""
        self.sweep()
        desk = AnnotationController(self.store, mode, annotator=by, repeats=self.repeats)
        person, name = Connection(desk, desk.open(), self.clock()), secrets.token_hex(16)
        with self._lock:
            self._known[name] = person
        return name, person

    def find(self, name: str) -> Connection | None:
        """None for a page that nobody knows, or that was silent for too long."""
        with self._lock:
            person = self._known.get(name)
        if person is not None:
            person.heard = self.clock()
        return person

    def wish(self, person: Connection, wish: UserInput | None) -> None:
        """Everything that was said is in the store when this returns; None is a sign of life."""
        with person.lock:
            if wish is not None:
                person.session = person.desk.handle(person.session, wish)
                return
            person.session = person.desk.idle(person.session)

    def leave(self, name: str) -> None:
        """What was not decided is free for others."""
        with self._lock:
            person = self._known.pop(name, None)
        if person is not None:
            with person.lock:
                person.desk.close(person.session)

    def sweep(self) -> None:
        """Lets those go that were closed without a word."""
        with self._lock:
            silent = [name for name, person in self._known.items() if self.clock() - person.heard > SILENT_SECONDS]
        for name in silent:
            self.leave(name)

    def close(self) -> None:
        """Everybody leaves."""
        for name in list(self._known):
            self.leave(name)
