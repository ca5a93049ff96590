"""`python -m deploy.init`: all databases, logins and rights on the server. Running again changes nothing.

HUB_DATABASE_URL      login that may make databases and roles (HUB_DATABASE_URL_FILE names a file with it)
HUB_OWNER_URL_FILES   files with an address each: its login and its database are made, the login owns the database
HUB_LOADER_URL_FILES  files with an address each: its login is made, and may do what the loader of each region may
HUB_HAND_URL_FILES    likewise, for who works by hand: loader, eraser and kluis (it seals anew under a new key)
HUB_PAGES_URL_FILES   likewise, for the pages in Airflow: analyst, coordinator and cockpit, which only read

Several files are parted by a colon. A password in an address is that of the login from now on: so it is renewed.
"""

import argparse
import os
import sys
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from exchange.errors import DeclarationError
from exchange.region import load_regions
from warehouse.engine import role_name, server_url
from warehouse.errors import WarehouseError
from warehouse.setup import setup

DUTIES = {
    "HUB_LOADER_URL_FILES": ("loader",),
    "HUB_HAND_URL_FILES": ("loader", "eraser", "kluis"),
    "HUB_PAGES_URL_FILES": ("analyst", "coordinator", "cockpit"),
}
IDLE = "10min"  # what was cut off in the middle of a transaction would hold its locks until the network gives up


def init() -> list[str]:
    """Make what is missing. Returns a line for each thing that is ready. Raises WarehouseError, DeclarationError."""
    ready = []
    regions = load_regions()
    for region in regions:
        setup(region.database, region.name)
        ready.append(f"database {region.database}")
    address = server_url().set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as server:
        for setting, duties in DUTIES.items():
            roles = [role_name(region.database, duty) for region in regions for duty in duties]
            for url in _addresses(setting):
                _login(server, url)
                for role in roles:
                    named = map(sql.Identifier, (role, url.username or ""))
                    server.execute(sql.SQL("grant {} to {}").format(*named))
                ready.append(f"login {url.username}, of {', '.join(roles)}")
        for url in _addresses("HUB_OWNER_URL_FILES"):
            _login(server, url)
            _database(server, url)
            ready.append(f"login {url.username}, of database {url.database}")
    return ready


def _addresses(setting: str) -> list[URL]:
    files = filter(None, os.environ.get(setting, "").split(":"))
    return [make_url(Path(file).read_text(encoding="utf-8").strip().removeprefix("db+")) for file in files]


def _login(server: "psycopg.Connection[object]", url: URL) -> None:
    """A login with this password, which travels as a verifier: it stands in no statement and no log."""
    name = sql.Identifier(url.username or "")
    if not server.execute("select from pg_roles where rolname = %s", [url.username]).rowcount:
        server.execute(sql.SQL("create role {} login").format(name))
    user, password = (url.username or "").encode(), str(url.password or "").encode()
    verifier = server.pgconn.encrypt_password(password, user, b"scram-sha-256").decode()
    server.execute(sql.SQL("alter role {} password {}").format(name, sql.Literal(verifier)))


def _database(server: "psycopg.Connection[object]", url: URL) -> None:
    """A database for its login alone."""
    owner, name = sql.Identifier(url.username or ""), sql.Identifier(url.database or "")
    if not server.execute("select from pg_database where datname = %s", [url.database]).rowcount:
        server.execute(sql.SQL("grant {} to current_user").format(owner))
        server.execute(sql.SQL("create database {} owner {} template template0 encoding utf8").format(name, owner))
    server.execute(sql.SQL("revoke all on database {} from public").format(name))
    timeout = sql.SQL("alter database {} set idle_in_transaction_session_timeout = {}")
    server.execute(timeout.format(name, sql.Literal(IDLE)))


def main() -> None:
    """The command."""
    argparse.ArgumentParser(
        prog="python -m deploy.init", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    try:
        for line in init():
            print(f"ready: {line}", flush=True)
    except (DeclarationError, WarehouseError, OSError, psycopg.Error) as error:
        sys.exit(f"deploy.init: {type(error).__name__}: {error}")


if __name__ == "__main__":
    main()
