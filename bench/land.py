"""All gemeenten of the country in one region, beside regions of twelve: what a record costs, and memory.

Every month each gemeente leaves one file with changes, one record in eight a newer version of one of the month before.
It goes through the verbs of the night one after another in one process: receive, validate, assess, merge and answer per
source, then publish for all. Country and twelves live side by side, each in a process and a database of its own, and
take turns: before each part of the country's month one region of twelve lives the same month. So whatever else the
machine does weighs on both, and of all turns the middle one counts.
"""

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from unittest.mock import patch

from bench import hub, land_region
from bench.land_life import Spent, begin, end, live, publication
from exchange.keys import fresh as fresh_keys
from warehouse.setup import setup

FEW, TURNS = 12, 4  # gemeenten of a small region; how many such regions, and parts of the country's month


@dataclass
class Years:
    """What one region did. turns: of its sources, in order; published: of the publication, per month.

    declared: seconds to read all declarations; idle, peak: MiB of the process when it began, and at most.
    """

    gemeenten: int
    declared: float
    idle: float
    turns: list[Spent] = field(default_factory=list)
    published: list[Spent] = field(default_factory=list)
    deliveries: int = 0
    records: int = 0
    peak: float = 0.0


@dataclass
class Measured:
    """The country, and the regions of twelve, in the order of their turns."""

    all: Years
    few: list[Years]

    def ratios(self, what: str) -> list[float]:
        """What a record took in the country, of that in the twelve of the same turn; `what` is a field of Spent."""
        found = []
        for number, turn in enumerate(self.all.turns):
            month, place = divmod(number, TURNS)
            few = self.few[place]
            found.append(_each(self.all, turn, month, what) / _each(few, few.turns[month], month, what))
        return found

    def ratio(self, what: str) -> float:
        """The middle one."""
        return median(self.ratios(what))


def _each(years: Years, turn: Spent, month: int, what: str) -> float:
    """Seconds a record of one turn, with its share of the publication of that month."""
    published = years.published[month]
    return float(getattr(turn, what) / turn.records + getattr(published, what) / published.records)


def measure(gemeenten: int, months: int, records: int, home: Path, tell: Callable[[str], None]) -> Measured:
    """Run it all on the server of HUB_DATABASE_URL, with files below `home`; records: of one delivery.

    Raises RuntimeError where a delivery does not get into the warehouse.
    """
    codes = land_region.gemeenten()[:gemeenten]
    with ExitStack() as stack:
        regions = [
            stack.enter_context(_region(f"{hub.DATABASE}_{number}", part, home))
            for number, part in enumerate([codes, *[codes[:FEW]] * TURNS])
        ]
        everyone, *twelves = regions
        found = Measured(*_begun(regions))
        for month in range(months):
            for turn, few in enumerate(twelves):
                tell(f"month {month + 1} of {months}, turn {turn + 1} of {TURNS}")
                found.few[turn].turns.append(_live(few, month, records, 0, 1))
                found.few[turn].published.append(few.submit(publication, month).result())
                found.all.turns.append(_live(everyone, month, records, turn, TURNS))
            found.all.published.append(everyone.submit(publication, month).result())
        for years, region in zip((found.all, *found.few), regions, strict=True):
            years.deliveries, years.records, years.peak = region.submit(end, months * records).result()
    return found


def _begun(regions: Sequence[ProcessPoolExecutor]) -> tuple[Years, list[Years]]:
    everyone, *few = (Years(*region.submit(begin).result()) for region in regions)
    return everyone, few


def _live(region: ProcessPoolExecutor, month: int, records: int, part: int, parts: int) -> Spent:
    hub.settle()
    return region.submit(live, month, records, part, parts).result()


@contextmanager
def _region(database: str, codes: Sequence[str], home: Path) -> Iterator[ProcessPoolExecutor]:
    """A region in a database and a process of its own: memory is that of this region only. Gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="bench-land-", dir=home) as folder:
        place = Path(folder)
        land_region.write(place / "region", codes, database)
        own = {"HUB_HOME": str(place / "home"), "HUB_LANDING": str(place / "landing"), "BENCH_LAND": folder}
        try:
            hub.remove(database)
            setup(database, land_region.NAME)
            with ProcessPoolExecutor(1, get_context("spawn")) as alone:
                with patch.dict(os.environ, fresh_keys(land_region.NAME) | own):
                    alone.submit(os.getpid).result()  # it starts now, with this environment
                yield alone
        finally:
            hub.remove(database)
