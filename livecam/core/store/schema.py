"""The tables, the same in SQLite and PostgreSQL; the migrations lead to them and a test compares the two."""

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
)

if TYPE_CHECKING:
    from sqlalchemy import Dialect

# The newest migration. Names of revisions sort by age, so a store of a newer program is known without Alembic.
REVISION = "0003"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Moment(TypeDecorator[datetime]):
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
    Column("captured", Moment, nullable=False),
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
    Column("lost", Boolean, nullable=False),  # its picture is not there
    Column("lease_owner", Text),
    Column("lease_expires", Moment),
    Index("samples_by_use", desc("priority"), "captured", "id"),
    Index("samples_by_age", "captured", "id"),
    Index("samples_by_owner", "lease_owner"),
)

events = Table(
    "events",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("sample_id", String(64), ForeignKey("samples.id"), nullable=False),
    Column("verb", String(16), nullable=False),
    Column("said_by", Text, nullable=False),
    Column("said_at", Moment, nullable=False),
    Column("side", String(8)),
    Column("x", Double),
    Column("y", Double),
    Column("radius", Double),
    Column("seconds", Double, nullable=False),
    Column("shown", Text, nullable=False),  # JSON
    Column("undoes", BigInteger, ForeignKey("events.number")),
    Column("is_repeat", Boolean, nullable=False),
    Index("events_of_sample", "sample_id", "number"),
    # Numbers are never given twice, not even after the newest event went with its sample.
    sqlite_autoincrement=True,
)

# Triggers let events go only with a sample whose id stands here, which only `remove` and `clear` write, within their
# own transaction.
removals = Table("removals", metadata, Column("sample_id", String(64), primary_key=True))

versions = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))
