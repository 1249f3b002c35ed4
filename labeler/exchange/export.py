"""Exports a store in another tool's format, with what the tool has no place for beside it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from labeler.exchange import importing
from labeler.exchange.atomic_folder import atomic_folder
from labeler.exchange.importing import ImportOptions
from labeler.exchange.registry import FORMATS
from labeler.formats.elements.interfaces import ExportItem, Format
from labeler.formats.elements.report import ImportReport
from labeler.session.opening import open_store
from livecam.cli.progress import ProgressReporter
from livecam.core.errors import LivecamError, SourceError, StoreError
from livecam.core.interfaces import FaceDetector
from livecam.perception.faces.factory import open_stills
from livecam.settings import FaceSettings
from livecam.store.samples import Split
from livecam.store.store import Store


@dataclass(slots=True)
class ExportResult:
    """How much was written."""

    samples: int = 0
    labelled: int = 0


Tell = Callable[[int], None]


def _nobody(done: int) -> None:
    return None


def export(
    store: Store,
    kind: Format,
    out: Path,
    *,
    splits: Collection[Split] | None = None,
    replace: bool = False,
    tell: Tell = _nobody,
) -> ExportResult:
    """Makes the folder `out`, whole or not at all; SourceError when there is nothing to write, SinkError when it cannot
    be, StoreError for a picture that is missing. `tell` hears after each sample how many are done."""
    exported = ExportResult()
    with atomic_folder(out, replace=replace) as folder:
        entries = _counted(_entries(store, splits, folder / FORMATS[kind].pictures), exported, tell)
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


def _counted(entries: Iterator[ExportItem], exported: ExportResult, tell: Tell) -> Iterator[ExportItem]:
    for entry in entries:
        exported.samples += 1
        exported.labelled += bool(entry.labels)
        tell(exported.samples)
        yield entry


_MOST_FACES = 16  # in one picture: as many as the settings allow


@dataclass(frozen=True, slots=True)
class Imported:
    """What was done, in a sentence, and what did not come in or should be looked at, a line each."""

    summary: str
    remarks: tuple[str, ...] = ()


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
    """Writes the folder `out` and tells how far it is; what was done, in a sentence. LivecamErrors leave `out` as it
    was."""
    with open_store(folder, url) as store, ProgressReporter("livecam-label", store.counts().samples) as progress:
        done = export(store, kind, out, splits=splits or None, replace=replace, tell=progress.update)
    return f"exported {_samples(done.samples)}, {done.labelled} of them labelled, as {kind} to {out}"


def import_labels(
    folder: Path,
    path: Path,
    kind: Format,
    *,
    url: str | None = None,
    options: ImportOptions | None = None,
    faces: Callable[[ImportReport], FaceDetector | None] | None = None,
    clock: Callable[[], datetime] = _now,
) -> Imported:
    """Takes in what `path` holds. LivecamErrors leave the store as it was.

    `faces` opens what finds the faces in the pictures; unset is the detector that the program uses for photographs.
    """
    now, report = clock(), ImportReport()
    detector = (faces or default_faces)(report)
    # Before the store is opened, which would make one.
    arrivals = importing.read(kind, path, now=now, options=options, faces=detector, report=report)
    with Store.open(folder, url) as store:
        taken = importing.take_in(store, arrivals, now=now)
    here = len(arrivals) - taken.samples
    counts = [f"{here} were there already"] if here else []
    counts += [f"{len(report.left_out)} left out"] if report.left_out else []
    were = f" ({', '.join(counts)})" if counts else ""
    events = f"{taken.events} label event{'' if taken.events == 1 else 's'}"
    return Imported(f"imported {_samples(taken.samples)}{were} and {events} into {folder}", tuple(report.lines()))


def default_faces(report: ImportReport) -> FaceDetector | None:
    """The detector for photographs; None, and a word in the report, where none can be opened here."""
    try:
        return open_stills(FaceSettings(max_faces=_MOST_FACES))
    except LivecamError as error:
        report.note(f"no faces are looked for in the pictures: {error}")
        return None


def _samples(count: int) -> str:
    return f"{count} sample{'' if count == 1 else 's'}"
