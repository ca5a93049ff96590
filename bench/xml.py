"""One large XML delivery through the hub, round after round beside the limit, and what it shows.

Each round starts with an empty database: the limit, then the delivery to ACCEPTED and through MERGE, the same
bytes once more, and the same records in a new file. Limit and hub take turns, so that what else the machine does
weighs on both; of all rounds the best counts.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any
from unittest.mock import patch

import psycopg

from bench import limit, memory
from bench.deliveries import write_xml
from bench.hub import Hub, hub, settle
from connectors.filedrop import FileDropConnector
from exchange.merge import merge
from exchange.validate import validate
from schemas.contract import load
from warehouse.engine import server_url

FIRST, AGAIN = "2015-03-01T22:00:00Z", "2015-03-01T23:00:00Z"
ROWS = (
    "select (select count(*) from accepted.aanmelding)"
    " + (select coalesce(sum(versie_id), 0) from warehouse.actueel_aanmelding)"
)


@dataclass
class Measured:
    """All that was measured: seconds a round, counts, and MiB (`memory_small`: of a quarter of the records)."""

    records: int
    bytes: int = 0
    limit: list[float] = field(default_factory=list)
    receive: list[float] = field(default_factory=list)
    accepted: list[float] = field(default_factory=list)
    merged: list[float] = field(default_factory=list)
    same_bytes: list[float] = field(default_factory=list)
    same_bytes_read: int = 0
    same_records: list[float] = field(default_factory=list)
    same_records_rows: int = 0
    memory: float = 0.0
    memory_small: float = 0.0


def measure(records: int, rounds: int, home: Path, tell: Callable[[str], None]) -> Measured:
    """Run it all on the server of HUB_DATABASE_URL, with files below `home`. `tell` hears how far it is."""
    found = Measured(records)
    with (
        tempfile.TemporaryDirectory(prefix="bench-", dir=home) as folder,
        hub(Path(folder)) as ours,
        _server() as server,
    ):
        first, again, small = (Path(folder) / name for name in ("first.xml", "again.xml", "small.xml"))
        tell(f"writing {records:,} aanmeldingen")
        found.bytes = write_xml(first, records, FIRST)
        write_xml(again, records, AGAIN)
        write_xml(small, max(records // 4, 1), FIRST)
        for number in range(1, rounds + 1):
            tell(f"round {number} of {rounds}")
            _round(found, ours, server, first, again)
        tell("measuring memory")
        found.memory_small, found.memory = _memory(ours, small), _memory(ours, first)
    return found


def _round(found: Measured, ours: Hub, server: psycopg.Connection, first: Path, again: Path) -> None:
    ours.empty()
    found.limit.append(limit.load(server, load("aanmelding", 1), first))
    settle()
    ids, seconds = _timed(ours.receive, first, "first")
    found.receive.append(seconds)
    to_accepted, to_merged = _through(ours, ids)
    found.accepted.append(to_accepted)
    found.merged.append(to_merged)
    rows = ours.count(ROWS)
    settle()
    with _counted() as reads:
        begin = perf_counter()
        _through(ours, ours.receive(first, "same-bytes"))
        found.same_bytes.append(perf_counter() - begin)
    found.same_bytes_read += len(reads)
    settle()
    _, seconds = _through(ours, ours.receive(again, "same-records"))
    found.same_records.append(seconds)
    found.same_records_rows += abs(ours.count(ROWS) - rows)


def _through(ours: Hub, ids: list[int]) -> tuple[float, float]:
    """Validate and merge what waits: seconds up to ACCEPTED, and through MERGE."""
    context = ours.context("bench")
    begin = perf_counter()
    for delivery_id in ids:
        validate(context, delivery_id)
    accepted = perf_counter() - begin
    for delivery_id in ids:
        merge(context, delivery_id)
    return accepted, perf_counter() - begin


def _memory(ours: Hub, file: Path) -> float:
    ours.empty()
    (delivery_id,) = ours.receive(file, "memory")
    return memory.peak(ours, delivery_id)


def _timed(work: Callable[..., Any], *arguments: Any) -> tuple[Any, float]:
    begin = perf_counter()
    return work(*arguments), perf_counter() - begin


@contextmanager
def _counted() -> Iterator[list[str]]:
    """Every time that records are read out of a delivery, in this block, is one more entry of the list."""
    calls: list[str] = []
    original = FileDropConnector.read_marked

    def read(connector: FileDropConnector, bericht: str, *rest: Any) -> Any:
        calls.append(bericht)
        return original(connector, bericht, *rest)

    with patch.object(FileDropConnector, "read_marked", read):
        yield calls


@contextmanager
def _server() -> Iterator[psycopg.Connection]:
    address = server_url().set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        yield connection
