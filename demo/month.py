"""`python -m demo month`: night after night without Airflow, each one held against what the kit knows to be true.

Everything it needs is its own: a private server, the kit's servers without their latencies, a folder that is gone
afterwards. Sources run beside one another, as in the night; what is shown are figures, never values.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import date
from multiprocessing import get_context
from pathlib import Path

from rich.console import Console

from demo import postgres, processes, sources
from demo.home import Home
from exchange import keys
from exchange.context import Context
from exchange.publish import publish
from exchange.region import Region, load_regions
from exchange.take_in import source_night
from kit import calendar
from kit.verify import Result, verify
from warehouse.setup import setup

AT_ONCE = 3  # sources; they mostly wait for their servers


def month(seed: int, nights: int, console: Console) -> int:
    """Run the nights of one world; a line for each. Returns how many figures were wrong."""
    wrong = 0
    with _trial(seed) as (home, regions), ProcessPoolExecutor(AT_ONCE, get_context("fork")) as pool:
        for number in range(1, nights + 1):
            if number > 1:
                calendar.advance(home.path)
            sources.wait_for_night(home)
            days, began = sources.days(home), time.monotonic()
            work = [(region, name, days[region.name]) for region in regions for name in region.sources]
            list(pool.map(night_of, *zip(*work, strict=True)))
            list(pool.map(publish, regions, [days[region.name] for region in regions]))
            seconds = time.monotonic() - began
            for region in regions:
                found = verify(seed, number, home.path / "kit", region.name)
                wrong += found.failed
                console.print(_line(found, seconds), highlight=False)
                for failure in found.failures[:10]:
                    console.print(f"  {failure.check}: expected {failure.expected}, found {failure.found}")
    return wrong


def _line(found: Result, seconds: float) -> str:
    verdict = "[green]all true[/]" if not found.failed else f"[red]{found.failed} wrong[/]"
    where = f"night {found.night:2}  {found.region:8}  {found.vandaag}"
    return f"{where}  {seconds:5.1f} s  {found.checks:7,} figures  {verdict}"


def night_of(region: Region, name: str, day: date) -> None:
    """All verbs of one source, as `hub run` does them."""
    source = region.sources[name]
    source_night(Context(region, source, day, f"month/{name}/{day}", source.connection()))


@contextmanager
def _trial(seed: int) -> Iterator[tuple[Home, list[Region]]]:
    with tempfile.TemporaryDirectory(prefix="month-") as folder:
        home = Home(Path(folder))
        home.make()
        os.environ["HUB_HOME"] = folder
        server = postgres.start(home.postgres, durable=False)
        try:
            regions = load_regions()
            os.environ["HUB_DATABASE_URL"] = server.url
            os.environ |= keys.ensure(home.path, tuple(region.name for region in regions))
            for region in regions:
                setup(region.database, region.name)
            calendar.write(home.path, calendar.Calendar(seed, 1))
            sources.start(home, latency=False)
            os.environ |= sources.connections(home)
            yield home, regions
        finally:
            processes.stop(home, [sources.NAME])
            postgres.remove(home.postgres)
