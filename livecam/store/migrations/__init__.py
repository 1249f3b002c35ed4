"""Schema migrations of the store, run by Alembic, shipped with the package."""
