"""Whatever goes wrong with disk or database is told in words, and nothing is lost over it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from livecam.core.errors import StoreError
from livecam.store.samples import LabelAction, LabelEvent
from livecam.store.store import Store
from tests.fakes import make_sample
from tests.livecam.store.postgresql import Server

ROOT = Path(__file__).parents[3]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Of a store in SQLite with one sample, which somebody has decided on."""
    folder = tmp_path / "queue"
    with Store.open(folder) as store:
        fill(store)
    return folder


def fill(store: Store) -> None:
    sample, picture = make_sample()
    store.add(sample, picture)
    store.append_events([LabelEvent(sample.id, LabelAction.SKIP, "anna")])


def is_whole(store: Store) -> bool:
    """As it was filled, and nothing besides."""
    return store.verify() == () and (store.counts().samples, store.counts().events) == (1, 1)


def test_a_locked_database_is_told_and_nothing_is_lost(folder: Path) -> None:
    with Store.open(folder, busy_seconds=0.02) as store, closing(sqlite3.connect(folder / "queue.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="busy: another program keeps its database locked"):
            store.add(*make_sample(1))
        with pytest.raises(StoreError, match="busy"):
            store.append_events([LabelEvent(make_sample()[0].id, LabelAction.SKIP, "anna")])
        other.rollback()

        assert is_whole(store)
        assert store.add(*make_sample(1))


def test_a_locked_database_in_postgresql_is_told(postgresql: Server, postgresql_url: str, tmp_path: Path) -> None:
    import psycopg

    with Store.open(tmp_path / "queue", postgresql_url, busy_seconds=0.05) as store:
        fill(store)
        with psycopg.connect(postgresql_url) as other:
            other.execute("LOCK TABLE samples IN EXCLUSIVE MODE")
            with pytest.raises(StoreError, match="busy"):
                store.add(*make_sample(1))

        assert is_whole(store)


def test_a_newer_store_is_left_alone(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "queue.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(StoreError, match=r"newer livecam \(schema 9999.*update livecam"):
        Store.open(folder)


def test_a_damaged_database_is_told_and_not_touched(folder: Path) -> None:
    for name in ("queue.db", "queue.db-wal", "queue.db-shm"):
        (folder / name).unlink(missing_ok=True)
    (folder / "queue.db").write_bytes(b"no database " * 1000)

    with pytest.raises(StoreError, match="its database is damaged"):
        Store.open(folder)

    assert (folder / "queue.db").read_bytes() == b"no database " * 1000
    assert len(list((folder / "pictures").iterdir())) == 1


def test_a_database_with_damaged_pages_is_told(folder: Path) -> None:
    content = bytearray((folder / "queue.db").read_bytes())
    content[4096:] = b"\x00" * (len(content) - 4096)
    (folder / "queue.db").write_bytes(content)

    with pytest.raises(StoreError, match="damaged"), Store.open(folder) as store:
        list(store.events())


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "queue").touch()

    with pytest.raises(StoreError, match="this is a file and no folder"):
        Store.open(tmp_path / "queue")


def test_nor_is_there_a_folder_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "queue").touch()

    with pytest.raises(StoreError, match="this is a file and no folder"):
        Store.open(tmp_path / "queue" / "inside")


def test_a_database_that_is_a_folder_is_told(folder: Path) -> None:
    (folder / "queue.db").unlink()
    (folder / "queue.db").mkdir()

    with pytest.raises(StoreError, match="cannot be opened"):
        Store.open(folder)


@pytest.mark.parametrize("url", ["nonsense", "postgresql://host:port/x", "", "://"])
def test_an_address_that_is_none_is_told(tmp_path: Path, url: str) -> None:
    with pytest.raises(StoreError, match=r"no address of a database.*looks like postgresql://"):
        Store.open(tmp_path / "queue", url)


def test_another_kind_of_database_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="only PostgreSQL is reached by an address, not 'mysql'"):
        Store.open(tmp_path / "queue", "mysql://root:secret@localhost/x")


def test_a_wrong_address_makes_no_folder(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        Store.open(tmp_path / "queue", "nonsense")

    assert not (tmp_path / "queue").exists()


def test_no_message_tells_a_password(tmp_path: Path) -> None:
    address = f"postgresql://anna:secret@/x?host={tmp_path}"

    with pytest.raises(StoreError) as told:
        Store.open(tmp_path / "queue", address)

    assert "secret" not in str(told.value)


def test_a_server_that_is_down_is_told(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(StoreError, match="its database cannot be reached; is the server running"):
        Store.open(tmp_path / "queue", "postgresql://anna@127.0.0.1:1/x")


def test_a_host_that_nobody_knows_is_told(tmp_path: Path) -> None:
    pytest.importorskip("psycopg")
    with pytest.raises(StoreError, match="its database cannot be reached"):
        Store.open(tmp_path / "queue", "postgresql://anna@nowhere.invalid/x")


def test_a_wrong_password_is_told(postgresql: Server, tmp_path: Path) -> None:
    address = postgresql.url("postgres", "guarded:wrong")

    with pytest.raises(StoreError, match="its database does not accept this user or password"):
        Store.open(tmp_path / "queue", address)


def test_a_database_that_does_not_exist_is_told(postgresql: Server, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r'its database says: .*database "nothing" does not exist'):
        Store.open(tmp_path / "queue", postgresql.url("nothing"))


def test_a_user_who_may_not_write_is_told(postgresql: Server, postgresql_url: str, tmp_path: Path) -> None:
    postgresql.run("CREATE ROLE reader LOGIN")
    (postgresql.folder / "data" / "pg_hba.conf").open("a").write("local all reader trust\n")
    postgresql.run("SELECT pg_reload_conf()")

    with pytest.raises(StoreError, match="may not be used by this user"):
        Store.open(tmp_path / "queue", postgresql_url.replace("livecam@", "reader@"))


def test_a_server_that_stops_is_told_and_found_again(postgresql: Server, postgresql_url: str, tmp_path: Path) -> None:
    with Store.open(tmp_path / "queue", postgresql_url) as store:
        fill(store)
        postgresql.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")

        assert is_whole(store)


def test_without_psycopg_the_message_says_what_to_install(tmp_path: Path) -> None:
    asked = f"""
import sys; sys.modules["psycopg"] = None
from pathlib import Path
from livecam.store.store import Store
from livecam.core.errors import MissingExtraError
try: Store.open(Path({str(tmp_path / "queue")!r}), "postgresql:///x")
except MissingExtraError as error: print(error)
"""
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, cwd=ROOT, check=True)

    assert said.stdout.startswith("a store in PostgreSQL needs the extra 'postgres'; install it with: ")
    assert said.stdout.strip().endswith(" install -e '.[postgres]'")
