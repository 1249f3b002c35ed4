"""The sample collector: candidates go into a small buffer, and a background thread stores them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from functools import partial
from types import TracebackType
from typing import Any, NamedTuple, Protocol, Self

from livecam.core.errors import StoreError
from livecam.core.interfaces import Collector
from livecam.core.types import Scene
from livecam.live.collection.hard_examples import Candidate, HardExampleDetector
from livecam.live.collection.selector import PendingCandidate, SampleSelector, SampleStore

_BUFFER = 16  # frames: at 1280x720 they hold 44 MB
_PROBES = 4  # while more wait than this, the other detector is not asked for its own sake
_PATIENCE = 5.0  # seconds for what is left at the end

Say = Callable[[str], None]
OpenStore = Callable[[ExitStack], SampleStore]


class ActiveDetector(NamedTuple):
    """Which detector found the pupils of the scenes now."""

    detector: str
    version: str


def _utc_now() -> datetime:
    return datetime.now(UTC)


class SampleCollector:
    """`offer` never waits: what does not fit into the buffer is dropped and counted.

    Sources and effects leave a frame's picture alone once it is out, so none is copied before it is cut. `open_store`
    is called by the thread; a store that cannot be used is told about once, and the run goes on without.
    """

    def __init__(
        self,
        detector: HardExampleDetector,
        selector: SampleSelector,
        open_store: OpenStore,
        *,
        in_use: Callable[[], ActiveDetector],
        say: Say,
        now: Callable[[], datetime] = _utc_now,
        buffer: int = _BUFFER,
    ) -> None:
        self.stats = selector.stats
        self._detector, self._selector, self._open_store = detector, selector, open_store
        self._in_use, self._say, self._now, self._size = in_use, say, now, buffer
        self._seen_by = in_use()
        self._waiting: deque[PendingCandidate] = deque()
        self._condition = threading.Condition()
        self._ended = self._has_reported = self._is_idle = False
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
        return self.stats.total

    @property
    def lost(self) -> int:
        return self.stats.lost

    def flag(self) -> None:
        """The next scene with a face is kept, also while nothing else is."""
        self._detector.flag()

    def offer(self, scene: Scene) -> None:
        """Considers a scene; never blocks."""
        self._note_detector()
        self._enqueue(self._detector.evaluate(scene))

    def offer_flagged(self, scene: Scene) -> None:
        """Considers a scene while collecting is switched off: only what was flagged is kept."""
        self._note_detector()
        self._enqueue(self._detector.evaluate_flagged(scene))

    def close(self, patience: float = _PATIENCE) -> None:
        """Writes what is left, for `patience` seconds at most; the rest is dropped and counted."""
        self._enqueue_held()
        with self._condition:
            self._ended = True
            self._condition.notify_all()
        self._thread.join(patience)
        with self._condition:
            self.stats.dropped += sum(pending.candidate.reason is not None for pending in self._waiting)
            self._waiting.clear()

    def catch_up(self, patience: float) -> None:
        """Waits, for `patience` seconds at most, until everything offered so far has been dealt with."""
        with self._condition:
            self._condition.wait_for(lambda: self._is_idle and not self._waiting, patience)

    def report(self) -> dict[str, Any]:
        """Which recording it was, and what became of its frames."""
        recording = self._selector.recording
        return {"session": recording.session, "split": recording.split.value, **self.stats.as_json()}

    def _note_detector(self) -> None:
        """What is held was seen by the detector that was in use until now."""
        if (in_use := self._in_use()) != self._seen_by:
            self._enqueue_held()
            self._seen_by = in_use

    def _enqueue_held(self) -> None:
        for candidate in self._detector.flush():
            self._enqueue(candidate)

    def _enqueue(self, candidate: Candidate | None) -> None:
        if candidate is None:
            return
        pending = PendingCandidate(candidate, *self._seen_by, self._now())
        with self._condition:
            if len(self._waiting) < (_PROBES if candidate.reason is None else self._size):
                self._waiting.append(pending)
                self._condition.notify_all()
            elif candidate.reason is not None:
                self.stats.dropped += 1

    def _work(self) -> None:
        with ExitStack() as stack:
            try:
                store = self._open_store(stack)
                self._selector.begin(store)
            except StoreError as error:
                self._report_error(error)
                self._discard_all()
                return
            while (pending := self._next()) is not None:
                self._try(partial(self._selector.process, pending, store))
            self._try(partial(self._selector.draw_random_share, store))

    def _try(self, work: Callable[[], None]) -> None:
        try:
            work()
        except StoreError as error:
            self._report_error(error)

    def _next(self) -> PendingCandidate | None:
        """The next one, waited for; None at the end."""
        with self._condition:
            self._is_idle = True
            self._condition.notify_all()
            self._condition.wait_for(lambda: self._waiting or self._ended)
            self._is_idle = False
            return self._waiting.popleft() if self._waiting else None

    def _discard_all(self) -> None:
        """Lets everything pass that comes until the end, so that nothing piles up."""
        while (pending := self._next()) is not None:
            self.stats.failed += pending.candidate.reason is not None

    def _report_error(self, error: StoreError) -> None:
        if not self._has_reported:
            self._has_reported = True
            self._say(f"frames cannot be collected: {error}")


_NO_QUEUE = "collecting is off: no queue is open; --queue DIR opens one"


class NullCollector:
    """Keeps nothing."""

    def offer(self, scene: Scene) -> None:
        return None


class FlaggingCollector(Collector, Protocol):
    """A Collector that can be told to keep a scene, and counts."""

    @property
    def collected(self) -> int: ...
    @property
    def lost(self) -> int: ...
    def flag(self) -> None: ...
    def offer_flagged(self, scene: Scene) -> None: ...


class ToggleableCollector:
    """A Collector that passes scenes on while it is switched on; without a queue it cannot be.

    What is flagged is kept also while it is switched off: somebody asked for it.
    """

    def __init__(self, queue: FlaggingCollector | None = None) -> None:
        self.on = queue is not None
        self._queue = queue

    @property
    def collected(self) -> int | None:
        """Samples taken in this run; None without a queue."""
        return None if self._queue is None else self._queue.collected

    @property
    def lost(self) -> int:
        """Samples that could not be taken in this run."""
        return 0 if self._queue is None else self._queue.lost

    def toggle(self) -> str:
        """Switches collecting and tells so."""
        if self._queue is None:
            return _NO_QUEUE
        self.on = not self.on
        return f"collecting {'on' if self.on else 'off'}"

    def flag(self) -> str:
        """Has this frame, or the next with a face, kept, and tells so."""
        if self._queue is None:
            return _NO_QUEUE
        self._queue.flag()
        return "flagged for labelling"

    def offer(self, scene: Scene) -> None:
        if self._queue is None:
            return
        if self.on:
            self._queue.offer(scene)
        else:
            self._queue.offer_flagged(scene)
