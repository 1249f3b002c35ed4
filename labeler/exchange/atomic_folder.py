"""Atomic folder writing: a folder is there whole or not at all, and replaces an earlier one only when asked."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from livecam.core.errors import SinkError
from livecam.core.files import sync_folder

MARK = ".livecam-export"  # tells an export from every other folder, so that nothing else is ever replaced


@contextmanager
def atomic_folder(out: Path, *, replace: bool) -> Iterator[Path]:
    """A new folder to write into, which is `out` when the block is left, and gone when it fails.

    SinkError when `out` is there: unless `replace`, and then unless it is an earlier export.
    """
    out = out.absolute()
    _check(out, replace=replace)
    try:
        temporary = Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=".part", dir=out.parent))
    except OSError as error:
        raise _trouble(out, error) from error
    try:
        yield temporary
        (temporary / MARK).touch()
        _sync(temporary)
        _put(temporary, out, replace=replace)
    except OSError as error:
        raise _trouble(out, error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _check(out: Path, *, replace: bool) -> None:
    if not os.path.lexists(out):
        return
    if not replace:
        raise SinkError(f"{out} is there already; name another folder, or pass --force to replace it")
    if out.is_symlink() or not (out / MARK).is_file():
        raise SinkError(f"{out} is no earlier export, which is all that --force replaces; name another folder")


def _put(temporary: Path, out: Path, *, replace: bool) -> None:
    """Folders cannot be exchanged in one step everywhere: a kill in between leaves the old one beside, under a name
    that begins like it."""
    _check(out, replace=replace)
    old = temporary.with_suffix(".old")
    if out.exists():
        out.rename(old)
    try:
        temporary.rename(out)
    except OSError:
        if old.exists():
            old.rename(out)
        raise
    sync_folder(out.parent)
    shutil.rmtree(old, ignore_errors=True)


def _sync(folder: Path) -> None:
    """All that is in it, on the disk."""
    for place, _, names in os.walk(folder):
        for name in names:
            handle = os.open(Path(place) / name, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
        sync_folder(Path(place))


def _trouble(out: Path, error: OSError) -> SinkError:
    return SinkError(f"cannot write {out}: {(error.strerror or str(error)).lower()}; name another folder")
