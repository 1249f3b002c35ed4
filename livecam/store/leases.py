"""Leases: two people never get the same sample, and what a dead program held comes free."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, not_, or_, select, update

from livecam.store.queries import BY_PRIORITY, chunks, load_samples
from livecam.store.resolution import DECIDING
from livecam.store.samples import DRAWN, LabelAction, SampleState, StoredSample
from livecam.store.tables import events, samples

_ALL_IDS = 16**64


@dataclass(frozen=True, slots=True)
class LeaseFilter:
    """Which samples somebody wants. `by` is that person's name, None is anybody.

    `overlap` asks for a share of all samples, always the same ones, of which exactly one person has decided:
    a second person's turn.
    """

    states: Collection[SampleState]
    by: str | None = None
    undecided: bool = False  # what that person has not decided, skips included
    unanswered: bool = False  # what that person has not labelled or skipped since calling it wrong
    overlap: float | None = None
    real: bool = False  # not what was drawn, of which everything is known


def lease(
    connection: Connection, owner: str, wanted: LeaseFilter, *, count: int, until: datetime, now: datetime
) -> Sequence[StoredSample]:
    """What the owner holds already comes first, so that asking again after a crash goes on where it stopped."""
    conditions = _conditions(wanted)
    # By themselves: an index on the owner finds them at once, and one on the state would be taken instead.
    held = list(connection.scalars(select(samples.c.id).where(samples.c.lease_owner == owner)))
    ids = _first(connection, count, wanted.states, *conditions, samples.c.id.in_(held)) if held else []
    if len(ids) < count:
        free = (*conditions, _is_free(now), samples.c.id.not_in(ids))
        ids += _first(connection, count - len(ids), wanted.states, *free)
    if not ids:
        return ()
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


def leased(connection: Connection) -> Mapping[str, Sequence[str]]:
    held: dict[str, list[str]] = defaultdict(list)
    query = select(samples.c.lease_owner, samples.c.id).where(samples.c.lease_owner.is_not(None))
    for owner, sample_id in connection.execute(query.order_by(samples.c.lease_owner, samples.c.id)):
        held[owner].append(sample_id)
    return held


def end_of(now: datetime, seconds: float) -> datetime:
    return now + timedelta(seconds=seconds)


def undecided_gold(connection: Connection, person: str, *, drawn_only: bool) -> Sequence[str]:
    query = select(samples.c.id).where(samples.c.gold, not_(samples.c.lost), not_(_has_said(person, tuple(DECIDING))))
    if drawn_only:
        query = query.where(samples.c.session == DRAWN)
    return list(connection.scalars(query.order_by(samples.c.id)))


def in_overlap(sample_id: str, share: float) -> bool:
    """Whether a sample belongs to the share that two people get; ids are hashes, so that any share is a fair one."""
    return sample_id < _bound(share)


def _bound(share: float) -> str:
    return f"{min(round(share * _ALL_IDS), _ALL_IDS - 1):064x}" if share < 1 else "g"


def _conditions(wanted: LeaseFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.by is not None and wanted.undecided:
        conditions.append(not_(_has_said(wanted.by, tuple(DECIDING))))
    if wanted.by is not None and wanted.unanswered:
        conditions.append(not_(_has_answered(wanted.by)))
    if wanted.real:
        conditions.append(samples.c.session != DRAWN)
    if wanted.overlap is not None:
        conditions += [samples.c.id < _bound(wanted.overlap), samples.c.deciders == 1]
    return conditions


def _first(
    connection: Connection, count: int, states: Collection[SampleState], *wanted: ColumnElement[bool]
) -> list[str]:
    """The first of each state by itself, which an index answers in its order, then the first of all."""
    columns = (samples.c.priority, samples.c.captured, samples.c.id)
    found: list[Any] = []
    for state in states:
        query = select(*columns).where(not_(samples.c.lost), samples.c.state == state.value, *wanted)
        # Rows that somebody else is leasing at this moment are passed over; SQLite has one writer at a time anyway.
        limited = query.order_by(*BY_PRIORITY).limit(count).with_for_update(skip_locked=True)
        found += connection.execute(limited).all()
    found.sort(key=lambda row: (-row.priority, row.captured, row.id))
    return [row.id for row in found[:count]]


def _is_free(now: datetime) -> ColumnElement[bool]:
    return or_(samples.c.lease_owner.is_(None), samples.c.lease_expires <= now)


def _has_said(person: str, actions: Collection[LabelAction]) -> ColumnElement[bool]:
    """Whether one of these stands, said by that person of the sample."""
    said, undo = events.alias("said"), events.alias("undo")
    undone = exists().where(undo.c.sample_id == said.c.sample_id, undo.c.undoes == said.c.number)
    return exists().where(
        said.c.sample_id == samples.c.id,
        said.c.said_by == person,
        said.c.verb.in_([action.value for action in actions]),
        not_(said.c.is_repeat),
        not_(undone),
    )


def _has_answered(person: str) -> ColumnElement[bool]:
    """Whether that person's last decision of the sample is anything but that it is wrong."""
    said, undo, later, undo_later = (events.alias(name) for name in ("said", "undo", "later", "undo_later"))
    undone = exists().where(undo.c.sample_id == said.c.sample_id, undo.c.undoes == said.c.number)
    later_undone = exists().where(undo_later.c.sample_id == later.c.sample_id, undo_later.c.undoes == later.c.number)
    rejected_since = exists().where(
        later.c.sample_id == said.c.sample_id,
        later.c.said_by == person,
        later.c.number > said.c.number,
        later.c.verb == LabelAction.REJECT.value,
        not_(later.c.is_repeat),
        not_(later_undone),
    )
    answers = [action.value for action in DECIDING if action is not LabelAction.REJECT]
    return exists().where(
        said.c.sample_id == samples.c.id,
        said.c.said_by == person,
        said.c.verb.in_(answers),
        not_(said.c.is_repeat),
        not_(undone),
        not_(rejected_since),
    )


def _read(connection: Connection, ids: Sequence[str], now: datetime) -> Sequence[StoredSample]:
    rows = {row.id: row for row in connection.execute(select(samples).where(samples.c.id.in_(ids)))}
    return tuple(load_samples(connection, [rows[sample_id] for sample_id in ids], now))
