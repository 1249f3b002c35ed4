"""The commands `livecam-train round`, `rounds` and `rollback`: retraining on labels, its history, the way back."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from training.engine.parallel import watch

StoreFolder = Annotated[Path, typer.Argument(metavar="STORE", help="The sample store.")]
DatabaseUrl = Annotated[str | None, typer.Option("--db", metavar="URL", help="The database, if it is not SQLite.")]


def round_(
    store: StoreFolder,
    data: Annotated[
        list[Path] | None, typer.Option("--data", help="A data set that is learnt from besides; may be repeated.")
    ] = None,
    steps: Annotated[int, typer.Option(min=1, help="Batches to learn from.")] = 800,
    replay: Annotated[int, typer.Option(min=100, help="Procedural eyes, so that old knowledge stays.")] = 6_000,
    least: Annotated[int, typer.Option(min=1, help="Labelled test samples without which nothing is judged.")] = 20,
    seed: Annotated[int, typer.Option(help="The same seed makes the same model of the same labels.")] = 1,
    db: DatabaseUrl = None,
) -> None:
    """Learn from the labels of a store; the new model is used only if it is better for sure."""
    from livecam.store.location import require_store
    from livecam.store.store import Store
    from training.retraining.plan import RoundSettings
    from training.retraining.run import work_round

    settings = RoundSettings(
        steps=steps, replay=replay, least=least, seed=seed, check_every=min(200, max(1, steps // 2))
    )
    require_store(store, db)
    with Store.open(store, db) as samples:
        record = work_round(samples, settings, data or [], watch)
    print(f"round {record.number}: {record.why}")
    if (arm := record.arm).samples:
        print(f"this round's random samples ({arm.samples}): {arm.old:.4f} before, {arm.new:.4f} after")
    print("the new model is in use" if record.promoted else "the old model stays")


def rounds(
    store: StoreFolder,
    plot: Annotated[Path | None, typer.Option(metavar="FILE.png", help="Draw the errors, round by round.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")] = False,
) -> None:
    """Show what the rounds of a store came to."""
    from training.retraining.history import history
    from training.retraining.history import plot as draw
    from training.retraining.model_registry import ModelRegistry

    rows = history(ModelRegistry(store))
    if plot is not None and any(row.frozen for row in rows):
        draw(rows, plot)
    if as_json:
        print(json.dumps([asdict(row) for row in rows]))
        return
    if not rows:
        print(f"no round of {store} yet; begin one with: livecam-train round {store}")
    for row in rows:
        mark = "in use" if row.in_use else "promoted" if row.promoted else "kept"
        print(f"{row.number:3}  {row.samples:5} samples  {mark if row.frozen else '':8}  {row.why}")


def rollback(
    store: StoreFolder,
    to: Annotated[int | None, typer.Option(min=0, help="A round; 0 is the model that ships.")] = None,
) -> None:
    """Go back to the model that was in use before."""
    from training.retraining.model_registry import (
        ModelRegistry,
        exclusive_round,
        roll_back,
    )

    places = ModelRegistry(store)
    with exclusive_round(places):
        number = roll_back(places, to)
    print(f"{f'the model of round {number}' if number else 'the model that ships'} is in use")
