"""Atomic file writing, whole or not at all; file locks that a killed process leaves free; texts and tables as read."""

from __future__ import annotations

import csv
import errno
import io
import os
import re
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from livecam.core.errors import SinkError

_POLL_SECONDS = 0.003
_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
_SEPARATORS = ",;\t"
_DECIMAL_COMMA = re.compile(r"-?\d+,\d+")


@contextmanager
def atomic_file(path: Path, *, private: bool = False, suffix: str = "") -> Iterator[BinaryIO]:
    """A new file, on the disk and in the place of `path` when the block is left; gone, and `path` as it was, when it
    fails.

    The one way in which files of ours are written. Until then it lies beside `path` under a name that begins with a
    dot and ends in `suffix`. A private one is only for its owner, any other as the umask says. A link stays one: what
    it leads to is replaced.
    """
    path = path.resolve() if path.is_symlink() else path
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=suffix, dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if not private:
            temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_atomically(path: Path, content: bytes) -> None:
    """Puts `content` at `path`; OSError leaves what was there as it was. A device or a pipe is written to."""
    if _is_device(path):
        with path.open("wb") as device:
            device.write(content)
        return
    with atomic_file(path) as file:
        file.write(content)


def sync_folder(folder: Path) -> None:
    """Makes names durable that were given, changed or removed in the folder; Windows does that by itself."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def is_folder(path: Path) -> bool:
    """Whether a folder is there; OSError for a name that none can have: `Path.is_dir` hides it from Python 3.14 on."""
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def check_writable(path: Path) -> None:
    """OSError when `write_atomically` could not put a file there now; what is there stays as it is."""
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if _is_device(path):
        if not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return
    folder = path.resolve().parent if path.is_symlink() else path.parent
    with tempfile.TemporaryFile(prefix=f".{path.name}.", dir=folder):
        return


def _is_device(path: Path) -> bool:
    """Such as /dev/null and /dev/stdout, which no file may replace."""
    return path.exists() and (not path.is_file() or path.parts[:2] in {("/", "dev"), ("/", "proc")})


@contextmanager
def exclusive_lock(path: Path, *, seconds: float) -> Iterator[None]:
    """Nobody else holds the lock file at `path` meanwhile, in this process or another; the system frees it on a kill.

    TimeoutError when somebody else has held it for `seconds`; OSError when it cannot be made.
    """
    # Here, for it brings asyncio.
    import filelock

    if not path.parent.is_dir():
        # The library would make it.
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path.parent))
    # Not shared between threads: each `with` is a holder of its own.
    lock = filelock.FileLock(path, mode=0o600, thread_local=False, is_singleton=False)
    try:
        lock.acquire(timeout=seconds, poll_interval=_POLL_SECONDS)
    except filelock.Timeout:
        raise TimeoutError(str(path)) from None
    try:
        yield
    finally:
        lock.release()


def point_to(pointer: Path, folder: Path) -> None:
    """Lets `pointer` lead to the folder from now on, at one stroke: a link, or where the system makes none a file with
    the way to it."""
    fresh = pointer.with_name(f".{pointer.name}.fresh")
    fresh.unlink(missing_ok=True)
    way = os.path.relpath(folder, pointer.parent)
    try:
        fresh.symlink_to(way)
    except OSError:
        # Windows asks for a privilege that few have.
        fresh.write_text(way, encoding="utf-8")
    fresh.replace(pointer)


def pointed_to(pointer: Path) -> Path | None:
    """The folder that `point_to` made it lead to; None where nothing leads anywhere."""
    if pointer.is_symlink():
        return pointer.parent / pointer.readlink()
    if pointer.is_file():
        return pointer.parent / pointer.read_text(encoding="utf-8").strip()
    return None


def text_encoding(content: bytes) -> str:
    """UTF-8, or what the mark at the beginning of a text says; UTF-16 is known without one as well."""
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            return encoding
    # UTF-16 without its mark: every other byte of plain letters is 0.
    head = content[:200]
    if len(head) >= 4 and not head[1::2].strip(b"\0") and head[::2].strip(b"\0"):
        return "utf-16-le"
    if len(head) >= 4 and not head[::2].strip(b"\0") and head[1::2].strip(b"\0"):
        return "utf-16-be"
    return "utf-8"


def decode_text(content: bytes) -> str:
    """A text as `text_encoding` finds it to be; UnicodeDecodeError says where it is no UTF-8, if it is nothing else."""
    encoding = text_encoding(content)
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return content.decode("utf-8")


def read_table_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a table as spreadsheets save it, by the names of its columns in small letters; "" for cells that a
    row has not.

    Commas, semicolons or tabs, and decimal commas where commas do not separate. OSError, UnicodeDecodeError and
    csv.Error tell why it cannot be read.
    """
    text = decode_text(path.read_bytes()).lstrip("\r\n")
    lines = io.StringIO(text, newline=None)
    separator = max(_SEPARATORS, key=lines.readline().count)
    lines.seek(0)
    rows = csv.DictReader(lines, restval="", delimiter=separator, skipinitialspace=True)
    return [
        {name.strip().lower(): _with_point(cell, separator) for name, cell in row.items() if isinstance(name, str)}
        for row in rows
    ]


def _with_point(cell: str, separator: str) -> str:
    written = cell.strip()
    return written.replace(",", ".") if separator != "," and _DECIMAL_COMMA.fullmatch(written) else written


def _umask() -> int:
    # There is no way to read the umask but to set it.
    mask = os.umask(0)
    os.umask(mask)
    return mask


def make_folder(path: Path) -> None:
    """A folder that is there then, with those above it; SinkError when it cannot be made."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(path, error) from error


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
    full = error.errno in {errno.ENOSPC, getattr(errno, "EDQUOT", None)}
    advice = "make room, or name a file on another disk" if full else "name a file in a folder you may write to"
    return SinkError(f"cannot write {path}: {reason}; {advice}")


def damaged_zip_errors() -> tuple[type[Exception], ...]:
    """What `zipfile` raises for a file that is damaged, encrypted, packed in a way it does not know, or no zip.

    Each way of packing has errors of its own; bz2 has none and raises an OSError without a number.
    """
    import lzma
    import zipfile
    import zlib

    return zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, NotImplementedError, RuntimeError, ValueError
