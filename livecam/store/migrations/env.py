"""Alembic's entry point: migrations run on the connection, and within the transaction, of the store being opened."""

from __future__ import annotations

from alembic import context

# SQLite can create and alter tables in a transaction; Alembic by default believes that it cannot.
context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
