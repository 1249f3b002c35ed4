"""What goes, goes wholly; what people touched stays unless they say otherwise."""

from __future__ import annotations

import pytest

from livecam.core.errors import StoreError
from livecam.store.samples import LabelAction, LabelEvent, SamplingReason
from livecam.store.store import Store
from tests.fakes import make_sample
from tests.livecam.store.conftest import Place

HALF = 3 * 5_900  # a picture of noise takes 5.8 to 5.9 kB


@pytest.fixture
def ids(store: Store) -> list[str]:
    """Six samples as large as each other; the first has the lowest priority."""
    made = [make_sample(number, priority=float(number)) for number in range(6)]
    for sample, picture in made:
        store.add(sample, picture)
    return [sample.id for sample, _ in made]


def test_the_least_useful_samples_make_room(store: Store, ids: list[str]) -> None:
    gone = store.evict(HALF)

    assert (gone, _left(store)) == (3, set(ids[3:]))


def test_of_equal_ones_the_oldest_goes_first(store: Store, ids: list[str]) -> None:
    store.prioritise(dict.fromkeys(ids, 0.5))

    store.evict(HALF)

    assert _left(store) == set(ids[3:])


def test_nothing_goes_while_there_is_room(store: Store, ids: list[str]) -> None:
    assert store.evict(6 * 5_900) == 0


def test_what_anybody_touched_stays(store: Store, ids: list[str], place: Place) -> None:
    """Skipped, decided and undone, flagged, half labelled, and leased."""
    flagged, picture = make_sample(6, reason=SamplingReason.FLAG, priority=-1.0)
    store.add(flagged, picture)
    (skip,) = store.append_events([LabelEvent(ids[1], LabelAction.SKIP, "anna")])
    store.append_events([LabelEvent(ids[1], LabelAction.UNDO, "anna", undone_event=skip.number)])
    store.append_events([LabelEvent(ids[0], LabelAction.SKIP, "anna"), LabelEvent(ids[2], LabelAction.FLAG, "anna")])
    store.lease("anna")

    store.evict(0)

    assert _left(store) == {ids[0], ids[1], ids[2], ids[5], flagged.id}


def test_what_was_leased_long_ago_may_go(store: Store, ids: list[str], place: Place) -> None:
    store.lease("anna", count=6, seconds=60)
    place.clock.pass_by(60)

    assert store.evict(0) == 6


def test_pictures_go_with_their_samples(store: Store, ids: list[str], place: Place) -> None:
    store.evict(HALF)

    assert {path.stem for path in (place.folder / "pictures").iterdir()} == set(ids[3:])


def test_a_removed_sample_is_unknown(store: Store, ids: list[str]) -> None:
    store.remove(ids[:2])

    with pytest.raises(StoreError, match="no sample"):
        store.append_events([LabelEvent(ids[0], LabelAction.SKIP, "anna")])


def test_a_removed_sample_may_be_added_again(store: Store, ids: list[str]) -> None:
    store.remove(ids)

    assert store.add(*make_sample(0))


def test_after_clearing_nothing_is_left(store: Store, ids: list[str], place: Place) -> None:
    store.append_events([LabelEvent(ids[0], LabelAction.SKIP, "anna")])
    (place.folder / "pictures" / "holiday.png").touch()

    assert store.clear() == 6

    counts = store.counts()
    assert (counts.samples, counts.events, counts.picture_bytes) == (0, 0, 0)
    assert list((place.folder / "pictures").iterdir()) == []


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_after_clearing_no_name_can_be_read_from_the_files(store: Store, place: Place) -> None:
    sample, picture = make_sample(source="rtsp://grandmothers-bedroom")
    store.add(sample, picture)
    store.append_events([LabelEvent(sample.id, LabelAction.SKIP, "annabella")])

    store.clear()

    files = [path for path in place.folder.rglob("*") if path.is_file()]
    assert not [path for path in files for name in (b"bedroom", b"annabella") if name in path.read_bytes()]


def test_an_empty_store_can_be_cleared(store: Store) -> None:
    assert store.clear() == 0


def _left(store: Store) -> set[str]:
    return {stored.sample.id for stored in store.samples()}
