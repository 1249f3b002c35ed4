"""The connection to SQLite or PostgreSQL: opened, brought to today's schema, and asked in transactions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, select, text
from sqlalchemy.exc import ArgumentError

from livecam.core.errors import MissingExtraError, StoreError
from livecam.core.store import schema
from livecam.core.store.troubles import told

_MIGRATIONS = Path(__file__).parent / "migrations"
# Any number, as long as every program that migrates takes the same.
_ADVISORY_LOCK = 0x6C69766563616D


class Database:
    """Transactions that either happened, durably, or did not; StoreError tells what the user can put right."""

    def __init__(self, engine: Engine, place: str) -> None:
        self._engine = engine
        self._writer = engine.execution_options(begin="BEGIN IMMEDIATE")
        self._place = place

    @property
    def url(self) -> str:
        """Without its password."""
        return _shown(self._engine.url)

    @property
    def is_sqlite(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with told(self._place), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction; in SQLite the only one that writes meanwhile."""
        with told(self._place), self._writer.begin() as connection:
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

    def checkpoint(self) -> None:
        """Writes SQLite's log into its file and empties it, so that nothing deleted stays readable there."""
        if self.is_sqlite:
            with told(self._place), self._engine.connect() as connection:
                connection.execution_options(begin="").exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        self._engine.dispose()

    def _is_current(self, connection: Connection) -> bool:
        revision = _revision(connection)
        if revision is not None and revision > schema.REVISION:
            raise StoreError(
                f"the store {self._place} was written by a newer livecam (schema {revision}, this one knows up to "
                f"{schema.REVISION}); update livecam, or name another store"
            )
        return revision == schema.REVISION


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
    if not inspect(connection).has_table(schema.versions.name):
        return None
    return connection.scalar(select(schema.versions.c.version_num))


def _upgrade(connection: Connection) -> None:
    # Slow to import, and needed once in a store's life.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    command.upgrade(config, schema.REVISION)
