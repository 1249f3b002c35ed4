"""Search of samples by what is known of them, a page at a time, for grids and lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, not_, select

from livecam.store.queries import BY_PRIORITY, load_samples
from livecam.store.resolution import DECIDING
from livecam.store.samples import LabelAction, SampleState, SamplingReason, StoredSample
from livecam.store.tables import events, samples, to_predictions

UNDECIDED = (SampleState.NEW, SampleState.SKIPPED)


@dataclass(frozen=True, slots=True)
class SampleFilter:
    """What is wanted; None is anything. Lost pictures never are."""

    states: Sequence[SampleState] | None = None
    disputed: bool = False
    gold: bool = False
    reason: SamplingReason | None = None
    recording: str | None = None
    person: str | None = None  # who decided something of it
    id_prefix: str = ""
    detector: str | None = None
    confidence: tuple[float, float] | None = None  # of the least sure eye that a detector found


def search(connection: Connection, wanted: SampleFilter) -> Sequence[str]:
    """The ids, highest priority first."""
    query = select(samples.c.id, samples.c.guesses).where(and_(*_conditions(wanted))).order_by(*BY_PRIORITY)
    if wanted.detector is None and wanted.confidence is None:
        return list(connection.scalars(query.with_only_columns(samples.c.id)))
    return [row.id for row in connection.execute(query) if _has_prediction(row.guesses, wanted)]


def load(connection: Connection, ids: Sequence[str], now: datetime) -> Sequence[StoredSample]:
    """In the order of the ids; those that are gone are left out."""
    rows = {row.id: row for row in connection.execute(select(samples).where(samples.c.id.in_(ids)))}
    return tuple(load_samples(connection, [rows[sample_id] for sample_id in ids if sample_id in rows], now))


def labelled_near(
    connection: Connection, recording: str, seconds: float, within: float, now: datetime
) -> Sequence[StoredSample]:
    """Samples of a recording with a label, at most `within` seconds before or after, the nearest first; none of that
    very moment."""
    when = samples.c.seconds
    query = select(samples).where(
        not_(samples.c.lost),
        samples.c.session == recording,
        when.between(seconds - within, seconds + within),
        when != seconds,
        samples.c.state == SampleState.LABELLED.value,
    )
    rows = sorted(connection.execute(query), key=lambda row: (abs(row.seconds - seconds), row.id))
    return tuple(load_samples(connection, rows, now))


def facets(connection: Connection) -> Mapping[str, Mapping[str, int]]:
    """How many samples there are of each state, reason, recording and person."""
    there = not_(samples.c.lost)

    def counted(column: Any, *more: ColumnElement[bool]) -> dict[str, int]:
        query = select(column, func.count()).where(there, *more).group_by(column).order_by(column)
        return {str(row[0]): row[1] for row in connection.execute(query)}

    states = counted(samples.c.state)
    decided = select(events.c.said_by, func.count(events.c.sample_id.distinct()))
    decided = decided.where(events.c.verb.in_([action.value for action in DECIDING])).group_by(events.c.said_by)
    undecided = sum(states.pop(state.value, 0) for state in (SampleState.NEW,))
    return {
        "state": {
            "undecided": undecided + states.get(SampleState.SKIPPED.value, 0),
            **states,
            "disputed": counted(samples.c.disputed, samples.c.disputed).get("True", 0),
            "gold": counted(samples.c.gold, samples.c.gold).get("True", 0),
        },
        "reason": counted(samples.c.reason),
        "recording": counted(samples.c.session),
        "person": {row[0]: row[1] for row in connection.execute(decided.order_by(events.c.said_by))},
    }


def count_comments(connection: Connection, ids: Sequence[str]) -> Mapping[str, int]:
    """Of each sample that has any."""
    said = (events.c.verb == LabelAction.COMMENT.value, events.c.sample_id.in_(ids))
    query = select(events.c.sample_id, func.count()).where(*said).group_by(events.c.sample_id)
    return {row[0]: row[1] for row in connection.execute(query)}


def _conditions(wanted: SampleFilter) -> list[ColumnElement[bool]]:
    conditions = [not_(samples.c.lost)]
    if wanted.states is not None:
        conditions.append(samples.c.state.in_([state.value for state in wanted.states]))
    if wanted.disputed:
        conditions.append(samples.c.disputed)
    if wanted.gold:
        conditions.append(samples.c.gold)
    if wanted.reason is not None:
        conditions.append(samples.c.reason == wanted.reason.value)
    if wanted.recording is not None:
        conditions.append(samples.c.session == wanted.recording)
    if wanted.person is not None:
        verbs = [action.value for action in DECIDING]
        said = (events.c.sample_id == samples.c.id, events.c.said_by == wanted.person, events.c.verb.in_(verbs))
        conditions.append(exists().where(*said))
    if wanted.id_prefix:
        conditions += [samples.c.id >= wanted.id_prefix, samples.c.id < wanted.id_prefix + "g"]
    return conditions


def _has_prediction(text: str, wanted: SampleFilter) -> bool:
    predictions = [each for each in to_predictions(text) if wanted.detector in {None, each.detector}]
    if not predictions:
        return False
    if wanted.confidence is None:
        return True
    least = min((each.pupil.confidence for each in predictions if each.pupil is not None), default=0.0)
    return wanted.confidence[0] <= least <= wanted.confidence[1]
