"""Queries of samples and events, a few hundred at a time, so that any store takes the same memory."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from typing import Any, TypeVar

import numpy as np
from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, false, func, not_, or_, select

from livecam.store.resolution import DECIDING, resolve_labels
from livecam.store.samples import LabelEvent, SampleOutline, SampleState, SamplingReason, Split, StoredSample
from livecam.store.tables import events, samples, to_event, to_sample

T = TypeVar("T")

BATCH = 200
# Samples that wait for a decision: only these are called leased while somebody has them.
WAITING = (SampleState.NEW, SampleState.REJECTED)
BY_PRIORITY = (samples.c.priority.desc(), samples.c.captured, samples.c.id)
BY_TIME = (samples.c.captured.desc(), samples.c.id.desc())


def chunks(items: Iterable[T], size: int = 500) -> Iterator[Sequence[T]]:
    """Databases limit how many values a statement may name."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


def load_samples(connection: Connection, rows: Sequence[Row[Any]], now: datetime) -> Iterator[StoredSample]:
    """In the order of the rows, each with the fold of its events."""
    said = events_of(connection, [row.id for row in rows])
    for row in rows:
        fold = resolve_labels(said.get(row.id, ()))
        leased = row.lease_expires is not None and row.lease_expires > now
        state = SampleState.LEASED if leased and fold.state in WAITING else fold.state
        lease = (row.lease_owner, row.lease_expires) if leased else (None, None)
        yield StoredSample(to_sample(row), fold, state, *lease)


def events_of(connection: Connection, sample_ids: Iterable[str]) -> Mapping[str, Sequence[LabelEvent]]:
    """Oldest first; samples without events are left out."""
    found: dict[str, Sequence[LabelEvent]] = {}
    for some in chunks(sample_ids):
        query = select(events).where(events.c.sample_id.in_(some)).order_by(events.c.sample_id, events.c.number)
        for sample_id, rows in groupby(connection.execute(query), key=lambda row: row.sample_id):
            found[sample_id] = [to_event(row) for row in rows]
    return found


def outlines(connection: Connection, states: Collection[SampleState]) -> Iterator[SampleOutline]:
    """Samples in these states that have their picture, leased or not, in no order."""
    columns = [samples.c[name] for name in SampleOutline._fields]
    query = select(*columns).where(not_(samples.c.lost), samples.c.state.in_([state.value for state in states]))
    for row in connection.execute(query):
        landmarks = np.frombuffer(row.landmarks, "<f4").reshape(-1, 2)
        values = {**row._mapping, "landmarks": landmarks, "reason": SamplingReason(row.reason)}
        yield SampleOutline(**{**values, "split": Split(row.split)})


def sample_query(
    states: Collection[SampleState] | None,
    splits: Collection[Split] | None,
    reasons: Collection[SamplingReason] | None,
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
    """What follows a row in the order `BY_PRIORITY`."""
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


@dataclass(frozen=True, slots=True)
class Counts:
    """Samples that have their picture, by kind (every kind is named, also with none), and what else there is."""

    states: Mapping[SampleState, int]
    reasons: Mapping[SamplingReason, int]
    splits: Mapping[Split, int]
    picture_bytes: int
    events: int  # things people said, what was taken back included
    lost: int  # samples whose picture is gone
    strays: int  # pictures that no sample claims

    @property
    def samples(self) -> int:
        return sum(self.states.values())


def count(connection: Connection, *, strays: int, now: datetime) -> Counts:
    state = case((samples.c.state.in_(WAITING) & is_leased(now), SampleState.LEASED.value), else_=samples.c.state)
    states = _grouped(connection, state)
    reasons = _grouped(connection, samples.c.reason)
    splits = _grouped(connection, samples.c.split)
    return Counts(
        states={kind: states.get(kind, 0) for kind in SampleState},
        reasons={kind: reasons.get(kind, 0) for kind in SamplingReason},
        splits={kind: splits.get(kind, 0) for kind in Split},
        picture_bytes=picture_bytes(connection),
        events=connection.scalar(select(func.count()).select_from(events)) or 0,
        lost=connection.scalar(select(func.count()).where(samples.c.lost)) or 0,
        strays=strays,
    )


def count_states(connection: Connection, now: datetime) -> Mapping[SampleState, int]:
    """As `Counts.states`, from indexes alone: some milliseconds where a store is long."""
    states = _grouped(connection, samples.c.state)
    held = (
        select(samples.c.state, func.count())
        .where(samples.c.lease_owner.is_not(None), samples.c.state.in_(WAITING), is_leased(now), not_(samples.c.lost))
        .group_by(samples.c.state)
    )
    counted = {kind: states.get(kind.value, 0) for kind in SampleState}
    for state, number in connection.execute(held):
        counted[SampleState(state)] -= number
        counted[SampleState.LEASED] += number
    return counted


def label_seconds(connection: Connection, most: int) -> Sequence[float]:
    """The latest first; what took no time was not made by a person at work."""
    made = (events.c.verb.in_([action.value for action in DECIDING]), events.c.seconds > 0)
    query = select(events.c.seconds).where(*made).order_by(events.c.number.desc()).limit(most)
    return list(connection.scalars(query))


def recordings(connection: Connection) -> Mapping[str, Split]:
    """Of a recording whose samples came with several splits, the one that most have."""
    query = select(samples.c.session, samples.c.split, func.count()).group_by(samples.c.session, samples.c.split)
    rows = sorted(connection.execute(query), key=lambda row: row[2])
    return {row[0]: Split(row[1]) for row in rows}


def count_reason(connection: Connection, reason: SamplingReason, session: str | None = None) -> int:
    query = select(func.count()).select_from(samples).where(not_(samples.c.lost), samples.c.reason == reason.value)
    if session is not None:
        query = query.where(samples.c.session == session)
    return connection.scalar(query) or 0


def picture_bytes(connection: Connection) -> int:
    return int(connection.scalar(select(func.sum(samples.c.picture_bytes)).where(not_(samples.c.lost))) or 0)


def _grouped(connection: Connection, kind: ColumnElement[str]) -> Mapping[str, int]:
    query = select(kind, func.count()).where(not_(samples.c.lost)).group_by(kind)
    return {row[0]: row[1] for row in connection.execute(query)}
