"""`livecam bench --frames 0 --accuracy FOLDER`: every path scored on labelled photographs, nothing timed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from livecam.benchmark.accuracy import AccuracyScore, score_baseline, score_path
from livecam.benchmark.labelled_photographs import read_labelled_photographs
from livecam.benchmark.tables import accuracy_table, states_table
from livecam.settings import Settings


@dataclass(frozen=True, slots=True)
class AccuracyRow:
    """What one path with one face detector scored."""

    name: str
    face: str
    score: AccuracyScore


def measure_accuracy(
    entries: Sequence[Settings], folder: Path, *, baseline: bool, say: Callable[[str], None]
) -> list[AccuracyRow]:
    """One row an entry, then MediaPipe's own mesh with iris where `baseline` asks for it; SourceError for a folder that
    cannot be scored."""
    labels, rows = read_labelled_photographs(folder), []
    for entry in entries:
        name, face = entry.pupils.finder.value, entry.faces.finder.value
        say(f"scoring {name} with {face}")
        rows.append(AccuracyRow(name, face, score_path(entry, folder, labels)))
    if baseline:
        from livecam.benchmark.mediapipe_baseline import FaceMesh

        say("scoring mediapipe")
        rows.append(AccuracyRow("mediapipe", "itself", score_baseline(FaceMesh.for_photographs(), folder, labels)))
    return rows


def accuracy_tables(rows: Sequence[AccuracyRow]) -> list[Table]:
    """Positions; then states, of the paths that tell them."""
    scored = [(f"{row.name} {row.face}", row.score) for row in rows]
    return [accuracy_table(scored), states_table([(name, score) for name, score in scored if score.states])]


def accuracy_as_json(rows: Sequence[AccuracyRow]) -> dict[str, Any]:
    return {"paths": [{"name": row.name, "face": row.face, "accuracy": row.score.as_json()} for row in rows]}
