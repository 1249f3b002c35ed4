"""A disk that is full or may only be read costs what comes, never what is there."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from livecam.core.errors import StoreError
from livecam.store.samples import LabelAction, LabelEvent
from livecam.store.store import Store
from tests.fakes import make_noise, make_sample

ROOT = Path(__file__).parents[3]

READER = """
import os, sys
from pathlib import Path
import sqlalchemy; sqlalchemy.create_engine("sqlite://")
from livecam.core.errors import LivecamError
from livecam.store.store import Store
user = int(sys.argv[3])
if user:
    os.setgroups([]), os.setgid(user), os.setuid(user)
try:
    with Store.open_to_read(Path(sys.argv[1])) as store:
        print(store.counts().samples)
except LivecamError as error:
    print(error)
"""
# Opens the store, adds samples and decides on each until something goes wrong, and says what.
WRITER = """
import os, resource, sys
from pathlib import Path
import sqlalchemy; sqlalchemy.create_engine("sqlite://")  # nobody may not read where Python is installed
from livecam.core.errors import LivecamError
from livecam.store.store import Store
from tests.livecam.store.test_disk import write_until_it_fails
limit, user = map(int, sys.argv[2:])
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
if user:
    os.setgroups([]), os.setgid(user), os.setuid(user)
try:
    with Store.open(Path(sys.argv[1])) as store:
        acknowledged, error = write_until_it_fails(store)
        print(acknowledged, store.counts().samples, store.counts().events, list(store.verify()))
        raise error
except LivecamError as error:
    print(error)
"""


def write_until_it_fails(store: Store) -> tuple[int, StoreError]:
    """How many samples were acknowledged, each with a decision."""
    for number in range(2000):
        sample, picture = make_sample(number, make_noise(number, 80, 60))
        try:
            store.add(sample, picture)
            store.append_events([LabelEvent(sample.id, LabelAction.SKIP, "anna")])
        except StoreError as error:
            return number, error
    raise AssertionError("the disk is larger than thought")


def mounted(*options: str, at: Path) -> Iterator[Path]:
    """Needs to be root, and allowed to."""
    at.mkdir()
    tried = subprocess.run(["mount", *options, str(at)], capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"nothing can be mounted here: {tried.stderr.strip()}")
    try:
        yield at
    finally:
        subprocess.run(["umount", str(at)], check=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    yield from mounted("-t", "tmpfs", "-o", "size=1m", "tmpfs", at=tmp_path / "disk")


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    with Store.open(tmp_path / "filled") as store:
        store.add(*make_sample())
    return tmp_path / "filled"


@pytest.fixture
def read_only(filled: Path, tmp_path: Path) -> Iterator[Path]:
    yield from mounted("-o", "bind,ro", str(filled), at=tmp_path / "disk")


def test_a_full_disk_is_told(small_disk: Path) -> None:
    with Store.open(small_disk / "queue") as store:
        _, error = write_until_it_fails(store)

    assert str(error) == f"the store {small_disk}/queue: the disk is full; make room, or name another folder"


def test_what_was_acknowledged_before_the_disk_was_full_is_there(small_disk: Path) -> None:
    with Store.open(small_disk / "queue") as store:
        acknowledged, _ = write_until_it_fails(store)
        assert store.counts().samples - acknowledged in {0, 1}

    with Store.open(small_disk / "queue") as store:
        assert store.counts().events == acknowledged > 10
        assert store.verify() == ()


def test_with_room_again_the_store_goes_on(small_disk: Path) -> None:
    with Store.open(small_disk / "queue") as store:
        write_until_it_fails(store)
        (small_disk / "queue" / "pictures" / "leftover.part").unlink(missing_ok=True)
        store.remove([stored.sample.id for stored in store.samples()][:10])

        assert store.add(*make_sample(5000))


def test_a_limit_on_files_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    counted, error = _write(tmp_path / "queue", limit=150_000)

    assert "the store" in error
    acknowledged, samples, events, problems = counted.split(maxsplit=3)
    assert (int(samples) - int(acknowledged) in {0, 1}, events, problems) == (True, acknowledged, "[]")


def test_a_read_only_disk_is_told(read_only: Path) -> None:
    with pytest.raises(StoreError, match="the disk is read-only; name another folder"):
        Store.open(read_only)


def test_a_store_on_a_read_only_disk_is_read(read_only: Path) -> None:
    with Store.open_to_read(read_only) as store:
        (stored,) = store.samples()

        assert store.picture(stored.sample.id).shape == make_sample()[1].shape
        assert (store.counts().samples, store.verify()) == (1, ())
        assert store.url == f"sqlite:///{read_only}/queue.db"


def test_what_was_not_yet_merged_into_the_database_is_read_from_a_read_only_disk(filled: Path, tmp_path: Path) -> None:
    with Store.open(filled) as store:
        store.add(*make_sample(7))
        shutil.copytree(filled, tmp_path / "killed", ignore=shutil.ignore_patterns("*-shm"))
    assert (tmp_path / "killed" / "queue.db-wal").stat().st_size

    for disk in mounted("-o", "bind,ro", str(tmp_path / "killed"), at=tmp_path / "disk"):
        with Store.open_to_read(disk) as store:
            assert store.counts().samples == 2


def test_what_would_write_to_a_read_only_disk_is_told(read_only: Path) -> None:
    with Store.open_to_read(read_only) as store:
        (stored,) = store.samples()

        with pytest.raises(StoreError, match=r"cannot be written to.* or copy the store and name the copy"):
            store.append_events([LabelEvent(stored.sample.id, LabelAction.SKIP, "anna")])
        with pytest.raises(StoreError, match="the disk is read-only"):
            store.add(*make_sample(5))


def test_reading_a_read_only_disk_leaves_no_copy(
    read_only: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    with Store.open_to_read(read_only) as store:
        store.counts()

    assert not any((tmp_path / "temporary").iterdir())


def test_a_store_that_may_be_written_is_opened_to_write(filled: Path) -> None:
    with Store.open_to_read(filled) as store:
        assert store.add(*make_sample(5))


def test_a_folder_that_may_not_be_written_is_told(open_place: Path) -> None:
    folder = open_place / "locked"
    folder.mkdir(mode=0o500)

    (error,) = _write(folder / "queue", as_nobody=True)

    assert error == f"the store {folder}/queue: it may not be written to by this user; name another folder"


def test_a_store_that_may_not_be_written_is_told(open_place: Path) -> None:
    folder = open_place / "queue"
    with Store.open(folder) as store:
        store.add(*make_sample())
    folder.chmod(0o500)

    (error,) = _write(folder, as_nobody=True)

    assert error == f"the store {folder}: it may not be written to by this user; name another folder"


@pytest.mark.parametrize(("mode", "said"), [(0o644, "1"), (0o600, "it may not be read by this user")])
def test_a_store_of_another_user_is_read_where_it_may_be(open_place: Path, mode: int, said: str) -> None:
    folder = open_place / "queue"
    with Store.open(folder) as store:
        store.add(*make_sample())
    for place in (folder, folder / "pictures"):
        place.chmod(0o555)
    (folder / "queue.db").chmod(mode)

    assert said in "".join(_run(READER, folder, as_nobody=True))


@pytest.fixture
def open_place() -> Iterator[Path]:
    """Not in pytest's own folder, where other users may not even look."""
    with tempfile.TemporaryDirectory(prefix="livecam-test-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def _write(folder: Path, *, limit: int = 0, as_nobody: bool = False) -> list[str]:
    return _run(WRITER, folder, limit=limit, as_nobody=as_nobody)


def _run(program: str, folder: Path, *, limit: int = 0, as_nobody: bool = False) -> list[str]:
    """What the program prints, by lines. Modes do not hold root back, so root becomes nobody."""
    user = pwd.getpwnam("nobody").pw_uid if as_nobody and os.geteuid() == 0 else 0
    command = [sys.executable, "-c", program, str(folder), str(limit), str(user)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    return done.stdout.splitlines()
