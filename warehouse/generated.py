"""The tables that follow from a contract: ACCEPTED and `warehouse.actueel_*`, made and extended, never rebuilt.

For a bericht with a group `score`:
    accepted.traject                 every version of every record
    accepted.traject_score           its group, by versie_id
    warehouse.actueel_traject        the newest version of each record; a withdrawn record has no row
    warehouse.actueel_traject_score  a view: the group of those versions

Additive only: a new field is a new column; a field that left the contract keeps its column; another type is
an error, because what was accepted under it cannot be judged again. Required is required of a record that is
there; a version that says "withdrawn" has its key, and nobody has to know more.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from schemas.contract import Contract, Group
from schemas.render.tables import Column, columns, group_columns
from warehouse.errors import WarehouseError
from warehouse.scripts import literal, run_ddl

_KLASSE = {
    "w": "persoonsgegeven",
    "b": "bijzonder persoonsgegeven",
    "bsn": "burgerservicenummer",
    "m": "gegeven van een medewerker",
}


def _own(name: str, pg_type: str, comment: str, *, not_null: bool = True) -> Column:
    return Column(name, pg_type, comment, None, not_null, "")


VERSIE = _own("versie_id", "bigint", "Nummer van de versie")
TECHNICAL = (
    VERSIE,
    _own("delivery_id", "bigint", "Levering die de versie bracht (exchange.delivery)"),
    _own("source", "text", "Bron"),
    _own("record_nummer", "integer", "Volgnummer in de levering; 0 bij intrekking door afwezigheid"),
    _own("sleutel_hash", "bytea", "Hash met sleutel van bron, bericht en recordsleutel"),
    _own("inhoud_hash", "bytea", "Hash met sleutel van de inhoud"),
    _own("moment", "timestamptz", "Moment van wijziging volgens de bron, anders stand_op"),
    _own("stand_op", "timestamptz", "Moment waarvan de levering de stand gaf"),
    _own("is_ingetrokken", "boolean", "Of deze versie zegt dat het record er niet meer is"),
    _own("partitie", "text", "Deel van de bron waarin het record staat; leeg waar de bron geen delen kent"),
    _own("vindplaats", "text", "Plaats van het record bij de bron, om te vragen of het er nog is", not_null=False),
    _own("regelset", "text", "Hash van contract, codelijsten en invullingen bij het keuren"),
    _own("software", "text", "Versie van de hub die keurde"),
    _own("known_from", "timestamptz", "Sinds wanneer de hub deze versie kent"),
    _own("geleegd", "text[]", "Velden die de bron uitdrukkelijk leeg leverde", not_null=False),
)
# The order of versions. What a held delivery brought may come once more in another one, so that is part of it; and a
# delivery is of one source. What differs most stands in front: that makes the index cheap to fill.
VERSIE_UQ = "(sleutel_hash, moment, stand_op, inhoud_hash, delivery_id)"
# All rows of a delivery, or of a source, are found by an expression, and only a query that asks by that expression gets
# them so: in a table without statistics the planner would take an index on the bare column to find a single key in,
# and read all rows of the source for each. Rows come in by delivery, so it is filled at one place, in order.
OF_DELIVERY, OF_SOURCE = "delivery_id + 0", "source || ''"
GROUP_KEY = (
    VERSIE,
    _own("volgnummer", "integer", "Plaats in de herhaling, vanaf 1"),
    _own("gemeente_code", "text", "Gemeente van het record", not_null=False),
    _own("verantwoordelijke_code", "text", "Verwerkingsverantwoordelijke van het record"),
)


@dataclass(frozen=True)
class Table:
    """A table as the contract wants it. `keys`: clauses behind the columns; `indexes`: (name, kind and columns)."""

    schema: str
    name: str
    comment: str
    columns: tuple[Column, ...]
    keys: tuple[str, ...]
    indexes: tuple[tuple[str, str], ...] = ()
    numbered: Column | None = None  # the database gives its numbers

    @property
    def full(self) -> str:
        return f"{self.schema}.{self.name}"

    @property
    def required(self) -> str:
        """What must hold for each row: all required columns filled, unless the record is gone."""
        technical = [column.name for column in self.columns if column in TECHNICAL or column in GROUP_KEY]
        needed = [c.name for c in self.columns if c.not_null and c.name not in technical]
        filled = " AND ".join(f"{name} IS NOT NULL" for name in needed) or "true"
        return f"is_ingetrokken OR ({filled})" if "is_ingetrokken" in technical else filled


def version_columns(contract: Contract) -> tuple[Column, ...]:
    """All columns of accepted.<bericht> and warehouse.actueel_<bericht>, which are the same."""
    return (*TECHNICAL, *columns(contract))


def tables(contract: Contract) -> list[Table]:
    """The tables of one contract, parents first."""
    bericht = contract.bericht
    every = version_columns(contract)
    found = [
        Table(
            "accepted",
            bericht,
            f"{contract.titel}: elke goedgekeurde versie; er komt alleen bij. Korrel: een versie van een record",
            every,
            (
                "PRIMARY KEY (versie_id)",
                f"CONSTRAINT {bericht}_versie_uq UNIQUE {VERSIE_UQ}",
            ),
            # Versions of one delivery, and by the ledger of one source: see OF_DELIVERY.
            ((f"{bericht}_delivery_ix", f"btree (({OF_DELIVERY}))"),),
            VERSIE,
        ),
        Table(
            "warehouse",
            f"actueel_{bericht}",
            f"{contract.titel}: de laatst bekende stand. Korrel: een record dat er nu is",
            every,
            ("PRIMARY KEY (sleutel_hash, source)",),
            ((f"actueel_{bericht}_source_ix", f"btree (({OF_SOURCE}))"),),
        ),
    ]
    found += [
        Table(
            "accepted",
            f"{bericht}_{group.name}",
            f"{group.omschrijving} Korrel: een herhaling binnen een versie van {bericht}",
            (*GROUP_KEY, *group_columns(contract, group)),
            ("PRIMARY KEY (versie_id, volgnummer)",),
        )
        for group in contract.groups
    ]
    return found


def generate(connection: Connection, contract: Contract) -> None:
    """Make or extend the tables of a contract; nothing where they are right already.

    Runs as the owner, in the transaction of the caller; rights follow by grants.sql. Raises WarehouseError.
    """
    for table in tables(contract):
        existing = _existing(connection, table.full)
        if existing:
            _extend(connection, table, existing)
        else:
            _create(connection, table)
        _require(connection, table)
        _comment(connection, "TABLE", table.full, table.comment, table.columns)
    for group in contract.groups:
        _group_view(connection, contract, group)


def _create(connection: Connection, table: Table) -> None:
    lines = []
    for column in table.columns:
        line = f"{column.name} {column.pg_type}"
        if column == table.numbered:
            line += " GENERATED ALWAYS AS IDENTITY"
        lines.append(line + (" NOT NULL" if column.not_null and (column in TECHNICAL or column in GROUP_KEY) else ""))
    run_ddl(connection, f"CREATE TABLE {table.full} ({', '.join((*lines, *table.keys))})")
    for name, kind in table.indexes:
        run_ddl(connection, f"CREATE INDEX {name} ON {table.full} USING {kind}")


def _extend(connection: Connection, table: Table, existing: dict[str, str]) -> None:
    canonical = {name: _canonical(connection, name) for name in {column.pg_type for column in table.columns}}
    for column in table.columns:
        if column.name not in existing:
            run_ddl(connection, f"ALTER TABLE {table.full} ADD COLUMN {column.name} {column.pg_type}")
        elif existing[column.name] != canonical[column.pg_type]:
            raise WarehouseError(
                f"{table.full}.{column.name} is {existing[column.name]} and the contract says {column.pg_type}: "
                "another type needs a new major version of the contract"
            )


def _existing(connection: Connection, table: str) -> dict[str, str]:
    """Column -> type of a table or view, in order; empty where it does not exist."""
    query = text(
        "SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
        " WHERE attrelid = to_regclass(:name) AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
    )
    found: dict[str, str] = dict(connection.execute(query, {"name": table}).all())
    return found


def _canonical(connection: Connection, pg_type: str) -> str | None:
    return connection.scalar(text("SELECT format_type(to_regtype(:name), NULL)"), {"name": pg_type})


def _require(connection: Connection, table: Table) -> None:
    """Keep the check on required columns as the contract has it; rows from before are not judged again."""
    name = f"{table.name}_verplicht_ck"
    told = connection.scalar(
        text(
            "SELECT obj_description(oid, 'pg_constraint') FROM pg_constraint"
            " WHERE conrelid = to_regclass(:table) AND conname = :name"
        ),
        {"table": table.full, "name": name},
    )
    if told != table.required:
        run_ddl(connection, f"ALTER TABLE {table.full} DROP CONSTRAINT IF EXISTS {name}")
        run_ddl(connection, f"ALTER TABLE {table.full} ADD CONSTRAINT {name} CHECK ({table.required}) NOT VALID")
        run_ddl(connection, f"COMMENT ON CONSTRAINT {name} ON {table.full} IS {literal(table.required)}")


def _comment(connection: Connection, kind: str, table: str, comment: str, described: tuple[Column, ...]) -> None:
    """Say what the table and its columns are; only what differs is written."""
    query = text(
        "SELECT coalesce(attname, ''), description FROM pg_description LEFT JOIN pg_attribute"
        " ON attrelid = objoid AND attnum = objsubid AND attnum > 0 WHERE objoid = to_regclass(:name)"
    )
    told: dict[str, str] = dict(connection.execute(query, {"name": table}).all())
    if told.get("") != comment:
        run_ddl(connection, f"COMMENT ON {kind} {table} IS {literal(comment)}")
    for column in described:
        wanted = column.comment + (f" [{_KLASSE[column.klasse]}]" if column.klasse else "")
        if told.get(column.name) != wanted:
            run_ddl(connection, f"COMMENT ON COLUMN {table}.{column.name} IS {literal(wanted)}")


def _group_view(connection: Connection, contract: Contract, group: Group) -> None:
    """The group of the newest versions: a view, so that it can never lag behind them."""
    parts, view = f"accepted.{contract.bericht}_{group.name}", f"warehouse.actueel_{contract.bericht}_{group.name}"
    names = list(_existing(connection, parts))
    if list(_existing(connection, view)) != names:
        run_ddl(
            connection,
            f"CREATE OR REPLACE VIEW {view} WITH (security_invoker) AS"
            f" SELECT {', '.join(names)} FROM {parts} AS deel WHERE EXISTS (SELECT"
            f" FROM warehouse.actueel_{contract.bericht} AS actueel WHERE actueel.versie_id = deel.versie_id)",
        )
    comment = f"{group.omschrijving} Korrel: een herhaling binnen de laatst bekende versie van {contract.bericht}"
    _comment(connection, "VIEW", view, comment, (*GROUP_KEY, *group_columns(contract, group)))
