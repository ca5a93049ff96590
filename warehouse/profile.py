"""One delivery, and the marts, as numbers: what the judgement on quality stands on. Set-based, and never a value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, Integer, Numeric, Table

from schemas.contract import Contract, names
from schemas.render.tables import columns
from warehouse.scripts import run, statements
from warehouse.tables import metadata


@dataclass(frozen=True)
class Odd:
    """A share to count: where a column has one of some codes, or lies (days after `na`) above or below a number."""

    veld: str
    boven: float | None
    onder: float | None
    codes: tuple[str, ...]
    na: str


@dataclass(frozen=True)
class Profile:
    """A judged delivery that is not merged yet. Counts are of records; `there` are those that are in the warehouse.

    new: versions that it brought and that are not gone. filled: column -> (of the new, of those there). unknown:
    column -> (with the code for unknown, filled). odd: per question (odd, filled). median: of received in
    earlier deliveries of this kind, None for the first. days_behind: how much older than the newest that is merged.
    """

    is_whole: bool
    received: int
    new: int
    there: int
    there_in_scope: int
    gone: int
    gemeenten_gone: int
    other_gemeente: int
    future: int
    changed: int
    shifted: int
    days_old: int | None
    days_behind: float | None
    median: float | None
    earlier: int
    filled: Mapping[str, tuple[int, int]]
    unknown: Mapping[str, tuple[int, int]]
    odd: Sequence[tuple[int, int]]


def profile_delivery(
    connection: Connection,
    contract: Contract,
    delivery_id: int,
    unknown: Mapping[str, Sequence[str]],
    plausible: Sequence[Odd],
) -> Profile:
    """Count. `unknown`: column -> its codes for unknown. Raises WarehouseError."""
    of_type = {column.name: column.pg_type for column in columns(contract)}
    counted = [column.name for column in columns(contract) if not column.not_null]
    (statement,) = statements(
        "sql/quality/levering.sql",
        bericht=contract.bericht,
        peildatum=contract.peildatum,
        columns=tuple(dict.fromkeys((*counted, *unknown))),
        unknown=tuple((name, of_type[name].endswith("[]")) for name in unknown),
        plausible=tuple(plausible),
    )
    values: dict[str, Any] = {"delivery_id": delivery_id}
    values |= {f"onbekend_{name}": list(codes) for name, codes in unknown.items()}
    for place, odd in enumerate(plausible):
        values |= {f"codes_{place}": list(odd.codes), f"boven_{place}": odd.boven, f"onder_{place}": odd.onder}
    row = run(connection, statement, **values).one()
    shown = dict.fromkeys((*counted, *unknown))
    filled = dict(zip(shown, zip(row.gevuld, row.was_gevuld, strict=True), strict=True))
    return Profile(
        is_whole=row.omvang == "volledig",
        received=row.received,
        new=row.nieuw,
        there=row.er_was,
        there_in_scope=row.er_was_in_deel,
        gone=row.weg,
        gemeenten_gone=row.gemeente_weg,
        other_gemeente=row.andere_gemeente,
        future=row.toekomst,
        changed=int(row.gewijzigd),
        shifted=int(row.verschoven),
        days_old=row.dagen_oud,
        days_behind=None if row.dagen_achter is None else float(row.dagen_achter),
        median=row.mediaan,
        earlier=row.eerdere,
        filled={name: filled[name] for name in counted},
        unknown={name: (count, filled[name][0]) for name, count in zip(unknown, row.onbekend, strict=True)},
        odd=[(odd, full) for full, odd in row.vreemd],
    )


class Count(NamedTuple):
    """One number about a table: `observed` rows, a share or a difference, on `base` rows."""

    mart: str
    expectation: str
    subject: str
    observed: float
    base: int


class _Table(NamedTuple):
    name: str
    has_gemeente: bool
    has_vandaag: bool
    moments: tuple[str, ...]
    numbers: tuple[str, ...]


def profile_marts(connection: Connection, vandaag: date, gemeenten: Sequence[str]) -> list[Count]:
    """Count what the marts and the current state show after a publication. Raises WarehouseError."""
    marts = [_table(table) for table in metadata.sorted_tables if (table.schema or "").startswith("mart_")]
    states = [_Table(f"warehouse.actueel_{bericht}", True, False, (), ()) for bericht in names()]
    (statement,) = statements("sql/quality/marts.sql", tables=(*marts, *states), berichten=names())
    rows = run(connection, statement, vandaag=vandaag, gemeenten=list(gemeenten))
    return [Count(row.mart, row.expectation, row.subject, float(row.observed), row.base) for row in rows]


def _table(table: Table) -> _Table:
    numbers = tuple(c.name for c in table.columns if isinstance(c.type, Integer | Numeric))
    moments = tuple(c.name for c in table.columns if c.name.rpartition("geleverd_tot")[1])
    return _Table(table.fullname, "gemeente_code" in table.c, "vandaag" in table.c, moments, numbers)
