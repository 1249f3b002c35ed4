"""What the commands export and import do, without printing."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from pathlib import Path

from labeler.formats import exporting, importing
from labeler.formats.names import Format
from labeler.stores import open_store
from livecam.core.samples import Split
from livecam.core.store.store import Store


def _now() -> datetime:
    return datetime.now(UTC)


def export_store(
    folder: Path,
    out: Path,
    kind: Format,
    *,
    url: str | None = None,
    splits: Collection[Split] = (),
    replace: bool = False,
) -> str:
    """Writes the folder `out`; what was done, in a sentence. LivecamErrors leave `out` as it was."""
    with open_store(folder, url) as store:
        done = exporting.export(store, kind, out, splits=splits or None, replace=replace)
    return f"exported {_samples(done.samples)}, {done.labelled} of them labelled, as {kind} to {out}"


def import_labels(
    folder: Path,
    path: Path,
    kind: Format,
    *,
    url: str | None = None,
    split: Split = Split.TRAIN,
    images: Path | None = None,
    clock: Callable[[], datetime] = _now,
) -> str:
    """Takes in what `path` holds; what was done, in a sentence. LivecamErrors leave the store as it was."""
    now = clock()
    # Before the store is opened, which would make one.
    arrivals = importing.read(kind, path, now=now, split=split, images=images)
    with Store.open(folder, url) as store:
        taken = importing.take_in(store, arrivals, now=now)
    here = len(arrivals) - taken.samples
    were = f" ({here} were there already)" if here else ""
    events = f"{taken.events} label event{'' if taken.events == 1 else 's'}"
    return f"imported {_samples(taken.samples)}{were} and {events} into {folder}"


def _samples(count: int) -> str:
    return f"{count} sample{'' if count == 1 else 's'}"
