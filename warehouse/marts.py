"""The marts: made anew from the current state, in the caller's transaction, so that readers never see half.

Each mart is one file in sql/marts: <schema>_<table>.sql for mart_<schema>.<table>. Rows are deleted and written
again; TRUNCATE would lock readers out, and show an emptied table to who began reading before.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, text

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
    rows = {}
    for path in sorted((FOLDER / "sql" / "marts").glob("*.sql")):
        schema, _, table = path.stem.partition("_")
        for statement in statements(f"sql/marts/{path.name}"):
            written = run(connection, statement, vandaag=vandaag, minderjarig=sorted(minor_codes())).rowcount
        rows[f"mart_{schema}.{table}"] = written
    return rows


def load_lokets(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Make warehouse.loket equal to the declaration of the region.

    rows: per desk loket_code, naam, soort_loket_code, organisatie_code, gemeente_code and, where they are
    known, geldig_van and geldig_tot. Raises WarehouseError, for a desk that is declared twice too.
    """
    names = [column.name for column in loket.columns]
    declared = [{name: row.get(name) for name in names} for row in rows]
    twice = [code for code, times in Counter(str(row["loket_code"]) for row in declared).items() if times > 1]
    if twice:
        raise WarehouseError(f"warehouse.loket: {', '.join(twice)} is declared twice")
    for statement in statements("sql/lokets.sql"):
        run(connection, statement, rows=json.dumps(declared, default=str))
