"""Writes a file whole or not at all."""

from __future__ import annotations

import errno
import os
import tempfile
from pathlib import Path

from livecam.core.errors import SinkError


def write_atomically(path: Path, content: bytes) -> None:
    """Puts `content` at `path` through a temporary file beside it; OSError leaves what was there as it was."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Makes names durable that were given, changed or removed in the folder."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def check_writable(path: Path) -> None:
    """OSError when `write_atomically` could not put a file there now; what is there stays as it is."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    with tempfile.TemporaryFile(prefix=f".{path.name}.", dir=path.parent):
        return


def _umask() -> int:
    # There is no way to read the umask but to set it.
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_file(path: Path, content: bytes) -> None:
    """The file whole or not at all; SinkError when it cannot be written."""
    try:
        write_atomically(path, content)
    except OSError as error:
        raise _unwritable(path, error) from error


def check_writable_path(path: Path) -> None:
    """SinkError when no file could be written there now; asked before the work, so that it is not lost for a name."""
    try:
        check_writable(path)
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> SinkError:
    reason = (error.strerror or str(error)).lower()
    return SinkError(f"cannot write {path}: {reason}; name a file in a folder you may write to")
