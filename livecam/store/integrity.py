"""Integrity of a store: reconciles image files and rows after a kill, and finds problems."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from sqlalchemy import Connection, select, text, update

from livecam.core.errors import StoreError
from livecam.store.database import Database
from livecam.store.images import StoredImages
from livecam.store.queries import chunks, events_of
from livecam.store.resolution import resolve_labels
from livecam.store.samples import SampleState, pixel_hash
from livecam.store.tables import removals, samples

# Why nothing is deleted: docs/decisions/nothing-deleted-at-start.md


def reconcile_files(database: Database, pictures: StoredImages) -> None:
    """To be called while the pictures are locked, for what another process is writing looks half done.

    A row whose picture is gone is marked as lost and keeps its events, until the picture comes back. A picture without
    a row (its writer was killed before it could acknowledge it, or the database was replaced) is set aside.
    """
    pictures.remove_leftovers()
    files = pictures.ids()
    with database.reading() as connection:
        rows = {row.id: row.lost for row in connection.execute(select(samples.c.id, samples.c.lost))}
    back = {sample_id for sample_id in rows.keys() - files if pictures.restore(sample_id)}
    for orphan in files - rows.keys():
        pictures.set_aside(orphan)
    there = files | back
    lost = {sample_id for sample_id, was_lost in rows.items() if not was_lost} - there
    found = {sample_id for sample_id, was_lost in rows.items() if was_lost} & there
    if lost or found:
        with database.writing() as connection:
            _mark(connection, lost, is_lost=True)
            _mark(connection, found, is_lost=False)


def _mark(connection: Connection, ids: Collection[str], *, is_lost: bool) -> None:
    for some in chunks(sorted(ids)):
        connection.execute(update(samples).where(samples.c.id.in_(some)).values(lost=is_lost))


def find_problems(database: Database, pictures: StoredImages) -> Iterator[str]:
    """Every picture is read and compared with its id, every state with what people said."""
    yield from _database_problems(database)
    with database.reading() as connection:
        ids = list(connection.scalars(select(samples.c.id).order_by(samples.c.id)))
    for some in chunks(ids):
        yield from _wrong_states(database, some)
        for sample_id in some:
            yield from _picture_problems(sample_id, pictures)
    for orphan in sorted(pictures.ids() - set(ids)):
        yield f"a picture without a sample: {pictures.path(orphan)}"
    for stray in pictures.stray_files():
        yield f"a picture without a sample, set aside: {stray}"


def _database_problems(database: Database) -> Iterator[str]:
    with database.reading() as connection:
        if database.is_sqlite:
            found = connection.scalars(text("PRAGMA integrity_check")).all()
            yield from (f"the database is damaged: {problem}" for problem in found if problem != "ok")
        for sample_id in connection.scalars(select(removals.c.sample_id)):
            yield f"what was said of sample {sample_id} is not protected; another program has changed the database"


def _wrong_states(database: Database, ids: Sequence[str]) -> Iterator[str]:
    query = select(samples.c.id, samples.c.state, samples.c.flagged, samples.c.disputed).where(samples.c.id.in_(ids))
    with database.reading() as connection:
        rows = connection.execute(query.order_by(samples.c.id)).all()
        said = events_of(connection, ids)
    for row in rows:
        fold = resolve_labels(said.get(row.id, ()))
        if fold.state is not SampleState(row.state):
            yield f"sample {row.id} is {row.state!r} but should be {fold.state.value!r}"
        if fold.disputed is not row.disputed:
            yield f"sample {row.id} is {'' if row.disputed else 'not '}disputed, against what people said of it"
        if fold.flagged is not row.flagged:
            yield f"sample {row.id} is {'' if row.flagged else 'not '}flagged, against what people said of it"


def _picture_problems(sample_id: str, pictures: StoredImages) -> Iterator[str]:
    try:
        picture = pictures.read(sample_id)
    except StoreError as error:
        yield str(error)
        return
    if pixel_hash(picture) != sample_id:
        yield f"the picture of sample {sample_id} is not the one that was kept: {pictures.path(sample_id)}"
