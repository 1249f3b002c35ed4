"""What another store kept comes in whole, with its times, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from livecam.core.errors import StoreError
from livecam.core.samples import LabelEvent, Sample, SampleState, Verb
from livecam.core.scene import Image, Point, Side
from livecam.core.store.store import Store
from livecam.core.store.taking_in import Taken
from tests.core.store.conftest import Place
from tests.fakes import make_sample

LONG_AGO = datetime(2020, 5, 17, 8, 30, 0, 123456, UTC)
ONE, PICTURE = make_sample()


def said(verb: Verb = Verb.ACCEPT, number: int = 7, **fields: object) -> LabelEvent:
    return replace(LabelEvent(ONE.id, verb, "anna", when=LONG_AGO, number=number), **fields)  # type: ignore[arg-type]


def test_events_keep_their_time(store: Store) -> None:
    store.take_in([(ONE, PICTURE)], [said()])

    assert [event.when for event in store.events()] == [LONG_AGO]


def test_the_state_is_the_fold_of_what_came_in(store: Store) -> None:
    store.take_in([(ONE, PICTURE)], [said(Verb.SKIP)])

    assert store.sample(ONE.id).state is SampleState.SKIPPED


def test_an_undo_takes_back_the_event_it_meant_there(store: Store) -> None:
    other, picture = make_sample(1)
    store.add(other, picture)
    store.record([LabelEvent(other.id, Verb.SKIP, "bert"), LabelEvent(other.id, Verb.FLAG, "bert")])

    store.take_in([(ONE, PICTURE)], [said(number=1), said(Verb.UNDO, number=2, undoes=1)])

    assert store.sample(ONE.id).state is SampleState.NEW


def test_an_undo_of_nothing_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="takes back event 3"):
        store.take_in([(ONE, PICTURE)], [said(Verb.UNDO, undoes=3)])


def test_coming_in_twice_changes_nothing(store: Store) -> None:
    events = [said(Verb.FLAG, 1), said(Verb.FLAG, 2), said(Verb.ACCEPT, 3), said(Verb.UNDO, 4, undoes=3)]
    store.take_in([(ONE, PICTURE)], events)

    assert store.take_in([(ONE, PICTURE)], events) == Taken(0, 0)


def test_the_same_picture_twice_is_one_sample(store: Store) -> None:
    assert store.take_in([(ONE, PICTURE), (ONE, PICTURE)], []) == Taken(1, 0)


def test_what_cannot_be_meant_leaves_no_sample(store: Store) -> None:
    far = said(Verb.POINT, side=Side.LEFT, point=Point(1e6, 0))
    with pytest.raises(StoreError, match="outside its picture"):
        store.take_in([(ONE, PICTURE)], [said(number=1), far])

    assert list(store.samples()) == []


def test_what_cannot_be_meant_leaves_no_picture(store: Store) -> None:
    with pytest.raises(StoreError, match="takes back"):
        store.take_in([(ONE, PICTURE)], [said(Verb.UNDO, undoes=3)])

    assert list(store.folder.rglob("*.png")) == []


def test_what_is_here_already_keeps_its_picture_when_the_rest_is_refused(store: Store) -> None:
    store.add(ONE, PICTURE)
    with pytest.raises(StoreError, match="takes back"):
        store.take_in([(ONE, PICTURE)], [said(Verb.UNDO, undoes=3)])

    assert store.verify() == ()


def test_a_picture_that_was_lost_is_found_again(store: Store, place: Place) -> None:
    store.add(ONE, PICTURE)
    store.picture_path(ONE.id).unlink()
    with place.open() as opened:
        opened.take_in([(ONE, PICTURE)], [])

        assert [stored.sample.id for stored in opened.samples()] == [ONE.id]


def test_what_came_in_is_sound(store: Store) -> None:
    store.take_in([make_sample(number) for number in range(5)], [])

    assert store.verify() == ()


def test_a_stray_that_was_there_before_stays_when_the_rest_is_refused(store: Store) -> None:
    store.add(ONE, PICTURE)
    stray = store.folder / "strays" / store.picture_path(ONE.id).name
    content = store.picture_path(ONE.id).read_bytes()
    store.remove([ONE.id])
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(content)
    with pytest.raises(StoreError, match="takes back"):
        store.take_in([(ONE, PICTURE)], [said(Verb.UNDO, undoes=3)])

    assert stray.exists()


def test_a_picture_that_somebody_cleared_meanwhile_is_told(store: Store) -> None:
    def found() -> Iterator[tuple[Sample, Image]]:
        yield ONE, PICTURE
        store.clear()

    with pytest.raises(StoreError, match="removed meanwhile"):
        store.take_in(found(), [])


def test_clear_removes_what_a_killed_import_had_begun(store: Store) -> None:
    (store.folder / "strays").mkdir()
    (store.folder / "strays" / "tmp1234.part").touch()
    store.clear()

    assert list((store.folder / "strays").iterdir()) == []
