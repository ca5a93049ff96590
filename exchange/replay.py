"""replay: judge a delivery again from landing, under the rules of today.

The bytes are those of then, and so is their place in the order of versions. What was sound stays as it is
(unchanged); what was refused and is sound now comes in. Running it twice changes nothing more.
"""

from sqlalchemy import insert, select

from exchange.context import Context
from exchange.delivery import NOWHERE, Delivery, find, from_row
from exchange.outbox import announce
from warehouse.tables import delivery as table

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
            "run_id": context.run_id,
            "vandaag": context.vandaag,
            "duplicate_of": row["duplicate_of"] or found.delivery_id,
            "state": "received",
        }
        made = connection.execute(insert(table).values(values).returning(table)).mappings().one()
        announce(connection, made["delivery_id"], made["state"])
    return from_row(made)
