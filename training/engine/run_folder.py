"""The folder of a training run: settings.json with the git commit, log.csv with a row a check, the best weights."""

from __future__ import annotations

import csv
import json
import subprocess
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from training.engine.files import RunError, replacing, write_json

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def git_commit() -> str:
    """The git commit of the training code, or `unknown` outside a checkout."""
    try:
        answer = subprocess.run(
            ["git", "-C", str(Path(__file__).parent), "rev-parse", "HEAD"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return answer.stdout.strip()


def is_begun(run: Path, wanted: dict[str, Any], *, data: str) -> bool:
    """Whether the run was begun before with what is wanted of it, `settings` and the hash of its `data` among others.

    RunError when it was begun with something else, or cannot be read; `data` is the word for what it learns from.
    """
    path = run / "settings.json"
    if not path.exists():
        return False
    try:
        before = json.loads(path.read_text())
        recorded = {key: before.get(key) for key in wanted}
    except (OSError, ValueError, AttributeError) as fault:
        raise RunError(f"{path} is damaged; remove the folder and begin the run again") from fault
    if recorded != wanted:
        raise RunError(f"{run} was begun with other settings or {data}; name another folder or remove it")
    return True


def write_settings(run: Path, wanted: dict[str, Any], about: dict[str, Any]) -> None:
    """Records what a new run was begun with; `about` is for people and later steps, and need not match on resuming."""
    write_json(run / "settings.json", {**wanted, "commit": git_commit(), **about})


def run_settings(run: Path, *, command: str = "livecam-train fit", key: str = "sources") -> dict[str, Any]:
    """The recorded settings of a run; RunError when there are none, or not those of `command`, which records `key`."""
    try:
        settings = json.loads((run / "settings.json").read_text())
        _ = settings[key], settings["settings"]["model"]
    except (OSError, ValueError, KeyError, TypeError) as fault:
        raise RunError(f"{run} is not a run of {command} (settings.json is missing or damaged)") from fault
    return dict(settings)


def best_weights(run: Path) -> Path:
    """Where a run keeps the weights that did best on validation."""
    return run / "best.weights.h5"


def load_best_weights(model: Any, run: Path) -> None:
    """Fills a Keras network with the best weights of a run; RunError when there are none, or of another network."""
    try:
        model.load_weights(str(best_weights(run)))
    except (OSError, ValueError) as fault:
        raise RunError(f"{run} has no finished check (best.weights.h5 is missing or damaged); run fit again") from fault


def read_log(run: Path) -> dict[str, NDArray[np.float64]]:
    """The columns of log.csv (checks,), by name: what is known after each check, also before an interruption."""
    rows = list(csv.DictReader((run / "log.csv").read_text().splitlines()))
    return {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}


def append_to_log(run: Path, result: DataclassInstance) -> None:
    """Adds the result of a check to log.csv; rows from its step on, of a run that was killed, are replaced."""
    path, row = run / "log.csv", asdict(result)
    before = list(csv.DictReader(path.read_text().splitlines())) if path.exists() else []
    rows = [past for past in before if int(past["step"]) < row["step"]]
    rows.append({name: str(value) for name, value in row.items()})
    with replacing(path) as stream:
        lines = [",".join(rows[0])] + [",".join(past.values()) for past in rows]
        stream.write(("\n".join(lines) + "\n").encode())
