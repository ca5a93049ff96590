"""try: judge a delivery as the night would, tell its sender, and keep nothing of it but the verdict (a proeflevering).

The verbs of the night run as they are, on the bytes where they lie, in a transaction that is never committed; what
they found is copied to the ledger by a second session. So nothing reaches landing, ACCEPTED, KLUIS or the warehouse,
and nothing of it counts in the order of versions; the delivery bears the state `tried`.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from functools import cached_property
from hashlib import sha256 as sha256_of
from importlib.metadata import version
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection, Table, exists, func, insert, select

from connectors.connector import Connector, Payload, named
from exchange import delivery
from exchange.assess import weigh
from exchange.clock import midnight
from exchange.context import Context
from exchange.delivery import Counts
from exchange.errors import DeclarationError, DeliveryRefused
from exchange.landing import Landing
from exchange.outbox import announce
from exchange.receive import remark, tell
from exchange.runs import run
from exchange.validate import judge, regelset
from warehouse.tables import delivery as table
from warehouse.tables import outbox, quality_result, reject

log = logging.getLogger(__name__)

BLOCK = 1000  # rows in memory at once


@dataclass(frozen=True)
class Tried:
    """The verdict on one delivery that was tried; fault_code says why it would be refused as a whole."""

    delivery_id: int
    counts: Counts
    held: bool = False
    fault_code: str | None = None
    is_away: bool = False  # put away at its source: no later night finds it there

    @property
    def sound(self) -> bool:
        """Whether the night would take all of it."""
        return not (self.counts.rejected or self.held or self.fault_code)


class _Unlanded(Landing):
    """In the place of landing: the file itself, where it lies. Stores nothing."""

    @contextmanager
    def open(self, path: str, sha256: bytes) -> Iterator[BinaryIO]:
        with self.root.open("rb") as stream:
            yield stream


@dataclass(frozen=True)
class _Trying(Context):
    """A context whose bytes were never landed."""

    file: Path = Path()

    @cached_property
    def landing(self) -> Landing:
        return _Unlanded(self.file, super().landing.keys)


def try_file(context: Context, file: Path) -> Tried:
    """Try a file as if its sender had delivered it. Its answer is for whoever asks, and is not sent.

    Raises WarehouseError; what the sender has to mend is no exception.
    """
    return _try(context, _payload(context, file), is_sent=False)


def try_source(context: Context) -> list[Tried]:
    """Try what a source has for us now, and leave it where it is. The answers are not sent.

    Raises SourceUnavailable, SourceRefused, DeclarationError, WarehouseError.
    """
    with context.lock(), _fetched(context) as (_, payloads):
        return [_try(context, payload, is_sent=False) for payload in payloads]


def try_night(context: Context) -> list[Tried]:
    """The night of a source that is declared `proef`: fetch, try, put away, and let the answers wait to be sent.

    Killed anywhere, running again tries nothing twice. Raises as `try_source`.
    """
    done = []
    with context.lock(), run(context), _fetched(context) as (connector, payloads):
        for payload in payloads:
            tried = _before(context, payload) or _try(context, payload, is_sent=True)
            connector.confirm(payload)
            done.append(replace(tried, is_away=True))
            payload.path.unlink(missing_ok=True)
        tell(context, getattr(connector, "left", ()))
    log.info(
        "%s: deliveries tried %d · %s", context.source.id, len(done), sum((d.counts for d in done), Counts()).line()
    )
    return done


@contextmanager
def _fetched(context: Context) -> Iterator[tuple[Connector, Iterator[Payload]]]:
    """All that the source has: of what was tried nothing is known the next time."""
    if context.connection is None:
        raise DeclarationError(context.source.file, "connection.id", "fetching needs a connection")
    with context.workdir() as workdir, context.connector() as connector:
        try:
            yield connector, connector.fetch(context.source.requests, workdir, context.vandaag, {})
        finally:
            remark(context, connector.notices)


def _payload(context: Context, file: Path) -> Payload:
    """A file as its source would bring it: what neither it nor its name says is left open."""
    connector = context.connector()
    found = named(connector, file.name, context.source.requests)
    bericht, stand_op, scope = (found.bericht, found.stand_op, found.scope) if found else ("", None, ())
    if found is None:
        try:
            with file.open("rb") as stream:
                bericht = connector.header(stream).bericht
        except DeliveryRefused:
            pass  # judged, and told, below: here only its bericht is asked
    return Payload(bericht, file.name, file, "application/octet-stream", stand_op, scope, "")


def _try(context: Context, payload: Payload, *, is_sent: bool) -> Tried:
    trying = _Trying(**{one.name: getattr(context, one.name) for one in fields(context)}, file=payload.path)
    sha256, size = trying.landing.digest(payload.path)
    values = delivery.begun(context, payload, sha256, size) | {"state": delivery.TRIED}
    with trying.engine.connect() as judging, trying.engine.begin() as keeping:
        found, held = None, False
        try:
            if payload.bericht not in context.source.delivers:
                with payload.path.open("rb") as stream:
                    trying.connector().header(stream)  # where it can say itself what is wrong with it
                raise DeliveryRefused("L002" if payload.bericht else "L011", payload.bericht)
            first = delivery.same_bytes(judging, trying, payload, sha256)
            found, held = _judged(trying, judging, values | {"duplicate_of": first and first["delivery_id"]})
            values = {name: value for name, value in found.items() if name in KEPT} | {"state": delivery.TRIED}
        except DeliveryRefused as refused:
            values |= {"fault_code": refused.code, "stand_op": payload.stand_op or midnight(context.vandaag)}
            values["warnings"] = delivery.told(refused.code, refused.detail) if refused.detail else []
        values |= {"regelset": _rules(trying, payload), "finished_at": func.clock_timestamp()}
        row = keeping.execute(insert(table).values(values).returning(table)).mappings().one()
        if found is not None:
            for each in (reject, quality_result):
                _copy(judging, keeping, each, found["delivery_id"], row["delivery_id"])
        announce(keeping, row["delivery_id"], delivery.TRIED, is_sent=is_sent)
        judging.rollback()
    tried = Tried(row["delivery_id"], delivery.from_row(row).counts, held, row["fault_code"])
    log.info("%s: delivery %d %s tried: %s", context.source.id, tried.delivery_id, payload.bericht, tried.counts.line())
    return tried


def _judged(context: Context, connection: Connection, values: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """The row of the delivery as the verbs leave it, and whether it would be held. Nothing of it is committed."""
    made = connection.execute(insert(table).values(values).returning(table.c.delivery_id)).scalar_one()
    judge(context, connection, delivery.find(connection, made))
    results = weigh(context, connection, delivery.find(connection, made))
    held = any(one.level == "hold" and not one.is_met for one in results)
    row = connection.execute(select(table).where(table.c.delivery_id == made)).mappings().one()
    return dict(row), held


#: What the verbs find out of a delivery, and its row keeps.
KEPT = [each.name for each in table.columns if each.name != "delivery_id" and each.computed is None]


def _copy(judging: Connection, keeping: Connection, each: Table, judged: int, kept: int) -> None:
    """The rows of one delivery in the ledger, from the session that is undone to the one that stays."""
    own = [column for column in each.columns if column.identity is None and column.computed is None]
    query = select(*own).where(each.c.delivery_id == judged)
    rows = judging.execute(query, execution_options={"yield_per": BLOCK}).mappings()
    for block in rows.partitions():
        keeping.execute(insert(each), [{**row, "delivery_id": kept} for row in block])


def _before(context: Context, payload: Payload) -> Tried | None:
    """This very delivery, tried by the same rules and waiting to be told or told: a run was killed before it could
    put the file away. What somebody tried by hand is told to nobody, and does not count."""
    sha256, _ = Landing(payload.path, context.keys).digest(payload.path)
    query = (
        select(table)
        .where(table.c.source == context.source.id, table.c.bericht == payload.bericht)
        .where(table.c.state == delivery.TRIED, table.c.sha256 == sha256, table.c.vandaag == context.vandaag)
        .where(
            table.c.regelset == _rules(context, payload), exists().where(outbox.c.delivery_id == table.c.delivery_id)
        )
        .order_by(table.c.delivery_id.desc())
    )
    with context.engine.connect() as connection:
        row = connection.execute(query.limit(1)).mappings().one_or_none()
    return Tried(row["delivery_id"], delivery.from_row(row).counts, False, row["fault_code"]) if row else None


def _rules(context: Context, payload: Payload) -> str:
    """All that decides a verdict, as one short hash: what a night is judged by, and the declaration, which a trial is
    there to mend. Without a bericht that was agreed, the declaration is all there is."""
    source, bericht = context.source, payload.bericht
    delivers = source.delivers.get(bericht)
    declared = [source.digest(one) for one in ([bericht] if delivers else source.delivers)]
    judged = regelset(context, delivers, context.vandaag) if delivers else ""
    return sha256_of("\n".join((judged, version("regiohub"), *declared)).encode()).hexdigest()[:16]
