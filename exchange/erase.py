"""erase: destroy what the hub has of one person of one source, because its controller decided so (Wmo 2015, 5.3.5).

First the person is put on the block list, so that no delivery brings them back; then the records in landing become
spaces, each with a receipt; then KLUIS and LINK forget who it is. What is left in ACCEPTED and the marts is a
reference that leads to nobody. Broken off anywhere, it is done again: nothing is done twice. Nothing here is an
identity: the decision holds a keyed hash, so a list of decisions may be kept beside backups and applied again.
"""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Select, delete, select
from sqlalchemy.dialects.postgresql import distinct_on, insert

from exchange.blocked import CODE, Blocked
from exchange.clock import midnight
from exchange.context import Context
from exchange.delivery import NOWHERE, Delivery, from_row
from exchange.errors import DeclarationError, DeliveryRefused
from exchange.judge import Judge
from exchange.same_key import same_key
from warehouse import load
from warehouse.engine import engine_for
from warehouse.scripts import run, statements
from warehouse.tables import delivery, gewist, persoon, redaction

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Decision:
    """One decision of a controller about one person of one source."""

    source: str
    lookup: bytes
    verantwoordelijke_code: str
    besluit: str  # where the controller wrote it down
    datum_besluit: date

    def line(self) -> str:
        """As one line of JSON; holds a keyed hash, nothing of the person."""
        return json.dumps(vars(self) | {"lookup": self.lookup.hex(), "datum_besluit": self.datum_besluit.isoformat()})

    @classmethod
    def read(cls, line: str, file: str = "decisions", number: int = 1) -> "Decision":
        """From such a line, which is the one of that number in a file. Raises DeclarationError."""
        try:
            found = json.loads(line)
            found |= {
                "lookup": bytes.fromhex(found["lookup"]),
                "datum_besluit": date.fromisoformat(found["datum_besluit"]),
            }
            return cls(**found)
        except (ValueError, TypeError, KeyError):
            cure = "is no decision as `hub erased --json` prints it; take that file anew, nothing of it was carried out"
            raise DeclarationError(file, f"line {number}", cure) from None


@dataclass
class Erased:
    """What was destroyed."""

    records: int = 0  # in landing
    identities: int = 0  # versions of the identity in KLUIS
    unread: list[int] = field(default_factory=list)  # deliveries that could not be read: nobody knows who is in them
    is_known: bool = False  # whether the hub ever had this number of this controller, or erased it before

    def line(self) -> str:
        """One line, without anything of the person."""
        said = f"{self.records} records destroyed in landing · {self.identities} identities destroyed in the kluis"
        return said + (f" · deliveries that cannot be read: {self.unread}" if self.unread else "")


def decide(context: Context, number: str, code: str, besluit: str) -> Decision:
    """The decision about the person whom the source knows by this number; `code` is the controller."""
    return Decision(context.source.id, context.keys.lookup(context.source.id, number), code, besluit, context.vandaag)


def erase(context: Context, decision: Decision) -> Erased:
    """Carry out a decision; a second time nothing is left to destroy.

    The login needs the region's role `eraser`. Waits while a delivery of the source is judged. Raises WarehouseError;
    DeclarationError where the lookup key is another than before.
    """
    eraser = engine_for(context.region.database, "eraser")
    done = Erased()
    with context.engine.begin() as alone:
        load.one_at_a_time(alone, decision.source)
        same_key(context, alone)
        with eraser.begin() as connection:
            blocked = insert(gewist).values(vars(decision)).on_conflict_do_nothing().returning(gewist.c.lookup)
            is_new = connection.scalar(blocked) is not None
            done.is_known = not is_new or connection.scalar(_person(decision)) is not None
        for found in _landed(context):
            _redact(context, found, decision, done)
        with eraser.begin() as connection:
            asked = {"lookup": decision.lookup, "code": decision.verantwoordelijke_code}
            forgotten = [run(connection, statement, **asked).rowcount for statement in statements("sql/erase.sql")]
            done.identities = forgotten[0]
    done.is_known |= bool(done.records or done.identities)
    log.info("%s: erased after %s: %s", context.source.id, decision.besluit, done.line())
    return done


def unblock(context: Context, decision: Decision) -> bool:
    """Take a person off the block list; gives whether they were on it.

    What was destroyed stays so: only what the source delivers from now on comes in again. The login needs the region's
    role `eraser`. Waits while a delivery of the source is judged. Raises WarehouseError; DeclarationError where the
    lookup key is another than before.
    """
    entry = (gewist.c.lookup == decision.lookup) & (gewist.c.verantwoordelijke_code == decision.verantwoordelijke_code)
    with context.engine.begin() as alone:
        load.one_at_a_time(alone, decision.source)
        same_key(context, alone)
        with engine_for(context.region.database, "eraser").begin() as connection:
            was_blocked = connection.execute(delete(gewist).where(entry)).rowcount > 0
    if was_blocked:
        log.info("%s: somebody is blocked no longer after %s", context.source.id, decision.besluit)
    return was_blocked


def _person(decision: Decision) -> Select[Any]:
    """The person as the kluis has them, also where it holds no identity of them."""
    is_theirs = persoon.c.verantwoordelijke_code == decision.verantwoordelijke_code
    return select(persoon.c.client_ref).where(persoon.c.lookup == decision.lookup, is_theirs)


def _landed(context: Context) -> Iterator[Delivery]:
    """The judged deliveries of the source, each with bytes of its own; one that waits is refused by validate."""
    query = (
        select(delivery)
        .ext(distinct_on(delivery.c.landing_path))
        .where(delivery.c.source == context.source.id, delivery.c.landing_path != NOWHERE)
        .where(delivery.c.state != "received")
        .order_by(delivery.c.landing_path, delivery.c.delivery_id)
    )
    with context.engine.connect() as connection:
        rows = connection.execute(query).mappings().all()
    for row in rows:
        if row["bericht"] in context.source.delivers and (context.landing.root / row["landing_path"]).exists():
            yield from_row(row)


def _redact(context: Context, found: Delivery, decision: Decision, done: Erased) -> None:
    """Spaces in the place of the person's records in one delivery; all of it where a place is not known."""
    try:
        records = list(_records(context, found, decision))
    except DeliveryRefused:
        done.unread.append(found.delivery_id)
        return
    if not records:
        return
    is_placed = all(start >= 0 for _, start, _ in records)
    ranges = sorted((start, end) for _, start, end in records) if is_placed else None
    context.landing.blank(found.landing_path, found.sha256, ranges)
    receipts = [
        {
            "delivery_id": found.delivery_id,
            "record_nummer": nummer,
            "verantwoordelijke_code": decision.verantwoordelijke_code,
            "fault_code": CODE,
            "is_whole": not is_placed,
        }
        for nummer, _, _ in records
    ]
    with context.engine.begin() as connection:
        connection.execute(insert(redaction).on_conflict_do_nothing(), receipts)
    done.records += len(records)


def _records(context: Context, found: Delivery, decision: Decision) -> Iterator[tuple[int, int, int]]:
    """Number, first byte and byte behind the last of each record about the person."""
    source = context.source
    about = Blocked(
        context.keys, source.id, source.code, frozenset([(decision.lookup, decision.verantwoordelijke_code)])
    )
    connector = context.connector()
    stand_op = found.stand_op or midnight(found.vandaag)
    judge = Judge(context.region, source, found.bericht, connector, stand_op)
    with context.landing.open(found.landing_path, found.sha256) as stream:
        for raw in connector.read(found.bericht, source.delivers[found.bericht].options, stream):
            if about.field(judge(raw).values):
                yield raw.nummer, raw.start, raw.end
