"""Migration 1: the first tables, and the triggers that protect label events."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_SQLITE = (
    """CREATE TRIGGER events_are_not_changed BEFORE UPDATE ON events
    BEGIN SELECT RAISE(ABORT, 'label events are never changed'); END""",
    """CREATE TRIGGER events_are_not_deleted BEFORE DELETE ON events
    WHEN NOT EXISTS (SELECT 1 FROM removals WHERE sample_id = OLD.sample_id)
    BEGIN SELECT RAISE(ABORT, 'label events are never deleted'); END""",
    # INSERT OR REPLACE deletes without asking the trigger above.
    """CREATE TRIGGER events_are_not_replaced BEFORE INSERT ON events
    WHEN EXISTS (SELECT 1 FROM events WHERE number = NEW.number)
    BEGIN SELECT RAISE(ABORT, 'label events are never replaced'); END""",
)
_POSTGRESQL = (
    """CREATE FUNCTION keep_events() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' AND EXISTS (SELECT 1 FROM removals WHERE sample_id = OLD.sample_id) THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'label events are never changed or deleted';
    END $$""",
    """CREATE TRIGGER events_are_kept BEFORE UPDATE OR DELETE ON events
    FOR EACH ROW EXECUTE FUNCTION keep_events()""",
    """CREATE FUNCTION refuse_truncation() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'label events are never deleted'; END $$""",
    """CREATE TRIGGER events_are_not_truncated BEFORE TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_truncation()""",
)


def upgrade() -> None:
    _create_samples()
    _create_events()
    op.create_table("removals", sa.Column("sample_id", sa.String(64), primary_key=True))
    for trigger in {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}[op.get_bind().dialect.name]:
        op.execute(trigger)


def _create_samples() -> None:
    op.create_table(
        "samples",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("session", sa.Text, nullable=False),
        sa.Column("captured", sa.BigInteger, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("frame_index", sa.BigInteger, nullable=False),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("keep", sa.String(16), nullable=False),
        sa.Column("origin_x", sa.Integer, nullable=False),
        sa.Column("origin_y", sa.Integer, nullable=False),
        sa.Column("frame_width", sa.Integer, nullable=False),
        sa.Column("frame_height", sa.Integer, nullable=False),
        sa.Column("landmarks", sa.LargeBinary, nullable=False),
        sa.Column("guesses", sa.Text, nullable=False),
        sa.Column("reason", sa.String(16), nullable=False),
        sa.Column("priority", sa.Double, nullable=False),
        sa.Column("split", sa.String(16), nullable=False),
        sa.Column("picture_bytes", sa.BigInteger, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("flagged", sa.Boolean, nullable=False),
        sa.Column("lost", sa.Boolean, nullable=False),
        sa.Column("lease_owner", sa.Text),
        sa.Column("lease_expires", sa.BigInteger),
    )
    op.create_index("samples_by_use", "samples", ["priority", "captured", "id"])
    op.create_index("samples_by_age", "samples", ["captured", "id"])


def _create_events() -> None:
    number = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
        "events",
        sa.Column("number", number, primary_key=True, autoincrement=True),
        sa.Column("sample_id", sa.String(64), sa.ForeignKey("samples.id"), nullable=False),
        sa.Column("verb", sa.String(16), nullable=False),
        sa.Column("said_by", sa.Text, nullable=False),
        sa.Column("said_at", sa.BigInteger, nullable=False),
        sa.Column("side", sa.String(8)),
        sa.Column("x", sa.Double),
        sa.Column("y", sa.Double),
        sa.Column("radius", sa.Double),
        sa.Column("seconds", sa.Double, nullable=False),
        sa.Column("shown", sa.Text, nullable=False),
        sa.Column("undoes", sa.BigInteger, sa.ForeignKey("events.number")),
        sa.Column("is_repeat", sa.Boolean, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("events_of_sample", "events", ["sample_id", "number"])
