"""Tells what is wrong with a store, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select, text

from livecam.core.errors import StoreError
from livecam.core.samples import SampleState, pixel_hash, standing
from livecam.core.store.database import Database
from livecam.core.store.pictures import Pictures
from livecam.core.store.reading import batches, events_of
from livecam.core.store.schema import removals, samples


def problems(database: Database, pictures: Pictures) -> Iterator[str]:
    """Every picture is read and compared with its id, every state with what people said."""
    yield from _database_problems(database)
    with database.reading() as connection:
        ids = list(connection.scalars(select(samples.c.id).order_by(samples.c.id)))
    for some in batches(ids):
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
    query = select(samples.c.id, samples.c.state, samples.c.flagged).where(samples.c.id.in_(ids))
    with database.reading() as connection:
        rows = connection.execute(query.order_by(samples.c.id)).all()
        said = events_of(connection, ids)
    for row in rows:
        fold = standing(said.get(row.id, ()))
        if fold.state is not SampleState(row.state):
            yield f"sample {row.id} is {row.state!r} but should be {fold.state.value!r}"
        if fold.flagged is not row.flagged:
            yield f"sample {row.id} is {'' if row.flagged else 'not '}flagged, against what people said of it"


def _picture_problems(sample_id: str, pictures: Pictures) -> Iterator[str]:
    try:
        picture = pictures.read(sample_id)
    except StoreError as error:
        yield str(error)
        return
    if pixel_hash(picture) != sample_id:
        yield f"the picture of sample {sample_id} is not the one that was kept: {pictures.path(sample_id)}"
