"""Exports a store in another tool's format, with what the tool has no place for beside it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from labeler.exchange import importing
from labeler.exchange.atomic_folder import atomic_folder
from labeler.exchange.registry import FORMATS
from labeler.formats.interfaces import ExportItem, Format
from labeler.session.opening import open_store
from livecam.core.errors import SourceError, StoreError
from livecam.store.samples import Split
from livecam.store.store import Store


@dataclass(slots=True)
class ExportResult:
    """How much was written."""

    samples: int = 0
    labelled: int = 0


def export(
    store: Store, kind: Format, out: Path, *, splits: Collection[Split] | None = None, replace: bool = False
) -> ExportResult:
    """Makes the folder `out`, whole or not at all; SourceError when there is nothing to write, SinkError when it cannot
    be, StoreError for a picture that is missing."""
    exported = ExportResult()
    with atomic_folder(out, replace=replace) as folder:
        entries = _counted(_entries(store, splits, folder / FORMATS[kind].pictures), exported)
        FORMATS[kind].write(entries, folder, out.absolute())
        if not exported.samples:
            of = f" of the split {', '.join(splits)}" if splits else ""
            raise SourceError(f"the store {store.folder} holds no samples{of}; there is nothing to export")
    return exported


def _entries(store: Store, splits: Collection[Split] | None, pictures: Path) -> Iterator[ExportItem]:
    """One sample after the other; its picture has been copied when it comes."""
    for stored in store.samples(splits=splits):
        sample = stored.sample
        entry = ExportItem(sample, tuple(store.events(sample.id)), stored.resolved.state, stored.resolved.labels)
        copy = Path(str(pictures).format(split=sample.split.value)) / entry.picture
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(_picture(store, sample.id))
        yield entry


def _picture(store: Store, sample_id: str) -> bytes:
    path = store.picture_path(sample_id)
    try:
        return path.read_bytes()
    except OSError as error:
        raise StoreError(f"the picture of sample {sample_id} cannot be read: {path}") from error


def _counted(entries: Iterator[ExportItem], exported: ExportResult) -> Iterator[ExportItem]:
    for entry in entries:
        exported.samples += 1
        exported.labelled += bool(entry.labels)
        yield entry


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
        done = export(store, kind, out, splits=splits or None, replace=replace)
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
