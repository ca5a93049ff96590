"""The hub as the bench drives it: one region's database of its own, and one source."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from unittest.mock import patch

from sqlalchemy import text

from connectors.connection import Connection
from connectors.connector import Payload
from exchange import delivery
from exchange.context import Context
from exchange.keys import fresh as fresh_keys
from exchange.receive import receive
from exchange.region import Region, Source, load_regions, load_source
from warehouse.engine import ROLES, role_name, server_engine
from warehouse.scripts import run_ddl
from warehouse.setup import setup

DATABASE = "hub_bench"
VANDAAG = date(2015, 3, 2)
TEMPLATE = """
name = "Gemeente Coevorden"
kind = "gemeente"
code = "0109"
connector = "{connector}"
schedule = "0 1 * * *"
owner = "gegevensbeheer@coevorden.example"
[verwerking]
grondslag = "AVG6-1e/Wmo5.1.1"
verwerkersovereenkomst = 2014-12-15
dpia = "DPIA-2014-07"
[answer]
channel = "folder"
connection = "proef"
[connection]
id = "proef"
{connection}
[delivers.aanmelding]
contract = 1
{delivers}
"""
DECLARATION = TEMPLATE.format(connector="filedrop", connection="settle_seconds = 0.0", delivers="")


@dataclass(frozen=True)
class Hub:
    """One source, its folder and its region. Picklable: memory is measured in a process apart."""

    region: Region
    source: Source
    folder: Path

    def context(self, run_id: str) -> Context:
        """A run of the source."""
        connection = Connection("proef", "fs", extra={"path": str(self.folder)})
        return Context(self.region, self.source, VANDAAG, run_id, connection)

    def offer(self, file: Path, run_id: str) -> None:
        """The source leaves a copy of this file, for the hub to fetch."""
        place = self.folder / "uit"
        place.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, place / f"aanmelding_{run_id}.xml")

    def receive(self, file: Path, run_id: str) -> list[int]:
        """The source leaves a copy of this file and the hub fetches it. Returns the deliveries that wait."""
        self.offer(file, run_id)
        return receive(self.context(run_id))

    def land(self, file: Path, media_type: str, stand_op: datetime | None) -> int:
        """As if the hub had just fetched this file. Returns the delivery that waits."""
        context = self.context("land")
        payload = Payload("aanmelding", file.name, file, media_type, stand_op, (), "")
        landed = context.landing.store(file, self.source.id)
        with context.engine.begin() as connection:
            return delivery.record(connection, context, payload, landed).delivery_id

    def count(self, query: str) -> int:
        """The one number that a query gives."""
        with self.context("count").engine.connect() as connection:
            return int(connection.execute(text(query)).scalar_one())

    def empty(self) -> None:
        """A fresh database and an empty landing, and no write of before that is still under way."""
        remove()
        setup(DATABASE, self.region.name)
        shutil.rmtree(self.context("empty").landing.root, ignore_errors=True)
        settle()


@contextmanager
def hub(
    workdir: Path, connector: str = "filedrop", connection: str = "settle_seconds = 0.0", delivers: str = ""
) -> Iterator[Hub]:
    """A hub that keeps its files below `workdir`, with keys of its own. Its database is gone afterwards.

    connector, and what stands in [connection] and [delivers.aanmelding], are those of the declaration of its source.
    """
    file = workdir / "bench.toml"
    file.write_text(TEMPLATE.format(connector=connector, connection=connection, delivers=delivers))
    (drenthe,) = (region for region in load_regions() if region.name == "drenthe")
    source = load_source(file, drenthe.name, drenthe.gemeenten, drenthe.codelists)
    region = replace(drenthe, database=DATABASE, sources={source.id: source})
    with patch.dict(os.environ, fresh_keys("drenthe") | {"HUB_HOME": str(workdir / "home")}):
        try:
            yield Hub(region, source, workdir / "bron")
        finally:
            remove()


def settle() -> None:
    """Write out what earlier work left behind, so that the next measurement does not pay for it."""
    with server_engine().connect() as server:
        run_ddl(server, "CHECKPOINT")


def remove(database: str = DATABASE) -> None:
    """Drop a database of the bench and its roles."""
    with server_engine().connect() as server:
        run_ddl(server, f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")
        for role in ROLES:
            run_ddl(server, f"DROP ROLE IF EXISTS {role_name(database, role)}")
