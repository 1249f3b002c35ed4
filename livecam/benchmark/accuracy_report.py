"""`livecam bench --frames 0 --accuracy`: every path scored on labelled photographs or on a clip, nothing timed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.table import Table

from livecam.benchmark.accuracy import THRESHOLDS, AccuracyScore, read_labelled_photographs, score_baseline, score_path
from livecam.benchmark.clip_accuracy import ClipScore, read_clip_truth, score_clip
from livecam.benchmark.tables import accuracy_table, table
from livecam.core.errors import SettingsError
from livecam.settings import Settings


@dataclass(frozen=True, slots=True)
class AccuracyRow:
    """What one path with one face detector scored."""

    name: str
    face: str
    score: AccuracyScore | ClipScore

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "face": self.face, "accuracy": self.score.as_json()}


def measure_accuracy(
    entries: Sequence[Settings], target: Path, *, baseline: bool, say: Callable[[str], None]
) -> list[AccuracyRow]:
    """One row an entry, then MediaPipe's own mesh with iris where `baseline` asks for it; `target` is a folder with
    truth.csv or a video file with a CSV file beside it. SourceError for a target that cannot be scored."""
    return list(
        _photographs(entries, target, baseline, say) if target.is_dir() else _clip(entries, target, baseline, say)
    )


def _photographs(
    entries: Sequence[Settings], folder: Path, baseline: bool, say: Callable[[str], None]
) -> Iterator[AccuracyRow]:
    labels = read_labelled_photographs(folder)
    for entry in entries:
        name, face = entry.pupils.finder.value, entry.faces.finder.value
        say(f"scoring {name} with {face}")
        yield AccuracyRow(name, face, score_path(entry, folder, labels))
    if baseline:
        from livecam.benchmark.mediapipe_baseline import FaceMesh

        say("scoring mediapipe")
        yield AccuracyRow("mediapipe", "itself", score_baseline(FaceMesh.for_photographs(), folder, labels))


def _clip(entries: Sequence[Settings], clip: Path, baseline: bool, say: Callable[[str], None]) -> Iterator[AccuracyRow]:
    if baseline:
        raise SettingsError("--reference is scored on photographs; leave it out for a clip")
    truth = read_clip_truth(clip)
    for entry in entries:
        name, face = entry.pupils.finder.value, entry.faces.finder.value
        say(f"following {clip.name}: {name} with {face}")
        yield AccuracyRow(name, face, score_clip(entry, clip, truth))


def accuracy_tables(rows: Sequence[AccuracyRow]) -> Iterator[Table]:
    """One table for photographs, another for clips."""
    photographs = [(f"{row.name} {row.face}", row.score) for row in rows if isinstance(row.score, AccuracyScore)]
    if photographs:
        yield accuracy_table(photographs)
    clips = [(f"{row.name} {row.face}", row.score) for row in rows if isinstance(row.score, ClipScore)]
    if clips:
        yield _clip_table(clips)


def _clip_table(scored: Sequence[tuple[str, ClipScore]]) -> Table:
    first = scored[0][1]
    shown = table(
        f"{first.set}: {first.frames} frames with {first.labelled} labelled faces; open eyes within",
        ("followed", "all found", "unlabelled s", "switches", *(f"≤{limit:g}" for limit in THRESHOLDS), "ECE"),
    )
    for name, score in scored:
        shown.add_row(
            name,
            f"{score.followed:.1%}",
            f"{score.found:.1%}",
            f"{score.unlabelled_s:.1f}",
            str(score.switches),
            *(f"{share:.0%}" for share in score.within),
            "" if score.calibration_error is None else f"{score.calibration_error:.3f}",
        )
    return shown
