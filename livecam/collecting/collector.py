"""The Collector of a run: suspects go into a small buffer, and another thread keeps them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from types import TracebackType
from typing import Any, NamedTuple, Self

from livecam.collecting.keeper import Caught, Keeper, SampleStore
from livecam.collecting.suspicion import Suspect, Suspicion
from livecam.core.errors import StoreError
from livecam.core.scene import Scene

_BUFFER = 16  # frames: at 1280x720 they hold 44 MB
_PROBES = 4  # while more wait than this, the other finder is not asked for its own sake
_PATIENCE = 5.0  # seconds for what is left at the end

Say = Callable[[str], None]
OpenStore = Callable[[ExitStack], SampleStore]


class InUse(NamedTuple):
    """Which finder found the pupils of the scenes now."""

    finder: str
    version: str


def _utc_now() -> datetime:
    return datetime.now(UTC)


class QueueCollector:
    """`offer` never waits: what does not fit into the buffer is dropped and counted.

    Sources and effects leave a frame's picture alone once it is out, so none is copied before it is cut. `open_store`
    is called by the thread; a store that cannot be used is told about once, and the run goes on without.
    """

    def __init__(
        self,
        suspicion: Suspicion,
        keeper: Keeper,
        open_store: OpenStore,
        *,
        in_use: Callable[[], InUse],
        say: Say,
        now: Callable[[], datetime] = _utc_now,
        buffer: int = _BUFFER,
    ) -> None:
        self.tally = keeper.tally
        self._suspicion, self._keeper, self._open_store = suspicion, keeper, open_store
        self._in_use, self._say, self._now, self._size = in_use, say, now, buffer
        self._waiting: deque[Caught] = deque()
        self._turn = threading.Condition()
        self._ended = self._has_told = self._is_idle = False
        self._thread = threading.Thread(target=self._work, name="collector", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def collected(self) -> int:
        return self.tally.total

    @property
    def lost(self) -> int:
        return self.tally.lost

    def flag(self) -> None:
        """The next scene with a face is kept, also while nothing else is."""
        self._suspicion.flag()

    def offer(self, scene: Scene) -> None:
        """Considers a scene; never blocks."""
        self._catch(self._suspicion.of(scene))

    def offer_flagged(self, scene: Scene) -> None:
        """Considers a scene while collecting is switched off: only what was flagged is kept."""
        self._catch(self._suspicion.of_flag_only(scene))

    def close(self, patience: float = _PATIENCE) -> None:
        """Writes what is left, for `patience` seconds at most; the rest is dropped and counted."""
        with self._turn:
            self._ended = True
            self._turn.notify_all()
        self._thread.join(patience)
        with self._turn:
            self.tally.dropped += sum(caught.suspect.reason is not None for caught in self._waiting)
            self._waiting.clear()

    def catch_up(self, patience: float) -> None:
        """Waits, for `patience` seconds at most, until everything offered so far has been dealt with."""
        with self._turn:
            self._turn.wait_for(lambda: self._is_idle and not self._waiting, patience)

    def report(self) -> dict[str, Any]:
        """Which recording it was, and what became of its frames."""
        recording = self._keeper.recording
        return {"session": recording.session, "split": recording.split.value, **self.tally.as_json()}

    def _catch(self, suspect: Suspect | None) -> None:
        if suspect is None:
            return
        caught = Caught(suspect, *self._in_use(), self._now())
        with self._turn:
            if len(self._waiting) < (_PROBES if suspect.reason is None else self._size):
                self._waiting.append(caught)
                self._turn.notify_all()
            elif suspect.reason is not None:
                self.tally.dropped += 1

    def _work(self) -> None:
        with ExitStack() as stack:
            try:
                store = self._open_store(stack)
            except StoreError as error:
                self._tell(error)
                self._refuse()
                return
            while (caught := self._next()) is not None:
                self._tried(partial(self._keeper.take, caught, store))
            self._tried(partial(self._keeper.settle, store))

    def _tried(self, work: Callable[[], None]) -> None:
        try:
            work()
        except StoreError as error:
            self._tell(error)

    def _next(self) -> Caught | None:
        """The next one, waited for; None at the end."""
        with self._turn:
            self._is_idle = True
            self._turn.notify_all()
            self._turn.wait_for(lambda: self._waiting or self._ended)
            self._is_idle = False
            return self._waiting.popleft() if self._waiting else None

    def _refuse(self) -> None:
        """Lets everything pass that comes until the end, so that nothing piles up."""
        while (caught := self._next()) is not None:
            self.tally.failed += caught.suspect.reason is not None

    def _tell(self, error: StoreError) -> None:
        if not self._has_told:
            self._has_told = True
            self._say(f"frames cannot be collected: {error}")
