"""The current state of a bericht follows its versions: one set-based MERGE per delivery."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from schemas.contract import Contract
from warehouse.generated import version_columns
from warehouse.scripts import run, statements
from warehouse.tables import delivery

LARGE = 5000  # versions; from about here on reading whole tables beats looking up keys


@dataclass(frozen=True)
class MergeCounts:
    """Rows of warehouse.actueel_<bericht> that moved."""

    inserted: int
    updated: int
    deleted: int


def merge_delivery(connection: Connection, contract: Contract, delivery_id: int) -> MergeCounts:
    """Bring warehouse.actueel_<bericht> up to date with the keys that one delivery touched.

    The delivery itself may be judged only; of all others only those count that are merged. Work is in
    proportion to the versions that the delivery brought; a second time moves nothing. Runs in the transaction
    of the caller, who then calls the delivery merged. Raises WarehouseError; NoResultFound for no delivery.
    """
    source = connection.execute(select(delivery.c.source).where(delivery.c.delivery_id == delivery_id)).scalar_one()
    columns = tuple(column.name for column in version_columns(contract))
    *before, count, drop, by_scan, by_loop, by_merge, by_hash = statements(
        "sql/merge.sql", bericht=contract.bericht, columns=columns
    )
    for statement in before:
        run(connection, statement, delivery_id=delivery_id, source=source, large=LARGE)
    moved = run(connection, count).one()
    for statement in (drop, by_scan, by_loop, by_merge, by_hash):
        run(connection, statement)
    return MergeCounts(moved.inserted, moved.updated, moved.deleted)
