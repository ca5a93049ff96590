"""cockpit: what the pages in Airflow read: marts as analyst or coordinator, the ledger as its reader; nothing is
written.

Raises WarehouseError where the database cannot be asked; LookupError for what does not exist.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, Table, func, null, or_, select

from exchange.clock import AMSTERDAM
from exchange.document import document, records
from exchange.region import Region
from reports import retourbericht
from warehouse.engine import engine_for
from warehouse.tables import answer, delivery, incident, metadata, outbox

SHOWN = 200  # rows of a mart on its page
NEWEST = 5  # deliveries of a source on the page of all
RECENT = 50  # incidents that are over
BLOCK = 1000
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run


@dataclass(frozen=True)
class Mart:
    """One mart: its table, how many rows it has, and until when its sources delivered (None: it does not say)."""

    table: Table
    rows: int
    first: datetime | None
    last: datetime | None
    vandaag: date | None

    @property
    def is_of_persons(self) -> bool:
        """Whether its rows are of one person each, under a number that says nothing by itself."""
        return bool({"client_ref", "dossier_nummer"} & set(self.table.columns.keys()))


def marts(region: Region) -> list[Mart]:
    """All marts of a region that a page may show, in the order of their names."""
    tables = sorted(_tables(), key=lambda one: str(one.schema))
    found = []
    for schema, of_schema in groupby(tables, key=lambda one: one.schema):
        with _reader_of(region, str(schema)).connect() as connection:
            shown = [table for table in of_schema if _may_read(connection, table)]
            found += [_counted(connection, table) for table in sorted(shown, key=lambda one: one.name)]
    return found


def mart(region: Region, schema: str, name: str) -> Mart:
    """One mart of a region. Raises LookupError."""
    for table in _tables():
        if (table.schema, table.name) == (schema, name):
            with _reader_of(region, schema).connect() as connection:
                if _may_read(connection, table):
                    return _counted(connection, table)
    raise LookupError(f"there is no mart {schema}.{name}")


def rows(region: Region, found: Mart, limit: int = SHOWN) -> Sequence[RowMapping]:
    """The first rows of a mart, in the order of its key."""
    with _reader_of(region, str(found.table.schema)).connect() as connection:
        query = select(found.table).order_by(*found.table.primary_key.columns).limit(limit)
        return connection.execute(query).mappings().all()


def csv_lines(region: Region, found: Mart) -> Iterator[str]:
    """A whole mart, for a spreadsheet in Dutch: parted by semicolons, with a mark that it is UTF-8."""
    yield "\ufeff" + _line(found.table.columns.keys())
    with _reader_of(region, str(found.table.schema)).connect() as connection:
        query = select(found.table).order_by(*found.table.primary_key.columns)
        for row in connection.execute(query, execution_options={"yield_per": BLOCK}):
            yield _line(row)


def answers(region: Region, source: str, limit: int | None = None) -> Sequence[RowMapping]:
    """The deliveries of a source, the newest first, with the newest version of the answer to each and its way."""
    newest = (
        select(answer.c.delivery_id, func.max(answer.c.versie).label("versie"))
        .group_by(answer.c.delivery_id)
        .subquery()
    )
    counts = (delivery.c.received, delivery.c.accepted, delivery.c.rejected, delivery.c.unchanged)
    shown = (
        delivery.c.delivery_id,
        delivery.c.bericht,
        delivery.c.vandaag,
        delivery.c.state,
        delivery.c.replay_reason,
        *counts,
    )
    query = (
        select(*shown, answer.c.versie, answer.c.soort, answer.c.made_at, outbox.c.state.label("sent"))
        .join_from(delivery, newest, newest.c.delivery_id == delivery.c.delivery_id)
        .join(answer, (answer.c.delivery_id == newest.c.delivery_id) & (answer.c.versie == newest.c.versie))
        .outerjoin(outbox, (outbox.c.delivery_id == answer.c.delivery_id) & (outbox.c.versie == answer.c.versie))
        .where(delivery.c.source == source)
        .order_by(delivery.c.delivery_id.desc())
        .limit(limit)
    )
    with _reader(region).connect() as connection:
        return connection.execute(query).mappings().all()


def sender_of(region: Region, delivery_id: int) -> str:
    """The source of a delivery. Raises LookupError."""
    with _reader(region).connect() as connection:
        source = connection.scalar(select(delivery.c.source).where(delivery.c.delivery_id == delivery_id))
    if source is None:
        raise LookupError(f"there is no delivery {delivery_id}")
    return str(source)


def write_answer(region: Region, delivery_id: int, folder: Path) -> str:
    """Write the newest answer to a delivery below `folder`, as its sender gets it; the name without its suffix."""
    with _reader(region).connect().execution_options(isolation_level="REPEATABLE READ") as reading:
        found = document(reading, region, delivery_id)
        retourbericht.write(folder, found.name, found.head, records(reading, region, found))
    return found.name


def incidents(region: Region) -> Sequence[RowMapping]:
    """What goes wrong now, and of what is over the last."""
    over = select(incident.c.incident_id).where(incident.c.recovered_on.is_not(None))
    over = over.order_by(incident.c.recovered_on.desc(), incident.c.incident_id.desc()).limit(RECENT)
    query = select(incident).where(or_(incident.c.recovered_on.is_(None), incident.c.incident_id.in_(over)))
    query = query.order_by(incident.c.recovered_on.desc().nulls_first(), incident.c.opened_on.desc())
    with _reader(region).connect() as connection:
        return connection.execute(query).mappings().all()


def _line(cells: Any) -> str:
    written = io.StringIO()
    csv.writer(written, delimiter=";", lineterminator="\r\n").writerow([_cell(cell) for cell in cells])
    return written.getvalue()


def _cell(value: Any) -> Any:
    """As a Dutch spreadsheet reads it: a comma before decimals, moments as the wall clock had them."""
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, Decimal | float):
        return str(value).replace(".", ",")
    if isinstance(value, datetime):
        return value.astimezone(AMSTERDAM).strftime("%Y-%m-%d %H:%M:%S")
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _tables() -> list[Table]:
    return [table for table in metadata.tables.values() if str(table.schema).startswith("mart_")]


def _may_read(connection: Connection, table: Table) -> bool:
    """The rights decide: the sides of a hand-over name records, and are read by their controller alone."""
    return bool(connection.scalar(select(func.has_table_privilege(table.fullname, "SELECT"))))


def _counted(connection: Connection, table: Table) -> Mart:
    until = [column for column in table.columns if column.name.startswith("geleverd_tot")]
    first = func.least(*map(func.min, until)) if until else null()
    last = func.greatest(*map(func.max, until)) if until else null()
    query = select(func.count(), first, last, func.max(table.c.vandaag)).select_from(table)
    return Mart(table, *connection.execute(query).one())


def _reader_of(region: Region, schema: str) -> Engine:
    """Lines of children are read as the coordinator reads them; the pages ask who may see them."""
    return engine_for(region.database, "coordinator" if schema == "mart_vroeghulp" else "analyst")


def _reader(region: Region) -> Engine:
    return engine_for(region.database, "cockpit")
