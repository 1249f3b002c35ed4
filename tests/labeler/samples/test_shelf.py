"""The store in memory is honest: the same wishes leave the same labels in a real one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from labeler.actions import Action
from labeler.samples.actions import Mode, Place, Wish
from livecam.core.samples import LabelEvent
from livecam.core.scene import Point, Side
from livecam.core.store.store import Store
from tests.labeler.samples.person import Person
from tests.labeler.samples.shelf import Shelf, make_picture, make_sample

COUNT = 14
PLACE = Place(Side.LEFT, Point(110.25, 50.5))
WAYS: dict[str, tuple[Mode, tuple[Wish, ...]]] = {
    "review": (Mode.REVIEW, (Action.ACCEPT, Action.REJECT, Action.SKIP, Action.UNDO, Action.NEXT, Action.REJECT)),
    "annotate": (Mode.ANNOTATE, (PLACE, Action.ACCEPT, Action.CLOSED, Action.ACCEPT, Action.LEFT, Action.HELP)),
    "back": (Mode.ANNOTATE, (PLACE, Action.ACCEPT, Action.PREVIOUS, Action.WIDER, Action.ACCEPT, *[Action.UNDO] * 3)),
    "to the end": (Mode.ANNOTATE, (Action.ACCEPT,) * (COUNT + 6)),
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "store") as store:
        for number in range(COUNT):
            store.add(make_sample(number), make_picture(number))
        yield store


def traces(store: Shelf | Store, mode: Mode, wishes: tuple[Wish, ...]) -> tuple[object, ...]:
    """All that two people leave behind, one after the other, and what is before the second at last."""
    for by in ("ann", "bob"):
        person = Person(store, mode, by=by, repeats=1.0).wishes(*wishes)  # type: ignore[arg-type]
        person.leaves()
    session = person.session
    events = [_plain(event) for event in store.events()]
    states = [(stored.sample.id, stored.state, stored.standing.labels) for stored in store.samples()]
    return events, states, session.turns, session.position, session.left


def _plain(event: LabelEvent) -> tuple[object, ...]:
    """All but the time, which is each store's own."""
    return event.number, event.sample_id, event.verb, event.by, event.side, event.point, event.radius, event.repeat


@pytest.mark.parametrize("way", WAYS)
def test_a_desk_leaves_the_same_in_memory_and_on_disk(store: Store, way: str) -> None:
    shelf = Shelf.of(*(make_sample(number) for number in range(COUNT)))

    assert traces(store, *WAYS[way]) == traces(shelf, *WAYS[way])
