"""The commands `livecam-train quality` and `livecam-train cam`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from livecam.core.errors import StoreError
from livecam.core.files import write_atomically
from livecam.core.samples import Stored
from training.errors import DatasetError
from training.progress import watch

DatabaseUrl = Annotated[str | None, typer.Option("--db", metavar="URL", help="The database, if it is not SQLite.")]
Finder = Annotated[str, typer.Option(help="Whose guesses are drawn first: tflite, cpu or tutorial.")]
_FINDERS = ("tflite", "cpu", "tutorial")


def quality(
    store: Annotated[Path, typer.Argument(metavar="STORE", help="The sample store.")],
    data: Annotated[
        list[Path] | None, typer.Option("--data", help="Data sets whose labels are spoilt on purpose; may be repeated.")
    ] = None,
    steps: Annotated[int, typer.Option(min=1, help="Batches to learn from.")] = 1_500,
    seed: Annotated[int, typer.Option(help="The same seed makes the same thing.")] = 1,
    db: DatabaseUrl = None,
) -> None:
    """Learn from people's judgements which labels are good, and where bad ones go wrong."""
    from livecam.core.store.store import Store  # noqa: PLC0415
    from training.quality.classifier import QualitySettings  # noqa: PLC0415
    from training.quality.teach import Place, teach  # noqa: PLC0415
    from training.quality.verdicts import taught_by  # noqa: PLC0415

    with Store.open(store, db) as samples:
        taught = taught_by(samples)
    place = Place(store)
    scores = teach(taught, data or [], place, QualitySettings(steps=steps, seed=seed), watch)
    for name, score in scores.items():
        print(f"{name}: {score:.4g}")
    print(f"kept in {place.weights}, its card beside it")


def cam(
    targets: Annotated[
        list[str],
        typer.Argument(metavar="STORE|SAMPLE...", help="A store, or samples by the beginning of their id."),
    ],
    store: Annotated[Path | None, typer.Option(help="The store the samples are in; unset is the default one.")] = None,
    finder: Finder = "tflite",
    db: DatabaseUrl = None,
) -> None:
    """Draw where the labels go wrong, into the folder `cam` of the store; the labeler shows them on its key m."""
    from livecam.core.store.place import default_folder  # noqa: PLC0415
    from livecam.core.store.store import Store  # noqa: PLC0415
    from training.quality.teach import Place, load_classifier  # noqa: PLC0415

    folder, wanted = _what(targets, store, default_folder())
    with Store.open(folder, db) as samples:
        model = load_classifier(Place(folder))
        chosen = _chosen(samples.samples(), wanted)
        drawn = sum(_draw(model, samples, stored, finder) for stored in watch("cam", chosen, len(wanted) or 1))
    print(f"{drawn} pictures in {folder / 'cam'}")


def _what(targets: list[str], store: Path | None, default: Path) -> tuple[Path, list[str]]:
    """The store, and the beginnings of the ids that are wanted of it; none is all."""
    folders = [target for target in targets if Path(target).is_dir()]
    if not folders:
        return store or default, targets
    if len(targets) > 1 or store is not None:
        raise StoreError(f"'{folders[0]}' is a folder; name one store, or samples with --store {folders[0]}")
    return Path(folders[0]), []


def _chosen(samples: Iterable[Stored], wanted: list[str]) -> Iterator[Stored]:
    """In the order of the store; StoreError at the end for what was not there."""
    missing = set(wanted)
    for stored in samples:
        found = {start for start in wanted if stored.sample.id.startswith(start)}
        missing -= found
        if found or not wanted:
            yield stored
    if missing:
        raise StoreError(f"no sample begins with {', '.join(sorted(missing))}; livecam queue list shows their ids")


def _draw(model: Any, samples: Any, stored: Stored, finder: str) -> bool:
    from training.augment import Cutting  # noqa: PLC0415
    from training.quality.cam import activation_picture, encoded  # noqa: PLC0415

    sample = stored.sample
    finders = [finder, *(other for other in _FINDERS if other != finder)]
    picture = activation_picture(model, sample, samples.picture(sample.id), finders, Cutting())
    if picture is None:
        print(f"no finder saw an eye in {sample.id[:12]}", file=sys.stderr)
        return False
    path = samples.folder / "cam" / f"{sample.id}.png"
    try:
        path.parent.mkdir(exist_ok=True)
        write_atomically(path, encoded(picture))
    except OSError as fault:
        raise DatasetError(f"cannot write {path} ({(fault.strerror or 'refused').lower()})") from fault
    return True
