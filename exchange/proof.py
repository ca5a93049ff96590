"""proof: a record that a source no longer shows is gone only when the source says so.

A source that hides rows after a lost right looks as if it had deleted them. So for a connector that knows where
the source keeps a record (`locator`), every record that is absent from a completely read partition is asked for
by its own address; only those that the source calls gone are withdrawn. The answer stands on the delivery.
"""

from sqlalchemy import text, update

from connectors.connector import Connector
from exchange.context import Context
from exchange.delivery import Delivery
from warehouse.tables import delivery as table


def prove(context: Context, connector: Connector, found: Delivery) -> int:
    """Ask the source for what is absent; write the places that are gone on the delivery. Returns how many.

    Raises SourceRefused when the source will not say, SourceUnavailable when it cannot.
    """
    delivers = context.source.delivers[found.bericht]
    with context.landing.open(found.landing_path, found.sha256) as stream:
        seen = {
            str(raw.values.get(connector.locator) or "")
            for raw in connector.read(found.bericht, delivers.options, stream)
        }
    known = text(
        f"select vindplaats from warehouse.actueel_{found.bericht}"
        " where source = :source and partitie = any(:scope) and vindplaats is not null order by vindplaats"
    )
    with context.engine.connect() as connection:
        places = connection.scalars(known, {"source": found.source, "scope": list(found.scope)}).all()
    absent = [place for place in places if place not in seen]
    there = connector.still_there(found.bericht, delivers.options, absent)
    gone = [place for place, is_there in zip(absent, there, strict=True) if not is_there]
    with context.engine.begin() as connection:
        connection.execute(update(table).where(table.c.delivery_id == found.delivery_id).values(gone=gone))
    return len(gone)


def prove_where_wanted(context: Context, connector: Connector, found: Delivery) -> None:
    """Prove what is absent, unless absence in this delivery says nothing, or was proven before. Raises as `prove`."""
    if wanted(connector, found):
        prove(context, connector, found)


def wanted(connector: Connector, found: Delivery) -> bool:
    """Whether absence in this delivery has to be proven, and is not yet."""
    return bool(connector.locator and found.scope and found.gone is None and found.state == "received")
