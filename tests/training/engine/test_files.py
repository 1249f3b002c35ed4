"""Files are written whole or not at all, by whatever library."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from training.engine.files import DatasetError, write_arrays, write_through


def test_arrays_come_back_as_they_were(tmp_path: Path) -> None:
    write_arrays(tmp_path / "a.npz", {"one": np.arange(5), "two": np.eye(2)})
    with np.load(tmp_path / "a.npz") as read:
        assert {name: read[name].tolist() for name in read} == {"one": [0, 1, 2, 3, 4], "two": [[1, 0], [0, 1]]}


def test_what_has_no_room_is_not_begun(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no space left"):
        write_through(tmp_path / "weights", lambda path: path.write_text("begun") and None, room=1 << 60)
    assert list(tmp_path.iterdir()) == []


def test_what_fails_half_way_leaves_what_was_there(tmp_path: Path) -> None:
    def fail(path: Path) -> None:
        path.write_text("half")
        raise OSError(5, "Input/output error")

    (tmp_path / "weights").write_text("whole")
    with pytest.raises(DatasetError, match="input/output error"):
        write_through(tmp_path / "weights", fail)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("weights", "whole")]
