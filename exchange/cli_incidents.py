"""What `hub` knows of incidents: what is wrong now, since when, and whether its owner was told."""

from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select

from exchange.region import Region
from exchange.shell import Day, Json, app, day, of_each, one_line, print_json, print_table
from reports.incident import KINDS
from warehouse.engine import engine_for
from warehouse.tables import incident as table

RECENT = timedelta(days=14)
SHOWN = (
    "incident_id", "kind", "source", "opened_on", "last_seen_on", "recovered_on", "notice_sent_at", "recovery_sent_at",
    "reason", "problem",
)  # fmt: skip


@app.command(epilog="Example: `hub incidents`, `hub incidents --json`")
@one_line
def incidents(vandaag: Day = None, as_json: Json = False) -> None:
    """What goes wrong now, and what was over in the last two weeks: since when, why, and who was told."""
    shown = select(*[table.c[name] for name in SHOWN])
    shown = shown.order_by(table.c.recovered_on.is_not(None), table.c.opened_on.desc(), table.c.incident_id)

    def rows_in(region: Region) -> list[dict[str, Any]]:
        since = day(vandaag, region.name) - RECENT
        query = shown.where(or_(table.c.recovered_on.is_(None), table.c.recovered_on >= since))
        with engine_for(region.database, "loader").connect() as connection:
            return [{"region": region.name, **row} for row in connection.execute(query).mappings()]

    rows = of_each(rows_in)
    if as_json:
        print_json(rows)
        return
    heads = ("region", "incident", "source", "since", "last seen", "over", "told", "reason")
    cells = [
        (
            row["region"],
            KINDS[row["kind"]].heading,
            row["source"],
            row["opened_on"],
            row["last_seen_on"],
            row["recovered_on"],
            _told(row),
            row["reason"],
        )
        for row in rows
    ]
    print_table("Incidents", heads, cells)


def _told(row: dict[str, Any]) -> str:
    if row["recovery_sent_at"]:
        return "yes, and its end"
    if row["notice_sent_at"]:
        return "yes"
    return f"no: {row['problem']}" if row["problem"] else "no"
