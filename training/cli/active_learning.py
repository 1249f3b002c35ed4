"""The commands `livecam-train select` (samples to label next) and `simulate` (the active learning experiment)."""

from __future__ import annotations

from collections import Counter
from enum import StrEnum
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from livecam.core.errors import SettingsError
from livecam.core.shell import typed
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
        named = typed("livecam", "queue", "verify", "--queue", store, *(["--queue-db", "URL"] if db else []))
        print(f"{selection.lost} pictures could not be read; {named} shows which")


def simulate(
    data: Annotated[
        list[Path],
        typer.Argument(
            metavar="CLIP...|DATASET...",
            help="Videos of one person each with their truth (.csv) beside them, and `demo`; or data sets.",
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="Where points, table and plot go; a run that was killed goes on.")],
    labels: Annotated[str, typer.Option(help="Clips: numbers of labels, with commas between.")] = "0,1,5,10,20,50",
    methods: Annotated[str, typer.Option(help="Clips: what is done with them, with commas between.")] = (
        "nothing,offset,fine-tune,fine-tune+averaging,self-training,all"
    ),
    orders: Annotated[str, typer.Option(help="Clips: frames of the queue, or random ones.")] = "queue,random",
    budget: Annotated[
        str, typer.Option(help="Data sets: labels in all after each round, with commas between.")
    ] = "40,80,160,320",
    strategies: Annotated[
        str, typer.Option(help="Data sets: with commas between; random is what they are compared to.")
    ] = "random,mixed,uncertainty,diverse,disagreement",
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
    """Show what labels earn: for one person with one camera (clips), or strategies on hidden labels (data sets)."""
    if all(is_clip(each) for each in data):
        _simulate_people(data, out, labels, methods, orders, seeds=seeds, steps=steps)
        return
    if any(is_clip(each) for each in data):
        raise SettingsError("name clips or data sets, not both")
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


def is_clip(path: Path) -> bool:
    """Whether it is a video with its truth, or the demo, and not a data set."""
    return str(path) == "demo" or path.suffix.lower() in {".mp4", ".mkv", ".mov", ".avi", ".webm", ".m4v"}


def _simulate_people(
    clips: list[Path], out: Path, labels: str, methods: str, orders: str, *, seeds: int, steps: int
) -> None:
    from training.retraining.simulation.person_experiment import Method, Order, PersonSettings, simulate_people
    from training.retraining.simulation.person_report import MEASURES, write_report

    settings = PersonSettings(labels=_counts(labels), seeds=seeds, steps=steps)
    chosen, taken = _named(Method, methods), _named(Order, orders)
    points = simulate_people(clips, out, settings, methods=chosen, orders=taken, watch=watch)
    for row in write_report(points, settings, out):
        name = f"{row['method']}, {row['labels']} of {row['order']}" if row["labels"] else row["method"]
        error, centred, state, others, their_state = (row[measure]["mean"] for measure in MEASURES)
        told = f"error {error:.4f}, centred {centred:.4f}, states {state:.1%}"
        print(f"{name:>32}: {told}; others {others:.4f}, {their_state:.1%}")
    print(f"figures and plot: {out / 'people.json'}, {out / 'people.png'}")


def _counts(words: str) -> tuple[int, ...]:
    try:
        counts = tuple(int(word) for word in words.split(","))
    except ValueError as fault:
        raise SettingsError(f"numbers of labels are whole, with commas between, not '{words}'") from fault
    if min(counts) < 0 or sorted(set(counts)) != list(counts):
        raise SettingsError(f"numbers of labels grow from 0 upwards, unlike '{words}'")
    return counts


_Word = TypeVar("_Word", bound=StrEnum)


def _named(kind: type[_Word], words: str) -> list[_Word]:
    known = {word.value: word for word in kind}
    wrong = [word for word in words.split(",") if word not in known]
    if wrong:
        raise SettingsError(f"there is no '{wrong[0]}' here; use {', '.join(known)}")
    return [known[word] for word in dict.fromkeys(words.split(","))]


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
