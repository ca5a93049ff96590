"""replay: judge deliveries again from landing, under the rules of today: one, or those of a past period.

The bytes are those of then, and so is their place in the order of versions. What was sound stays as it is
(unchanged); what was refused and is sound now comes in. Running it twice changes nothing more.

A source that leaves files has nothing else of a past day: landing is its past. Any other source can be asked once
more, and is: as a whole, without the bookmark where its nights read on, so that what a night missed comes in too.
"""

import logging
from datetime import date

from sqlalchemy import insert, select

from exchange.context import Context
from exchange.delivery import NOWHERE, Counts, Delivery, find, from_row, of_run
from exchange.errors import DeclarationError
from exchange.outbox import announce
from exchange.receive import receive
from exchange.take_in import take_in
from warehouse.tables import delivery as table

log = logging.getLogger(__name__)

LANDING_IS_ITS_PAST = ("filedrop",)
COPIED = (
    "source", "gemeente_code", "verantwoordelijke_code", "bericht", "contract_versie", "name", "media_type",
    "stand_op", "sha256", "bytes", "landing_path", "scope", "gone",
)  # fmt: skip


def again(context: Context, delivery_id: int) -> Delivery:
    """A new delivery over the same bytes, waiting to be validated. Raises LookupError."""
    with context.engine.begin() as connection:
        found = find(connection, delivery_id)
        if found.landing_path == NOWHERE:
            raise LookupError(f"no bytes of delivery {delivery_id} were kept: there is nothing to judge")
        row = connection.execute(select(table).where(table.c.delivery_id == delivery_id)).mappings().one()
        values = {name: row[name] for name in COPIED} | {
            **of_run(context),
            "duplicate_of": row["duplicate_of"] or found.delivery_id,
            "state": "received",
        }
        made = connection.execute(insert(table).values(values).returning(table)).mappings().one()
        announce(connection, made["delivery_id"], made["state"])
    return from_row(made)


def replay(context: Context, since: date, until: date) -> list[Counts]:
    """Judge again what a source delivered for these days, and ask it for the whole where that can be asked.

    Returns what became of each delivery, in the order of then. Killed, the same run goes on where it stopped.
    Raises DeclarationError, SourceUnavailable, SourceRefused, WarehouseError.
    """
    if since > until:
        raise DeclarationError("replay", "van", f"{since} comes after {until}; give the first day first")
    counts = [take_in(context, one)[1].counts for one in _landed(context, since, until)]
    log.info("%s: deliveries of %s to %s judged again %d", context.source.id, since, until, len(counts))
    if context.source.connector not in LANDING_IS_ITS_PAST:
        counts += [take_in(context, one)[1].counts for one in receive(context, whole=True)]
    return counts


def _landed(context: Context, since: date, until: date) -> list[int]:
    """A delivery of this run over each one of the period of which the bytes were kept, in the order of then."""
    own = table.c.source == context.source.id
    with context.engine.connect() as connection:
        made: dict[int, int] = dict(
            connection.execute(
                select(table.c.duplicate_of, table.c.delivery_id).where(own, table.c.run_id == context.run_id)
            ).all()
        )
        period = select(table.c.delivery_id).where(own, table.c.vandaag.between(since, until))
        period = period.where(table.c.duplicate_of.is_(None), table.c.landing_path != NOWHERE)
        firsts = connection.scalars(period.order_by(table.c.stand_op.nulls_last(), table.c.delivery_id)).all()
    return [made[first] if first in made else again(context, first).delivery_id for first in firsts]
