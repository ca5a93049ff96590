"""One row per run of a source: what says that a silent source was asked, and had nothing.

A run that is killed cannot write how it ended. So each run holds a lock of its own while it works, that goes with
its session: a run that is called running and whose lock is free was interrupted.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict

from sqlalchemy import Connection, Engine, func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from connectors.notice import Notice
from exchange.context import Context
from exchange.locks import session_lock
from warehouse.tables import run as table

_KIND = 0x72756E73  # the first half of the lock; the second is the hash of the run
# Shared: a task and the verb in it may both be at work on one run.
_TAKE = "pg_advisory_lock_shared(:kind, hashtext(:run_id))"
_GIVE = "pg_advisory_unlock_shared(:kind, hashtext(:run_id))"
_HELD = text(
    "select run_id from unnest(cast(:run_ids as text[])) as run_id"
    " where exists (select from pg_locks where locktype = 'advisory'"
    " and database = (select oid from pg_database where datname = current_database())"
    " and classid = :kind and objid = hashtext(run_id)::oid and objsubid = 2)"
)


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
    with session_lock(context.engine, _TAKE, _GIVE, kind=_KIND, run_id=context.run_id):
        with context.engine.begin() as connection:
            connection.execute(query)
        try:
            yield
        except BaseException:
            _end(context.engine, context.run_id, "failed")
            raise
        _end(context.engine, context.run_id, "succeeded")


def note(context: Context, notices: Sequence[Notice]) -> None:
    """Write down what a run that asked its source has to tell; nothing to tell is written down as well."""
    told = [asdict(notice) for notice in notices]
    with context.engine.begin() as connection:
        connection.execute(update(table).where(table.c.run_id == context.run_id).values(notices=told))


def noted(connection: Connection, source: str) -> list[Notice]:
    """What the newest run that asked this source had to tell."""
    asked = select(table.c.notices).where(table.c.source == source, table.c.notices.is_not(None))
    newest = connection.scalar(asked.order_by(table.c.vandaag.desc(), table.c.started_at.desc()).limit(1))
    return [Notice(**one) for one in newest or ()]


def interrupted(connection: Connection) -> set[str]:
    """The runs that are called running, and of which no process is left."""
    running = connection.scalars(select(table.c.run_id).where(table.c.state == "running")).all()
    alive = connection.scalars(_HELD, {"kind": _KIND, "run_ids": list(running)}).all()
    return set(running) - set(alive)


def close_interrupted(connection: Connection) -> int:
    """Call them failed, as of now. Returns how many."""
    gone = interrupted(connection)
    connection.execute(
        update(table).where(table.c.run_id.in_(gone)).values(state="failed", finished_at=func.clock_timestamp())
    )
    return len(gone)


def _end(engine: Engine, run_id: str, state: str) -> None:
    with engine.begin() as connection:
        connection.execute(
            update(table).where(table.c.run_id == run_id).values(state=state, finished_at=func.clock_timestamp())
        )
