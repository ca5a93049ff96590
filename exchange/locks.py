"""Locks that belong to a session of the database and not to a transaction: a killed process leaves none behind."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, text

from warehouse.errors import WarehouseError


@contextmanager
def session_lock(engine: Engine, take: str, give: str, **names: object) -> Iterator[bool]:
    """Hold a lock meanwhile; gives whether it was taken. `take` and `give` are calls of PostgreSQL's functions."""
    with engine.connect() as session:
        is_ours = session.execute(text(f"select {take}"), names).scalar_one() is not False
        session.commit()  # an open transaction would hold others up
        try:
            yield is_ours
        finally:
            if is_ours:
                try:
                    session.execute(text(f"select {give}"), names)
                    session.commit()
                except WarehouseError:  # a session that is gone holds nothing any more
                    session.invalidate()
