"""housekeeping: tidy up what killed runs left behind. Touches nothing that a delivery still needs."""

import logging
import shutil
import time
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from exchange.context import home
from exchange.region import Region
from warehouse.engine import engine_for

log = logging.getLogger(__name__)

ABANDONED_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Tidied:
    """How much was removed."""

    stages: int
    folders: int

    def line(self) -> str:
        """One line for a log."""
        return f"{self.stages} stage tables · {self.folders} work folders"


def housekeeping(region: Region, vandaag: date) -> Tidied:
    """Drop stage tables of deliveries that are judged, and work folders older than a day."""
    engine = engine_for(region.database, "loader")
    with engine.begin() as connection:
        stages = connection.scalars(
            text(
                "select format('%I.%I', schemaname, tablename) from pg_tables"
                " where schemaname = 'stage' and split_part(tablename, '_', 2)::bigint in"
                " (select delivery_id from exchange.delivery where state <> 'received')"
            )
        ).all()
        for stage in stages:
            connection.execute(text(f"drop table if exists {stage}"))
    folders = 0
    work = home() / "work"
    for folder in work.glob("*-*") if work.exists() else ():
        if time.time() - folder.stat().st_mtime > ABANDONED_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
            folders += 1
    tidied = Tidied(len(stages), folders)
    log.info("housekeeping %s on %s: %s", region.name, vandaag, tidied.line())
    return tidied
