"""The marts: made anew from the current state, in the caller's transaction, so that readers never see half.

Each mart is one file in sql/marts: <schema>_<table>.sql for mart_<schema>.<table>, in the order of their names, so
that a later one may read an earlier one. Any of them may ask for :vandaag, the day of publication, and :minderjarig,
the codes of leeftijdsklasse below 18. Rows are deleted and written again; TRUNCATE would lock readers out, and show
an emptied table to who began reading before.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, Table, text

from schemas.ages import minor_codes
from warehouse.errors import WarehouseError
from warehouse.scripts import FOLDER, run, statements
from warehouse.tables import loket

_ONE_PUBLICATION = 0x70756273  # advisory lock within the region's database


def publish_marts(connection: Connection, vandaag: date) -> dict[str, int]:
    """Make every mart anew as of `vandaag`. Returns the rows per mart. Raises WarehouseError.

    Two publications wait for each other; the second sees what the first wrote.
    """
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_PUBLICATION})
    parameters = {"vandaag": vandaag, "minderjarig": sorted(minor_codes())}
    rows = {}
    for mart, statement in mart_statements():
        rows[mart] = run(connection, statement, **parameters).rowcount
    return rows


def mart_statements() -> Iterator[tuple[str, str]]:
    """(mart, statement): what makes all marts anew, in its order; the last statement of a mart fills it."""
    for path in sorted((FOLDER / "sql" / "marts").glob("*.sql")):
        schema, _, table = path.stem.partition("_")
        for statement in statements(f"sql/marts/{path.name}"):
            yield f"mart_{schema}.{table}", statement


def load_declared(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Make a table of WAREHOUSE equal to what the region declares; only what differs is written.

    rows: by column name; what is not named is empty, what is no column is left out. Raises WarehouseError, for a
    key that is declared twice too.
    """
    names = [column.name for column in table.columns]
    keys = [column.name for column in table.primary_key]
    declared = [{name: row.get(name) for name in names} for row in rows]
    times = Counter(" ".join(str(row[key]) for key in keys) for row in declared)
    if twice := [key for key, count in times.items() if count > 1]:
        raise WarehouseError(f"{table.fullname}: {', '.join(twice)} is declared twice")
    others = [name for name in names if name not in keys]
    for statement in statements("sql/declared.sql", table=table.fullname, keys=", ".join(keys), others=tuple(others)):
        run(connection, statement, rows=json.dumps(declared, default=str))


def load_lokets(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Make warehouse.loket equal to the declaration of the region.

    rows: per desk loket_code, naam, soort_loket_code, organisatie_code, gemeente_code and, where they are
    known, geldig_van and geldig_tot. Raises WarehouseError, for a desk that is declared twice too.
    """
    load_declared(connection, loket, rows)
