"""The command `livecam-train measure-collection`: how well collecting finds what fails."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from training.engine.parallel import watch


def measure_collection(
    clips: Annotated[list[Path], typer.Argument(metavar="CLIP...", help="Videos with their truth (.csv) beside them.")],
    config: Annotated[Path | None, typer.Option(metavar="FILE.toml", help="Settings, [collect] among them.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")] = False,
) -> None:
    """Show which share of what is collected fails, and how many of the failures are caught, beside random frames."""
    from livecam.settings_file import load
    from training.active_learning.collection_quality import measure, summary

    settings = load(config, {})
    found = [measure(clip, settings) for clip in watch("clips", clips, len(clips))]
    result = summary(found)
    if as_json:
        print(json.dumps(result))
        return
    print(f"{result['faces']} faces, {result['failing_faces']} wrong in {result['events']} events, {len(found)} clips")
    rows = {"kept": result["kept"], **{f"  {name}": row for name, row in result["reasons"].items()}}
    for name, row in {**rows, "random": result["random"]}.items():
        print(f"{name:>12}: {_told(row)}")
    print(f"{'goal':>12}: {_told(result['goals'])}")


def _told(row: dict[str, Any]) -> str:
    number = f"{row['kept']} faces, " if "kept" in row else ""
    failures, caught = row["failures"], row["events_caught"]
    if failures is None:
        return f"{number}none whose truth is known"
    return f"{number}{failures:.1%} wrong" + ("" if caught is None else f", {caught:.0%} of events caught")
