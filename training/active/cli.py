"""The command `livecam-train select`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from livecam.core.errors import StoreError
from training.acquisition import Strategy
from training.progress import watch


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
    from livecam.core.store.place import DATABASE  # noqa: PLC0415
    from livecam.core.store.store import Store  # noqa: PLC0415
    from training.active.selection import Machines, Wish, sheet_path  # noqa: PLC0415
    from training.active.selection import select as choose  # noqa: PLC0415
    from training.active.sheet import selection_sheet  # noqa: PLC0415
    from training.parallel import cores  # noqa: PLC0415
    from training.rounds.places import Places  # noqa: PLC0415
    from training.sheet import write_picture  # noqa: PLC0415

    if not (store.is_dir() and (db or (store / DATABASE).is_file())):
        raise StoreError(f"there is no sample store in '{store}'; fill one with: livecam run --queue {store}")
    wish = Wish(budget, strategy, seed, model or Places(store).model)
    with Store.open(store, db) as samples:
        selection = choose(samples, wish, Machines(workers or cores(), ray), watch)
        place = out or sheet_path(samples.folder, selection)
        write_picture(place, selection_sheet(samples, selection))
    arms = ", ".join(f"{count} {arm}" for arm, count in Counter(each.arm for each in selection.chosen).most_common())
    print(f"{len(selection.chosen)} of {selection.pool} samples come first now: {arms}; look at {place}")
    if selection.lost:
        print(f"{selection.lost} pictures could not be read; ask for more with: livecam queue verify {store}")
