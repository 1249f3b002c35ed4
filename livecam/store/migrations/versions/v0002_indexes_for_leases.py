"""Migration 2: indexes for leasing, by priority and by owner."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.drop_index("samples_by_use", "samples")
    op.create_index("samples_by_use", "samples", [sa.text("priority DESC"), "captured", "id"])
    op.create_index("samples_by_owner", "samples", ["lease_owner"])
