"""Takes in samples of another store with all that was said of them: everything, or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from livecam.core.errors import StoreError
from livecam.core.files import sync_folder
from livecam.core.samples import LabelEvent, Sample, SampleState
from livecam.core.scene import Image
from livecam.core.store import adding, judging
from livecam.core.store.database import Database
from livecam.core.store.pictures import Pictures, encode
from livecam.core.store.reading import batches
from livecam.core.store.rows import sample_values
from livecam.core.store.schema import samples


@dataclass(frozen=True, slots=True)
class Taken:
    """How much of what was found was not here yet."""

    samples: int
    events: int


@dataclass(frozen=True, slots=True, eq=False)
class Staged:
    """A sample whose picture lies among the strays."""

    sample: Sample
    picture_bytes: int


@contextmanager
def staged(pictures: Pictures, found: Iterable[tuple[Sample, Image]]) -> Iterator[Sequence[Staged]]:
    """Writes the pictures without holding up those who collect; what nobody took back is gone afterwards."""
    written: list[str] = []
    try:
        waiting: dict[str, Staged] = {}
        for sample, picture in found:
            adding.check(sample, picture)
            content = encode(picture)
            if not pictures.stray(sample.id).exists():
                written.append(sample.id)
            pictures.write_stray(sample.id, content)
            waiting.setdefault(sample.id, Staged(sample, len(content)))
        yield tuple(waiting.values())
    finally:
        for sample_id in written:
            pictures.stray(sample_id).unlink(missing_ok=True)


def take_in(database: Database, pictures: Pictures, waiting: Sequence[Staged], said: Sequence[LabelEvent]) -> Taken:
    """To be called while the pictures are locked. A kill in between leaves strays and no rows."""
    moved: list[str] = []
    try:
        with database.writing() as connection:
            lost = _lost_by_id(connection, waiting)
            fresh = [one for one in waiting if lost.get(one.sample.id) is not False]
            for one in fresh:
                if not pictures.take_back(one.sample.id):
                    raise StoreError(f"the picture of sample {one.sample.id} was removed meanwhile; try again")
                moved.append(one.sample.id)
            sync_folder(pictures.folder)
            _write_rows(connection, [one for one in fresh if one.sample.id not in lost])
            _find_again(connection, [one for one in fresh if one.sample.id in lost])
            return Taken(len(fresh), judging.take_in(connection, said))
    except BaseException:
        for sample_id in moved:
            pictures.set_aside(sample_id)
        raise


def _lost_by_id(connection: Connection, waiting: Sequence[Staged]) -> dict[str, bool]:
    """Of those that are known, whether their picture is lost."""
    found: dict[str, bool] = {}
    for some in batches(one.sample.id for one in waiting):
        rows = connection.execute(select(samples.c.id, samples.c.lost).where(samples.c.id.in_(some)))
        found |= {row.id: row.lost for row in rows}
    return found


def _write_rows(connection: Connection, fresh: Sequence[Staged]) -> None:
    values = {"state": SampleState.NEW.value, "flagged": False, "lost": False}
    for some in batches(fresh):
        rows = [{**sample_values(one.sample), **values, "picture_bytes": one.picture_bytes} for one in some]
        connection.execute(insert(samples), rows)


def _find_again(connection: Connection, lost: Sequence[Staged]) -> None:
    for one in lost:
        change = update(samples).where(samples.c.id == one.sample.id)
        connection.execute(change.values(lost=False, picture_bytes=one.picture_bytes))
