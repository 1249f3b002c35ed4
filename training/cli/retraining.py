"""The commands `livecam-train round`, `rounds` and `rollback`: retraining on labels, its history, the way back."""

from __future__ import annotations

import json
from dataclasses import asdict
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from livecam.cli.loading import leaving_at_once
from livecam.core.shell import typed
from training.engine.parallel import watch

if TYPE_CHECKING:
    from livecam.store.judging import JudgesByWord
    from livecam.store.store import Store
    from training.retraining.plan import RoundSettings

StoreFolder = Annotated[Path, typer.Argument(metavar="STORE", help="The sample store.")]
DatabaseUrl = Annotated[str | None, typer.Option("--db", metavar="URL", help="The database, if it is not SQLite.")]


def round_(
    store: StoreFolder,
    data: Annotated[
        list[Path] | None, typer.Option("--data", help="A data set that is learnt from besides; may be repeated.")
    ] = None,
    steps: Annotated[int, typer.Option(min=1, help="Batches to learn from.")] = 800,
    replay: Annotated[int, typer.Option(min=100, help="Procedural eyes, so that old knowledge stays.")] = 6_000,
    least: Annotated[int, typer.Option(min=1, help="Labelled samples without which nothing is judged.")] = 20,
    judge_by: Annotated[
        str | None,
        typer.Option(
            metavar="FOLDER|SPLIT",
            help="Imported or flagged pictures of this folder, or of train, validation or test, judge too.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be learnt from and judged by, or what is missing.")
    ] = False,
    seed: Annotated[int, typer.Option(help="The same seed makes the same model of the same labels.")] = 1,
    ray: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Look at unlabelled frames on a Ray cluster that sees the store, or `local`."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")] = False,
    db: DatabaseUrl = None,
) -> None:
    """Learn from the labels of a store; the new model is used only if it is better for sure."""
    from livecam.store.judging import JudgesByWord
    from livecam.store.location import require_store
    from livecam.store.store import Store
    from training.retraining.plan import RoundSettings

    by_word = None if judge_by is None else JudgesByWord.parse(judge_by)

    settings = RoundSettings(
        steps=steps, replay=replay, least=least, seed=seed, check_every=min(200, max(1, steps // 2))
    )
    require_store(store, db)
    with Store.open(store, db) as samples:
        if dry_run:
            _print_plan(samples, settings, data or [], by_word, as_json=as_json)
            return
        with leaving_at_once(lambda: left_in_words(samples.folder)):
            # Brings TensorFlow.
            from training.retraining.run import work_round

            record = work_round(samples, settings, data or [], watch, by_word, ray)
    if as_json:
        print(json.dumps({**_plain(asdict(record)), "told": record.told}))
        return
    print(f"round {record.number}: {record.why}")
    print(record.told)


def left_in_words(folder: Path) -> str:
    """What is said after Ctrl-C."""
    from training.retraining.model_registry import ModelRegistry, unfinished

    number = unfinished(ModelRegistry(folder))
    if number is None:
        return "livecam-train: interrupted; no round is left unfinished"
    again = typed("livecam-train", "round", folder)
    return f"livecam-train: round {number} was interrupted; the model in use stays, and {again} goes on with it"


def _plain(content: Any) -> Any:
    """What JSON has a word for: a bound that is not known is null; what has names keeps them."""
    if hasattr(content, "_asdict"):
        return {**_plain(content._asdict()), **({"worse": content.worse} if hasattr(content, "worse") else {})}
    if isinstance(content, dict):
        return {key: _plain(value) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [_plain(value) for value in content]
    return None if isinstance(content, float) and not isfinite(content) else content


def _print_plan(
    store: Store, settings: RoundSettings, data: list[Path], by_word: JudgesByWord | None, *, as_json: bool
) -> None:
    from livecam.perception.pupils.model_library import model_in_use
    from livecam.store.judging import round_readiness
    from training.retraining.model_registry import ModelRegistry, told, unfinished
    from training.retraining.plan import drafted, read_plan

    places = ModelRegistry(store.folder)
    state = round_readiness(store, least=settings.least, by_word=by_word)
    number, plan = unfinished(places), None
    if number is not None:
        plan = read_plan(places.round(number))
    elif state.ready:
        plan, _ = drafted(store, places, settings, data, by_word)
    if as_json:
        content = None if plan is None else asdict(plan)
        print(json.dumps({"round": state.as_json(), "plan": content}))
        return
    print(f"round {number} was interrupted: it goes on as it was planned" if number is not None else state.told())
    if plan is None:
        if state.judging + state.learning:
            print("until then a round takes only the offset of the labels that are there; nothing was written")
        return
    learnt = "learn from" if plan.fits else "take only the offset of labels from"
    start = told(model_in_use(store.folder))
    print(
        f"round {plan.number} would start from {start}, {learnt} {len(plan.learn)} samples, be judged by "
        f"{len(plan.judge)} and calibrate on {len(plan.calibrate)}; nothing was written"
    )


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
    if plot is not None and any(row.position for row in rows):
        draw(rows, plot)
    if as_json:
        print(json.dumps(_plain([asdict(row) for row in rows])))
        return
    if not rows:
        print(f"no round of {store} yet; begin one with: {typed('livecam-train', 'round', store)}")
    for row in rows:
        mark = "in use" if row.in_use else "promoted" if row.promoted else "kept"
        print(f"{row.number:3}  {row.samples:5} samples  {mark if row.position else '':8}  {row.why}")


def rollback(
    store: StoreFolder,
    to: Annotated[int | None, typer.Option(min=0, help="A round; 0 is the model that ships.")] = None,
) -> None:
    """Go back to the model that was in use before."""
    from training.retraining.model_registry import (
        ModelRegistry,
        exclusive_round,
        roll_back,
        told,
    )

    places = ModelRegistry(store)
    with exclusive_round(places):
        name = roll_back(places, to)
    print(f"{told(name)} is in use")
