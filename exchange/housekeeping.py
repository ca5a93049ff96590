"""housekeeping: tidy up what killed runs left behind. Touches nothing that a delivery still needs."""

import logging
import shutil
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import text

from exchange.context import home, landing_of
from exchange.region import Region
from exchange.runs import close_interrupted
from warehouse.engine import engine_for

log = logging.getLogger(__name__)

# The database may ask any table of any schema for its number first: so only a name that has one is read as one.
JUDGED = """
select format('%I.%I', schemaname, tablename) from pg_tables
where schemaname = 'stage'
  and case when tablename ~ '^delivery_[0-9]+_' then split_part(tablename, '_', 2)::bigint end in
    (select delivery_id from exchange.delivery where state <> 'received')
"""
ABANDONED_SECONDS = 24 * 3600


@dataclass(frozen=True)
class Tidied:
    """How much was removed."""

    stages: int
    folders: int
    parts: int  # sealed files that were never finished
    runs: int  # called running, though nobody was at work on them any more; now failed

    def line(self) -> str:
        """One line for a log."""
        removed = f"{self.stages} stage tables · {self.folders} work folders · {self.parts} unfinished files"
        return f"{removed} · {self.runs} interrupted runs"


def housekeeping(region: Region, vandaag: date) -> Tidied:
    """Drop stage tables of judged deliveries, and work folders and unfinished files in landing older than a day; close
    runs that were killed. An unfinished file holds what nobody looks for: who is erased, too.
    """
    engine = engine_for(region.database, "loader")
    with engine.begin() as connection:
        stages = connection.scalars(text(JUDGED)).all()
        for stage in stages:
            connection.execute(text(f"drop table if exists {stage}"))
        killed = close_interrupted(connection)
    folders = 0
    work = home() / "work"
    for folder in work.glob("*-*") if work.exists() else ():
        if _is_abandoned(folder):
            shutil.rmtree(folder, ignore_errors=True)
            folders += 1
    parts = [part for part in landing_of(region).root.rglob("*.part") if _is_abandoned(part)]
    for part in parts:
        part.unlink(missing_ok=True)
    tidied = Tidied(len(stages), folders, len(parts), killed)
    log.info("housekeeping %s on %s: %s", region.name, vandaag, tidied.line())
    return tidied


def _is_abandoned(path: Path) -> bool:
    return time.time() - path.stat().st_mtime > ABANDONED_SECONDS
