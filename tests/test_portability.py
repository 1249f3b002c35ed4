"""livecam where it is not Linux: what only POSIX has is taken away, then every package is imported and driven."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# Libraries are loaded first: they look at the real system. Then ours see another one.
SYSTEM = """
import sys, os, signal, threading, tempfile, multiprocessing, subprocess, ctypes, asyncio, socket, pathlib, platform
import numpy, cv2, av, pydantic, typer, sqlalchemy, alembic.command, rich.progress, filelock, platformdirs
import ai_edge_litert.interpreter
from sqlalchemy.dialects import sqlite
for extra in ("starlette.applications", "uvicorn", "matplotlib.figure", "sklearn.metrics", "tensorflow"):
    try:
        __import__(extra)
    except ImportError:
        pass
wanted = sys.argv[1]
for module in ("fcntl", "termios", "resource", "pwd", "grp", "pty", "tty", "syslog"):
    sys.modules[module] = None
for name in ("fork", "geteuid", "getuid", "getgid", "sched_getaffinity", "O_DIRECTORY",
             "mkfifo", "getpgid", "killpg", "setsid"):
    if hasattr(os, name):
        delattr(os, name)
for name in ("SIGHUP", "SIGALRM", "SIGKILL", "pthread_sigmask", "sigwait"):
    if hasattr(signal, name):
        delattr(signal, name)
sys.platform = wanted
"""

IMPORT_ALL = """
import importlib, pkgutil
import livecam, labeler, training
failed = []
for package in (livecam, labeler, training):
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if ".migrations." in found.name or found.name.endswith("__main__"):
            continue
        try:
            importlib.import_module(found.name)
        except ImportError as error:
            # An extra that is not installed here is not what is looked for.
            if (error.name or "").split(".")[0] in ("livecam", "labeler", "training") or "None" in str(error):
                failed.append(f"{found.name}: {error!r}")
        except Exception as error:
            failed.append(f"{found.name}: {error!r}")
print(failed)
"""

DRIVE = """
from pathlib import Path
import livecam
from livecam.store.store import Store
from livecam.store.samples import LabelEvent, LabelAction
from labeler.mask_review.journal import Journal
from livecam.cli.main import main
from tests.fakes import make_sample
folder = Path(sys.argv[2])
sys.argv = ["livecam", "run", "--source", "demo", "--frames", "4", "--size", "320x240"]
sys.argv += ["--sink", str(folder / "out.mp4")]
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
with Store.open(folder / "store") as store:
    sample, picture = make_sample()
    store.add(sample, picture)
    store.append_events([LabelEvent(sample.id, LabelAction.ACCEPT, "anna")])
    assert [stored.state.value for stored in store.samples()] == ["labelled"]
with Journal(folder / "journal.jsonl") as journal:
    assert journal.past == ()
assert (folder / "out.mp4").stat().st_size > 1000
print("driven")
"""


def run(program: str, system: str, *arguments: str | Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SYSTEM + program), system, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_every_module_can_be_imported(system: str) -> None:
    assert run(IMPORT_ALL, system) == "[]"


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_the_effect_the_store_and_the_journal_work(system: str, tmp_path: Path) -> None:
    assert run(DRIVE, system, tmp_path) == "driven"


def test_a_promoted_model_is_found_where_no_links_are_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from livecam.core.files import point_to, pointed_to

    def refused(*_: object, **__: object) -> None:
        raise OSError("a required privilege is not held by the client")

    (tmp_path / "round").mkdir()
    monkeypatch.setattr(Path, "symlink_to", refused)

    point_to(tmp_path / "current", tmp_path / "round")

    found = pointed_to(tmp_path / "current")
    assert found is not None
    assert found.resolve() == (tmp_path / "round").resolve()
