"""Removes samples: at the user's word with all their events; for room only what nobody has touched."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, insert, not_, or_, select

from livecam.core.files import sync_folder
from livecam.store.images import StoredImages
from livecam.store.queries import chunks, is_leased, picture_bytes
from livecam.store.samples import SampleState, SamplingReason
from livecam.store.tables import events, removals, samples


def remove(connection: Connection, pictures: StoredImages, ids: Sequence[str]) -> int:
    """How many there were; to be called while the pictures are locked.

    Pictures go first: whoever is killed in between leaves samples marked as lost, never a picture that should be gone.
    """
    gone = 0
    for some in chunks(ids):
        known = list(
            connection.scalars(
                select(samples.c.id).where(samples.c.id.in_(some)).order_by(samples.c.id).with_for_update()
            )
        )
        for sample_id in known:
            pictures.remove(sample_id)
        sync_folder(pictures.folder)
        _remove_rows(connection, known)
        gone += len(known)
    return gone


def least_useful(connection: Connection, most_bytes: int, now: datetime) -> Sequence[str]:
    """Which samples have to go until the pictures fit: nobody said anything of them, has or asked for them."""
    excess = picture_bytes(connection) - most_bytes
    query = select(samples.c.id, samples.c.picture_bytes).where(_is_untouched(now))
    found: list[str] = []
    # Not `stream`ed: the loop ends early, and a query of two narrow columns is small.
    for row in connection.execute(query.order_by(samples.c.priority, samples.c.captured, samples.c.id)):
        if excess <= 0:
            break
        found.append(row.id)
        excess -= row.picture_bytes
    return found


def _is_untouched(now: datetime) -> ColumnElement[bool]:
    said = exists().where(events.c.sample_id == samples.c.id)
    return and_(
        not_(samples.c.lost),
        samples.c.state == SampleState.NEW.value,
        samples.c.reason != SamplingReason.FLAG.value,
        not_(or_(samples.c.flagged, said, is_leased(now))),
    )


def _remove_rows(connection: Connection, ids: Sequence[str]) -> None:
    if not ids:
        return
    connection.execute(insert(removals), [{"sample_id": sample_id} for sample_id in ids])
    connection.execute(delete(events).where(events.c.sample_id.in_(ids)))
    connection.execute(delete(samples).where(samples.c.id.in_(ids)))
    connection.execute(delete(removals).where(removals.c.sample_id.in_(ids)))
