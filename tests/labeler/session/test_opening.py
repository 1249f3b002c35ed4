"""What is a store to label, and what to do where there is none; the command line around it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

from labeler.session.opening import is_store, open_store
from livecam.core.errors import StoreError
from livecam.store.store import Store
from tests.fakes import grey
from tests.labeler.session.shelf import make_picture, make_sample
from tests.livecam.store.test_disk import mounted


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with Store.open(tmp_path / "store") as store:
        store.add(make_sample(), make_picture())
    return tmp_path / "store"


def label(*words: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from labeler.cli import main; main()", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_store_is_known_by_its_database(folder: Path, tmp_path: Path) -> None:
    assert (is_store(folder), is_store(tmp_path), is_store(folder / "queue.db")) == (True, False, False)


@pytest.mark.parametrize("words", [("stats", "disk"), ("export", "disk", "out", "--format", "coco"), ("gold", "disk")])
def test_what_only_reads_takes_a_store_on_a_read_only_disk(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in mounted("-o", "bind,ro", str(folder), at=tmp_path / "disk"):
        assert label(*words).returncode == 0


@pytest.mark.parametrize("name", ["nowhere", "."])
def test_a_folder_that_is_no_store_is_left_alone(tmp_path: Path, name: str) -> None:
    with pytest.raises(StoreError, match="livecam run --queue"):
        open_store(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_an_empty_store_says_how_to_fill_it(tmp_path: Path) -> None:
    Store.open(tmp_path / "store").close()

    with pytest.raises(StoreError, match="empty; fill it with"):
        open_store(tmp_path / "store")


@pytest.mark.parametrize(
    ("words", "trouble"),
    [
        (["annotate", "STORE", "--as", "a/b"], "--as cannot be 'a/b'"),
        (["review", "STORE", "--journal", "x"], "--journal can be used with folders of pictures only"),
        (["review", "PICTURES", "--as", "ann"], "--as can be used with sample stores only"),
        (["review", "EMPTY"], "holds no pictures"),
        (["review", "nowhere"], "no file or folder 'nowhere'"),
        (["stats", "EMPTY"], "there is no sample store"),
        (["stats", "STORE", "--db", "sqlite:///x"], "PostgreSQL"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(folder: Path, tmp_path: Path, words: list[str], trouble: str) -> None:
    for name in ("PICTURES", "EMPTY"):
        (tmp_path / name).mkdir()
    cv2.imwrite(str(tmp_path / "PICTURES" / "a.png"), grey())
    places = {"STORE": folder, "PICTURES": tmp_path / "PICTURES", "EMPTY": tmp_path / "EMPTY"}

    ran = label(*(places.get(word, word) for word in words))

    assert (ran.returncode, ran.stderr.count("\n"), trouble in ran.stderr) == (2, 1, True), ran.stderr


def test_stats_are_printed_as_json(folder: Path) -> None:
    assert json.loads(label("stats", folder, "--json").stdout)["samples"] == 1


def test_stats_are_printed_for_people(folder: Path) -> None:
    assert label("stats", folder).stdout.startswith("1 samples in")
