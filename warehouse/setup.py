"""Make a region's database what it has to be: roles, database, tables, rights. Running again changes nothing.

    python -m warehouse.setup hub_drenthe

The login of HUB_DATABASE_URL needs CREATEDB and CREATEROLE, no superuser.
"""

import argparse
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from schemas.contract import load_all
from warehouse.engine import ROLES, engine_for, role_name, server_engine
from warehouse.generated import generate
from warehouse.scripts import FOLDER, literal, run_ddl, run_script
from warehouse.tables import SCHEMAS

ONE_SETUP = 0x68756273  # advisory lock; roles belong to the server, so two regions wait for each other too

log = logging.getLogger(__name__)


def setup(region_database: str, region_name: str) -> None:
    """Make or complete the database of a region. Safe to run twice, and by two at once.

    Nothing that exists is changed but by a migration or a new column of a contract. Raises WarehouseError.
    """
    names = {role: role_name(region_database, role) for role in ROLES}
    with server_engine().connect() as server, _alone(server):
        run_script(server, "roles.sql", database=region_database, roles=list(names.values()))
        _create_database(server, region_database, names["owner"])
        with engine_for(region_database, "owner").begin() as connection:
            run_ddl(connection, f"COMMENT ON DATABASE {region_database} IS {literal(f'Regio {region_name}')}")
            for schema, comment in SCHEMAS.items():
                run_ddl(connection, f"CREATE SCHEMA IF NOT EXISTS {schema}")
                run_ddl(connection, f"COMMENT ON SCHEMA {schema} IS {literal(comment)}")
            command.upgrade(alembic_config(connection), "head")
            for contract in load_all().values():
                generate(connection, contract)
            run_script(connection, "grants.sql", database=region_database, **names)
    log.info("%s: database and roles are ready", region_database)


def alembic_config(connection: Connection) -> Config:
    """Alembic on this connection, in its transaction: for `alembic.command`."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER / "migrations"))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _alone(server: Connection) -> Iterator[None]:
    """One setup at a time on this server; the lock goes with the connection, also of a killed process."""
    server.execute(text("SELECT pg_advisory_lock(:key)"), {"key": ONE_SETUP})
    try:
        yield
    finally:
        server.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": ONE_SETUP})


def _create_database(server: Connection, database: str, owner: str) -> None:
    known = server.execute(text("SELECT FROM pg_database WHERE datname = :name"), {"name": database})
    if known.rowcount == 0:
        # Sorted by byte, on every server alike.
        server.execute(
            text(
                f"CREATE DATABASE {database} OWNER {owner} TEMPLATE template0 ENCODING 'UTF8'"
                " LOCALE_PROVIDER libc LOCALE 'C'"
            )
        )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m warehouse.setup", description=__doc__)
    parser.add_argument("database", help="database of the region, for example hub_drenthe")
    database = parser.parse_args().database
    setup(database, database.removeprefix("hub_"))
    print(f"{database} is ready")


if __name__ == "__main__":
    main()
