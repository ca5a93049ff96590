"""One row per run of a source: what says that a silent source was asked, and had nothing."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, func, update
from sqlalchemy.dialects.postgresql import insert

from exchange.context import Context
from warehouse.tables import run as table


@contextmanager
def run(context: Context) -> Iterator[None]:
    """Write down that a source is asked, and how that ended. The same run tried again is the same row."""
    start = {
        "run_id": context.run_id,
        "source": context.source.id,
        "vandaag": context.vandaag,
        "state": "running",
    }
    query = insert(table).values(**start, started_at=func.clock_timestamp())
    query = query.on_conflict_do_update(index_elements=["run_id"], set_={"state": "running", "finished_at": None})
    with context.engine.begin() as connection:
        connection.execute(query)
    try:
        yield
    except BaseException:
        _end(context.engine, context.run_id, "failed")
        raise
    _end(context.engine, context.run_id, "succeeded")


def _end(engine: Engine, run_id: str, state: str) -> None:
    with engine.begin() as connection:
        connection.execute(
            update(table).where(table.c.run_id == run_id).values(state=state, finished_at=func.clock_timestamp())
        )
