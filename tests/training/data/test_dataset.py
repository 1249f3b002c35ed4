"""Data sets: what is saved comes back, and what cannot be learnt from is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.training.eyes import make_eye
from training.data.dataset import CORNER_SETS, gathered, joined, load, load_all, manifest, save
from training.engine.files import DatasetError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save(gathered([make_eye(group="a"), make_eye(centre=(33, 30), group="b")]), tmp_path / "set", {"made_by": "a test"})
    return tmp_path / "set"


def test_a_saved_eye_comes_back_as_it_was(folder: Path) -> None:
    eyes = load(folder)
    assert (eyes.patch(1).tolist(), eyes.centres[1].tolist(), str(eyes.groups[1])) == (
        make_eye(centre=(33, 30)).patch.tolist(),
        [33, 30],
        "b",
    )


def test_a_set_of_before_is_read_under_the_keys_of_today(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace("made_by", "made by"))
    assert (manifest(folder)["about"], len(load(folder))) == ({"made_by": "a test"}, 2)


def test_joined_sets_keep_every_patch(folder: Path) -> None:
    eyes = load(folder)
    assert np.array_equal(joined([eyes, eyes]).patch(3), eyes.patch(1))


def test_chosen_eyes_keep_their_patches(folder: Path) -> None:
    eyes = load(folder)
    assert np.array_equal(eyes.chosen(np.array([1])).patch(0), eyes.patch(1))


def test_no_eyes_are_no_data_set() -> None:
    with pytest.raises(DatasetError, match="empty"):
        gathered([])


def test_no_folder_is_an_error_that_says_how_to_make_one() -> None:
    with pytest.raises(DatasetError, match="livecam-train synth"):
        load_all([])


def test_a_label_outside_its_picture_is_refused() -> None:
    with pytest.raises(DatasetError, match="eye 1 of the new data set is outside its picture"):
        gathered([make_eye(), make_eye(centre=(200, 10))])


def test_a_label_that_is_no_number_is_refused() -> None:
    with pytest.raises(DatasetError, match="no numbers"):
        gathered([make_eye(visible=float("nan"))])


def test_a_set_of_another_schema_is_refused_with_both_numbers(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "schema": 7}))
    with pytest.raises(DatasetError, match="schema 7, this program reads 1"):
        load(folder)


@pytest.mark.parametrize("name", ["eyes.npz", "manifest.json"])
def test_a_missing_file_is_an_error_that_names_the_set(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(DatasetError, match="set"):
        load(folder)


@pytest.mark.parametrize("name", ["eyes.npz", "manifest.json"])
def test_a_damaged_file_is_an_error_that_names_the_set(folder: Path, name: str) -> None:
    (folder / name).write_bytes((folder / name).read_bytes()[:30])
    with pytest.raises(DatasetError, match="set"):
        load(folder)


def test_a_place_that_cannot_be_written_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(DatasetError, match="cannot write"):
        save(gathered([make_eye()]), tmp_path / "taken", {})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["taken"]


def test_a_data_set_from_before_the_newest_face_detector_is_read_with_as_many_corners_as_any(tmp_path: Path) -> None:
    one = make_eye()
    save(gathered([one._replace(corners=one.corners[:1])]), tmp_path, {})
    assert load(tmp_path).corners.shape == (1, CORNER_SETS, 2, 2)
