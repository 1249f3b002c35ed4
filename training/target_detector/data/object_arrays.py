"""Reads .npy files of Python objects without unpickling code: only arrays are accepted."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_OF_ARRAYS = {
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("_codecs", "encode"),
}
_FORMAT: Any = np.lib.format  # has no types


class _ArraysOnly(pickle.Unpickler):
    """Makes nothing but numpy's arrays and Python's own plain values."""

    def find_class(self, module: str, name: str) -> Any:
        if (module.replace("numpy._core", "numpy.core"), name) not in _OF_ARRAYS:
            raise pickle.UnpicklingError(f"it holds a {module}.{name} and should hold arrays alone")
        return super().find_class(module, name)


def load_array(path: Path) -> NDArray[Any]:
    """The array of a .npy file, of objects too; what is damaged, or holds more than arrays, raises in many ways."""
    plain: NDArray[Any]
    try:
        plain = np.load(path)
    except ValueError:
        return _objects(path)
    return plain


def _objects(path: Path) -> NDArray[Any]:
    with path.open("rb") as file:
        first = _FORMAT.read_magic(file) == (1, 0)
        shape, _, _ = (_FORMAT.read_array_header_1_0 if first else _FORMAT.read_array_header_2_0)(file)
        array: NDArray[Any] = _ArraysOnly(file).load()
    return array.reshape(shape)
