"""Migration 4: disputes, known labels, adjudications and comments, and indexes for long queues."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("samples", sa.Column("disputed", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("samples", sa.Column("gold", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("samples", sa.Column("deciders", sa.Integer, nullable=False, server_default="0"))
    op.add_column("events", sa.Column("is_adjudication", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("events", sa.Column("text", sa.Text))
    op.create_index("samples_by_state", "samples", ["lost", "state", sa.text("priority DESC"), "captured", "id"])
    op.create_index("samples_of_gold", "samples", ["gold", "lost", "id"])
    op.create_index("samples_of_recording", "samples", ["session", "seconds"])
    op.create_index("events_of_person", "events", ["said_by", "sample_id", "number"])
