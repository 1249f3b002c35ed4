"""A store as large as a campaign of months: rows only, as no answer of the labeler reads a picture."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, insert

from livecam.store.label_events import fold_anew
from livecam.store.location import DATABASE
from livecam.store.samples import LabelAction, LabelEvent, Sample
from livecam.store.store import Store
from livecam.store.tables import event_values, events, sample_values, samples
from tests.fakes import make_sample

START = datetime(2026, 1, 1, tzinfo=UTC)
_FRESH: Mapping[str, Any] = {"picture_bytes": 1, "state": "new", "flagged": False, "lost": False}


def long_queue(folder: Path, *, count: int, decisions: int, by: str) -> Store:
    """So many samples, of which `by` has decided so many, one in twenty skipped; priorities are spread."""
    Store.open(folder).close()
    engine = create_engine(f"sqlite:///{folder / DATABASE}")
    template, _ = make_sample()
    some = [_numbered(template, number) for number in range(count)]
    with engine.begin() as connection:
        connection.execute(insert(samples), [{**sample_values(sample), **_FRESH} for sample in some])
        decided = sorted(some, key=lambda sample: -sample.priority)[:decisions]
        connection.execute(insert(events), [event_values(event) for event in _said(decided, by)])
        fold_anew(connection)
    engine.dispose()
    # Opening it again would miss the pictures.
    return _Rows.open(folder)


class _Rows(Store):
    """A store that does not look for pictures."""

    @classmethod
    def open(cls, folder: Path, *_: Any, **__: Any) -> _Rows:  # type: ignore[override]
        from livecam.store.database import open_sqlite

        return cls(folder, open_sqlite(folder / DATABASE, 10.0), lambda: datetime.now(UTC), 10.0)


def _numbered(template: Sample, number: int) -> Sample:
    sample_id = hashlib.sha256(str(number).encode()).hexdigest()
    return replace(
        template,
        id=sample_id,
        session=f"recording {number // 500}",
        captured=START + timedelta(seconds=number),
        frame_index=number,
        priority=int(sample_id[:6], 16) / 16**6,
    )


def _said(decided: list[Sample], by: str) -> Iterator[LabelEvent]:
    for number, sample in enumerate(decided):
        action = LabelAction.SKIP if number % 20 == 0 else LabelAction.REJECT if number % 7 == 0 else LabelAction.ACCEPT
        when = START + timedelta(seconds=number)
        yield LabelEvent(sample.id, action, by, seconds=1.0, shown_predictions=sample.predictions, when=when)
