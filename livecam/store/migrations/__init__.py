"""How a store of an older schema becomes one of today; run by Alembic, shipped with the package."""
