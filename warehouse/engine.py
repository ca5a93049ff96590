"""How the hub reaches PostgreSQL: one server, named by HUB_DATABASE_URL, and a database per region on it.

The login of that URL may do what `warehouse.setup` needs (CREATEDB, CREATEROLE); the work itself is done as
one of the region's roles, so that the rights of the database hold for the hub too.
"""

import os
import re
from functools import cache
from typing import Any

import psycopg
from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool, QueuePool

from warehouse.errors import WarehouseError, emptied
from warehouse.secret import secret

ROLES = ("owner", "loader", "analyst", "coordinator", "controller", "cockpit", "kluis", "eraser")
KEPT = 3  # connections at once: the lock of the source, the run that is alive, and the work
DATABASE_NAME = re.compile(r"[a-z][a-z0-9_]{0,47}")  # with the longest role behind it within 63 bytes


def role_name(database: str, role: str) -> str:
    """The role of a region's database: `hub_drenthe`, `loader` -> `hub_drenthe_loader`."""
    if not DATABASE_NAME.fullmatch(database):
        raise WarehouseError(f"{database!r} is no name for a database: use a-z, 0-9 and _, at most 48")
    if role not in ROLES:
        raise WarehouseError(f"{role!r} is no role of a region: choose from {', '.join(ROLES)}")
    return f"{database}_{role}"


def server_url() -> URL:
    """HUB_DATABASE_URL with the driver of the hub, or what HUB_DATABASE_URL_FILE holds.

    Raises WarehouseError where it is missing or wrong.
    """
    given = secret("HUB_DATABASE_URL")
    if not given:
        raise WarehouseError("HUB_DATABASE_URL is not set: postgresql://login:password@host:port/postgres")
    try:
        url = make_url(given)
    except (ArgumentError, ValueError):  # the latter of a port that is no number
        # The text itself holds a password and is not shown.
        form = "postgresql://login:password@host:port/postgres"
        raise WarehouseError(f"HUB_DATABASE_URL is no address of a database: write {form}") from None
    if url.drivername not in ("postgres", "postgresql", "postgresql+psycopg"):
        raise WarehouseError(f"HUB_DATABASE_URL names {url.drivername}: the hub needs postgresql")
    return url.set(drivername="postgresql+psycopg")


def server_engine() -> Engine:
    """The maintenance database of the server as the login of the URL; every statement its own transaction."""
    return _engine(server_url(), None).execution_options(isolation_level="AUTOCOMMIT")


def engine_for(database: str, role: str | None = None) -> Engine:
    """A region's database, as one of its roles (`loader`, `analyst`, …) or as the login itself.

    Errors come as WarehouseError, and no value reaches a log or an exception. A connection ends with its use.
    """
    if role is not None:
        role = role_name(database, role)
    return _engine(server_url().set(database=database), role)


def kept_engine_for(database: str, role: str) -> Engine:
    """The same, for the verbs: one engine a process, which keeps its connections.

    A verb asks for a dozen connections, one after another, and to open one takes as long as what most are used for.
    Whoever takes a lock or makes a view of the session gives it back: the session does not end with its use.
    """
    return _kept(server_url().set(database=database), role_name(database, role))


@cache
def _kept(url: URL, role: str) -> Engine:
    engine = _engine(url, role, poolclass=QueuePool, pool_size=KEPT, max_overflow=-1, pool_pre_ping=True)
    # A forked process must not speak over connections of its parent: it begins with none.
    os.register_at_fork(after_in_child=lambda: engine.dispose(close=False))
    return engine


def _engine(url: URL, role: str | None, **pool: Any) -> Engine:
    engine = create_engine(
        url,
        **{"poolclass": NullPool} | pool,
        hide_parameters=True,
        # Nothing is prepared: a plan made for one delivery is wrong for another.
        connect_args={"application_name": "hub", "connect_timeout": 10, "prepare_threshold": None},
    )

    @event.listens_for(engine, "connect")
    def _settle(connection: Any, _record: Any) -> None:
        # Outside a transaction: a SET inside one is undone by its rollback.
        connection.autocommit = True
        connection.execute("SET TIME ZONE 'UTC'")
        connection.execute("SET jit = off")  # it compiles longer than these statements run
        if role is not None:
            connection.execute(f"SET ROLE {role}")
        connection.autocommit = False

    @event.listens_for(engine, "handle_error")
    def _without_values(context: Any) -> WarehouseError | None:
        if context.is_pre_ping:  # a connection that broke while nobody used it is opened anew
            return None
        original = context.original_exception
        return emptied(original) if isinstance(original, psycopg.Error) else None

    return engine
