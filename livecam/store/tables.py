"""Database tables and how rows become values; the same in SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    desc,
    false,
)

if TYPE_CHECKING:
    from sqlalchemy import Dialect
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
from sqlalchemy import Row

from livecam.core.types import EyeState, Point, Pupil, Side
from livecam.store.samples import CropMode, LabelAction, LabelEvent, Prediction, Sample, SamplingReason, Split

# The newest migration. Names of revisions sort by age, so a store of a newer program is known without Alembic.
REVISION = "0004"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class UtcTimestamp(TypeDecorator[datetime]):
    """A time in UTC, kept as microseconds since 1970: exact, and in order, in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else (value - _EPOCH) // timedelta(microseconds=1)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else _EPOCH + timedelta(microseconds=value)


metadata = MetaData()

samples = Table(
    "samples",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("session", Text, nullable=False),
    Column("captured", UtcTimestamp, nullable=False),
    Column("source", Text, nullable=False),
    Column("frame_index", BigInteger, nullable=False),
    Column("seconds", Double, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("keep", String(16), nullable=False),
    Column("origin_x", Integer, nullable=False),
    Column("origin_y", Integer, nullable=False),
    Column("frame_width", Integer, nullable=False),
    Column("frame_height", Integer, nullable=False),
    Column("landmarks", LargeBinary, nullable=False),  # 68 pairs x, y, float32, little-endian
    Column("guesses", Text, nullable=False),  # JSON
    Column("reason", String(16), nullable=False),
    Column("priority", Double, nullable=False),
    Column("split", String(16), nullable=False),
    Column("picture_bytes", BigInteger, nullable=False),
    # What follows changes. The state is the fold of the events, kept so that it can be searched.
    Column("state", String(16), nullable=False),
    Column("flagged", Boolean, nullable=False),
    Column("disputed", Boolean, nullable=False, server_default=false()),
    Column("gold", Boolean, nullable=False, server_default=false()),
    Column("deciders", Integer, nullable=False, server_default="0"),  # people who decided anything but a skip
    Column("lost", Boolean, nullable=False),  # its picture is not there
    Column("lease_owner", Text),
    Column("lease_expires", UtcTimestamp),
    Index("samples_by_use", desc("priority"), "captured", "id"),
    Index("samples_by_age", "captured", "id"),
    Index("samples_by_owner", "lease_owner"),
    Index("samples_by_state", "lost", "state", desc("priority"), "captured", "id"),
    Index("samples_of_recording", "session", "seconds"),
    Index("samples_of_gold", "gold", "lost", "id"),
)

events = Table(
    "events",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("sample_id", String(64), ForeignKey("samples.id"), nullable=False),
    Column("verb", String(16), nullable=False),
    Column("said_by", Text, nullable=False),
    Column("said_at", UtcTimestamp, nullable=False),
    Column("side", String(8)),
    Column("x", Double),
    Column("y", Double),
    Column("radius", Double),
    Column("seconds", Double, nullable=False),
    Column("shown", Text, nullable=False),  # JSON
    Column("undoes", BigInteger, ForeignKey("events.number")),
    Column("is_repeat", Boolean, nullable=False),
    Column("is_adjudication", Boolean, nullable=False, server_default=false()),
    Column("text", Text),
    Index("events_of_sample", "sample_id", "number"),
    Index("events_of_person", "said_by", "sample_id", "number"),
    # Numbers are never given twice, not even after the newest event went with its sample.
    sqlite_autoincrement=True,
)

# Triggers let events go only with a sample whose id stands here, which only `remove` and `clear` write, within their
# own transaction.
removals = Table("removals", metadata, Column("sample_id", String(64), primary_key=True))

versions = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))


def sample_values(sample: Sample) -> Mapping[str, object]:
    """The columns that never change."""
    return {
        "id": sample.id,
        "session": _readable(sample.session),
        "captured": sample.captured,
        "source": _readable(sample.source),
        "frame_index": sample.frame_index,
        "seconds": sample.seconds,
        "width": sample.size[0],
        "height": sample.size[1],
        "keep": sample.keep.value,
        "origin_x": sample.origin[0],
        "origin_y": sample.origin[1],
        "frame_width": sample.frame_size[0],
        "frame_height": sample.frame_size[1],
        "landmarks": sample.landmarks.astype("<f4").tobytes(),
        "guesses": predictions_text(sample.predictions),
        "reason": sample.reason.value,
        "priority": float(sample.priority),
        "split": sample.split.value,
    }


def _readable(name: str) -> str:
    """File names may be any bytes; databases take text only."""
    return name.encode(errors="backslashreplace").decode()


def to_sample(row: Row[Any]) -> Sample:
    return Sample(
        id=row.id,
        session=row.session,
        captured=row.captured,
        source=row.source,
        frame_index=row.frame_index,
        seconds=row.seconds,
        size=(row.width, row.height),
        keep=CropMode(row.keep),
        origin=(row.origin_x, row.origin_y),
        frame_size=(row.frame_width, row.frame_height),
        landmarks=np.frombuffer(row.landmarks, "<f4").reshape(-1, 2).astype(np.float32),
        predictions=to_predictions(row.guesses),
        reason=SamplingReason(row.reason),
        priority=row.priority,
        split=Split(row.split),
    )


def event_values(event: LabelEvent) -> Mapping[str, object]:
    """All columns but the number, which the database gives."""
    return {
        "sample_id": event.sample_id,
        "verb": event.action.value,
        "said_by": event.annotator,
        "said_at": event.when,
        "side": None if event.side is None else event.side.value,
        "x": None if event.point is None else float(event.point.x),
        "y": None if event.point is None else float(event.point.y),
        "radius": None if event.radius is None else float(event.radius),
        "seconds": float(event.seconds),
        "shown": predictions_text(event.shown_predictions),
        "undoes": event.undone_event,
        "is_repeat": event.is_repeat,
        "is_adjudication": event.is_adjudication,
        "text": event.text,
    }


def to_event(row: Row[Any]) -> LabelEvent:
    return LabelEvent(
        sample_id=row.sample_id,
        action=LabelAction(row.verb),
        annotator=row.said_by,
        side=None if row.side is None else Side(row.side),
        point=None if row.x is None else Point(row.x, row.y),
        radius=row.radius,
        seconds=row.seconds,
        shown_predictions=to_predictions(row.shown),
        undone_event=row.undoes,
        is_repeat=row.is_repeat,
        is_adjudication=row.is_adjudication,
        text=row.text,
        when=row.said_at,
        number=row.number,
    )


def predictions_text(predictions: tuple[Prediction, ...]) -> str:
    return json.dumps([_prediction_values(prediction) for prediction in predictions], allow_nan=False)


def to_predictions(text: str) -> tuple[Prediction, ...]:
    return tuple(_to_prediction(values) for values in json.loads(text))


def _prediction_values(prediction: Prediction) -> Mapping[str, object]:
    values: dict[str, object] = {
        "finder": prediction.detector,
        "version": prediction.version,
        "side": prediction.side.value,
    }
    if prediction.pupil is not None:
        centre = [float(prediction.pupil.centre.x), float(prediction.pupil.centre.y)]
        values |= {"centre": centre, "radius": float(prediction.pupil.radius)}
        values |= {"confidence": float(prediction.pupil.confidence), "state": prediction.pupil.state.value}
    return values


def _to_prediction(values: Mapping[str, Any]) -> Prediction:
    return Prediction(values["finder"], values["version"], Side(values["side"]), _to_pupil(values))


def _to_pupil(values: Mapping[str, Any]) -> Pupil | None:
    if "centre" not in values:
        return None
    return Pupil(Point(*values["centre"]), values["radius"], values["confidence"], EyeState(values["state"]))
