"""The store in memory is honest: the same wishes leave the same labels in a real one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from labeler.session.actions import LabelingAction, LabelingMode, PlacePupil, UserInput
from livecam.core.types import Point, Side
from livecam.store.samples import LabelEvent
from livecam.store.store import Store
from tests.labeler.session.person import Person
from tests.labeler.session.shelf import Shelf, make_picture, make_sample

COUNT = 14
PLACE = PlacePupil(Side.LEFT, Point(110.25, 50.5))
WAYS: dict[str, tuple[LabelingMode, tuple[UserInput, ...]]] = {
    "review": (
        LabelingMode.REVIEW,
        (
            LabelingAction.ACCEPT,
            LabelingAction.REJECT,
            LabelingAction.SKIP,
            LabelingAction.UNDO,
            LabelingAction.NEXT,
            LabelingAction.REJECT,
        ),
    ),
    "annotate": (
        LabelingMode.ANNOTATE,
        (
            PLACE,
            LabelingAction.ACCEPT,
            LabelingAction.CLOSED,
            LabelingAction.ACCEPT,
            LabelingAction.LEFT,
            LabelingAction.HELP,
        ),
    ),
    "back": (
        LabelingMode.ANNOTATE,
        (
            PLACE,
            LabelingAction.ACCEPT,
            LabelingAction.PREVIOUS,
            LabelingAction.WIDER,
            LabelingAction.ACCEPT,
            *[LabelingAction.UNDO] * 3,
        ),
    ),
    "to the end": (LabelingMode.ANNOTATE, (LabelingAction.ACCEPT,) * (COUNT + 6)),
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "store") as store:
        for number in range(COUNT):
            store.add(make_sample(number), make_picture(number))
        yield store


def traces(store: Shelf | Store, mode: LabelingMode, wishes: tuple[UserInput, ...]) -> tuple[object, ...]:
    """All that two people leave behind, one after the other, and what is before the second at last."""
    for by in ("ann", "bob"):
        person = Person(store, mode, by=by, repeats=1.0).wishes(*wishes)  # type: ignore[arg-type]
        person.leaves()
    session = person.session
    events = [_plain(event) for event in store.events()]
    states = [(stored.sample.id, stored.state, stored.resolved.labels) for stored in store.samples()]
    return events, states, session.assignments, session.position, session.left


def _plain(event: LabelEvent) -> tuple[object, ...]:
    """All but the time, which is each store's own."""
    return (
        event.number,
        event.sample_id,
        event.action,
        event.annotator,
        event.side,
        event.point,
        event.radius,
        event.is_repeat,
    )


@pytest.mark.parametrize("way", WAYS)
def test_a_desk_leaves_the_same_in_memory_and_on_disk(store: Store, way: str) -> None:
    shelf = Shelf.of(*(make_sample(number) for number in range(COUNT)))

    assert traces(store, *WAYS[way]) == traces(shelf, *WAYS[way])
