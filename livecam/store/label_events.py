"""Appends label events, after checking that they can be meant."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from livecam.core.errors import StoreError
from livecam.store.queries import chunks, events_of
from livecam.store.resolution import resolve_labels
from livecam.store.samples import EYE_VERBS, LabelAction, LabelEvent
from livecam.store.tables import event_values, events, samples, to_event

# A pupil behind the edge of a cut-out may still be pointed at; shares of the picture's longer side.
MARGIN = 0.1
LONGEST_COMMENT = 2000

Sizes = Mapping[str, tuple[int, int]]

# Why events are only added, and who enforces it: docs/decisions/append-only-labels.md


def append_events(connection: Connection, said: Sequence[LabelEvent], now: datetime) -> tuple[LabelEvent, ...]:
    """All or none; StoreError for the first event that cannot be meant."""
    sizes = _locked_sizes(connection, {event.sample_id for event in said})
    for event in said:
        _check(event, sizes)
        if event.action is LabelAction.UNDO:
            _check_undo(event, connection)
    recorded = tuple(_insert(connection, replace(event, when=now)) for event in said)
    fold(connection, sizes)
    return recorded


def import_events(connection: Connection, said: Sequence[LabelEvent]) -> int:
    """What was said elsewhere, with its times, oldest first; all or none, and StoreError, as in `record`.

    Numbers are given anew, and `undoes` names one of theirs. What is here already is passed over; how many were new.
    """
    sizes = _locked_sizes(connection, {event.sample_id for event in said})
    here = {sample_id: list(events) for sample_id, events in events_of(connection, sizes).items()}
    numbers: dict[int, int] = {}
    fresh = 0
    for event in said:
        _check(event, sizes)
        ours = replace(event, undone_event=_renumbered(event, numbers), number=0)
        known = next((old for old in here.get(event.sample_id, ()) if replace(old, number=0) == ours), None)
        if known is None:
            known = _insert_checked(connection, ours)
            fresh += 1
        else:
            here[event.sample_id].remove(known)
        numbers[event.number] = known.number
    fold(connection, sizes)
    return fresh


def _renumbered(event: LabelEvent, numbers: Mapping[int, int]) -> int | None:
    if event.undone_event is None:
        return None
    if event.undone_event not in numbers or event.undone_event == 0:
        raise StoreError(f"event {event.number} takes back event {event.undone_event}, which did not come before it")
    return numbers[event.undone_event]


def _insert_checked(connection: Connection, event: LabelEvent) -> LabelEvent:
    if event.action is LabelAction.UNDO:
        _check_undo(event, connection)
    return _insert(connection, event)


def _locked_sizes(connection: Connection, ids: set[str]) -> Sizes:
    """Nobody else changes these samples meanwhile; always locked in the same order, so that no two wait in a ring."""
    sizes: dict[str, tuple[int, int]] = {}
    for some in chunks(sorted(ids)):
        query = select(samples.c.id, samples.c.width, samples.c.height).where(samples.c.id.in_(some))
        rows = connection.execute(query.order_by(samples.c.id).with_for_update())
        sizes |= {row.id: (row.width, row.height) for row in rows}
    return sizes


def _check(event: LabelEvent, sizes: Sizes) -> None:
    if event.sample_id not in sizes:
        raise StoreError(f"no sample is called {event.sample_id[:80]!r}; it may have been removed")
    if not event.annotator.strip() or not event.annotator.isprintable():
        raise StoreError(f"{event.annotator!r} is no name of a person")
    if not (math.isfinite(event.seconds) and event.seconds >= 0):
        raise StoreError(f"nobody takes {event.seconds} seconds for {_name(event)}")
    if (event.side is not None) != (event.action in EYE_VERBS):
        raise StoreError(f"{_name(event)} " + ("must name an eye" if event.side is None else "is not about one eye"))
    if (event.undone_event is not None) != (event.action is LabelAction.UNDO):
        raise StoreError(
            f"{_name(event)} " + ("must name an event" if event.undone_event is None else "takes nothing back")
        )
    if event.action is LabelAction.ACCEPT and len({prediction.side for prediction in event.shown_predictions}) < len(
        event.shown_predictions
    ):
        raise StoreError(
            "an accepted sample was shown with two predictions for one eye; which of them is meant is unknown"
        )
    if (event.text is not None) != (event.action is LabelAction.COMMENT):
        raise StoreError(f"{_name(event)} " + ("needs words" if event.text is None else "has no words"))
    if event.text is not None and not (event.text.strip() and len(event.text) <= LONGEST_COMMENT):
        raise StoreError(f"a comment has 1 to {LONGEST_COMMENT} characters, not {len(event.text)}")
    _check_place(event, *sizes[event.sample_id])


def _check_place(event: LabelEvent, width: int, height: int) -> None:
    if event.action is LabelAction.LOOK:
        if event.point is None or event.radius is not None or not all(0 <= share <= 1 for share in event.point):
            raise StoreError("look needs a point on the screen, in shares of 0 to 1, and no radius")
        return
    if event.action is not LabelAction.POINT:
        if event.point is not None or event.radius is not None:
            raise StoreError(f"{_name(event)} has neither point nor radius")
        return
    if event.point is None:
        raise StoreError("point needs a point")
    margin = MARGIN * max(width, height)
    if not (-margin <= event.point.x <= width + margin and -margin <= event.point.y <= height + margin):
        raise StoreError(
            f"the point ({event.point.x:g}, {event.point.y:g}) is outside its picture of {width}x{height} pixels"
        )
    if event.radius is not None and not 0 < event.radius <= max(width, height):
        raise StoreError(f"a radius of {event.radius:g} pixels cannot be in a picture of {width}x{height} pixels")


def _check_undo(event: LabelEvent, connection: Connection) -> None:
    row = connection.execute(select(events).where(events.c.number == event.undone_event)).one_or_none()
    if row is None or row.sample_id != event.sample_id:
        raise StoreError(f"event {event.undone_event} cannot be taken back: this sample has no such event")
    undone = to_event(row)
    if undone.action is LabelAction.UNDO:
        raise StoreError(
            f"event {event.undone_event} cannot be taken back: it takes something back itself; say it again"
        )
    if undone.annotator != event.annotator or undone.is_repeat is not event.is_repeat:
        raise StoreError(
            f"event {event.undone_event} cannot be taken back by {event.annotator}: {undone.annotator} said it"
        )


def _insert(connection: Connection, event: LabelEvent) -> LabelEvent:
    number = connection.scalar(insert(events).values(**event_values(event)).returning(events.c.number))
    assert number is not None
    return replace(event, number=number)


def fold(connection: Connection, ids: Iterable[str]) -> None:
    """Writes what the events of these samples come to beside them."""
    folds = {sample_id: resolve_labels(said) for sample_id, said in events_of(connection, ids).items()}
    if folds:
        values = [
            {
                "sample": sample_id,
                "now_in": resolved.state.value,
                "marked": resolved.flagged,
                "doubted": resolved.disputed,
                "known": resolved.gold,
                "heads": resolved.deciders,
            }
            for sample_id, resolved in folds.items()
        ]
        change = update(samples).where(samples.c.id == bindparam("sample"))
        change = change.values(
            state=bindparam("now_in"),
            flagged=bindparam("marked"),
            disputed=bindparam("doubted"),
            gold=bindparam("known"),
            deciders=bindparam("heads"),
        )
        connection.execute(change, values)


def fold_anew(connection: Connection) -> None:
    """Of every sample of which anything was said: for a store that an older program kept by other rules."""
    for some in chunks(connection.scalars(select(events.c.sample_id).distinct()).all()):
        fold(connection, some)


def _name(event: LabelEvent) -> str:
    return event.action.value
