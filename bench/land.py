"""A year of all gemeenten of the country in one region, beside that of twelve: what a record costs, and memory.

Every month each gemeente leaves one file with changes, one record in eight a newer version of one of the month before.
It goes through the verbs of the night one after another in one process: receive, validate, assess, merge and answer per
source, then publish for all. The twelve are measured before and after the country, and the better of the two counts.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from unittest.mock import patch

from sqlalchemy import text

from bench import hub, land_region
from bench.aanmeldingen import Part
from bench.deliveries import write_xml
from connectors.connection import Connection
from exchange.answer import answer
from exchange.context import Context
from exchange.keys import fresh as fresh_keys
from exchange.publish import publish
from exchange.receive import receive
from exchange.region import Region, load_region
from exchange.take_in import take_in
from warehouse.engine import engine_for
from warehouse.setup import setup

AGAIN = 8  # one record in so many is a newer version of one of the month before
LEDGER = "select count(*), coalesce(sum(received), 0), count(*) filter (where state <> 'merged') from exchange.delivery"
FEW = 12


@dataclass
class Year:
    """A year of one region. seconds: of the verbs of all sources, per month; published: likewise, of the publication.

    declared: seconds to read all declarations; peak, idle: MiB of the process, at most and when it began.
    """

    gemeenten: int
    deliveries: int = 0
    records: int = 0
    seconds: list[float] = field(default_factory=list)
    published: list[float] = field(default_factory=list)
    declared: float = 0.0
    idle: float = 0.0
    peak: float = 0.0

    @property
    def each(self) -> float:
        """Seconds a record."""
        return (sum(self.seconds) + sum(self.published)) / self.records


@dataclass
class Measured:
    """The country, and the twelve before and after it."""

    all: Year
    few: list[Year]


def measure(gemeenten: int, months: int, records: int, home: Path, tell: Callable[[str], None]) -> Measured:
    """Run it all on the server of HUB_DATABASE_URL, with files below `home`; records: of one delivery.

    Raises RuntimeError where a delivery does not get into the warehouse.
    """
    codes = land_region.gemeenten()[:gemeenten]
    years = []
    for part in (codes[:FEW], codes, codes[:FEW]):
        tell(f"{len(part)} gemeenten, {months} months, {len(part) * months * records:,} records")
        years.append(_year(part, months, records, home))
    return Measured(years[1], [years[0], years[2]])


def _year(codes: Sequence[str], months: int, records: int, home: Path) -> Year:
    with tempfile.TemporaryDirectory(prefix="bench-land-", dir=home) as folder:
        place = Path(folder)
        land_region.write(place / "region", codes)
        keys = fresh_keys(land_region.NAME) | {"HUB_HOME": str(place / "home"), "HUB_LANDING": str(place / "landing")}
        with patch.dict(os.environ, keys):
            try:
                hub.remove()
                setup(hub.DATABASE, land_region.NAME)
                hub.settle()
                with ProcessPoolExecutor(1, get_context("spawn")) as alone:  # memory is that of this year only
                    return alone.submit(_live, place, months, records).result()
            finally:
                hub.remove()


def _live(place: Path, months: int, records: int) -> Year:
    from quality import gx  # noqa: F401  # as in the night, where tasks are forked from a process that has it

    begin = perf_counter()
    region = load_region(place / "region")
    found = Year(len(region.sources), declared=perf_counter() - begin, idle=_peak())
    for month in range(months):
        day = _write(place, region, month, records)
        begin = perf_counter()
        for name in region.sources:
            _night(place, region, name, day)
        found.seconds.append(perf_counter() - begin)
        begin = perf_counter()
        publish(region, day)
        found.published.append(perf_counter() - begin)
    found.peak = _peak()
    _must_be_whole(found, region, months * records * len(region.sources))
    return found


def _write(place: Path, region: Region, month: int, records: int) -> date:
    """Leave the files of one month at their sources. Returns the day of the night that fetches them."""
    since = land_region.FIRST.replace(month=month + 1)
    first = 1 + month * (records - records // AGAIN)
    for number, source in enumerate(region.sources.values()):
        part = Part(source.code, first, since, days=28)
        folder = place / "bron" / source.id / "uit"
        folder.mkdir(parents=True, exist_ok=True)
        write_xml(
            folder / f"aanmelding_{month}.xml", records, f"{part.until}T22:00:00Z", number * 100 + month, part=part
        )
    return part.until + timedelta(1)


def _night(place: Path, region: Region, name: str, day: date) -> None:
    """All verbs of one source, as `hub run` does them."""
    folder = place / "bron" / name
    connection = Connection(f"{name}_drop", "fs", extra={"path": str(folder)})
    context = Context(region, region.sources[name], day, f"land/{name}/{day}", connection)
    for delivery_id in receive(context):
        take_in(context, delivery_id)
    answer(replace(context, connection=connection))
    shutil.rmtree(folder)


def _must_be_whole(found: Year, region: Region, records: int) -> None:
    """What never reached the warehouse was no work."""
    with engine_for(region.database, "loader").connect() as connection:
        found.deliveries, found.records, waiting = connection.execute(text(LEDGER)).one()
    if waiting or found.records != records:
        raise RuntimeError(
            f"{waiting} of {found.deliveries} deliveries not merged, {found.records} of {records} records"
        )


def _peak() -> float:
    """MiB that this process held at most so far."""
    told = Path("/proc/self/status").read_text().split("VmHWM:")[1]
    return int(told.split()[0]) / 1024
