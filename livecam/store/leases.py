"""Leases: two people never get the same sample, and what a dead program held comes free."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, exists, not_, or_, select, update

from livecam.store.queries import BY_PRIORITY, chunks, load_samples
from livecam.store.samples import LabelAction, SampleState, StoredSample
from livecam.store.tables import events, samples

_DECISIONS = (LabelAction.ACCEPT, LabelAction.REJECT, LabelAction.SKIP)


def lease(
    connection: Connection,
    owner: str,
    *,
    count: int,
    until: datetime,
    now: datetime,
    states: Collection[SampleState],
    not_labelled_by: str | None,
) -> Sequence[StoredSample]:
    """What the owner holds already comes first, so that asking again after a crash goes on where it stopped."""
    wanted = [not_(samples.c.lost), samples.c.state.in_(states)]
    if not_labelled_by is not None:
        wanted.append(not_(_decided_by(not_labelled_by)))
    ids = _first(connection, count, *wanted, samples.c.lease_owner == owner)
    ids += _first(connection, count - len(ids), *wanted, _is_free(now), samples.c.id.not_in(ids))
    taken = update(samples).where(samples.c.id.in_(ids))
    connection.execute(taken.values(lease_owner=owner, lease_expires=until))
    return _read(connection, ids, now)


def renew(connection: Connection, owner: str, ids: Collection[str], *, until: datetime, now: datetime) -> Sequence[str]:
    """Which of them the owner holds now; one that had come free is taken again."""
    kept: list[str] = []
    for some in chunks(ids):
        mine = and_(samples.c.id.in_(some), or_(samples.c.lease_owner == owner, _is_free(now)))
        query = select(samples.c.id).where(mine).order_by(samples.c.id).with_for_update()
        held = list(connection.scalars(query))
        connection.execute(update(samples).where(samples.c.id.in_(held)).values(lease_owner=owner, lease_expires=until))
        kept += held
    return kept


def release(connection: Connection, owner: str, ids: Collection[str]) -> None:
    """Others' leases stay as they are."""
    for some in chunks(ids):
        theirs = update(samples).where(samples.c.id.in_(some), samples.c.lease_owner == owner)
        connection.execute(theirs.values(lease_owner=None, lease_expires=None))


def end_of(now: datetime, seconds: float) -> datetime:
    return now + timedelta(seconds=seconds)


def _first(connection: Connection, count: int, *wanted: ColumnElement[bool]) -> list[str]:
    query = select(samples.c.id).where(*wanted).order_by(*BY_PRIORITY).limit(count)
    # Rows that somebody else is leasing at this moment are passed over; SQLite has one writer at a time anyway.
    return list(connection.scalars(query.with_for_update(skip_locked=True)))


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(samples.c.lease_owner.is_(None), samples.c.lease_expires <= now)


def _decided_by(person: str) -> ColumnElement[bool]:
    said, undo = events.alias("said"), events.alias("undo")
    undone = exists().where(undo.c.undoes == said.c.number)
    return exists().where(
        said.c.sample_id == samples.c.id,
        said.c.said_by == person,
        said.c.verb.in_(_DECISIONS),
        not_(said.c.is_repeat),
        not_(undone),
    )


def _read(connection: Connection, ids: Sequence[str], now: datetime) -> Sequence[StoredSample]:
    rows = {row.id: row for row in connection.execute(select(samples).where(samples.c.id.in_(ids)))}
    return tuple(load_samples(connection, [rows[sample_id] for sample_id in ids], now))
