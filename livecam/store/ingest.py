"""Adds and imports samples: first the image, then the row, both on the disk when it returns."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection, insert, select, update

from livecam.core.errors import StoreError
from livecam.core.files import sync_folder
from livecam.core.types import Image
from livecam.store import label_events
from livecam.store.database import Database
from livecam.store.images import StoredImages, encode
from livecam.store.queries import chunks
from livecam.store.samples import LabelEvent, Sample, SampleState, pixel_hash
from livecam.store.tables import sample_values, samples


def check(sample: Sample, picture: Image) -> None:
    """ValueError when the sample is not about this picture."""
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3:
        raise ValueError(f"a picture is (h, w, 3) uint8, not {picture.shape} {picture.dtype}")
    if sample.size != (picture.shape[1], picture.shape[0]):
        raise ValueError(f"the sample says {sample.size}, its picture is {picture.shape[1]}x{picture.shape[0]}")
    if sample.id != pixel_hash(picture):
        raise ValueError(f"the sample's id {sample.id} is not the hash of its picture")
    if not (math.isfinite(sample.priority) and math.isfinite(sample.seconds) and np.isfinite(sample.landmarks).all()):
        raise ValueError("a sample's priority, seconds and landmarks are finite numbers")


def add(database: Database, pictures: StoredImages, sample: Sample, content: bytes) -> bool:
    """To be called while the pictures are locked; False when it is there already.

    A kill in between leaves a picture without a row, which `reconcile` sets aside.
    """
    with database.reading() as connection:
        lost = connection.scalar(select(samples.c.lost).where(samples.c.id == sample.id))
    if lost is False:
        return False
    pictures.write(sample.id, content)
    try:
        _write_row(database, sample, len(content), is_known=lost is not None)
    except StoreError:
        # The row is not there, so the room is given back. After anything else it may be, and then needs its picture.
        pictures.remove(sample.id)
        raise
    return True


def _write_row(database: Database, sample: Sample, picture_bytes: int, *, is_known: bool) -> None:
    fresh = {"state": SampleState.NEW.value, "flagged": False}
    there = {"picture_bytes": picture_bytes, "lost": False}
    with database.writing() as connection:
        if is_known:
            connection.execute(update(samples).where(samples.c.id == sample.id).values(there))
        else:
            connection.execute(insert(samples).values({**sample_values(sample), **fresh, **there}))


@dataclass(frozen=True, slots=True)
class ImportResult:
    """How much of what was found was not here yet."""

    samples: int
    events: int


@dataclass(frozen=True, slots=True, eq=False)
class StagedImport:
    """A sample whose picture lies among the strays."""

    sample: Sample
    picture_bytes: int


@contextmanager
def stage_import(pictures: StoredImages, found: Iterable[tuple[Sample, Image]]) -> Iterator[Sequence[StagedImport]]:
    """Writes the pictures without holding up those who collect; what nobody took back is gone afterwards."""
    written: list[str] = []
    try:
        waiting: dict[str, StagedImport] = {}
        for sample, picture in found:
            check(sample, picture)
            content = encode(picture)
            if not pictures.stray(sample.id).exists():
                written.append(sample.id)
            pictures.write_stray(sample.id, content)
            waiting.setdefault(sample.id, StagedImport(sample, len(content)))
        yield tuple(waiting.values())
    finally:
        for sample_id in written:
            pictures.stray(sample_id).unlink(missing_ok=True)


def import_samples(
    database: Database, pictures: StoredImages, waiting: Sequence[StagedImport], said: Sequence[LabelEvent]
) -> ImportResult:
    """To be called while the pictures are locked. A kill in between leaves strays and no rows."""
    moved: list[str] = []
    try:
        with database.writing() as connection:
            lost = _lost_by_id(connection, waiting)
            fresh = [one for one in waiting if lost.get(one.sample.id) is not False]
            for one in fresh:
                if not pictures.restore(one.sample.id):
                    raise StoreError(f"the picture of sample {one.sample.id} was removed meanwhile; try again")
                moved.append(one.sample.id)
            sync_folder(pictures.folder)
            _write_rows(connection, [one for one in fresh if one.sample.id not in lost])
            _find_again(connection, [one for one in fresh if one.sample.id in lost])
            return ImportResult(len(fresh), label_events.import_events(connection, said))
    except BaseException:
        for sample_id in moved:
            pictures.set_aside(sample_id)
        raise


def _lost_by_id(connection: Connection, waiting: Sequence[StagedImport]) -> dict[str, bool]:
    """Of those that are known, whether their picture is lost."""
    found: dict[str, bool] = {}
    for some in chunks(one.sample.id for one in waiting):
        rows = connection.execute(select(samples.c.id, samples.c.lost).where(samples.c.id.in_(some)))
        found |= {row.id: row.lost for row in rows}
    return found


def _write_rows(connection: Connection, fresh: Sequence[StagedImport]) -> None:
    values = {"state": SampleState.NEW.value, "flagged": False, "lost": False}
    for some in chunks(fresh):
        rows = [{**sample_values(one.sample), **values, "picture_bytes": one.picture_bytes} for one in some]
        connection.execute(insert(samples), rows)


def _find_again(connection: Connection, lost: Sequence[StagedImport]) -> None:
    for one in lost:
        change = update(samples).where(samples.c.id == one.sample.id)
        connection.execute(change.values(lost=False, picture_bytes=one.picture_bytes))
