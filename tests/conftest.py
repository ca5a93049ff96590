"""A real PostgreSQL for all tests: one private server a session, and databases of a region made on it.

HUB_TEST_PG chooses the server: `embedded` (the wheel, the default) or `system` (below /usr/lib/postgresql).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import text

import tests.airflow_home  # noqa: F401 - before anything imports Airflow
from demo import pg_files, postgres
from warehouse.engine import ROLES, engine_for, role_name, server_engine
from warehouse.scripts import run_ddl
from warehouse.setup import setup
from warehouse.tables import SCHEMAS

ALL_TABLES = """
SELECT oid::regclass::text FROM pg_class
WHERE relnamespace = ANY (CAST(CAST(:schemas AS text[]) AS regnamespace[])) AND relkind = 'r'
  AND relname <> 'alembic_version' AND relnamespace <> 'stage'::regnamespace
"""
LEFT_IN_STAGE = """
DO $$ BEGIN
    EXECUTE (
        SELECT coalesce(string_agg('DROP TABLE ' || oid::regclass, '; '), 'SELECT 1')
        FROM pg_class WHERE relnamespace = 'stage'::regnamespace AND relkind = 'r'
    );
END $$
"""

_numbers = count(1)


def bin_dir(kind: str) -> Path:
    """The server binaries of a kind; skips the test where they are not installed."""
    if kind == "embedded":
        return pg_files.embedded_bin_dir()
    if kind != "system":
        raise pytest.UsageError(f"HUB_TEST_PG={kind}: choose embedded or system")
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
    if not found:
        pytest.skip("no PostgreSQL below /usr/lib/postgresql: install one to test on it too")
    return found[0].parent


@contextmanager
def serving(kind: str, data_dir: Path) -> Iterator[postgres.Server]:
    """A private server that ends with the block, and with this process whatever happens to it."""
    server = postgres.start(data_dir, bin_dir=bin_dir(kind), durable=False)
    try:
        yield server
    finally:
        postgres.remove(data_dir)


@contextmanager
def region_of(name: str) -> Iterator[str]:
    """A region's database on the server of HUB_DATABASE_URL, gone afterwards with its roles."""
    database = f"hub_test_{name}{next(_numbers)}"
    setup(database, name)
    try:
        yield database
    finally:
        with server_engine().connect() as server:
            run_ddl(server, f"DROP DATABASE {database} WITH (FORCE)")
            for role in ROLES:
                run_ddl(server, f"DROP ROLE {role_name(database, role)}")


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgres.Server]:
    """The server of this session; HUB_DATABASE_URL names it from here on."""
    kind = os.environ.get("HUB_TEST_PG", "embedded")
    with serving(kind, tmp_path_factory.mktemp("postgres")) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUB_DATABASE_URL", server.url)
        yield server


@pytest.fixture(scope="module")
def region_database(postgres_server: postgres.Server) -> Iterator[str]:
    """Name of a region's database that the tests of one module share."""
    with region_of("module") as database:
        yield database


@pytest.fixture(scope="session")
def _region_database_to_empty(postgres_server: postgres.Server) -> Iterator[str]:
    with region_of("fresh") as database:
        yield database


@pytest.fixture
def fresh_region_database(_region_database_to_empty: str) -> str:
    """Name of a region's database without a single row: the same one for all tests, emptied before each.

    A test that changes tables makes one of its own with `region_of`.
    """
    with engine_for(_region_database_to_empty, "owner").begin() as connection:
        tables = connection.execute(text(ALL_TABLES), {"schemas": list(SCHEMAS)}).scalars().all()
        run_ddl(connection, f"TRUNCATE {', '.join(tables)} RESTART IDENTITY")
    with engine_for(_region_database_to_empty, "loader").begin() as connection:
        run_ddl(connection, LEFT_IN_STAGE)
    return _region_database_to_empty
