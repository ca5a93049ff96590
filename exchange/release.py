"""release: let a delivery that was held through after all. Somebody says so, and why; the next merge takes it along.

Judged it was already. What came while it was held was judged as if it did not exist, so it takes its place now, as a
delivery that arrives late does: any order of hold and release ends in the same warehouse.
"""

import logging

from sqlalchemy import func, select, update

from exchange import delivery, late
from exchange.context import Context
from warehouse import load
from warehouse.tables import delivery as table

log = logging.getLogger(__name__)


def release(context: Context, delivery_id: int, reason: str, by: str) -> None:
    """Release one held delivery. `reason` and `by` are kept with it, and hold nothing about a person in the data.

    Raises LookupError where it is not held, or nobody says who and why; WarehouseError.
    """
    if not reason.strip() or not by.strip():
        raise LookupError("a release says who does it and why: --reason and --by")
    with context.engine.begin() as connection:
        load.one_at_a_time(connection, context.source.id)
        found = delivery.find(connection, delivery_id, lock=True)
        if found.state != "held":
            raise LookupError(f"delivery {delivery_id} is {found.state}, not held: there is nothing to release")
        values = {
            "state": "validated",
            "released_at": func.clock_timestamp(),
            "released_by": by.strip(),
            "release_reason": reason.strip(),
        }
        connection.execute(update(table).where(table.c.delivery_id == delivery_id).values(**values))
        parameters = {
            "source": found.source,
            "known_from": connection.execute(select(func.transaction_timestamp())).scalar_one(),
            "held": delivery.held(connection, found.source, found.bericht),
        }
        written = late.settle(connection, context.source.delivers[found.bericht].contract, found, parameters)
    log.info("%s: delivery %d released, %d versions put in their place", context.source.id, delivery_id, written)
