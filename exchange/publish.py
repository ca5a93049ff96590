"""publish: make the marts anew from the current state, at a fixed time, whoever is silent."""

import logging
from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from exchange.region import Region
from exchange.status import Stale, stale
from warehouse.engine import engine_for
from warehouse.marts import load_declared, load_lokets, publish_marts
from warehouse.tables import (
    normbedrag,
    raamcontract,
    raamcontract_gemeente,
    verwachte_levering,
    vroeghulp_norm,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Published:
    """Rows per mart, and the sources whose figures may be behind."""

    region: str
    vandaag: date
    rows: dict[str, int]
    stale: tuple[Stale, ...]

    def line(self) -> str:
        """One line for a log."""
        rows = " · ".join(f"{mart} {count} rows" for mart, count in self.rows.items())
        behind = "; ".join(f"{one.source}: {one.reason}" for one in self.stale) or "nobody"
        return f"{self.region}: {rows} · behind: {behind}"


def publish(region: Region, vandaag: date) -> Published:
    """All marts of a region in one transaction: readers see the night before, or this one, never half."""
    engine = engine_for(region.database, "loader")
    with engine.begin() as connection:
        load_lokets(connection, [asdict(loket) for loket in region.lokets])
        kept = expected_before(connection, region.left_out)
        load_declared(connection, verwachte_levering, [*expected(region), *kept])
        declared = region.raamcontract.rows() if region.raamcontract else {}
        for table in (raamcontract, raamcontract_gemeente, normbedrag):
            load_declared(connection, table, declared.get(table.name, []))
        norms = [{"fase": fase, "norm_dagen": days} for fase, days in region.vroeghulp_norm.items()]
        load_declared(connection, vroeghulp_norm, norms)
        rows = publish_marts(connection, vandaag)
        behind = tuple(stale(connection, region, vandaag))
    published = Published(region.name, vandaag, rows, behind)
    log.info("publish %s", published.line())
    return published


def expected(region: Region) -> Iterator[dict[str, Any]]:
    """What each source of a region should deliver, in the columns of warehouse.verwachte_levering."""
    for source in (one for one in region.sources.values() if not one.is_proef):
        for bericht in source.delivers:
            yield {
                "source": source.id,
                "bericht": bericht,
                "naam": source.title,
                "soort": source.kind,
                "verantwoordelijke_code": source.code,
                "gemeente_code": source.gemeente_code,
            }


def expected_before(connection: Connection, sources: Collection[str]) -> list[dict[str, Any]]:
    """The same of sources that do not load, as was known before: who cannot be read is not forgotten for it."""
    query = select(verwachte_levering).where(verwachte_levering.c.source.in_(sources))
    return [dict(row) for row in connection.execute(query).mappings()]
