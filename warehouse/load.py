"""Set-based loading of one judged delivery: stage tables in, ACCEPTED, KLUIS, rejects and manifest out.

The SQL stands in sql/accept/, numbered in the order in which it runs; each file is a template over the columns of
a contract. All of it happens in the transaction of the caller, but for the identities of a large delivery.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine

from schemas.contract import Contract
from schemas.render.tables import Column, columns, group_columns, identity_form
from warehouse.merge import LARGE
from warehouse.scripts import run, run_ddl, statements

#: What COPY fills, before the columns of the contract; see sql/accept/1_stage.sql.
TECHNICAL = (
    "record_nummer", "byte_start", "byte_end", "verwijderen", "fouten", "sleutel", "gemeente",
    "verantwoordelijk", "sleutel_hash", "inhoud_hash", "afdruk", "is_bekend", "moment", "partitie", "vindplaats",
    "geleegd", "lookup", "voorstel", "digest", "sealed",
)  # fmt: skip
COUNT = """
select oordeel, count(*) as aantal from oordeel group by oordeel
union all
select 'repeated', count(*) from oordeel where rang > 1
union all
select 'rejected', count(*) from exchange.reject where delivery_id = :delivery_id
"""
#: Whether anything of a source is known: what is judged stands in the ledger, which does not have to be looked through.
KNOWN = """
select exists (
    select from exchange.delivery
    where source = :source and bericht = :bericht and delivery_id <> :delivery_id
      and state in ('validated', 'held', 'merged')
)
"""
KEYLESS = "where fouten is not null and sleutel_hash is null"
#: Room to sort and join one delivery in memory; a large one would else go to disk.
WORK_MEM = "128MB"
#: How closely the temporary tables are looked at: their keys are unique, and a small sample shows that.
SAMPLE = 10


class Doubt(Exception):
    """A record that was taken as known is not the newest of what is known: each has to be judged."""


class _Group(NamedTuple):
    name: str
    columns: tuple[Column, ...]


@dataclass(frozen=True)
class Verdict:
    """What became of the records of one delivery, and how many versions were written.

    repeated: how many had the key of a newer one in the same delivery.
    """

    accepted: int
    rejected: int
    unchanged: int
    superseded: int
    deleted: int
    withdrawn: int
    repeated: int


def stage_columns(contract: Contract) -> list[str]:
    """The columns of a stage table, in the order in which a line has them."""
    own = (column.name for column in columns(contract) if column.path)
    return [*TECHNICAL, *own, *(f"groep_{group.name}" for group in contract.groups)]


def stage_name(delivery_id: int, part: int) -> str:
    """The stage table of one worker for one delivery."""
    return f"stage.delivery_{delivery_id}_{part}"


def create_stage(connection: Connection, contract: Contract, stage: str) -> None:
    """A fresh stage table; one that a killed run left behind is dropped."""
    for statement in _statements("1_stage", contract):
        run_ddl(connection, statement.format(stage=stage))


def drop_stages(connection: Connection, stages: Sequence[str]) -> None:
    """Remove the stage tables of a judged delivery."""
    for stage in stages:
        run_ddl(connection, f"drop table if exists {stage}")


def without_key(connection: Connection, stages: Sequence[str]) -> int:
    """How many refused records of a delivery have a key that nobody can read: each may be any record."""
    parts = " + ".join(f"(select count(*) from {stage} {KEYLESS})" for stage in stages)
    return int(run(connection, f"select {parts}").scalar_one())


def one_at_a_time(connection: Connection, source: str) -> None:
    """Wait until nobody else judges, holds or releases deliveries of this source; ends with the transaction."""
    run(connection, "select pg_advisory_xact_lock(hashtext('judge:' || :source))", source=source)


def judge(
    connection: Connection,
    contract: Contract,
    stages: Sequence[tuple[str, int]],
    parameters: Mapping[str, Any],
    beside: Engine | None = None,
) -> Verdict:
    """Weigh the staged records against what is known and write the verdict.

    stages: (stage table, number of records in the parts before it). parameters: delivery_id, source, stand_op,
    known_from, regelset, software, scope (partitions delivered completely), proven and gone (where absence
    alone is no proof: the places that were asked and are gone), held (deliveries whose versions do not count).

    With `beside`, for large deliveries whose stage is committed, a second session keeps the identities at the same
    time. It commits first. A verdict that fails after that leaves references in KLUIS that no record has, and
    judging again finds and uses them.

    Another delivery of the same source waits until the transaction of this one ends: it has to see what this
    one wrote. Raises Doubt.
    """
    source = parameters["source"]
    one_at_a_time(connection, source)
    begin = not run(connection, KNOWN, bericht=contract.bericht, **parameters).scalar_one()
    with ThreadPoolExecutor(max_workers=1) as second:
        kept = None
        if beside is not None and _about_people(contract):
            kept = second.submit(_keep_identities, beside, contract, stages, parameters, begin)
        _weigh(connection, contract, stages, parameters, begin)
        if kept is None and _about_people(contract):
            _run(connection, "4_kluis", contract, parameters)
        _run(connection, "5_accept", contract, parameters)
        withdrawn = _run(connection, "6_withdraw", contract, parameters) if parameters["scope"] else 0
        _run(connection, "7_rest", contract, parameters)
        run_ddl(connection, "drop view staged")
        if kept is not None:
            kept.result()
    counted = {row.oordeel: row.aantal for row in run(connection, COUNT, **parameters)}
    outcomes = ("accepted", "rejected", "unchanged", "superseded", "deleted", "repeated")
    return Verdict(**{name: counted.get(name, 0) for name in outcomes}, withdrawn=withdrawn)


def _weigh(
    connection: Connection,
    contract: Contract,
    stages: Sequence[tuple[str, int]],
    values: Mapping[str, Any],
    begin: bool,
) -> None:
    """What each record means and whom it is about: temporary tables of this session, the same in every one.

    begin: nothing of the source is known yet.
    """
    run_ddl(connection, f"set local work_mem = '{WORK_MEM}'; set local default_statistics_target = {SAMPLE}")
    run_ddl(connection, f"create temporary view staged as {_all_parts(contract, stages)}")
    _run(connection, "2_judge", contract, values, begin=begin)
    if run(connection, "select exists (select from oordeel where oordeel = 'twijfel')").scalar_one():
        raise Doubt
    if _about_people(contract):
        _run(connection, "3_people", contract, {**values, "large": LARGE})


def _keep_identities(
    beside: Engine, contract: Contract, stages: Sequence[tuple[str, int]], values: Mapping[str, Any], begin: bool
) -> None:
    with beside.begin() as connection:
        _weigh(connection, contract, stages, values, begin)
        _run(connection, "4_kluis", contract, values)
        run_ddl(connection, "drop view staged")


def write_sighting(connection: Connection, contract: Contract, parameters: Mapping[str, Any]) -> int:
    """Give a later sighting of one key its own version where an older one came in between: 0 or 1 rows.

    parameters: key, content (hash; empty for absence), gone, delivery_id and stand_op of the later delivery,
    source, known_from, held (deliveries whose versions do not count).
    """
    written = _run(connection, "8_sighting", contract, parameters)
    if written and not parameters["gone"] and contract.groups:
        _run(connection, "9_sighting_groups", contract, parameters)
    return written


def _all_parts(contract: Contract, stages: Sequence[tuple[str, int]]) -> str:
    """All parts of the stage as one, record numbers running on from part to part."""
    names = ", ".join(name for name in stage_columns(contract) if name != "record_nummer")
    return " union all ".join(
        f"select record_nummer + {before} as record_nummer, {names} from {stage}" for stage, before in stages
    )


def _about_people(contract: Contract) -> bool:
    return any(not column.path for column in columns(contract))


def _statements(name: str, contract: Contract, **choices: bool) -> tuple[str, ...]:
    """The statements of one template of sql/accept, for the columns of a contract."""
    return statements(
        f"sql/accept/{name}.sql",
        stage="{stage}",
        bericht=contract.bericht,
        sleutel=contract.sleutel,
        kept=tuple(dict.fromkeys(("gemeente_code", "verantwoordelijke_code", *contract.sleutel))),
        client=_about_people(contract),
        form=identity_form(contract),
        columns=tuple(column for column in columns(contract) if column.path),
        groups=tuple(_Group(group.name, tuple(group_columns(contract, group))) for group in contract.groups),
        **choices,
    )


def _run(connection: Connection, name: str, contract: Contract, parameters: Mapping[str, Any], **choices: bool) -> int:
    """Run the statements of one template; gives the rows of the last."""
    rows = 0
    for statement in _statements(name, contract, **choices):
        rows = run(connection, statement, **parameters).rowcount
    return rows
