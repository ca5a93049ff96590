"""merge: bring the current state up to date with what one delivery changed."""

import logging
from dataclasses import dataclass

from exchange import delivery
from exchange.context import Context
from exchange.delivery import Counts
from warehouse.merge import MergeCounts, merge_delivery

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Merged:
    """The delivery's counts, and the rows of the current state that moved."""

    counts: Counts
    rows: MergeCounts

    def line(self) -> str:
        """One line for a log: counts, never values."""
        rows = self.rows
        return f"{self.counts.line()} · rows +{rows.inserted} ~{rows.updated} -{rows.deleted}"


def merge(context: Context, delivery_id: int) -> Merged:
    """Merge one judged delivery. One that is merged already, held, refused or a duplicate changes nothing."""
    with context.engine.begin() as connection:
        found = delivery.find(connection, delivery_id, lock=True)
        if found.state != "validated":
            return Merged(found.counts, MergeCounts(0, 0, 0))
        contract = context.source.delivers[found.bericht].contract
        rows = merge_delivery(connection, contract, delivery_id)
        delivery.close(connection, delivery_id, "merged", found.counts)
    merged = Merged(found.counts, rows)
    log.info("%s: delivery %d %s merged: %s", context.source.id, delivery_id, found.bericht, merged.line())
    return merged
