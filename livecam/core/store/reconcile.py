"""Brings files and rows together again after a kill."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select, update

from livecam.core.store.database import Database
from livecam.core.store.pictures import Pictures
from livecam.core.store.reading import batches
from livecam.core.store.schema import samples


def reconcile(database: Database, pictures: Pictures) -> None:
    """To be called while the pictures are locked, for what another process is writing looks half done.

    A row whose picture is gone is marked as lost and keeps its events, until the picture comes back. A picture without
    a row (its writer was killed before it could acknowledge it, or the database was replaced) is set aside.
    """
    pictures.remove_leftovers()
    files = pictures.ids()
    with database.reading() as connection:
        rows = {row.id: row.lost for row in connection.execute(select(samples.c.id, samples.c.lost))}
    back = {sample_id for sample_id in rows.keys() - files if pictures.take_back(sample_id)}
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
    for some in batches(sorted(ids)):
        connection.execute(update(samples).where(samples.c.id.in_(some)).values(lost=is_lost))
