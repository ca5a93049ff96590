"""The end of `make demo`: what came in, what became of it, what the mart holds, and where to look."""

from collections.abc import Mapping, Sequence
from datetime import date

from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from exchange.delivery import Counts
from exchange.region import Region
from exchange.status import status
from warehouse.engine import engine_for

COUNTS = ("received", "accepted", "rejected", "unchanged", "superseded", "deleted")
MART = """
select gemeente_code, count(distinct loket_code) as loketten, sum(aanmeldingen) as aanmeldingen,
       min(maand) as first, max(maand) as last, max(geleverd_tot) as until
from mart_loket.aanmeldingen group by gemeente_code order by gemeente_code
"""


def show(regions: Sequence[Region], days: Mapping[str, date], verdicts: dict[str, str], console: Console) -> None:
    """Print per source what the night brought, and what the mart of each region holds."""
    for region in regions:
        console.print(_sources(region, days[region.name], verdicts), "")
        for source in region.sources:
            if (verdict := verdicts.get(source, "success")) != "success":
                console.print(f"[red]{source}: {verdict}[/]")
        console.print(_mart(region), "")


def _sources(region: Region, day: date, verdicts: dict[str, str]) -> Table:
    with engine_for(region.database, "loader").connect() as connection:
        found = status(connection, region)
    tonight = {source.source: source for source in found if source.vandaag == day}
    total = sum((source.counts for source in tonight.values()), Counts())
    title = f"{region.title}, the night of {day.isoformat()} (records; residual {total.residual})"
    table = _table(title, "source")
    for heading in COUNTS:
        table.add_column(heading, justify="right")
    table.add_column("state")
    for source in found:
        asked = source.source in tonight
        state = source.state if asked else "not asked"
        failed = verdicts.get(source.source, "success") != "success"
        counts = source.counts if asked else Counts()
        table.add_row(source.source, *_numbers(counts), "failed" if failed else state)
    table.add_row("together", *_numbers(total), "")
    return table


def _numbers(counts: Counts) -> list[str]:
    return [f"{getattr(counts, name):,}" for name in COUNTS]


def _mart(region: Region) -> Table:
    table = _table("mart_loket.aanmeldingen, as an analyst sees it", "gemeente")
    for heading in ("loketten", "aanmeldingen", "first month", "last month", "delivered until"):
        table.add_column(heading, justify="right")
    with engine_for(region.database, "analyst").connect() as connection:
        rows = connection.execute(text(MART)).all()
    for row in rows:
        until = f"{row.until:%Y-%m-%d}" if row.until else ""
        months = (f"{row.first:%Y-%m}", f"{row.last:%Y-%m}", until)
        naam = region.organisaties.get(row.gemeente_code, row.gemeente_code).removeprefix("Gemeente ")
        table.add_row(naam, f"{row.loketten:,}", f"{row.aanmeldingen:,}", *months)
    return table


def _table(title: str, first: str) -> Table:
    """A table that fits in 80 columns."""
    table = Table(
        title=title, title_justify="left", title_style="bold", header_style="cyan", box=None, padding=(0, 1, 0, 0)
    )
    table.add_column(first, no_wrap=True)
    return table
