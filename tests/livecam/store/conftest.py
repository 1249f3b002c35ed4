"""Stores to test with: in SQLite, and in a real PostgreSQL where there is one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, create_engine

from livecam.store.store import Store
from tests.livecam.store.postgresql import NoServerError, Server, serve

_NUMBERS = count()


@dataclass
class Clock:
    now: datetime = field(default=datetime(2026, 3, 2, 12, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass(frozen=True)
class Place:
    """Where a store is; empty at first."""

    folder: Path
    url: str | None
    clock: Clock

    def open(self, busy_seconds: float = 30.0) -> Store:
        return Store.open(self.folder, self.url, clock=self.clock, busy_seconds=busy_seconds)


@pytest.fixture(scope="session")
def started() -> Iterator[Server | str]:
    """The server, or why there is none: asked once for all tests."""
    pytest.importorskip("psycopg")
    try:
        with serve() as server:
            server.run("CREATE ROLE guarded LOGIN PASSWORD 'right'")
            yield server
    except NoServerError as error:
        yield str(error)


@pytest.fixture
def postgresql(started: Server | str) -> Server:
    if isinstance(started, str):
        pytest.skip(started)
    return started


@pytest.fixture
def postgresql_url(postgresql: Server) -> str:
    """Of a part of the database that nobody has used: a schema, for it is made and removed quicker than a database."""
    name = f"store_{next(_NUMBERS)}"
    postgresql.run(f"CREATE SCHEMA {name}")
    return f"{postgresql.url('postgres')}&options=-csearch_path%3D{name}"


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    url = request.getfixturevalue("postgresql_url") if request.param == "postgresql" else None
    return Place(tmp_path / "queue", url, Clock())


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    with place.open() as store:
        yield store


def on_connection(place: Place, act: Callable[[Connection], Any]) -> Any:
    """Another way in, which knows nothing of the store."""
    local = f"sqlite:///{place.folder}/queue.db"
    engine = create_engine(place.url.replace("postgresql:", "postgresql+psycopg:") if place.url else local)
    try:
        with engine.begin() as connection:
            return act(connection)
    finally:
        engine.dispose()
