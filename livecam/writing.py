"""Files that a command writes where a person said; a place that takes none is told in words."""

from __future__ import annotations

from pathlib import Path

from livecam.core.errors import SinkError
from livecam.core.files import check_writable, write_atomically


def write_file(path: Path, content: bytes) -> None:
    """The file whole or not at all; SinkError when it cannot be written."""
    try:
        write_atomically(path, content)
    except OSError as error:
        raise _unwritable(path, error) from error


def check_place(path: Path) -> None:
    """SinkError when no file could be written there now; asked before the work, so that it is not lost for a name."""
    try:
        check_writable(path)
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> SinkError:
    reason = (error.strerror or str(error)).lower()
    return SinkError(f"cannot write {path}: {reason}; name a file in a folder you may write to")
