"""Writes what a store holds in the format of another tool, with all that the tool has no place for beside it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from labeler.formats.choose import KINDS
from labeler.formats.entry import Entry
from labeler.formats.folder import whole_folder
from labeler.formats.names import Format
from livecam.core.errors import SourceError, StoreError
from livecam.core.samples import Split
from livecam.core.store.store import Store


@dataclass(slots=True)
class Exported:
    """How much was written."""

    samples: int = 0
    labelled: int = 0


def export(
    store: Store, kind: Format, out: Path, *, splits: Collection[Split] | None = None, replace: bool = False
) -> Exported:
    """Makes the folder `out`, whole or not at all; SourceError when there is nothing to write, SinkError when it cannot
    be, StoreError for a picture that is missing."""
    exported = Exported()
    with whole_folder(out, replace=replace) as folder:
        entries = _counted(_entries(store, splits, folder / KINDS[kind].pictures), exported)
        KINDS[kind].write(entries, folder, out.absolute())
        if not exported.samples:
            of = f" of the split {', '.join(splits)}" if splits else ""
            raise SourceError(f"the store {store.folder} holds no samples{of}; there is nothing to export")
    return exported


def _entries(store: Store, splits: Collection[Split] | None, pictures: Path) -> Iterator[Entry]:
    """One sample after the other; its picture has been copied when it comes."""
    for stored in store.samples(splits=splits):
        sample = stored.sample
        entry = Entry(sample, tuple(store.events(sample.id)), stored.standing.state, stored.standing.labels)
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


def _counted(entries: Iterator[Entry], exported: Exported) -> Iterator[Entry]:
    for entry in entries:
        exported.samples += 1
        exported.labelled += bool(entry.labels)
        yield entry
