"""The ledger: one row per delivery, from the moment that its bytes are stored until it is merged.

A delivery is one bericht in one pick-up of one source. Its state only moves to the right:

    received -> validated -> merged          judged record by record, assessed as a whole, merged
    received -> validated -> held            too odd as a whole: it changes nothing until it is released
    held -> validated -> merged              released by hand
    received -> refused                      unreadable as a whole; the fault code says why
    refused                                  left at the source: a name or a size that was not agreed
    duplicate                                the same bytes came before; nothing to judge
    tried                                    a proeflevering: judged, told, and nothing of it kept or counted
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from connectors.connector import Left, Payload
from exchange.context import Context
from exchange.landing import Landed
from exchange.outbox import announce
from schemas.masking import masked
from warehouse.tables import delivery as table

SAME_BYTES = "L022"
NOWHERE = ""  # the landing path of what was never taken
TRIED = "tried"
UNFINISHED = ("received", "validated")  # states that wait for a verb


@dataclass(frozen=True)
class Counts:
    """What became of the records of one or more deliveries: received is the sum of the next five."""

    received: int = 0
    accepted: int = 0
    rejected: int = 0
    unchanged: int = 0
    superseded: int = 0
    deleted: int = 0
    withdrawn: int = 0  # disappeared by absence; outside the sum

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(Counts)))

    @property
    def residual(self) -> int:
        """Records that nobody can account for; the database refuses anything but 0."""
        return self.received - (self.accepted + self.rejected + self.unchanged + self.superseded + self.deleted)

    def line(self) -> str:
        """One line for a log: counts, never values."""
        return " · ".join(f"{field.name} {getattr(self, field.name)}" for field in fields(Counts))


@dataclass(frozen=True)
class Delivery:
    """One row of the ledger, as the verbs need it."""

    delivery_id: int
    source: str
    bericht: str
    name: str
    media_type: str
    state: str
    sha256: bytes
    size: int
    landing_path: str
    stand_op: datetime | None
    scope: tuple[str, ...]
    gone: tuple[str, ...] | None  # places that are proven gone; None where absence itself is the proof
    vandaag: date
    counts: Counts
    is_assessed: bool = False
    is_released: bool = False


def from_row(row: RowMapping) -> Delivery:
    counts = Counts(*(row[field.name] or 0 for field in fields(Counts)))
    return Delivery(
        row["delivery_id"],
        row["source"],
        row["bericht"],
        row["name"],
        row["media_type"],
        row["state"],
        bytes(row["sha256"]),
        row["bytes"],
        row["landing_path"],
        row["stand_op"],
        tuple(row["scope"] or ()),
        None if row["gone"] is None else tuple(row["gone"]),
        row["vandaag"],
        counts,
        row["assessed_at"] is not None,
        row["released_at"] is not None,
    )


def find(connection: Connection, delivery_id: int, lock: bool = False) -> Delivery:
    """One delivery; with `lock` no other transaction can judge it meanwhile. Raises LookupError."""
    query = select(table).where(table.c.delivery_id == delivery_id)
    row = connection.execute(query.with_for_update() if lock else query).mappings().one_or_none()
    if row is None:
        raise LookupError(f"there is no delivery {delivery_id}; `hub deliveries` lists them")
    return from_row(row)


def record(connection: Connection, context: Context, payload: Payload, landed: Landed) -> Delivery:
    """Write down that bytes were received; the same bytes of the same source again become a duplicate.

    Bytes that were received but not judged yet are no duplicate: their own row is given back, so that a run
    that was killed in between goes on where it stopped.
    """
    earlier = same_bytes(connection, context, payload, landed.sha256)
    if earlier and earlier["state"] == "received":
        return from_row(earlier)
    values = begun(context, payload, landed.sha256, landed.size) | {"landing_path": landed.path, "state": "received"}
    if earlier:
        before = from_row(earlier).counts
        values |= {
            "state": "refused" if earlier["state"] == "refused" else "duplicate",
            "duplicate_of": earlier["delivery_id"],
            "fault_code": earlier["fault_code"],
            "stand_op": earlier["stand_op"],
            "received": before.received,
            "unchanged": before.accepted + before.unchanged,
            "rejected": before.rejected,
            "superseded": before.superseded,
            "deleted": before.deleted,
            "warnings": told(SAME_BYTES),
            "finished_at": func.clock_timestamp(),
        }
    row = connection.execute(insert(table).values(values).returning(table)).mappings().one()
    announce(connection, row["delivery_id"], row["state"])
    return from_row(row)


def same_bytes(connection: Connection, context: Context, payload: Payload, sha256: bytes) -> RowMapping | None:
    """The first delivery of these bytes by this source, as of the same moment where that is known already."""
    same = (
        select(table)
        .where(table.c.source == context.source.id, table.c.bericht == payload.bericht)
        .where(table.c.sha256 == sha256, table.c.duplicate_of.is_(None), table.c.state != TRIED)
    )
    if payload.stand_op is not None:
        same = same.where(table.c.stand_op == payload.stand_op)
    return connection.execute(same.limit(1)).mappings().one_or_none()


def begun(context: Context, payload: Payload, sha256: bytes, size: int) -> dict[str, Any]:
    """The columns of a delivery of which only the bytes are known yet, but for its state; landed nowhere."""
    return _begin(context, payload.bericht, payload.name) | {
        "media_type": payload.media_type,
        "stand_op": payload.stand_op,
        "sha256": sha256,
        "bytes": size,
        "landing_path": NOWHERE,
        "scope": list(payload.scope),
        "bookmark": payload.bookmark,
    }


def leave(connection: Connection, context: Context, left: Left) -> int | None:
    """Write down, once, what lies at a source and was not taken: refused, with nothing in landing.

    Returns the delivery; None where this was told before.
    """
    mark = sha256(left.mark.encode("utf-8", "surrogatepass")).digest()
    same = select(table.c.delivery_id).where(table.c.source == context.source.id, table.c.bericht == left.bericht)
    if connection.scalar(same.where(table.c.sha256 == mark).limit(1)) is not None:
        return None
    values = _begin(context, left.bericht, left.name) | {
        "media_type": "application/octet-stream",
        "sha256": mark,
        "bytes": left.size,
        "landing_path": NOWHERE,
        "state": "refused",
        "fault_code": left.fault,
        "finished_at": func.clock_timestamp(),
    }
    delivery_id = connection.execute(insert(table).values(values).returning(table.c.delivery_id)).scalar_one()
    announce(connection, delivery_id, "refused")
    return delivery_id


def _begin(context: Context, bericht: str, name: str) -> dict[str, Any]:
    """Whose delivery it is, of what and when: the columns that a row of the ledger has from the start."""
    source, delivers = context.source, context.source.delivers.get(bericht)
    return {
        "source": source.id,
        "gemeente_code": source.gemeente_code,
        "verantwoordelijke_code": source.code,
        "bericht": bericht,
        "contract_versie": delivers.contract.versie if delivers else "",
        "name": masked(name),
        **of_run(context),
    }


def of_run(context: Context) -> dict[str, Any]:
    """What made a row of the ledger: the columns of the run, its day, and why it was done again."""
    return {
        "run_id": context.run_id,
        "vandaag": context.vandaag,
        "replay_reason": masked(context.reason) or None,
    }


def told(code: str, field: str = "") -> list[dict[str, object]]:
    """One remark about a delivery as a whole, as its `warnings` keep it: `field` is a place in it, never a value."""
    return [{"code": code, "field": masked(field), "count": 1}]


def place_of(code: str, warnings: Sequence[Mapping[str, Any]]) -> str:
    """Where in a delivery its refusal is, as `told` kept it; "" where that was not said."""
    return next((one["field"] for one in warnings if one["code"] == code), "")


def unfinished(connection: Connection, source: str) -> list[Delivery]:
    """Deliveries of a source that still wait for a verb, in the order in which the source made them."""
    query = (
        select(table)
        .where(table.c.source == source, table.c.state.in_(UNFINISHED))
        .order_by(table.c.stand_op.nulls_last(), table.c.delivery_id)
    )
    return [from_row(row) for row in connection.execute(query).mappings()]


def held(connection: Connection, source: str, bericht: str | None = None) -> list[int]:
    """The deliveries of a source that are held: what they brought stands in ACCEPTED, and does not count."""
    query = select(table.c.delivery_id).where(table.c.source == source, table.c.state == "held")
    query = query.where(table.c.bericht == bericht) if bericht else query
    return list(connection.scalars(query.order_by(table.c.delivery_id)))


def unassessed(connection: Connection, found: Delivery) -> int | None:
    """Another delivery of this source and bericht that was judged, and might still be held."""
    query = select(table.c.delivery_id).where(table.c.source == found.source, table.c.bericht == found.bericht)
    query = query.where(table.c.state == "validated", table.c.assessed_at.is_(None))
    return connection.scalar(query.where(table.c.delivery_id != found.delivery_id).limit(1))


def close(connection: Connection, delivery_id: int, state: str, counts: Counts, **more: Any) -> None:
    """Move a delivery to its next state with what became of its records, and let its sender hear of it."""
    values = {field.name: getattr(counts, field.name) for field in fields(Counts)} | more | {"state": state}
    connection.execute(
        update(table).where(table.c.delivery_id == delivery_id).values(**values, finished_at=func.clock_timestamp())
    )
    announce(connection, delivery_id, state)
