"""What `hub` knows of quality: how good deliveries and marts were found, which are held, and how one is released."""

import getpass
from typing import Annotated, Any

import typer
from sqlalchemy import Select, func, or_, select

from exchange.delivery import TRIED
from exchange.release import release as release_delivery
from exchange.shell import Json, app, context_of, delivered_by, one_line, out, print_json, print_table, rows_of
from warehouse.tables import delivery, quality_result

HEADS = (
    "vandaag", "delivery_id", "mart", "source", "bericht", "level", "expectation", "subject", "observed", "minimum",
    "maximum", "is_met",
)  # fmt: skip


@app.command(epilog="Example: `hub quality` after a night, `hub quality 12`, `hub quality --all --json`")
@one_line
def quality(
    delivery_id: Annotated[int | None, typer.Argument(help="Only this delivery; `hub deliveries` lists them.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="What was as expected too.")] = False,
    as_json: Json = False,
) -> None:
    """What was not as expected: of one delivery, else of the last night and of every delivery that is held.

    A delivery that was only tried shows where it is asked for.
    """
    if delivery_id is not None:
        delivered_by(delivery_id)
    rows = [row for _, row in rows_of(_query(delivery_id, everything))]
    if as_json:
        print_json(rows)
        return
    print_table("Quality", HEADS, [[_cell(row[head]) for head in HEADS] for row in rows])
    if any(row["state"] == TRIED for row in rows):
        out.print(f"delivery {delivery_id} was only tried: nothing of it is kept, and nothing waits for a release")
    if held := sorted({row["delivery_id"] for row in rows if row["state"] == "held"}):
        out.print(f"held: {', '.join(map(str, held))}; `hub release DELIVERY --reason …` lets one through")


@app.command(epilog="Example: `hub release 12 --reason 'the gemeente closed its archive: these records are gone'`")
@one_line
def release(
    delivery_id: Annotated[int, typer.Argument(help="A delivery that is held; `hub quality` lists them.")],
    reason: Annotated[str, typer.Option(help="Why it may come in after all; kept, so nothing about a person.")],
    by: Annotated[str, typer.Option(help="Who releases it; the login where not given.")] = "",
    as_json: Json = False,
) -> None:
    """Let a held delivery through: the next night, or `hub run SOURCE`, merges it."""
    _, source = delivered_by(delivery_id)
    release_delivery(context_of(source, None, connect=False), delivery_id, reason, by or getpass.getuser())
    if as_json:
        print_json({"delivery_id": delivery_id, "source": source, "state": "validated"})
    else:
        out.print(f"{source}: delivery {delivery_id} is released; the next merge takes it along")


def _query(delivery_id: int | None, everything: bool) -> Select[Any]:
    """The newest judgement of each delivery and mart that was asked for."""
    result = quality_result.c
    query = select(*[result[head] for head in HEADS], delivery.c.state).outerjoin(delivery)
    if delivery_id is not None:
        query = query.where(result.delivery_id == delivery_id)
    else:
        real = delivery.c.state.is_distinct_from(TRIED)  # a mart has no delivery
        last = select(func.max(result.vandaag)).outerjoin_from(quality_result, delivery).where(real).scalar_subquery()
        query = query.where(real, or_(result.vandaag == last, delivery.c.state == "held"))
    newer = quality_result.alias()
    again = select(newer.c.quality_result_id).where(
        newer.c.mart == result.mart, newer.c.vandaag == result.vandaag, newer.c.assessed_at > result.assessed_at
    )
    query = query.where(~again.exists())
    if not everything:
        query = query.where(~result.is_met)
    return query.order_by(result.delivery_id.nulls_last(), result.mart, result.quality_result_id)


def _cell(value: Any) -> Any:
    return format(value.normalize(), "f") if hasattr(value, "normalize") else value
