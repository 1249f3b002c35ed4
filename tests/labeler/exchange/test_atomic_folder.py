"""An export is there whole or not at all, and takes the place of nothing but an export."""

from __future__ import annotations

from pathlib import Path

import pytest

from labeler.exchange.atomic_folder import atomic_folder
from livecam.core.errors import SinkError


def make(out: Path, text: str = "new", *, replace: bool = False) -> None:
    with atomic_folder(out, replace=replace) as folder:
        (folder / "file").write_text(text)


def fail(out: Path, *, replace: bool = False) -> None:
    with atomic_folder(out, replace=replace) as folder:
        (folder / "file").touch()
        raise RuntimeError


def test_the_folder_holds_what_was_written(tmp_path: Path) -> None:
    make(tmp_path / "out")

    assert (tmp_path / "out" / "file").read_text() == "new"


def test_only_its_owner_may_look_inside(tmp_path: Path) -> None:
    make(tmp_path / "out")

    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700


def test_nothing_stays_of_what_failed(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError):
        fail(tmp_path / "out")

    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_left_alone(tmp_path: Path) -> None:
    make(tmp_path / "out", "old")
    with pytest.raises(SinkError, match="pass --force"):
        make(tmp_path / "out")

    assert (tmp_path / "out" / "file").read_text() == "old"


def test_an_earlier_export_is_replaced_when_asked_for(tmp_path: Path) -> None:
    make(tmp_path / "out", "old")
    make(tmp_path / "out", replace=True)

    assert ((tmp_path / "out" / "file").read_text(), len(list(tmp_path.iterdir()))) == ("new", 1)


def test_an_earlier_export_stays_when_the_new_one_fails(tmp_path: Path) -> None:
    make(tmp_path / "out", "old")
    with pytest.raises(RuntimeError):
        fail(tmp_path / "out", replace=True)

    assert (tmp_path / "out" / "file").read_text() == "old"


def test_a_folder_of_something_else_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis").touch()
    with pytest.raises(SinkError, match="no earlier export"):
        make(tmp_path / "out", replace=True)

    assert (tmp_path / "out" / "thesis").exists()


def test_a_link_is_never_replaced(tmp_path: Path) -> None:
    make(tmp_path / "real")
    (tmp_path / "out").symlink_to(tmp_path / "real")

    with pytest.raises(SinkError, match="no earlier export"):
        make(tmp_path / "out", replace=True)


def test_a_folder_that_came_meanwhile_is_left_alone(tmp_path: Path) -> None:
    with pytest.raises(SinkError, match="is there already"), atomic_folder(tmp_path / "out", replace=False):
        (tmp_path / "out").mkdir()

    assert list(tmp_path.iterdir()) == [tmp_path / "out"]


def test_a_place_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SinkError, match=r"cannot write .*: no such file"):
        make(tmp_path / "nowhere" / "out")
