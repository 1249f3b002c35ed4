"""The database connection, SQLite or PostgreSQL: opening, migrating, transactions."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, select, text
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, TimeoutError

from livecam.core.errors import LivecamError, MissingExtraError, StoreError
from livecam.store import tables
from livecam.store.label_events import fold_anew
from livecam.store.location import unreadable

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
    "readonly database": "its database cannot be written to; check whose it is and whether the disk is read-only, "
    "or copy the store and name the copy",
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
def database_errors(place: str) -> Iterator[None]:
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


_MIGRATIONS = Path(__file__).parent / "migrations"
# Any number, as long as every program that migrates takes the same.
_ADVISORY_LOCK = 0x6C69766563616D


class Database:
    """Transactions that either happened, durably, or did not; StoreError tells what the user can put right."""

    def __init__(self, engine: Engine, place: str) -> None:
        self._engine = engine
        self._writer = engine.execution_options(begin="BEGIN IMMEDIATE")
        self._place = place
        self._copied_from: Path | None = None

    @staticmethod
    def copy_of(file: Path, copies: Path) -> Database:
        """One to read alone: what the SQLite file holds now, copied into the folder `copies` and led to today's
        schema there, for without writing beside it SQLite opens none."""
        with database_errors(str(file.parent)):
            try:
                _copy_sqlite(file, copies / file.name)
            except PermissionError as error:
                raise unreadable(file.parent) from error
        copy = open_sqlite(copies / file.name, busy_seconds=0)
        copy.migrate()
        copy._copied_from, copy._place = file, str(file.parent)
        return copy

    @property
    def url(self) -> str:
        """Without its password."""
        if self._copied_from:
            return _shown(URL.create("sqlite", database=str(self._copied_from)))
        return _shown(self._engine.url)

    @property
    def is_sqlite(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with database_errors(self._place), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction; in SQLite the only one that writes meanwhile."""
        if self._copied_from:
            raise StoreError(f"the store {self._place}: {_DATABASE['readonly database']}")
        with database_errors(self._place), self._writer.begin() as connection:
            yield connection

    def migrate(self) -> None:
        """Leads the tables to today's schema; StoreError when they are a newer program's."""
        with self.reading() as connection:
            if self._is_current(connection):
                return
        with self.writing() as connection:
            if not self.is_sqlite:
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})"))
            if not self._is_current(connection):
                _upgrade(connection)
                fold_anew(connection)

    def checkpoint(self) -> None:
        """Writes SQLite's log into its file and empties it, so that nothing deleted stays readable there."""
        if self.is_sqlite:
            with database_errors(self._place), self._engine.connect() as connection:
                connection.execution_options(begin="").exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self._engine.dispose()

    def _is_current(self, connection: Connection) -> bool:
        revision = _revision(connection)
        if revision is not None and revision > tables.REVISION:
            raise StoreError(
                f"the store {self._place} was written by a newer livecam (schema {revision}, this one knows up to "
                f"{tables.REVISION}); update livecam, or name another store"
            )
        return revision == tables.REVISION


def open_sqlite(file: Path, busy_seconds: float) -> Database:
    """Nothing is opened or made yet."""
    engine = create_engine(URL.create("sqlite", database=str(file)), connect_args={"timeout": busy_seconds})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        # The driver's own transactions begin too late for reading and do not hold tables that are created.
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        statement = connection.get_execution_options().get("begin", "BEGIN")
        if statement:
            connection.exec_driver_sql(statement)

    return Database(engine, str(file.parent))


def _copy_sqlite(file: Path, copy: Path) -> None:
    """OSError when it cannot be read. Another program may be writing it."""
    file.open("rb").close()
    try:
        with (
            closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
    except sqlite3.OperationalError:
        # Nobody has it open, for what SQLite shares with others is not there; what was not yet merged lies beside it.
        for suffix in ("", "-wal"):
            if (there := file.with_name(file.name + suffix)).exists():
                shutil.copyfile(there, copy.with_name(copy.name + suffix))


def open_postgresql(url: str, busy_seconds: float) -> Database:
    """StoreError for an address that is none; MissingExtraError without psycopg. Nothing is connected yet."""
    parsed = _parse(url)
    try:
        engine = create_engine(parsed, connect_args={"connect_timeout": 10}, pool_pre_ping=True)
    except ImportError as error:
        raise MissingExtraError("a store in PostgreSQL", "postgres") from error

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        connection.execute(f"SET lock_timeout = {round(busy_seconds * 1000)}")
        connection.execute("SET synchronous_commit = on")
        connection.commit()

    return Database(engine, _shown(parsed))


def _parse(url: str) -> URL:
    right = "an address looks like postgresql://user:password@host/database"
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        raise StoreError(f"this is no address of a database: {url!r}; {right}") from error
    if parsed.drivername not in {"postgresql", "postgres", "postgresql+psycopg"}:
        raise StoreError(f"only PostgreSQL is reached by an address, not {parsed.drivername!r}; {right}")
    return parsed.set(drivername="postgresql+psycopg")


def _shown(url: URL) -> str:
    return url.set(drivername=url.get_backend_name()).render_as_string(hide_password=True)


def _revision(connection: Connection) -> str | None:
    """None for a database without our tables."""
    if not inspect(connection).has_table(tables.versions.name):
        return None
    return connection.scalar(select(tables.versions.c.version_num))


def _upgrade(connection: Connection) -> None:
    # Slow to import, and needed once in a store's life.
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    command.upgrade(config, tables.REVISION)
