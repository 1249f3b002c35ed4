"""The database itself refuses to change what people said, whoever asks."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from livecam.store.samples import LabelAction, LabelEvent
from livecam.store.store import Store
from tests.fakes import make_sample
from tests.livecam.store.conftest import Place, on_connection

Ask = Callable[[str], object]


@pytest.fixture
def ask(place: Place) -> Ask:
    """Another program, which knows only the database."""
    return lambda statement: on_connection(place, lambda connection: connection.execute(text(statement)))


@pytest.fixture
def said(store: Store) -> list[LabelEvent]:
    for number in range(3):
        sample, picture = make_sample(number)
        store.add(sample, picture)
        store.append_events(
            [LabelEvent(sample.id, LabelAction.SKIP, "anna"), LabelEvent(sample.id, LabelAction.FLAG, "bob")]
        )
    return list(store.events())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET said_by = 'eve'",
        "UPDATE events SET undoes = NULL WHERE number = 1",
        "DELETE FROM events",
        "DELETE FROM events WHERE number = 1",
        "DELETE FROM samples",
    ],
)
def test_what_was_said_is_neither_changed_nor_deleted(
    store: Store, said: list[LabelEvent], ask: Ask, statement: str
) -> None:
    with pytest.raises(DBAPIError, match=r"never|foreign key"):
        ask(statement)

    assert list(store.events()) == said


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_nor_is_all_of_it_thrown_away_at_once(store: Store, said: list[LabelEvent], ask: Ask) -> None:
    with pytest.raises(DBAPIError, match="never deleted"):
        ask("TRUNCATE samples, events")

    assert list(store.events()) == said


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_nor_is_it_replaced_by_something_else(store: Store, said: list[LabelEvent], ask: Ask) -> None:
    columns = "number, sample_id, verb, said_by, said_at, seconds, shown, is_repeat"
    with pytest.raises(DBAPIError, match="never replaced"):
        ask(f"INSERT OR REPLACE INTO events ({columns}) SELECT {columns} FROM events")

    assert list(store.events()) == said


def test_at_the_users_word_a_sample_goes_with_what_was_said_of_it(store: Store, said: list[LabelEvent]) -> None:
    gone = said[0].sample_id

    assert store.remove([gone, "f" * 64]) == 1

    assert list(store.events()) == [event for event in said if event.sample_id != gone]


def test_after_a_removal_the_rest_is_as_well_kept_as_before(store: Store, said: list[LabelEvent], ask: Ask) -> None:
    store.remove([said[0].sample_id])

    with pytest.raises(DBAPIError, match="never"):
        ask("DELETE FROM events")


def test_the_number_of_an_event_is_never_given_twice(store: Store, said: list[LabelEvent]) -> None:
    store.remove([said[-1].sample_id])

    (event,) = store.append_events([LabelEvent(said[0].sample_id, LabelAction.SKIP, "anna")])

    assert event.number > said[-1].number
