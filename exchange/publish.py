"""publish: make the marts anew from the current state, at a fixed time, whoever is silent."""

import logging
from dataclasses import asdict, dataclass
from datetime import date

from exchange.region import Region
from exchange.status import Stale, stale
from warehouse.engine import engine_for
from warehouse.marts import load_lokets, publish_marts

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
        rows = publish_marts(connection, vandaag)
        behind = tuple(stale(connection, region, vandaag))
    published = Published(region.name, vandaag, rows, behind)
    log.info("publish %s", published.line())
    return published
