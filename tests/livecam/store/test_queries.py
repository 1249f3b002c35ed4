"""Samples are found by what they are, in a fixed order, however many there are."""

from __future__ import annotations

import sqlite3
import tracemalloc
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import insert

from livecam.store.leases import LeaseFilter
from livecam.store.samples import LabelAction, LabelEvent, SampleState, SamplingReason, Split
from livecam.store.store import Store
from livecam.store.tables import sample_values, samples
from tests.fakes import make_sample
from tests.livecam.store.conftest import Place, on_connection

EMPTY = np.zeros((2, 2, 3), np.uint8)


@pytest.fixture
def many(store: Store, place: Place) -> list[str]:
    """More samples than are read at once, with few different priorities and times; rows alone, for speed."""
    made = [make_sample(number % 7, EMPTY, id=f"{number:064x}", priority=float(number % 5)) for number in range(205)]
    there = {"picture_bytes": 1, "state": "new", "flagged": False, "lost": False}
    rows = [{**sample_values(sample), **there} for sample, _ in made]
    on_connection(place, lambda connection: connection.execute(insert(samples), rows))
    return [sample.id for sample, _ in made]


def test_the_most_important_come_first_then_the_oldest(store: Store, many: list[str]) -> None:
    found = [stored.sample for stored in store.samples()]

    assert found == sorted(found, key=lambda sample: (-sample.priority, sample.captured, sample.id))
    assert sorted(sample.id for sample in found) == sorted(many)


def test_or_the_newest(store: Store, many: list[str]) -> None:
    found = [stored.sample for stored in store.samples(newest_first=True)]

    assert [s.captured for s in found] == sorted((s.captured for s in found), reverse=True)
    assert sorted(sample.id for sample in found) == sorted(many)


def test_samples_are_found_by_state(store: Store, many: list[str]) -> None:
    store.append_events(
        [LabelEvent(many[0], LabelAction.SKIP, "anna"), LabelEvent(many[1], LabelAction.REJECT, "anna")]
    )
    store.lease("anna", wanted=LeaseFilter([SampleState.REJECTED]))

    found = {state: {stored.sample.id for stored in store.samples(states=[state])} for state in SampleState}

    assert found == {
        SampleState.NEW: set(many[2:]),
        SampleState.LEASED: {many[1]},
        SampleState.SKIPPED: {many[0]},
        SampleState.NOT_A_FACE: set(),
        SampleState.REJECTED: set(),
        SampleState.LABELLED: set(),
    }


def test_no_state_is_no_sample_and_any_state_is_all(store: Store, many: list[str]) -> None:
    assert (len(list(store.samples(states=[]))), len(list(store.samples(states=SampleState)))) == (0, len(many))


def test_samples_are_found_by_split_and_reason(store: Store) -> None:
    for number, (split, reason) in enumerate((split, reason) for split in Split for reason in SamplingReason):
        store.add(*make_sample(number, split=split, reason=reason))

    found = [
        stored.sample
        for stored in store.samples(splits=[Split.TEST], reasons=[SamplingReason.LOW, SamplingReason.RANDOM])
    ]

    assert {(sample.split, sample.reason) for sample in found} == {
        (Split.TEST, SamplingReason.LOW),
        (Split.TEST, SamplingReason.RANDOM),
    }


def test_a_new_priority_changes_the_order(store: Store, many: list[str]) -> None:
    store.prioritise({many[4]: 99.0, "f" * 64: 100.0})

    assert next(store.samples()).sample.id == many[4]


def test_a_priority_is_a_number(store: Store) -> None:
    with pytest.raises(ValueError, match="finite"):
        store.prioritise({"f" * 64: float("nan")})


def test_people_may_label_while_samples_are_read(store: Store, many: list[str]) -> None:
    for stored in store.samples():
        store.append_events([LabelEvent(stored.sample.id, LabelAction.SKIP, "anna")])

    assert store.counts().states[SampleState.SKIPPED] == len(many)


def test_a_sample_that_goes_while_others_are_read_disturbs_nothing(store: Store, many: list[str]) -> None:
    reading = store.samples()
    next(reading)
    store.remove(many[::2])

    assert set(many[1::2]) <= {stored.sample.id for stored in reading} | set(many[:1])


def test_reading_a_long_queue_takes_no_more_memory_than_a_short_one(tmp_path: Path) -> None:
    with Store.open(tmp_path / "queue") as store:
        store.add(*make_sample())
        multiply(tmp_path / "queue" / "queue.db", 400)
        short = peak_of_reading(store)
        multiply(tmp_path / "queue" / "queue.db", 2000)

        assert peak_of_reading(store) < 1.2 * short


def multiply(database: Path, count: int) -> None:
    """So many more rows like the one that is there."""
    with closing(sqlite3.connect(database)) as connection, connection:
        names = [name for _, name, *_ in connection.execute("PRAGMA table_info(samples)")]
        connection.execute(
            f"""WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})
            INSERT INTO samples SELECT lower(hex(randomblob(32))), {", ".join(names[1:])}
            FROM numbers, (SELECT * FROM samples LIMIT 1)"""
        )


def peak_of_reading(store: Store) -> int:
    tracemalloc.start()
    for _ in store.samples():
        pass
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def test_counts_name_every_kind(store: Store, place: Place) -> None:
    store.add(*make_sample(0, reason=SamplingReason.RANDOM, split=Split.TEST))
    store.add(*make_sample(1))
    store.add(*make_sample(2))
    store.append_events([LabelEvent(make_sample(2)[0].id, LabelAction.SKIP, "anna")])
    store.lease("anna")

    counts = store.counts()

    assert {state.value: number for state, number in counts.states.items()} == {
        "new": 1,
        "leased": 1,
        "labelled": 0,
        "skipped": 1,
        "rejected": 0,
        "not a face": 0,
    }
    assert store.count_states() == counts.states
    assert (counts.reasons[SamplingReason.RANDOM], counts.reasons[SamplingReason.FLAG], counts.splits[Split.TEST]) == (
        1,
        0,
        1,
    )
    assert (counts.samples, counts.events, counts.lost, counts.strays) == (3, 1, 0, 0)
    assert counts.picture_bytes == sum(path.stat().st_size for path in (place.folder / "pictures").iterdir())


def test_a_lease_that_expired_counts_as_new(store: Store, place: Place) -> None:
    store.add(*make_sample())
    store.lease("anna", seconds=timedelta(minutes=1).total_seconds())
    place.clock.pass_by(60)

    assert store.counts().states[SampleState.NEW] == 1
