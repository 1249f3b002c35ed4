"""How many samples a store holds, of which kinds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, case, func, not_, select

from livecam.core.samples import Reason, SampleState, Split
from livecam.core.store.reading import WAITING, is_leased
from livecam.core.store.schema import events, samples


@dataclass(frozen=True, slots=True)
class Counts:
    """Samples that have their picture, by kind (every kind is named, also with none), and what else there is."""

    states: Mapping[SampleState, int]
    reasons: Mapping[Reason, int]
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
        reasons={kind: reasons.get(kind, 0) for kind in Reason},
        splits={kind: splits.get(kind, 0) for kind in Split},
        picture_bytes=picture_bytes(connection),
        events=connection.scalar(select(func.count()).select_from(events)) or 0,
        lost=connection.scalar(select(func.count()).where(samples.c.lost)) or 0,
        strays=strays,
    )


def picture_bytes(connection: Connection) -> int:
    return int(connection.scalar(select(func.sum(samples.c.picture_bytes)).where(not_(samples.c.lost))) or 0)


def _grouped(connection: Connection, kind: ColumnElement[str]) -> Mapping[str, int]:
    query = select(kind, func.count()).where(not_(samples.c.lost)).group_by(kind)
    return {row[0]: row[1] for row in connection.execute(query)}
