"""What another store kept comes in whole, with its times, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from livecam.core.errors import StoreError
from livecam.core.types import Image, Point, Side
from livecam.store.ingest import ImportResult
from livecam.store.samples import LabelAction, LabelEvent, Sample, SampleState
from livecam.store.store import Store
from tests.fakes import make_sample
from tests.livecam.store.conftest import Place

LONG_AGO = datetime(2020, 5, 17, 8, 30, 0, 123456, UTC)
ONE, PICTURE = make_sample()


def said(verb: LabelAction = LabelAction.ACCEPT, number: int = 7, **fields: object) -> LabelEvent:
    return replace(LabelEvent(ONE.id, verb, "anna", when=LONG_AGO, number=number), **fields)  # type: ignore[arg-type]


def test_events_keep_their_time(store: Store) -> None:
    store.import_samples([(ONE, PICTURE)], [said()])

    assert [event.when for event in store.events()] == [LONG_AGO]


def test_the_state_is_the_fold_of_what_came_in(store: Store) -> None:
    store.import_samples([(ONE, PICTURE)], [said(LabelAction.SKIP)])

    assert store.sample(ONE.id).state is SampleState.SKIPPED


def test_an_undo_takes_back_the_event_it_meant_there(store: Store) -> None:
    other, picture = make_sample(1)
    store.add(other, picture)
    store.append_events(
        [LabelEvent(other.id, LabelAction.SKIP, "bert"), LabelEvent(other.id, LabelAction.FLAG, "bert")]
    )

    store.import_samples([(ONE, PICTURE)], [said(number=1), said(LabelAction.UNDO, number=2, undone_event=1)])

    assert store.sample(ONE.id).state is SampleState.NEW


def test_an_undo_of_nothing_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="takes back event 3"):
        store.import_samples([(ONE, PICTURE)], [said(LabelAction.UNDO, undone_event=3)])


def test_coming_in_twice_changes_nothing(store: Store) -> None:
    events = [
        said(LabelAction.FLAG, 1),
        said(LabelAction.FLAG, 2),
        said(LabelAction.ACCEPT, 3),
        said(LabelAction.UNDO, 4, undone_event=3),
    ]
    store.import_samples([(ONE, PICTURE)], events)

    assert store.import_samples([(ONE, PICTURE)], events) == ImportResult(0, 0)


def test_the_same_picture_twice_is_one_sample(store: Store) -> None:
    assert store.import_samples([(ONE, PICTURE), (ONE, PICTURE)], []) == ImportResult(1, 0)


def test_what_cannot_be_meant_leaves_no_sample(store: Store) -> None:
    far = said(LabelAction.POINT, side=Side.LEFT, point=Point(1e6, 0))
    with pytest.raises(StoreError, match="outside its picture"):
        store.import_samples([(ONE, PICTURE)], [said(number=1), far])

    assert list(store.samples()) == []


def test_what_cannot_be_meant_leaves_no_picture(store: Store) -> None:
    with pytest.raises(StoreError, match="takes back"):
        store.import_samples([(ONE, PICTURE)], [said(LabelAction.UNDO, undone_event=3)])

    assert list(store.folder.rglob("*.png")) == []


def test_what_is_here_already_keeps_its_picture_when_the_rest_is_refused(store: Store) -> None:
    store.add(ONE, PICTURE)
    with pytest.raises(StoreError, match="takes back"):
        store.import_samples([(ONE, PICTURE)], [said(LabelAction.UNDO, undone_event=3)])

    assert store.verify() == ()


def test_a_picture_that_was_lost_is_found_again(store: Store, place: Place) -> None:
    store.add(ONE, PICTURE)
    store.picture_path(ONE.id).unlink()
    with place.open() as opened:
        opened.import_samples([(ONE, PICTURE)], [])

        assert [stored.sample.id for stored in opened.samples()] == [ONE.id]


def test_what_came_in_is_sound(store: Store) -> None:
    store.import_samples([make_sample(number) for number in range(5)], [])

    assert store.verify() == ()


def test_a_stray_that_was_there_before_stays_when_the_rest_is_refused(store: Store) -> None:
    store.add(ONE, PICTURE)
    stray = store.folder / "strays" / store.picture_path(ONE.id).name
    content = store.picture_path(ONE.id).read_bytes()
    store.remove([ONE.id])
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(content)
    with pytest.raises(StoreError, match="takes back"):
        store.import_samples([(ONE, PICTURE)], [said(LabelAction.UNDO, undone_event=3)])

    assert stray.exists()


def test_a_picture_that_somebody_cleared_meanwhile_is_told(store: Store) -> None:
    def found() -> Iterator[tuple[Sample, Image]]:
        yield ONE, PICTURE
        store.clear()

    with pytest.raises(StoreError, match="removed meanwhile"):
        store.import_samples(found(), [])


def test_clear_removes_what_a_killed_import_had_begun(store: Store) -> None:
    (store.folder / "strays").mkdir()
    (store.folder / "strays" / "tmp1234.part").touch()
    store.clear()

    assert list((store.folder / "strays").iterdir()) == []
