"""housekeeping: tidy up what killed runs left behind. Touches nothing that a delivery still needs."""

import logging
import shutil
import time
from dataclasses import dataclass
from datetime import date

from sqlalchemy import text

from exchange.context import home
from exchange.region import Region
from exchange.runs import close_interrupted
from warehouse.engine import engine_for

log = logging.getLogger(__name__)

ABANDONED_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Tidied:
    """How much was removed."""

    stages: int
    folders: int
    runs: int  # called running, though nobody was at work on them any more; now failed

    def line(self) -> str:
        """One line for a log."""
        return f"{self.stages} stage tables · {self.folders} work folders · {self.runs} interrupted runs"


def housekeeping(region: Region, vandaag: date) -> Tidied:
    """Drop stage tables of judged deliveries and work folders older than a day; close runs that were killed."""
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
        killed = close_interrupted(connection)
    folders = 0
    work = home() / "work"
    for folder in work.glob("*-*") if work.exists() else ():
        if time.time() - folder.stat().st_mtime > ABANDONED_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
            folders += 1
    tidied = Tidied(len(stages), folders, killed)
    log.info("housekeeping %s on %s: %s", region.name, vandaag, tidied.line())
    return tidied
