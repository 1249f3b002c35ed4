"""Files and rows find together again, and nothing a person said is lost over it."""

from __future__ import annotations

import fcntl
import shutil
from pathlib import Path

import numpy as np
import pytest

from livecam.core.errors import StoreError
from livecam.store.leases import LeaseFilter
from livecam.store.samples import LabelAction, LabelEvent, SampleState
from tests.fakes import make_sample
from tests.livecam.store.conftest import Place


@pytest.fixture
def labelled(place: Place) -> str:
    """The id of the one sample, which somebody has decided on."""
    sample, picture = make_sample()
    with place.open() as store:
        store.add(sample, picture)
        store.append_events([LabelEvent(sample.id, LabelAction.SKIP, "anna")])
    return sample.id


@pytest.fixture
def picture_file(place: Place, labelled: str) -> Path:
    return place.folder / "pictures" / f"{labelled}.png"


def test_what_a_killed_writer_began_is_removed(place: Place, labelled: str, picture_file: Path) -> None:
    begun = picture_file.with_name("tmpabcdefgh.part")
    begun.touch()

    place.open().close()

    assert [path.name for path in picture_file.parent.iterdir()] == [picture_file.name]


def test_a_picture_without_a_row_is_set_aside(place: Place, labelled: str, picture_file: Path) -> None:
    """Its writer was killed before the row was there, and has not promised anything."""
    orphan = picture_file.with_name(f"{'a' * 64}.png")
    orphan.write_bytes(b"somebody's")

    with place.open() as store:
        assert (store.counts().strays, orphan.exists()) == (1, False)
    assert (place.folder / "strays" / orphan.name).read_bytes() == b"somebody's"


def test_a_picture_set_aside_can_be_added_properly(place: Place, labelled: str, picture_file: Path) -> None:
    sample, picture = make_sample(1)
    picture_file.with_name(f"{sample.id}.png").write_bytes(b"old")

    with place.open() as store:
        assert store.add(sample, picture)
        assert np.array_equal(store.picture(sample.id), picture)
        assert store.counts().strays == 0


def test_what_is_no_picture_of_ours_is_left_alone(place: Place, labelled: str, picture_file: Path) -> None:
    picture_file.with_name("holiday.png").touch()

    place.open().close()

    assert picture_file.with_name("holiday.png").exists()


def test_without_its_picture_a_sample_is_kept_with_what_was_said(
    place: Place, labelled: str, picture_file: Path
) -> None:
    picture_file.unlink()

    with place.open() as store:
        assert (store.counts().lost, store.sample(labelled).state) == (1, SampleState.SKIPPED)
        assert [event.action for event in store.events(labelled)] == [LabelAction.SKIP]


def test_a_sample_without_its_picture_is_not_given_out(place: Place, labelled: str, picture_file: Path) -> None:
    picture_file.unlink()

    with place.open() as store:
        assert list(store.samples()) == []
        assert store.lease("anna", wanted=LeaseFilter(list(SampleState))) == ()


def test_a_sample_whose_picture_comes_back_is_found_again(place: Place, labelled: str, picture_file: Path) -> None:
    kept = picture_file.rename(place.folder.parent / "kept.png")
    place.open().close()
    kept.rename(picture_file)

    with place.open() as store:
        assert [stored.sample.id for stored in store.samples()] == [labelled]


def test_adding_a_lost_sample_again_brings_it_back_with_what_was_said(
    place: Place, labelled: str, picture_file: Path
) -> None:
    picture_file.unlink()

    with place.open() as store:
        assert store.add(*make_sample())
        assert [stored.state for stored in store.samples()] == [SampleState.SKIPPED]


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_pictures_wait_for_a_database_that_was_away(place: Place, labelled: str, picture_file: Path) -> None:
    """As when somebody moves a damaged database aside and later puts back a copy."""
    database = place.folder / "queue.db"
    kept = database.rename(place.folder.parent / "kept.db")
    with place.open() as store:
        assert (store.counts().samples, store.counts().strays) == (0, 1)
    shutil.copy(kept, database)

    with place.open() as store:
        assert [stored.sample.id for stored in store.samples()] == [labelled]
        assert store.verify() == ()


def test_what_another_process_is_writing_is_left_alone(place: Place, labelled: str, picture_file: Path) -> None:
    """Whoever is between file and row has the lock."""
    begun = picture_file.with_name("tmpabcdefgh.part")
    with (place.folder / ".lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        begun.touch()
        with pytest.raises(StoreError, match="is busy: another program has held"):
            place.open(busy_seconds=0.02)

    assert begun.exists()
