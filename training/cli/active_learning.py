"""The commands `livecam-train select` (samples to label next) and `simulate` (the active learning experiment)."""

from __future__ import annotations

from collections import Counter
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from livecam.core.errors import SettingsError
from training.active_learning.acquisition import Strategy
from training.engine.parallel import watch

if TYPE_CHECKING:
    from training.active_learning.simulation.report import LabelEfficiency


def select(
    store: Annotated[Path, typer.Argument(metavar="STORE", help="The sample store.")],
    budget: Annotated[int, typer.Option(min=1, help="How many samples somebody is going to label.")],
    strategy: Annotated[Strategy, typer.Option(help="By what they are chosen.")] = Strategy.MIXED,
    model: Annotated[
        Path | None, typer.Option(help="Another .tflite than the one in use, its .json card beside it.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.png", help="The contact sheet; unset is in the store's selections.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed draws the same samples.")] = 1,
    workers: Annotated[int, typer.Option(min=0, help="Processes; 0 is one a core.")] = 0,
    ray: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Score on a Ray cluster that sees the store, or `local`.")
    ] = None,
    db: Annotated[str | None, typer.Option("--db", metavar="URL", help="The database, if it is not SQLite.")] = None,
) -> None:
    """Choose what is worth labelling next, put it first in the queue, and show what was chosen and why."""
    from livecam.store.location import require_store
    from livecam.store.store import Store
    from training.active_learning.contact_sheet import selection_sheet
    from training.active_learning.select import SelectionRequest, Workers, sheet_path
    from training.active_learning.select import select as choose
    from training.data.contact_sheet import write_picture
    from training.engine.parallel import cores
    from training.retraining.model_registry import ModelRegistry

    require_store(store, db)
    request = SelectionRequest(budget, strategy, seed, model or ModelRegistry(store).model)
    with Store.open(store, db) as samples:
        selection = choose(samples, request, Workers(workers or cores(), ray), watch)
        place = out or sheet_path(samples.folder, selection)
        write_picture(place, selection_sheet(samples, selection))
    arms = ", ".join(f"{count} {arm}" for arm, count in Counter(each.arm for each in selection.chosen).most_common())
    print(f"{len(selection.chosen)} of {selection.pool} samples come first now: {arms}; look at {place}")
    if selection.lost:
        print(f"{selection.lost} pictures could not be read; ask for more with: livecam queue verify {store}")


def simulate(
    data: Annotated[list[Path], typer.Argument(metavar="DATASET...", help="Made by synth and gazeshift.")],
    out: Annotated[Path, typer.Option("--out", help="Where points, table and plot go; a run that was killed goes on.")],
    budget: Annotated[str, typer.Option(help="Labels in all after each round, with commas between.")] = "40,80,160,320",
    strategies: Annotated[str, typer.Option(help="With commas between; random is what they are compared to.")] = (
        "random,mixed,uncertainty,diverse,disagreement"
    ),
    seeds: Annotated[int, typer.Option(min=1, help="How often everything is repeated.")] = 3,
    pool: Annotated[int, typer.Option(min=10, help="Eyes whose labels are hidden.")] = 2000,
    mix: Annotated[str, typer.Option(help="The kinds of eyes in the pool and their shares.")] = (
        "portrait=18,gazeshift=1,synthetic=1"
    ),
    start: Annotated[int, typer.Option(min=1, help="Eyes of the first kind that are known from the start.")] = 300,
    test: Annotated[int, typer.Option(min=1, help="Eyes of each kind to judge by, of people held out.")] = 400,
    steps: Annotated[int, typer.Option(min=1, help="Batches to learn from in a round.")] = 250,
    first_steps: Annotated[int, typer.Option(min=1, help="Batches for the first model.")] = 900,
    target: Annotated[float | None, typer.Option(min=0, help="An error; unset is what random ends with.")] = None,
    workers: Annotated[int, typer.Option(min=0, help="Processes; 0 is one a core.")] = 0,
) -> None:
    """Show what active learning earns: hide the labels, reveal them by strategy, compare the errors."""
    from training.active_learning.simulation import experiment, report
    from training.active_learning.simulation.world import WorldSettings
    from training.engine.parallel import cores

    world = WorldSettings(pool=pool, mix=_mix(mix), start=start, test=test)
    settings = experiment.SimulationSettings(_budgets(budget), first_steps, steps, world)
    points = experiment.simulate(
        data, out, settings, strategies=_strategies(strategies), seeds=seeds, workers=workers or cores(), watch=watch
    )
    report.write_table(points, out / "points.csv")
    report.draw(points, out / "curves.png")
    for measure, what in report.MEASURES.items():
        print(f"{what}:")
        found = report.curves(points, measure)
        limit = target if measure == "error" and target is not None else float(found[report.RANDOM].mean[-1])
        for need in report.needs(found, limit):
            print(f"{need.strategy:>13}: ends at {found[need.strategy].mean[-1]:.4f}; {_reached(need, limit)}")
    print(f"table and plot: {out}")


def _reached(need: LabelEfficiency, limit: float) -> str:
    if not isfinite(need.labels):
        return f"never comes to {limit:.4f}"
    share = f", {need.share:.0%} of random's" if isfinite(need.share) else ""
    return f"{need.labels:.0f} labels to {limit:.4f}{share}"


def _budgets(words: str) -> tuple[int, ...]:
    try:
        budgets = tuple(int(word) for word in words.split(","))
    except ValueError as fault:
        raise SettingsError(f"a budget is whole numbers with commas between, not '{words}'") from fault
    if not all(low < high for low, high in zip((0, *budgets), budgets, strict=False)):
        raise SettingsError(f"budgets grow from 1 upwards, unlike '{words}'")
    return budgets


def _strategies(words: str) -> list[Strategy]:
    known = {strategy.value: strategy for strategy in Strategy}
    names = list(dict.fromkeys([Strategy.RANDOM.value, *words.split(",")]))
    wrong = [name for name in names if name not in known]
    if wrong:
        raise SettingsError(f"there is no strategy '{wrong[0]}'; use {', '.join(known)}")
    return [known[name] for name in names]


def _mix(words: str) -> dict[str, float]:
    try:
        pairs = [word.split("=") for word in words.split(",")]
        mix = {kind: float(share) for kind, share in pairs}
    except ValueError as fault:
        raise SettingsError(f"a mix is like portrait=18,gazeshift=1, not '{words}'") from fault
    if not mix or min(mix.values()) <= 0:
        raise SettingsError(f"the shares of a mix are above 0, unlike '{words}'")
    return mix
