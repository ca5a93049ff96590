"""late: a version that belongs before what is known is put in its place in the history.

It may come in a delivery that arrives late, or bear a moment of its own that lies back. Deliveries after that
moment may have seen a record again in an older form ("unchanged": no row was written then), or may
have shown by absence that it was gone. Their manifests and scopes still say so, and once an older version has
come in between, those sightings become versions of their own. So any order of arrival ends in one history.

A delivery that is held does not count: neither its versions nor its sightings. When it is released it arrives late,
and what came while it was held arrives late for it.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select, text

from exchange.delivery import Delivery
from exchange.keys import WIDTH
from schemas.contract import Contract
from warehouse.load import write_sighting
from warehouse.tables import delivery as deliveries
from warehouse.tables import manifest as manifests

REFUSED = bytes(WIDTH)
BROUGHT = """
select sleutel_hash, case when inhoud_hash = ''::bytea then stand_op else least(moment, stand_op) end as since,
    partitie, vindplaats
from accepted.{bericht} where delivery_id + 0 = :delivery_id
"""

# What others brought that this one has not been weighed against: known, or released, since it was received.
TOUCHED = """
select distinct on (sleutel_hash) sleutel_hash, partitie, vindplaats
from accepted.{bericht}
where delivery_id + 0 = any(array(
      select ander.delivery_id from exchange.delivery as ander
      where ander.source = :source and ander.bericht = '{bericht}'
  )) and delivery_id <> :delivery_id and delivery_id <> all(cast(:held as bigint[]))
  and (
      known_from >= (select received_at from exchange.delivery where delivery_id = :delivery_id)
      or delivery_id in (
          select ander.delivery_id from exchange.delivery as ander
          join exchange.delivery as deze on deze.delivery_id = :delivery_id
          where ander.source = :source and ander.bericht = '{bericht}' and ander.released_at >= deze.received_at
      )
  )
order by sleutel_hash, moment desc, stand_op desc
"""
EVER = datetime.min.replace(tzinfo=UTC)


class Sighting(NamedTuple):
    """A delivery saw a key with this content; content None: looked everywhere and did not see it."""

    key: bytes
    content: bytes | None
    delivery_id: int
    stand_op: datetime


class Brought(NamedTuple):
    """A version that the delivery brought: sightings after `since` may have to come after it in the order.

    That is the version's own moment, which may lie long before the delivery; for absence the delivery's stand_op.
    """

    since: datetime
    partitie: str
    vindplaats: str | None


def restore(connection: Connection, contract: Contract, found: Delivery, parameters: Mapping[str, Any]) -> int:
    """Write the versions that other deliveries showed after those that this one brought. Returns how many."""
    others = (
        select(deliveries.c.delivery_id, deliveries.c.stand_op, deliveries.c.scope, deliveries.c.gone)
        .where(deliveries.c.source == found.source, deliveries.c.bericht == found.bericht)
        .where(deliveries.c.delivery_id != found.delivery_id)
        .where(deliveries.c.state.in_(("validated", "merged")))
    )
    newest = connection.scalar(select(func.max(others.subquery().c.stand_op)))
    if newest is None:
        return 0
    rows = connection.execute(
        text(f"select * from ({BROUGHT.format(bericht=contract.bericht)}) as versie where since < :newest"),
        {"delivery_id": found.delivery_id, "newest": newest},
    ).all()
    brought = {bytes(key): Brought(*more) for key, *more in rows}
    if not brought:
        return 0
    later = connection.execute(
        others.add_columns(manifests.c["keys"].label("packed_keys"), manifests.c.contents)
        .join(manifests, manifests.c.delivery_id == deliveries.c.delivery_id)
        .where(deliveries.c.stand_op > min(version.since for version in brought.values()))
        .order_by(deliveries.c.stand_op, deliveries.c.delivery_id)
    )
    return sum(
        _write(connection, contract, sighting, parameters) for row in later for sighting in _sightings(row, brought)
    )


def settle(connection: Connection, contract: Contract, found: Delivery, parameters: Mapping[str, Any]) -> int:
    """Put a delivery that was held in its place among what was judged since it was received. Returns how many.

    Its own sightings come first, of the keys that others touched meanwhile: it may have called them unchanged, or
    absent, beside versions of which some came only later.
    """
    touched = connection.execute(
        text(TOUCHED.format(bericht=contract.bericht)),
        {"delivery_id": found.delivery_id, "source": found.source, "held": parameters["held"]},
    ).all()
    brought = {bytes(key): Brought(EVER, *more) for key, *more in touched}
    own = connection.execute(
        select(deliveries.c.delivery_id, deliveries.c.stand_op, deliveries.c.scope, deliveries.c.gone)
        .add_columns(manifests.c["keys"].label("packed_keys"), manifests.c.contents)
        .join(manifests, manifests.c.delivery_id == deliveries.c.delivery_id)
        .where(deliveries.c.delivery_id == found.delivery_id)
    ).one()
    written = sum(_write(connection, contract, sighting, parameters) for sighting in _sightings(own, brought))
    return written + restore(connection, contract, found, parameters)


def _sightings(row: Any, brought: Mapping[bytes, Brought]) -> Iterator[Sighting]:
    keys, contents = bytes(row.packed_keys), bytes(row.contents)
    for key, version in brought.items():
        if row.stand_op <= version.since:
            continue
        place = _find(keys, key)
        if place is None:
            absent = version.partitie in (row.scope or ())
            if absent and (row.gone is None or version.vindplaats in row.gone):
                yield Sighting(key, None, row.delivery_id, row.stand_op)
        elif (content := contents[place : place + WIDTH]) != REFUSED:
            yield Sighting(key, content, row.delivery_id, row.stand_op)


def _find(keys: bytes, key: bytes) -> int | None:
    """Binary search in the packed, sorted keys of a manifest; the byte offset, or None."""
    offsets = range(0, len(keys), WIDTH)
    place = bisect_left(offsets, key, key=lambda at: keys[at : at + WIDTH]) * WIDTH
    return place if keys[place : place + WIDTH] == key else None


def _write(connection: Connection, contract: Contract, sighting: Sighting, parameters: Mapping[str, Any]) -> int:
    """A sighting becomes a version when what stands before it in the order differs from what was seen."""
    seen = {
        "key": sighting.key,
        "content": sighting.content or b"",
        "gone": sighting.content is None,
        "delivery_id": sighting.delivery_id,
        "stand_op": sighting.stand_op,
        "source": parameters["source"],
        "known_from": parameters["known_from"],
        "held": parameters["held"],
    }
    return write_sighting(connection, contract, seen)
