"""What databases and disks complain of, in the words of a person who can put it right."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, TimeoutError

from livecam.core.errors import LivecamError, StoreError

_UNREACHABLE = "its database cannot be reached; is the server running, and is the address right?"
# What the complaint holds, and what is said instead.
_DATABASE = {
    "connection refused": _UNREACHABLE,
    "is the server running": _UNREACHABLE,
    "failed to resolve host": _UNREACHABLE,
    "timeout expired": _UNREACHABLE,
    "connection timeout": _UNREACHABLE,
    "password authentication failed": "its database does not accept this user or password",
    "no password supplied": "its database asks for a password: postgresql://user:password@host/database",
    "database is locked": "it is busy: another program keeps its database locked; try again, or close that program",
    "lock timeout": "it is busy: another program keeps its database locked; try again, or close that program",
    "disk is full": "the disk is full; make room, or name another folder",
    "No space left": "the disk is full; make room, or name another folder",
    "readonly database": "its database cannot be written to; check whose it is and whether the disk is read-only",
    "read-only transaction": "its database cannot be written to by this user",
    "no schema has been selected": "its database may not be used by this user",
    "permission denied": "its database may not be used by this user",
    "unable to open database": "its database cannot be opened; check the folder and whose it is",
    "file is not a database": "its database is damaged, or no database; put a copy back, or name another folder",
    "malformed": "its database is damaged; put a copy back, or name another folder",
    "disk I/O error": "the disk does not answer as it should; check it, and whether it is full",
}
_SYSTEM = {
    errno.ENOSPC: "the disk is full; make room, or name another folder",
    errno.EDQUOT: "your quota of the disk is used up; make room, or name another folder",
    errno.EFBIG: "a file may not grow further; raise the limit, or name another folder",
    errno.EROFS: "the disk is read-only; name another folder",
    errno.EACCES: "it may not be written to by this user; name another folder",
    errno.EPERM: "it may not be written to by this user; name another folder",
    errno.ENOTDIR: "this is a file and no folder; name a folder",
    errno.EEXIST: "this is a file and no folder; name a folder",
}


@contextmanager
def told(place: str) -> Iterator[None]:
    """Turns what disk and database raise into StoreError; what a programmer got wrong stays what it is."""
    try:
        yield
    except LivecamError:
        raise
    except IntegrityError:
        raise
    except (DBAPIError, TimeoutError) as error:
        raise StoreError(f"the store {place}: {_database_words(error)}") from error
    except OSError as error:
        raise StoreError(f"the store {place}: {_system_words(error)}") from error


def _database_words(error: DBAPIError | TimeoutError) -> str:
    said = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    known = (words for sign, words in _DATABASE.items() if sign.lower() in said.lower())
    return next(known, None) or f"its database says: {_one_line(said)}"


def _system_words(error: OSError) -> str:
    if error.errno in _SYSTEM:
        return _SYSTEM[error.errno]
    return os.strerror(error.errno).lower() if error.errno else _one_line(str(error))


def _one_line(text: str) -> str:
    return " ".join(text.split()).rstrip(".")
