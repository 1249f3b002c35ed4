"""Disputes: they are listed with what everybody says, and settled for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from labeler.session.actions import LabelingAction, LabelingMode, PlacePupil
from labeler.statistics.adjudication import disputed_samples, settle
from livecam.core.errors import SettingsError
from livecam.core.types import Point, Side
from livecam.store.samples import SampleState
from livecam.store.store import Store
from tests.labeler.session.person import Person
from tests.labeler.session.shelf import make_picture, make_sample


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Two samples; of the first bob says that ann's label is wrong."""
    with Store.open(tmp_path / "store") as store:
        for number in range(2):
            store.add(make_sample(number), make_picture(number))
        places = (PlacePupil(Side.LEFT, Point(112, 50)), PlacePupil(Side.RIGHT, Point(52, 50)), LabelingAction.ACCEPT)
        Person(store, by="ann").wishes(*places * 2).leaves()  # type: ignore[arg-type]
        wishes = (LabelingAction.REJECT, LabelingAction.ACCEPT)
        Person(store, LabelingMode.REVIEW, by="bob").wishes(*wishes).leaves()  # type: ignore[arg-type]
        yield store


def test_a_dispute_is_listed_with_what_everybody_says(store: Store) -> None:
    ((stored, said),) = disputed_samples(store)

    assert stored.sample.id == make_sample(0).id
    assert [(one.annotator, one.stands) for one in said] == [("ann", True), ("bob", False)]


@pytest.mark.parametrize(("winner", "state"), [("ann", SampleState.LABELLED), ("bob", SampleState.REJECTED)])
def test_what_is_settled_counts_for_everybody(store: Store, winner: str, state: SampleState) -> None:
    settled = settle(store, make_sample(0).id, winner, "eva")

    assert (settled.resolved.state, settled.resolved.annotator) == (state, "eva")
    assert list(disputed_samples(store)) == []


def test_who_said_nothing_cannot_be_right(store: Store) -> None:
    with pytest.raises(SettingsError, match="ann, bob"):
        settle(store, make_sample(0).id, "carl", "eva")
