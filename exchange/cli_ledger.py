"""What `hub` tells: which sources there are, how they stand, what they delivered, what was refused and what was odd."""

from collections import Counter
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from sqlalchemy import select

from connectors.notice import URGENT
from exchange.check import refusal
from exchange.delivery import TRIED, Counts, place_of
from exchange.document import warning_text
from exchange.region import Region
from exchange.shell import (
    Json,
    app,
    delivered_by,
    err,
    find,
    marked,
    of_each,
    one_line,
    out,
    print_json,
    print_table,
    regions,
    rows_of,
)
from exchange.status import status as status_of
from warehouse.engine import engine_for
from warehouse.tables import delivery, reject


@app.command(epilog="Example: `hub sources --json`")
@one_line
def sources(as_json: Json = False) -> None:
    """List the declared sources; a declaration that does not load is shown with its cure."""
    declared = regions()
    rows = [source for region in declared for source in region.sources.values()]
    faults = [wrong for region in declared for wrong in region.faults]
    if as_json:
        keys = ("id", "title", "region", "kind", "code", "connector", "schedule", "owner", "connection_id")
        print_json([{key: getattr(row, key) for key in keys} | {"delivers": list(row.delivers)} for row in rows])
    else:
        heads = ("source", "name", "region", "kind", "code", "connector", "schedule", "delivers")
        cells = [
            (r.id, r.title, r.region, r.kind, r.code, r.connector, r.schedule, ", ".join(r.delivers)) for r in rows
        ]
        print_table("Sources", heads, cells)
    for region in declared:
        for lacking in _lacking(region):
            err.print(marked(f"{region.name}:", "yellow", lacking))
    for wrong in faults:
        err.print(marked("does not load:", "red", wrong))
    if faults:
        raise typer.Exit(2)


def _lacking(region: Region) -> list[str]:
    """What a region may do without; if it vanished, nobody would hear of it otherwise."""
    lacking = []
    if not region.sources and not region.left_out:
        lacking.append("no sources; `hub new-source` drafts the first in its folder sources")
    if region.raamcontract is None:
        lacking.append("no contract.toml, so no raamcontract: mart_contract stays empty")
    return lacking


@app.command(epilog="Example: `hub status` after a night, or `hub status --json` for a program")
@one_line
def status(as_json: Json = False) -> None:
    """How every source stands: what its last night brought, and what became of it."""

    def rows_in(region: Region) -> list[dict[str, Any]]:
        with engine_for(region.database, "loader").connect() as connection:
            return [row.as_dict() for row in status_of(connection, region)]

    rows = of_each(rows_in)
    if as_json:
        print_json(rows)
        return
    heads = ("source", "vandaag", *Counts.__dataclass_fields__, "warnings", "answers_waiting", "held", "state")
    cells = [[" ".join(map(str, row[head])) if head == "held" else row[head] for head in heads] for row in rows]
    print_table("Last night per source", heads, cells)
    for row in rows:
        for one in row["notices"]:
            colour = "red" if one["level"] == URGENT else "yellow"
            out.print(marked(one["level"], colour, f"{row['source']}: {one['text']}"), soft_wrap=True)


@app.command(epilog="Example: `hub deliveries --source emmen --limit 5`")
@one_line
def deliveries(
    source: Annotated[str | None, typer.Option(help="Only this source.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many, the newest first.")] = 50,
    as_json: Json = False,
) -> None:
    """The ledger: every delivery, its counts, its warnings (code and how often) and its state.

    Which fields a warning is about, `hub rejects DELIVERY` tells, and `--json`.
    """
    first = ("delivery_id", "source", "bericht", "vandaag", "stand_op", *Counts.__dataclass_fields__)
    query = select(*[delivery.c[name] for name in (*first, "warnings", "state", "fault_code", "replay_reason")])
    query = query.order_by(delivery.c.delivery_id.desc()).limit(limit)
    found = rows_of(query.where(delivery.c.source == source) if source else query)
    if source and not found:
        find(source)  # one that is declared no more may well have delivered; one that nobody knows is a mistake
    rows = [{"region": region.name} | row for region, row in found]
    if as_json:
        print_json(rows)
        return
    for row in rows:
        often: Counter[str] = Counter()
        for one in row["warnings"]:
            often[one["code"]] += one["count"]
        row["warnings"] = " ".join(f"{code}×{times}" for code, times in often.items())
    heads = ["region", *query.selected_columns.keys()]
    tried = [row for row in rows if row["state"] == TRIED]
    real = [row for row in rows if row["state"] != TRIED]
    print_table("Deliveries", heads, [[row[head] for head in heads] for row in real])
    if tried:
        print_table(
            "Tried only: judged, and nothing of it kept", heads, [[row[head] for head in heads] for row in tried]
        )


@app.command(epilog="Example: `hub rejects 12`")
@one_line
def rejects(
    delivery_id: Annotated[int, typer.Argument(help="A delivery; `hub deliveries` lists them.")],
    as_json: Json = False,
) -> None:
    """The refused records of a delivery, and what was odd in the others, as the sender gets them. No values."""
    delivered_by(delivery_id)
    columns = (reject.c.record_nummer, reject.c.sleutel, reject.c.gemeente_code, reject.c.faults)
    query = select(*columns).where(reject.c.delivery_id == delivery_id).order_by(reject.c.record_nummer)
    rows = [row for _, row in rows_of(query)]
    if as_json:
        print_json(rows)
        return
    cells = [[*list(row.values())[:-1], "\n".join(f"{f['code']} {f['tekst']}" for f in row["faults"])] for row in rows]
    print_table(f"Refused records of delivery {delivery_id}", [column.name for column in columns], cells)
    whole = select(delivery.c.source, delivery.c.bericht, delivery.c.fault_code, delivery.c.warnings)
    for region, row in rows_of(whole.where(delivery.c.delivery_id == delivery_id)):
        code = row["fault_code"]
        if code:
            why = refusal(code, place_of(code, row["warnings"]), region.sources.get(row["source"]))
            out.print(f"De levering als geheel is geweigerd. {code}: {why}")
        for one in row["warnings"]:
            if one["code"] != code:
                text = _odd(region, row["source"], row["bericht"], one)
                out.print(f"let op ({one['count']} keer) {one['code']}: {text}")


def _odd(region: Region, source: str, bericht: str, warning: Mapping[str, Any]) -> str:
    known = region.sources.get(source)
    return warning_text(known.delivers.get(bericht) if known else None, warning["code"], warning["field"])
