"""data_docs: the results of the quality checks as pages, for who has no database at hand. Made anew each time.

Of each source and bericht the last delivery that was judged, every delivery that is held, and the last publication. A
trial is no delivery here: what was only tried says nothing of what the warehouse holds.
"""

import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection, RowMapping, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from exchange.context import home
from exchange.delivery import TRIED
from exchange.expectations import expected, marts
from exchange.region import Region
from quality.expectations import LEVELS, Expectations, Judged, Outcome
from warehouse.engine import engine_for
from warehouse.tables import delivery
from warehouse.tables import quality_result as table

HELD = select(delivery.c.delivery_id).where(delivery.c.state == "held")


def folder_of(region: Region) -> Path:
    """Where the pages of a region stand: data-docs/<region> in the home folder of the hub."""
    return home() / "data-docs" / region.name


def data_docs(region: Region) -> int:
    """Build the pages; readers see the old ones until the new ones are whole. Returns how many.

    Raises WarehouseError.
    """
    with engine_for(region.database, "loader").connect() as connection:
        held = {_name(delivery_id) for delivery_id in connection.scalars(HELD)}
        outcomes = list(_outcomes(connection, region))
    if not outcomes:
        return 0
    from quality import gx, pages  # seconds, unless the process that forked this one has it

    goal = folder_of(region)
    goal.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"{region.name}-", dir=goal.parent) as work:
        made = Path(work) / "new"
        gx.render(made, outcomes)
        shutil.rmtree(made / "expectations", ignore_errors=True)
        pages.close_off(made)
        pages.index(made, f"Kwaliteit van de leveringen: {region.title}", [_in_words(one, held) for one in outcomes])
        if goal.exists():
            goal.rename(Path(work) / "old")
        made.rename(goal)
    return len(outcomes)


def _outcomes(connection: Connection, region: Region) -> Iterator[Outcome]:
    newest = (
        select(table.c.delivery_id)
        .ext(distinct_on(table.c.source, table.c.bericht))
        .join(delivery, delivery.c.delivery_id == table.c.delivery_id)
        .where(delivery.c.state != TRIED)
        .order_by(table.c.source, table.c.bericht, table.c.delivery_id.desc())
    )
    last = select(table.c.assessed_at).where(table.c.mart.is_not(None)).order_by(table.c.assessed_at.desc()).limit(1)
    query = select(table).where(
        or_(
            table.c.delivery_id.in_(newest),
            table.c.delivery_id.in_(HELD),
            table.c.assessed_at == last.scalar_subquery(),
        )
    )
    grouped: dict[int | None, list[RowMapping]] = {}
    for row in connection.execute(query.order_by(table.c.quality_result_id)).mappings():
        grouped.setdefault(row["delivery_id"], []).append(row)
    for delivery_id, rows in grouped.items():
        suite, known = "marts", marts()
        if delivery_id is not None:
            source = region.sources.get(rows[0]["source"])
            suite = f"{rows[0]['source']}.{rows[0]['bericht']}"
            known = expected(rows[0]["bericht"], region.quality, source.quality if source else {})
        yield Outcome(suite, _name(delivery_id), rows[0]["vandaag"], tuple(map(_judged, rows)), _wat(known))


def _name(delivery_id: int | None) -> str:
    return f"levering-{delivery_id}" if delivery_id else "publicatie"


def _in_words(outcome: Outcome, held: Collection[str]) -> Outcome:
    """The same for the page to begin at, where the name of an expectation alone (`geweigerd`) is read as a state.

    Of each expectation and subject the gravest level. held: the names of the deliveries that still are.
    """
    meant = {"hold": "aangehouden" if outcome.name in held else "aangehouden en vrijgegeven", "warn": "let op"}
    gravest: dict[tuple[str, str], Judged] = {}
    for level in LEVELS:
        for one in outcome.results:
            if one.level == level and not one.is_met:
                said = replace(one, expectation=f"{meant[level]}: {one.expectation}")
                gravest.setdefault((one.expectation, one.subject), said)
    return replace(outcome, results=tuple(gravest.values()))


def _wat(known: Expectations) -> Mapping[str, str]:
    return {name: bounds.wat for name, bounds in known.bounds.items()}


def _judged(row: RowMapping) -> Judged:
    low, high = (None if row[name] is None else float(row[name]) for name in ("minimum", "maximum"))
    subject = f"{row['mart'] or ''} {row['subject']}".strip()
    return Judged(row["expectation"], subject, row["level"], float(row["observed"]), low, high, row["is_met"])
