"""Arrays of objects from strangers."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from training.target_detector.data.object_arrays import load_array


class Touching:
    """Leaves a file behind when it is unpickled the usual way."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self._mark,)


def objects(*items: Any) -> np.ndarray:
    array = np.empty(len(items), object)
    array[:] = items
    return array


@pytest.mark.parametrize("kept", [np.arange(6).reshape(2, 3), objects(np.zeros((2, 3)), np.ones((4, 1, 3), np.uint8))])
def test_what_was_saved_is_read(tmp_path: Path, kept: np.ndarray) -> None:
    np.save(tmp_path / "a.npy", kept, allow_pickle=True)

    read = load_array(tmp_path / "a.npy")

    assert read.shape == kept.shape
    assert all(np.array_equal(one, other) for one, other in zip(read, kept, strict=True))


def test_code_in_a_file_is_not_run(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    np.save(tmp_path / "a.npy", objects(Touching(mark), None), allow_pickle=True)

    with pytest.raises(pickle.UnpicklingError, match="arrays alone"):
        load_array(tmp_path / "a.npy")

    assert not mark.exists()
