"""The commands `livecam-train quality` (label quality classifier) and `livecam-train cam` (class activation maps)."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from livecam.core.errors import StoreError
from livecam.core.files import write_atomically
from livecam.core.shell import typed
from livecam.store.samples import StoredSample
from training.engine.files import DatasetError
from training.engine.parallel import watch

DatabaseUrl = Annotated[str | None, typer.Option("--db", metavar="URL", help="The database, if it is not SQLite.")]
PreferredDetector = Annotated[
    str, typer.Option("--finder", help="Whose predictions are drawn first: tflite, cpu or tutorial.")
]
_DETECTORS = ("tflite", "cpu", "tutorial")


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
    from livecam.store.location import require_store
    from livecam.store.store import Store
    from training.label_quality.classifier import QualitySettings
    from training.label_quality.human_feedback import load_feedback
    from training.label_quality.train import ClassifierFolder, train_quality_classifier

    require_store(store, db)
    with Store.open(store, db) as samples:
        feedback = load_feedback(samples)
    place = ClassifierFolder(store)
    scores = train_quality_classifier(feedback, data or [], place, QualitySettings(steps=steps, seed=seed), watch)
    for name, score in scores.items():
        print(f"{name}: {score:.4g}")
    print(f"kept in {place.weights}, its card beside it")


def cam(
    targets: Annotated[
        list[str],
        typer.Argument(metavar="STORE|SAMPLE...", help="A store, or samples by the beginning of their id."),
    ],
    store: Annotated[Path | None, typer.Option(help="The store the samples are in; unset is the default one.")] = None,
    detector: PreferredDetector = "tflite",
    db: DatabaseUrl = None,
) -> None:
    """Draw where the labels go wrong, into the folder `cam` of the store; the labeler shows them on its key m."""
    from livecam.store.location import default_folder, require_store
    from livecam.store.store import Store
    from training.label_quality.train import ClassifierFolder, load_classifier

    folder, wanted = _what(targets, store, default_folder())
    require_store(folder, db)
    with Store.open(folder, db) as samples:
        model = load_classifier(ClassifierFolder(folder))
        chosen = _chosen(folder, samples.samples(), wanted)
        drawn = sum(_draw(model, samples, stored, detector) for stored in watch("cam", chosen, len(wanted) or 1))
    print(f"{drawn} pictures in {folder / 'cam'}")


def _what(targets: list[str], store: Path | None, default: Path) -> tuple[Path, list[str]]:
    """The store, and the beginnings of the ids that are wanted of it; none is all."""
    folders = [target for target in targets if Path(target).is_dir()]
    if not folders:
        return store or default, targets
    if len(targets) > 1 or store is not None:
        raise StoreError(f"'{folders[0]}' is a folder; name one store, or samples with --store {folders[0]}")
    return Path(folders[0]), []


def _chosen(store: Path, samples: Iterable[StoredSample], wanted: list[str]) -> Iterator[StoredSample]:
    """In the order of the store; StoreError at the end for what was not there."""
    missing = set(wanted)
    for stored in samples:
        found = {start for start in wanted if stored.sample.id.startswith(start)}
        missing -= found
        if found or not wanted:
            yield stored
    if missing:
        shown = typed("livecam", "queue", "list", "--queue", store)
        raise StoreError(f"no sample begins with {', '.join(sorted(missing))}; {shown} shows their ids")


def _draw(model: Any, samples: Any, stored: StoredSample, detector: str) -> bool:
    from training.data.augmentation import CropPipeline
    from training.label_quality.activation_map import activation_picture, encoded

    sample = stored.sample
    detectors = [detector, *(other for other in _DETECTORS if other != detector)]
    picture = activation_picture(model, sample, samples.picture(sample.id), detectors, CropPipeline())
    if picture is None:
        print(f"no detector saw an eye in {sample.id[:12]}", file=sys.stderr)
        return False
    path = samples.folder / "cam" / f"{sample.id}.png"
    try:
        path.parent.mkdir(exist_ok=True)
        write_atomically(path, encoded(picture))
    except OSError as fault:
        raise DatasetError(f"cannot write {path} ({(fault.strerror or 'refused').lower()})") from fault
    return True
