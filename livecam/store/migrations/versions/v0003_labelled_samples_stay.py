"""Migration 3: a labelled sample cannot be deleted past the store, also where foreign keys are not checked."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"

# SQLite checks foreign keys only for programs that ask for it, and other programs do not.
_SQLITE = """CREATE TRIGGER labelled_samples_are_not_deleted BEFORE DELETE ON samples
WHEN EXISTS (SELECT 1 FROM events WHERE sample_id = OLD.id)
BEGIN SELECT RAISE(ABORT, 'samples with label events are never deleted'); END"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(_SQLITE)
