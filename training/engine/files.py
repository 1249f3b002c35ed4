"""Files written atomically (bytes, JSON, arrays, weights), SHA-256 hashes, and the errors of training."""

from __future__ import annotations

import errno
import hashlib
import io
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from livecam.core.errors import LivecamError
from livecam.core.files import atomic_file


class DatasetError(LivecamError):
    """A data set, label file or picture that cannot be learnt from."""


class RunError(LivecamError):
    """A training run that is unfinished, damaged or went wrong."""


_STRUCTURE = 300_000  # bytes that names and groups add to the numbers of a file of weights


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """As `atomic_file`, in a folder that is made where there is none; DatasetError when the disk says no."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_file(path) as stream:
            yield stream
    except OSError as fault:
        raise DatasetError(f"cannot write {path} ({(fault.strerror or 'refused').lower()})") from fault


def write_json(path: Path, content: Any) -> None:
    with replacing(path) as stream:
        stream.write((json.dumps(content, indent=1, sort_keys=True) + "\n").encode())


_OLD_KEYS = {"made by": "made_by", "last event": "last_event", "in patch": "in_patch"}


def current_keys(content: Any) -> Any:
    """JSON of any age under the keys of today: once some had spaces in them."""
    if isinstance(content, dict):
        return {_OLD_KEYS.get(key, key): current_keys(value) for key, value in content.items()}
    if isinstance(content, list):
        return [current_keys(value) for value in content]
    return content


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """An .npz, built in memory: numpy complains aloud when its file goes away under it."""
    content = io.BytesIO()
    np.savez(content, **arrays)
    with replacing(path) as stream:
        stream.write(content.getbuffer())


def save_weights(model: Any, path: Path) -> None:
    """The weights of a Keras network as `path`, whole or not at all; DatasetError when the disk says no.

    The room is asked for first: HDF5 brings the whole program down when the disk fills up under it.
    """
    size = sum(weight.nbytes for weight in model.get_weights())
    write_through(path, lambda part: model.save_weights(str(part)), room=size + size // 10 + _STRUCTURE)


def write_through(path: Path, write: Callable[[Path], None], *, room: int = 0) -> None:
    """Lets a library that insists on a file name write `path`, whole or not at all, where `room` bytes are free."""
    temporary = path.with_name(f".part.{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(path.parent).free < room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(temporary)
        with temporary.open("rb") as written:
            os.fsync(written.fileno())
        temporary.replace(path)
    except OSError as fault:
        raise DatasetError(f"cannot write {path} ({(fault.strerror or 'refused').lower()})") from fault
    finally:
        temporary.unlink(missing_ok=True)


def sha256(path: Path) -> str:
    """The hash of a file's content, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
