"""Every problem of a store is found and told."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest

from livecam.store.samples import LabelAction, LabelEvent
from livecam.store.store import Store
from tests.fakes import make_noise, make_sample
from tests.livecam.store.conftest import Place
from tests.livecam.store.test_append_only import Ask, ask

__all__ = ["ask"]


@pytest.fixture
def picture_file(store: Store) -> Path:
    sample, picture = make_sample()
    store.add(sample, picture)
    store.append_events([LabelEvent(sample.id, LabelAction.SKIP, "anna")])
    return store.picture_path(sample.id)


def test_a_sound_store_has_no_problem(store: Store, picture_file: Path) -> None:
    assert store.verify() == ()


def test_a_missing_picture_is_told(store: Store, picture_file: Path) -> None:
    picture_file.unlink()

    assert _told(store, "is missing", picture_file.stem)


def test_a_picture_cut_short_is_told(store: Store, picture_file: Path) -> None:
    picture_file.write_bytes(picture_file.read_bytes()[:-3000])

    assert _told(store, "picture of sample", picture_file.stem)


def test_a_picture_that_is_another_is_told(store: Store, picture_file: Path) -> None:
    cv2.imwrite(str(picture_file), make_noise(7))

    assert _told(store, "not the one that was kept", picture_file.stem)


def test_a_picture_without_a_sample_is_told(store: Store, picture_file: Path) -> None:
    picture_file.with_stem("a" * 64).touch()

    assert _told(store, "without a sample", "a" * 64)


def test_a_picture_set_aside_is_told(store: Store, picture_file: Path, place: Place) -> None:
    picture_file.with_stem("a" * 64).touch()
    place.open().close()

    assert _told(store, "set aside", "a" * 64)


def test_a_state_that_is_not_what_people_said_is_told(store: Store, picture_file: Path, ask: Ask) -> None:
    ask("UPDATE samples SET state = 'labelled'")

    assert _told(store, "is 'labelled' but should be 'skipped'", picture_file.stem)


def test_a_database_opened_to_deletion_is_told(store: Store, picture_file: Path, ask: Ask) -> None:
    ask(f"INSERT INTO removals VALUES ('{picture_file.stem}')")

    assert _told(store, "not protected", picture_file.stem)


def _told(store: Store, words: str, sample_id: str) -> bool:
    (problem,) = store.verify()
    return words in problem and sample_id in problem
