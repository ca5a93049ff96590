"""The life of one region of the land bench, in the process that belongs to it: months of deliveries, and publications.

Where the region stands is told by the environment of the process (BENCH_LAND, and what the hub itself reads).
"""

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import text

from bench import land_region
from bench.aanmeldingen import Part
from bench.deliveries import write_xml
from connectors.connection import Connection
from exchange.answer import answer
from exchange.context import Context
from exchange.publish import publish
from exchange.receive import receive
from exchange.region import Region, Source, load_region
from exchange.take_in import take_in
from warehouse.engine import engine_for, server_engine

AGAIN = 8  # one record in so many is a newer version of one of the month before
PARENT, OF_CHILDREN = 1, slice(13, 15)  # fields of /proc/<pid>/stat, counted from the state
LEDGER = "select count(*), coalesce(sum(received), 0), count(*) filter (where state <> 'merged') from exchange.delivery"


@dataclass(frozen=True)
class Spent:
    """What some records took: seconds on the clock, and seconds of processor of this process and of the server.

    The server's are 0 where it runs on another machine.
    """

    records: int
    wall: float
    cpu: float


def begin() -> tuple[int, float, float]:
    """Number of sources, seconds to read their declarations, MiB of the process."""
    from quality import gx  # noqa: F401  # as in the night, where tasks are forked from a process that has it

    before = time.perf_counter()
    region = _region()
    return len(region.sources), time.perf_counter() - before, _peak()


def live(month: int, records: int, part: int, parts: int) -> Spent:
    """One of so many equal parts of the sources, each with its delivery of this month through every verb."""
    region, place = _region(), _place()
    names = list(region.sources)[part::parts]
    day = write(place, region, names, month, records)

    def nights() -> None:
        for name in names:
            _night(place, region, name, day)

    return _spent(len(names) * records, nights)


def publication(month: int) -> Spent:
    """The marts, made anew after this month; records: of this month."""
    region = _region()
    with engine_for(region.database, "loader").connect() as connection:
        total = connection.execute(text(LEDGER)).one()[1]
    return _spent(int(total) // (month + 1), lambda: publish(region, _part(month, "").until + timedelta(1)))


def end(each: int) -> tuple[int, int, float]:
    """Deliveries, records and MiB at most. Raises RuntimeError: what never reached the warehouse was no work.

    each: records that every source delivered.
    """
    region = _region()
    with engine_for(region.database, "loader").connect() as connection:
        deliveries, received, waiting = connection.execute(text(LEDGER)).one()
    if waiting or received != each * len(region.sources):
        raise RuntimeError(
            f"{waiting} of {deliveries} deliveries not merged, {received} of {each * len(region.sources)} records"
        )
    return deliveries, int(received), _peak()


def write(place: Path, region: Region, names: list[str], month: int, records: int) -> date:
    """Leave the files of one month at these sources. Returns the day of the night that fetches them."""
    first = 1 + month * (records - records // AGAIN)
    for number, source in enumerate(region.sources.values()):
        if source.id not in names:
            continue
        part = replace(_part(month, source.code), first=first)
        folder = place / "bron" / source.id / "uit"
        folder.mkdir(parents=True, exist_ok=True)
        write_xml(
            folder / f"aanmelding_{month}.xml", records, f"{part.until}T22:00:00Z", number * 100 + month, part=part
        )
    return _part(month, "").until + timedelta(1)


def _part(month: int, code: str) -> Part:
    return Part(code, since=land_region.FIRST.replace(month=month + 1), days=28)


def _night(place: Path, region: Region, name: str, day: date) -> None:
    """All verbs of one source, as `hub run` does them."""
    source: Source = region.sources[name]
    folder = place / "bron" / name
    connection = Connection(f"{name}_drop", "fs", extra={"path": str(folder)})
    context = Context(region, source, day, f"land/{name}/{day}", connection)
    for delivery_id in receive(context):
        take_in(context, delivery_id)
    answer(replace(context, connection=connection))
    shutil.rmtree(folder)


@cache
def _region() -> Region:
    return load_region(_place() / "region")


def _place() -> Path:
    return Path(os.environ["BENCH_LAND"])


def _spent(records: int, work: Callable[[], object]) -> Spent:
    served, cpu, wall = _server(), time.process_time(), time.perf_counter()
    work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return Spent(records, wall, cpu + _server() - served)


def _server() -> float:
    """Seconds of processor of all sessions of the server that have ended: a verb ends its own. 0 for one elsewhere."""
    with server_engine().connect() as connection:
        session = _stat(connection.scalar(text("select pg_backend_pid()")))
    time.sleep(0.05)  # until the server has seen the last one go
    if session is None or (server := _stat(int(session[PARENT]))) is None:
        return 0.0
    return sum(map(int, server[OF_CHILDREN])) / os.sysconf("SC_CLK_TCK")


def _stat(pid: int) -> list[str] | None:
    """The fields of a process of PostgreSQL on this machine, see proc(5), from its state on; None where it is none."""
    try:
        name, _, fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")
    except OSError:
        return None
    return fields.split() if name.endswith("(postgres") else None


def _peak() -> float:
    """MiB that this process held at most so far."""
    told = Path("/proc/self/status").read_text().split("VmHWM:")[1]
    return int(told.split()[0]) / 1024
