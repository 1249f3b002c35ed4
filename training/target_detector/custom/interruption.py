"""What is left of a model that was begun and not finished: the checks of its runs, or nothing."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from training.engine.run_folder import read_log

WORK = "work"  # the runs, in the folder of a model
MARK = "settings.json"  # what makes the folder one of a model of ours


@contextmanager
def tidied(out: Path) -> Iterator[None]:
    """Afterwards `out` and folders above it that are new are gone again if no run in it can be gone on with."""
    made = [folder for folder in (out, *out.parents) if not folder.exists()]
    begun = out.is_dir() and any(out.iterdir())
    try:
        yield
    finally:
        if not begun and not _checked(out):
            shutil.rmtree(out / WORK, ignore_errors=True)
            (out / MARK).unlink(missing_ok=True)
            for folder in made:
                if not folder.is_dir() or any(folder.iterdir()):
                    break
                folder.rmdir()


def left_in_words(out: Path) -> str:
    """What an interrupted call left in `out`, and where the next one goes on."""
    runs = _checked(out)
    if not runs:
        return "stopped before the first check of a run, nothing is kept"
    last = max(runs, key=lambda run: (run / "log.csv").stat().st_mtime)
    log = read_log(last)
    return f"stopped; the same command goes on at step {log['step'][-1]:.0f} of {log['steps'][-1]:.0f} of {last}"


def _checked(out: Path) -> list[Path]:
    """The runs that have had a check, whose state is kept."""
    return [path.parent.parent for path in (out / WORK).glob("*/state/checkpoint")]
