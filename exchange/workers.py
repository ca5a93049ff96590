"""Reading, checking and staging the records of a delivery: in this process, or for a large file in two.

The second process is forked. Each opens its own database connection and reads its own half of the landed bytes;
they share nothing but the stage schema. Measured on two cores: see `make bench`.
"""

import multiprocessing
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, BinaryIO, Protocol, runtime_checkable

from sqlalchemy import Connection

from connectors.connector import Connector, Marker, RawRecord
from exchange.blocked import blocked
from exchange.context import Context
from exchange.delivery import TRIED, Delivery
from exchange.judge import Judge, Judged
from exchange.region import Delivers
from exchange.seen import Seen
from exchange.stage import FORMAT, StageWriter
from schemas.masking import shown
from warehouse import load
from warehouse.errors import without_values

LARGE = 8 << 20  # bytes; below it a second process costs more than it brings
BLOCK = 1 << 18
#: Records that are judged before the first of them is written: so few that they, and each step, stay in the caches.
FEW = 64
LIKE_A_BSN = "V026"  # a warning: such a number is covered before it is kept


@runtime_checkable
class Splitting(Protocol):
    """A connector that can read a part of a large delivery."""

    def split(self, bericht: str, stream: BinaryIO, size: int, part: int, parts: int) -> BinaryIO: ...


@runtime_checkable
class Marking(Protocol):
    """A connector that can recognise a record by its bytes, see connectors.connector.Marker."""

    def read_marked(
        self, bericht: str, options: Mapping[str, Any], stream: BinaryIO, marker: Marker
    ) -> Iterator[RawRecord]: ...


@dataclass
class Filled:
    """One filled stage table: how many records were read, and what was odd about them (code, field) -> count."""

    stage: str
    received: int = 0
    warnings: Counter[tuple[str, str]] = field(default_factory=Counter)


def fill(context: Context, connection: Connection, found: Delivery, delivers: Delivers, seen: Seen) -> list[Filled]:
    """Fill the stage of a delivery; the parts come in the order of the file. Raises DeliveryRefused.

    The delivery bears its stand_op by now.

    One part belongs to the transaction of the caller; two are committed before this returns. What is only tried is
    always one part: nothing of it may stay.
    """
    if found.size < LARGE or found.state == TRIED or not isinstance(context.connector(), Splitting):
        stage = load.stage_name(found.delivery_id, 0)
        load.create_stage(connection, delivers.contract, stage)
        with context.landing.open(found.landing_path, found.sha256) as stream:
            return [_fill(context, connection, found, delivers, seen, stage, stream)]
    stages = [load.stage_name(found.delivery_id, part) for part in range(2)]
    here, there = multiprocessing.Pipe(duplex=False)
    child = multiprocessing.get_context("fork").Process(
        target=_second_half, args=(context, found, delivers, seen, stages[1], there)
    )
    child.start()
    there.close()
    try:
        first = _half(context, found, delivers, seen, stages[0], 0)
        second = here.recv()
    except EOFError:
        raise RuntimeError(f"delivery {found.delivery_id}: the second process ended without a word") from None
    finally:
        child.join(timeout=60)
        if child.is_alive():
            child.kill()
    if isinstance(second, BaseException):
        raise second
    return [first, second]


def _second_half(context: Context, found: Delivery, delivers: Delivers, seen: Seen, stage: str, answer: Any) -> None:
    """Runs in the forked process; whatever happens, the parent hears of it."""
    try:
        answer.send(_half(context, found, delivers, seen, stage, 1))
    except BaseException as error:
        answer.send(error)
    finally:
        answer.close()


def _half(context: Context, found: Delivery, delivers: Delivers, seen: Seen, stage: str, part: int) -> Filled:
    """One half, committed by itself: the sessions that judge it have to see it. Nothing else reads a stage."""
    connector = context.connector()
    assert isinstance(connector, Splitting)
    with context.engine.begin() as connection:
        load.create_stage(connection, delivers.contract, stage)
        with context.landing.open(found.landing_path, found.sha256) as stream:
            half = connector.split(found.bericht, stream, found.size, part, 2)
            return _fill(context, connection, found, delivers, seen, stage, half)


def _fill(
    context: Context,
    connection: Connection,
    found: Delivery,
    delivers: Delivers,
    seen: Seen,
    stage: str,
    stream: BinaryIO,
) -> Filled:
    source = context.source
    connector = context.connector()
    assert found.stand_op is not None
    barred = blocked(connection, context.keys, source.id, source.code)
    judge = Judge(context.region, source, found.bericht, connector, found.stand_op, barred, found.vandaag)
    qualifiers = getattr(connector, "qualifiers", ())
    writer = StageWriter(delivers.contract, context.keys, source.id, source.code, qualifiers)
    filled = Filled(stage)
    driver: Any = connection.connection.driver_connection
    with (
        without_values(),
        driver.cursor() as cursor,
        cursor.copy(f"copy {stage} ({', '.join(writer.names)}) from stdin {FORMAT}") as copy,
    ):
        lines: list[str] = []
        size = 0
        records = _records(connector, found, delivers, stream, seen)
        while few := list(islice(records, FEW)):
            made = _lines(few, judge, writer, connector.locator, filled.warnings)
            lines += made
            size += sum(map(len, made))
            filled.received += len(few)
            if size > BLOCK:
                copy.write("\n".join(lines) + "\n")
                lines, size = [], 0
        if lines:
            copy.write("\n".join(lines) + "\n")
    return filled


def _records(
    connector: Connector, found: Delivery, delivers: Delivers, stream: BinaryIO, seen: Seen
) -> Iterator[RawRecord]:
    if isinstance(connector, Marking):
        return connector.read_marked(found.bericht, delivers.options, stream, seen)
    return connector.read(found.bericht, delivers.options, stream)


def _lines(
    few: list[RawRecord], judge: Judge, writer: StageWriter, locator: str, warnings: Counter[tuple[str, str]]
) -> list[str]:
    """The stage line of each; a record that is known by its bytes is not judged."""
    verdicts = [None if raw.mark is not None and raw.mark.known is not None else judge(raw) for raw in few]
    return [
        writer.known(raw) if verdict is None else _line(raw, verdict, writer, locator, warnings)
        for raw, verdict in zip(few, verdicts, strict=True)
    ]


def _line(
    raw: RawRecord, verdict: Judged, writer: StageWriter, locator: str, warnings: Counter[tuple[str, str]]
) -> str:
    """The stage line of one record; counts its warnings, and the fields that nobody knows."""
    values, emptied, faults, unknown = verdict
    if faults or unknown:
        raw = raw._replace(mark=None)  # what has to be said of it has to be said each time
    for name in unknown:
        warnings["L020", shown(name)] += 1
    hidden: list[str] = []
    if faults:
        wrong = [fault for fault in faults if fault.rejects]
        hidden = [fault.field for fault in faults if fault.code == LIKE_A_BSN]
        for fault in faults:
            if not fault.rejects:
                warnings[fault.code, fault.field] += 1
        if wrong:
            return writer.rejected(raw, values, wrong)
    place = str(raw.values.get(locator) or "") if locator else ""
    if not place.isprintable() or (hidden and place in [values[path] for path in hidden]):
        place = ""  # no place that can be kept, or a BSN, which is not: then absence cannot be proven
    return (
        writer.deleted(raw, values, place, hidden)
        if raw.actie == "verwijderen"
        else writer.accepted(raw, values, emptied, place, hidden)
    )
