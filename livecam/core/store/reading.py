"""Stored samples, read a few hundred at a time, so that a queue of any length takes the same memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby, islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, false, func, not_, or_, select

from livecam.core.samples import LabelEvent, Reason, SampleState, Split, Stored, standing
from livecam.core.store.rows import to_event, to_sample
from livecam.core.store.schema import events, samples

T = TypeVar("T")

BATCH = 200
# Samples that wait for a decision: only these are called leased while somebody has them.
WAITING = (SampleState.NEW, SampleState.REJECTED)
BY_USE = (samples.c.priority.desc(), samples.c.captured, samples.c.id)
BY_AGE = (samples.c.captured.desc(), samples.c.id.desc())


def batches(items: Iterable[T], size: int = 500) -> Iterator[Sequence[T]]:
    """Databases limit how many values a statement may name."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def stored(connection: Connection, rows: Sequence[Row[Any]], now: datetime) -> Iterator[Stored]:
    """In the order of the rows, each with the fold of its events."""
    said = events_of(connection, [row.id for row in rows])
    for row in rows:
        fold = standing(said.get(row.id, ()))
        leased = row.lease_expires is not None and row.lease_expires > now
        state = SampleState.LEASED if leased and fold.state in WAITING else fold.state
        lease = (row.lease_owner, row.lease_expires) if leased else (None, None)
        yield Stored(to_sample(row), fold, state, *lease)


def events_of(connection: Connection, sample_ids: Iterable[str]) -> Mapping[str, Sequence[LabelEvent]]:
    """Oldest first; samples without events are left out."""
    found: dict[str, Sequence[LabelEvent]] = {}
    for some in batches(sample_ids):
        query = select(events).where(events.c.sample_id.in_(some)).order_by(events.c.sample_id, events.c.number)
        for sample_id, rows in groupby(connection.execute(query), key=lambda row: row.sample_id):
            found[sample_id] = [to_event(row) for row in rows]
    return found


def wanted(
    states: Collection[SampleState] | None,
    splits: Collection[Split] | None,
    reasons: Collection[Reason] | None,
    now: datetime,
) -> Select[Any]:
    """Samples that have their picture."""
    query = select(samples).where(not_(samples.c.lost))
    if states is not None:
        query = query.where(or_(false(), *(is_in(state, now) for state in states)))
    if splits is not None:
        query = query.where(samples.c.split.in_([split.value for split in splits]))
    if reasons is not None:
        query = query.where(samples.c.reason.in_([reason.value for reason in reasons]))
    return query


def is_leased(now: datetime) -> ColumnElement[bool]:
    return func.coalesce(samples.c.lease_expires > now, false())


def is_in(state: SampleState, now: datetime) -> ColumnElement[bool]:
    if state is SampleState.LEASED:
        return and_(samples.c.state.in_(WAITING), is_leased(now))
    if state in WAITING:
        return and_(samples.c.state == state.value, not_(is_leased(now)))
    return samples.c.state == state.value


def after(last: Row[Any]) -> ColumnElement[bool]:
    """What follows a row in the order `BY_USE`."""
    same_priority = samples.c.priority == last.priority
    same_time = samples.c.captured == last.captured
    return and_(
        samples.c.priority <= last.priority,
        or_(
            samples.c.priority < last.priority,
            and_(same_priority, samples.c.captured > last.captured),
            and_(same_priority, same_time, samples.c.id > last.id),
        ),
    )


def before(last: Row[Any]) -> ColumnElement[bool]:
    """What is older than a row, the newest first."""
    same_time = samples.c.captured == last.captured
    return and_(
        samples.c.captured <= last.captured,
        or_(samples.c.captured < last.captured, and_(same_time, samples.c.id < last.id)),
    )
