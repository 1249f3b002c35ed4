"""What a training round lacks is counted now and then, once for everybody, and nobody waits for it twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from threading import Event, Thread

from labeler.session.progress import ReadinessCounter
from tests.labeler.session.shelf import Shelf, make_sample

PATIENCE_S = 30.0


@dataclass
class SlowShelf(Shelf):
    """Counts how often it was counted; stops in the middle of it while `going_on` is not set."""

    counted: int = 0

    def __post_init__(self) -> None:
        self.begun, self.going_on = Event(), Event()
        self.going_on.set()

    def label_seconds(self) -> Sequence[float]:
        self.counted += 1
        self.begun.set()
        assert self.going_on.wait(PATIENCE_S)
        return ()


def shelf() -> SlowShelf:
    return SlowShelf(stored={sample.id: sample for sample in map(make_sample, range(3))})


def test_it_is_counted_anew_when_half_a_minute_has_passed() -> None:
    store, times = shelf(), iter((0.0, 0.0, 5.0, 29.0, 31.0, 31.0))
    counter = ReadinessCounter(store, lambda: next(times))  # type: ignore[arg-type]
    counts = []
    for _ in range(4):
        counter.refresh()
        counts.append(store.counted)

    assert counts == [1, 1, 1, 2]


def test_while_one_counts_others_are_told_what_was_known() -> None:
    store, now = shelf(), 0.0
    counter = ReadinessCounter(store, lambda: now)  # type: ignore[arg-type]
    known, now = counter.latest(), 100.0
    store.going_on.clear()
    store.begun.clear()
    counting = Thread(target=counter.refresh)
    counting.start()
    assert store.begun.wait(PATIENCE_S)
    counter.refresh()
    told = counter.latest()
    store.going_on.set()
    counting.join(PATIENCE_S)

    assert (told is known, store.counted) == (True, 2)
