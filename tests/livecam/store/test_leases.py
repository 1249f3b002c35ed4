"""Who works on which sample."""

from __future__ import annotations

import pytest

from livecam.store.leases import LeaseFilter
from livecam.store.samples import LabelAction, LabelEvent, SampleState, StoredSample
from livecam.store.store import Store
from tests.fakes import make_sample
from tests.livecam.store.conftest import Place

ALL = (SampleState.NEW, SampleState.REJECTED, SampleState.LABELLED, SampleState.SKIPPED)


@pytest.fixture
def ids(store: Store) -> list[str]:
    """Four samples, the most important last."""
    made = [make_sample(number, priority=float(number)) for number in range(4)]
    for sample, picture in made:
        store.add(sample, picture)
    return [sample.id for sample, _ in made]


def test_the_most_important_sample_is_leased_first(store: Store, ids: list[str]) -> None:
    assert _ids(store.lease("anna", count=2)) == [ids[3], ids[2]]


def test_two_owners_never_have_the_same_sample(store: Store, ids: list[str]) -> None:
    store.lease("anna", count=2)

    assert _ids(store.lease("bob", count=4)) == [ids[1], ids[0]]


def test_a_lease_says_whose_it_is_and_until_when(store: Store, ids: list[str], place: Place) -> None:
    (leased,) = store.lease("anna", seconds=60)

    assert (leased.state, leased.lease_owner) == (SampleState.LEASED, "anna")
    assert leased.lease_expires is not None
    assert (leased.lease_expires - place.clock.now).total_seconds() == 60


def test_an_expired_lease_is_free(store: Store, ids: list[str], place: Place) -> None:
    store.lease("anna", seconds=60)
    place.clock.pass_by(60)

    assert _ids(store.lease("bob")) == [ids[3]]


def test_a_sample_whose_lease_expired_is_not_called_leased(store: Store, ids: list[str], place: Place) -> None:
    store.lease("anna", seconds=60)
    place.clock.pass_by(60)

    found = store.sample(ids[3])

    assert (found.state, found.lease_owner) == (SampleState.NEW, None)


def test_whoever_asks_again_gets_what_they_hold(store: Store, ids: list[str]) -> None:
    """A labeler that was killed goes on where it stopped, also when something more important came meanwhile."""
    held = store.lease("anna", count=2)
    newer, picture = make_sample(9, priority=9.0)
    store.add(newer, picture)

    assert _ids(store.lease("anna", count=3)) == [*_ids(held), newer.id]


def test_a_renewed_lease_lasts_longer(store: Store, ids: list[str], place: Place) -> None:
    store.lease("anna", seconds=60)
    place.clock.pass_by(59)
    store.renew("anna", [ids[3]], 60)
    place.clock.pass_by(59)

    assert _ids(store.lease("bob")) == [ids[2]]


def test_only_what_is_free_or_held_can_be_renewed(store: Store, ids: list[str]) -> None:
    store.lease("bob", count=1)

    assert sorted(store.renew("anna", ids, 60)) == sorted(ids[:3])


def test_a_released_sample_is_free(store: Store, ids: list[str]) -> None:
    store.lease("anna")
    store.release("anna", ids)

    assert _ids(store.lease("bob")) == [ids[3]]


def test_nobody_releases_anothers_lease(store: Store, ids: list[str]) -> None:
    store.lease("anna")
    store.release("bob", ids)

    assert _ids(store.lease("bob")) == [ids[2]]


def test_what_is_decided_is_not_leased(store: Store, ids: list[str]) -> None:
    store.append_events([LabelEvent(ids[3], LabelAction.SKIP, "anna"), LabelEvent(ids[2], LabelAction.REJECT, "anna")])

    assert _ids(store.lease("bob", count=2)) == [ids[2], ids[1]]


def test_a_decided_sample_keeps_its_state_while_leased(store: Store, ids: list[str]) -> None:
    store.append_events([LabelEvent(ids[3], LabelAction.SKIP, "anna")])

    (leased,) = store.lease("bob", wanted=LeaseFilter([SampleState.SKIPPED]))

    assert (leased.state, leased.lease_owner) == (SampleState.SKIPPED, "bob")


def test_a_second_person_gets_what_the_first_decided(store: Store, ids: list[str]) -> None:
    store.append_events([LabelEvent(ids[3], LabelAction.ACCEPT, "anna"), LabelEvent(ids[2], LabelAction.ACCEPT, "bob")])

    assert _ids(store.lease("bob", count=4, wanted=LeaseFilter(ALL, "bob", undecided=True))) == [ids[3], ids[1], ids[0]]


def test_a_decision_taken_back_was_none(store: Store, ids: list[str]) -> None:
    (skip,) = store.append_events([LabelEvent(ids[3], LabelAction.SKIP, "bob")])
    store.append_events([LabelEvent(ids[3], LabelAction.UNDO, "bob", undone_event=skip.number)])

    assert _ids(store.lease("bob", wanted=LeaseFilter(ALL, "bob", undecided=True))) == [ids[3]]


def test_a_repeat_decides_nothing(store: Store, ids: list[str]) -> None:
    store.append_events([LabelEvent(ids[3], LabelAction.SKIP, "bob", is_repeat=True)])

    assert _ids(store.lease("bob", wanted=LeaseFilter(ALL, "bob", undecided=True))) == [ids[3]]


def test_an_empty_queue_has_nothing_to_lease(store: Store) -> None:
    assert store.lease("anna") == ()


def _ids(leased: tuple[StoredSample, ...]) -> list[str]:
    return [stored.sample.id for stored in leased]
