"""Alembic: what is not generated from a contract. Run through `warehouse.setup`, which passes the connection."""
