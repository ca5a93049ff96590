"""seen: which records of a delivery came before, byte for byte, and what became of them then.

Senders who deliver a whole file every night send mostly what they sent before. A record whose bytes the last
delivery held too, judged by the same rules and found sound, is not judged again: its key and its content are known.
Only what a record said then is used, never what it is about: a manifest holds keyed hashes.
"""

from array import array
from bisect import bisect_left
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, func, select

from connectors.connector import Mark
from exchange.delivery import Delivery
from exchange.keys import WIDTH, Keys
from warehouse.tables import delivery as deliveries
from warehouse.tables import manifest as manifests

MOST = 2_000_000  # records; a manifest beyond this would cost more memory than it is worth


class Shown(NamedTuple):
    """What one delivery showed: per record 16 bytes of key, of content and of the record's own bytes."""

    keys: bytes
    contents: bytes
    marks: bytes


NOTHING = Shown(b"", b"", b"")


class Seen:
    """Gives each record its mark: see connectors.connector.Marker. Holds 60 bytes per record of the manifest."""

    def __init__(self, keys: Keys, rules: str, shown: Shown = NOTHING) -> None:
        """`rules` stands for all that decides what bytes mean: with other rules nothing is recognised."""
        self._begin = keys.hasher(f"{rules}\x1f")
        self._shown = shown
        heads = array("Q", shown.marks)[::2]
        order = sorted((i for i in range(len(heads)) if heads[i]), key=heads.__getitem__)
        self._order = array("I", order)
        self._heads = array("Q", (heads[i] for i in order))

    def __call__(self, record: bytes) -> Mark:
        """The mark of these bytes; `known` is (key hash, content hash)."""
        hashed = self._begin.copy()
        hashed.update(record)
        afdruk = hashed.digest()
        return Mark(afdruk, self._find(afdruk) if self._heads else None)

    def _find(self, afdruk: bytes) -> tuple[bytes, bytes] | None:
        (head,) = array("Q", afdruk[:8])
        place = bisect_left(self._heads, head)
        while place < len(self._heads) and self._heads[place] == head:
            at = self._order[place] * WIDTH
            if self._shown.marks[at : at + WIDTH] == afdruk:
                return self._shown.keys[at : at + WIDTH], self._shown.contents[at : at + WIDTH]
            place += 1
        return None


def last_shown(connection: Connection, found: Delivery, stand_op: datetime) -> Shown:
    """What the last delivery before this one showed; one that came early, of a later day, decides nothing here.

    Where nothing in it was marked (a form whose records are not apart in the bytes) nothing is fetched.
    """
    last = (
        select(deliveries.c.delivery_id)
        .join(manifests, manifests.c.delivery_id == deliveries.c.delivery_id)
        .where(deliveries.c.source == found.source, deliveries.c.bericht == found.bericht)
        .where(deliveries.c.delivery_id != found.delivery_id, deliveries.c.stand_op <= stand_op)
        .where(deliveries.c.state.in_(("validated", "merged")), deliveries.c.received <= MOST)
        .order_by(deliveries.c.stand_op.desc(), deliveries.c.delivery_id.desc())
        .limit(1)
    )
    query = (
        select(manifests.c["keys"], manifests.c.contents, manifests.c.marks)
        .where(manifests.c.delivery_id == last.scalar_subquery())
        .where(func.octet_length(manifests.c.marks) > 0)
    )
    row = connection.execute(query).one_or_none()
    return NOTHING if row is None else Shown(*map(bytes, row))
