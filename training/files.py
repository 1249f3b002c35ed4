"""Writes files whole or not at all, and says what a file is by its hash."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from training.errors import DatasetError


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file to write that takes the place of `path` when all went well; DatasetError when the disk says no."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as fault:
        raise DatasetError(f"cannot write {path} ({(fault.strerror or 'refused').lower()})") from fault
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
    except OSError as fault:
        raise DatasetError(f"cannot write {path} ({(fault.strerror or 'refused').lower()})") from fault
    finally:
        temporary.unlink(missing_ok=True)


def write_json(path: Path, content: Any) -> None:
    with replacing(path) as stream:
        stream.write((json.dumps(content, indent=1, sort_keys=True) + "\n").encode())


def write_through(path: Path, write: Callable[[Path], None]) -> None:
    """Lets a library that insists on a file name write `path`, whole or not at all."""
    temporary = path.with_name(f".part.{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(temporary)
        temporary.replace(path)
    except OSError as fault:
        raise DatasetError(f"cannot write {path} ({(fault.strerror or 'refused').lower()})") from fault
    finally:
        temporary.unlink(missing_ok=True)


def sha256(path: Path) -> str:
    """The hash of a file's content, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
