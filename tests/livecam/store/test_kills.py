"""A writer may be killed at any moment: what it has acknowledged is there, and nothing is there by half."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.livecam.store.conftest import Place

pytestmark = pytest.mark.kills

ROOT = Path(__file__).parents[3]
MEMORY = Path("/dev/shm")


@pytest.fixture
def quick_folder(tmp_path: Path) -> Iterator[Path]:
    """In memory where that can be: a kill, unlike a power cut, loses nothing that a disk would have kept."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else tmp_path) as name:
        yield Path(name) / "queue"


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_two_hundred_kills_lose_nothing_that_was_acknowledged(place: Place, quick_folder: Path) -> None:
    _assert_intact(_kill(quick_folder, 200, place.url), 200)


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_kills_beside_a_server_lose_nothing_that_was_acknowledged(place: Place, quick_folder: Path) -> None:
    """The server outlives its writers, so that fewer kills tell as much."""
    _assert_intact(_kill(quick_folder, 20, place.url), 20)


def _kill(folder: Path, kills: int, url: str | None, seed: int = 4) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.livecam.store.killed_process", str(folder), str(kills), str(seed)]
    done = subprocess.run([*command, *([url] if url else [])], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def _assert_intact(found: dict[str, Any], kills: int) -> None:
    endings = found.pop("endings")
    acknowledged = found.pop("acknowledged")
    assert found == {"missing": [], "half said": [], "problems": [], "unfinished": []}
    assert endings.pop("not killed") == 0
    # The kills came while opening, while adding and while deciding.
    assert sum(endings.values()) == kills
    assert set(endings) == {"opening", "opened", "added", "decided"}
    assert sum(acknowledged.values()) > kills / 2
