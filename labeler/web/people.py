"""The people at their browsers: a desk for each page that is open, and what became of those that were closed."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock, RLock

from labeler.samples.actions import Mode, Wish
from labeler.samples.desk import REPEATS, Desk
from labeler.samples.session import Session
from livecam.core.store.store import Store

SILENT_SECONDS = 90.0  # a page that was not heard of for so long is gone


@dataclass(slots=True)
class Person:
    """One page. The lock lets one of its wishes after the other through."""

    desk: Desk
    session: Session
    heard: float
    lock: RLock = field(default_factory=RLock)


@dataclass(slots=True)
class People:
    """Everybody who labels through this server; safe for the server's threads."""

    store: Store
    repeats: float = REPEATS
    clock: Callable[[], float] = time.monotonic
    _known: dict[str, Person] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def arrive(self, mode: Mode, by: str) -> tuple[str, Person]:
        """A new page, at the first sample that is undecided."""
        self.sweep()
        desk = Desk(self.store, mode, by=by, repeats=self.repeats)
        person, name = Person(desk, desk.open(), self.clock()), secrets.token_hex(16)
        with self._lock:
            self._known[name] = person
        return name, person

    def find(self, name: str) -> Person | None:
        """None for a page that nobody knows, or that was silent for too long."""
        with self._lock:
            person = self._known.get(name)
        if person is not None:
            person.heard = self.clock()
        return person

    def wish(self, person: Person, wish: Wish | None) -> None:
        """Everything that was said is in the store when this returns; None is a sign of life."""
        with person.lock:
            if wish is not None:
                person.session = person.desk.act(person.session, wish)
                return
            person.session = person.desk.rest(person.session)

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
