"""late: a delivery that arrives after a newer one is put in its place in the history.

Later deliveries may have seen a record again in an older form ("unchanged": no row was written then), or may
have shown by absence that it was gone. Their manifests and scopes still say so, and once an older version has
come in between, those sightings become versions of their own. So any order of arrival ends in one history.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, select, text

from exchange.delivery import Delivery
from schemas.contract import Contract
from warehouse.load import write_sighting
from warehouse.tables import delivery as deliveries
from warehouse.tables import manifest as manifests

WIDTH = 16
REFUSED = bytes(WIDTH)


class Sighting(NamedTuple):
    """A later delivery saw a key with this content; content None: looked everywhere and did not see it."""

    key: bytes
    content: bytes | None
    delivery_id: int
    stand_op: datetime


def restore(connection: Connection, contract: Contract, found: Delivery, parameters: Mapping[str, Any]) -> int:
    """Write the versions that later deliveries showed of the keys in this one. Returns how many."""
    later = connection.execute(
        select(deliveries.c.delivery_id, deliveries.c.stand_op, deliveries.c.scope, deliveries.c.gone)
        .add_columns(manifests.c["keys"].label("packed_keys"), manifests.c.contents)
        .join(manifests, manifests.c.delivery_id == deliveries.c.delivery_id)
        .where(deliveries.c.source == found.source, deliveries.c.bericht == found.bericht)
        .where(deliveries.c.stand_op > parameters["stand_op"])
        .where(deliveries.c.state.in_(("validated", "merged")))
        .order_by(deliveries.c.stand_op, deliveries.c.delivery_id)
    ).all()
    if not later:
        return 0
    mine = connection.execute(
        text(
            f"select sleutel_hash, partitie, vindplaats from accepted.{contract.bericht}"
            " where delivery_id = :delivery_id"
        ),
        {"delivery_id": found.delivery_id},
    ).all()
    places = {bytes(key): (partitie, vindplaats) for key, partitie, vindplaats in mine}
    return sum(
        _write(connection, contract, sighting, parameters) for row in later for sighting in _sightings(row, places)
    )


def _sightings(row: Any, mine: Mapping[bytes, tuple[str, str | None]]) -> Iterator[Sighting]:
    keys, contents = bytes(row.packed_keys), bytes(row.contents)
    for key, (partitie, vindplaats) in mine.items():
        place = _find(keys, key)
        if place is None:
            absent = partitie in (row.scope or ())
            if absent and (row.gone is None or vindplaats in row.gone):
                yield Sighting(key, None, row.delivery_id, row.stand_op)
        elif (content := contents[place : place + WIDTH]) != REFUSED:
            yield Sighting(key, content, row.delivery_id, row.stand_op)


def _find(keys: bytes, key: bytes) -> int | None:
    """Binary search in the packed, sorted keys of a manifest; the byte offset, or None."""
    low, high = 0, len(keys) // WIDTH
    while low < high:
        middle = (low + high) // 2
        if keys[middle * WIDTH : (middle + 1) * WIDTH] < key:
            low = middle + 1
        else:
            high = middle
    return low * WIDTH if keys[low * WIDTH : (low + 1) * WIDTH] == key else None


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
    }
    return write_sighting(connection, contract, seen)
