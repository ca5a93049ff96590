"""The tables that Alembic keeps: described, reversible, and strict about what a delivery became."""

from collections.abc import Iterator

import pytest
from alembic import command
from sqlalchemy import Connection, insert, text, update

from demo.postgres import Server
from tests.conftest import region_of
from tests.warehouse.versions import Version, deliver
from warehouse.engine import engine_for
from warehouse.errors import WarehouseError
from warehouse.setup import alembic_config, setup
from warehouse.tables import SCHEMAS, delivery, manifest, metadata

UNDESCRIBED = """
SELECT class.oid::regclass::text || coalesce('.' || attname, '')
FROM pg_class AS class JOIN pg_namespace AS schema ON schema.oid = class.relnamespace
CROSS JOIN LATERAL (
    SELECT 0 AS attnum, NULL::name AS attname
    UNION ALL
    SELECT attnum, attname FROM pg_attribute WHERE attrelid = class.oid AND attnum > 0 AND NOT attisdropped
) AS part
WHERE nspname = ANY (:schemas) AND relkind IN ('r', 'v')
  AND NOT EXISTS (
      SELECT FROM pg_description
      WHERE classoid = 'pg_class'::regclass AND objoid = class.oid AND objsubid = attnum AND description <> ''
  )
"""


@pytest.fixture
def loader(region_database: str) -> Iterator[Connection]:
    with engine_for(region_database, "loader").connect() as connection:
        yield connection


@pytest.fixture
def own_region_database(postgres_server: Server) -> Iterator[str]:
    with region_of("migratie") as database:
        yield database


def test_every_table_and_every_column_is_described(region_database: str) -> None:
    with engine_for(region_database, "owner").connect() as connection:
        assert connection.execute(text(UNDESCRIBED), {"schemas": list(SCHEMAS)}).scalars().all() == []
        connection.execute(text("CREATE TABLE link.nieuw (x int)"))
        assert len(connection.execute(text(UNDESCRIBED), {"schemas": list(SCHEMAS)}).all()) == 2


def test_migrations_go_down_and_up_and_agree_with_the_tables(own_region_database: str) -> None:
    def tables() -> set[str]:
        query = text("SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname = ANY (:schemas)")
        with engine_for(own_region_database, "owner").connect() as connection:
            return set(connection.execute(query, {"schemas": list(SCHEMAS)}).scalars())

    full = tables()
    with engine_for(own_region_database, "owner").begin() as connection:
        command.check(alembic_config(connection))
        command.downgrade(alembic_config(connection), "base")
    empty = tables()
    assert {name.split(".")[0] for name in empty - {"exchange.alembic_version"}} == {"accepted", "warehouse"}
    assert "warehouse.loket" not in empty
    setup(own_region_database, "Weer")
    assert tables() == full
    with engine_for(own_region_database, "owner").begin() as connection:
        command.check(alembic_config(connection))


def test_migrations_and_tables_agree_on_checks_and_indexes(own_region_database: str) -> None:
    defined = text(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype <> 'n' AND connamespace = ANY (CAST(CAST(:schemas AS text[]) AS regnamespace[]))"
        " AND conrelid::regclass::text = ANY (:tables)"
        " UNION ALL SELECT indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid)"
        " FROM pg_index WHERE indrelid::regclass::text = ANY (:tables) ORDER BY 1, 2"
    )
    named = {"schemas": list(SCHEMAS), "tables": list(metadata.tables)}
    with engine_for(own_region_database, "owner").begin() as connection:
        migrated = connection.execute(defined, named).all()
        command.downgrade(alembic_config(connection), "base")
        metadata.create_all(connection)
        assert connection.execute(defined, named).all() == migrated
    assert len(migrated) > 30


def test_a_delivery_cannot_be_judged_while_a_record_is_missing(loader: Connection) -> None:
    delivery_id = deliver(loader, [Version(1), Version(2)])
    row = update(delivery).where(delivery.c.delivery_id == delivery_id)
    loader.execute(row.values(received=5, accepted=1, rejected=1, unchanged=1, superseded=1, deleted=1))
    with pytest.raises(WarehouseError, match="delivery_residual_ck"):
        loader.execute(row.values(received=6))


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"state": "refused"}, "delivery_refused_has_fault_ck"),
        ({"state": "duplicate"}, "delivery_duplicate_has_first_ck"),
        ({"state": "zoek"}, "delivery_state_ck"),
        ({"received": -1, "accepted": -1}, "delivery_counts_ck"),
    ],
)
def test_a_delivery_is_in_one_of_its_states_with_what_belongs_to_it(
    loader: Connection, values: dict[str, object], constraint: str
) -> None:
    delivery_id = deliver(loader, [])
    with pytest.raises(WarehouseError, match=constraint):
        loader.execute(update(delivery).where(delivery.c.delivery_id == delivery_id).values(values))


def test_the_same_bytes_stand_once_and_their_return_is_a_duplicate(loader: Connection) -> None:
    delivery_id = deliver(loader, [])
    loader.execute(update(delivery).where(delivery.c.delivery_id == delivery_id).values(stand_op=None))
    names = [c.name for c in delivery.columns if c.name not in ("delivery_id", "residual", "duplicate_of", "state")]
    again = text(
        f"INSERT INTO exchange.delivery ({', '.join(names)}, duplicate_of, state)"
        f" SELECT {', '.join(names)}, CAST(:first AS bigint), :state"
        " FROM exchange.delivery WHERE delivery_id = :id"
    )
    loader.execute(again, {"id": delivery_id, "first": delivery_id, "state": "duplicate"})
    with pytest.raises(WarehouseError, match="delivery_bytes_uq"):
        loader.execute(again, {"id": delivery_id, "first": None, "state": "received"})


@pytest.mark.parametrize(("keys", "contents"), [(bytes(16), bytes(32)), (bytes(15), bytes(15))])
def test_a_manifest_holds_sixteen_bytes_of_both_per_record(loader: Connection, keys: bytes, contents: bytes) -> None:
    delivery_id = deliver(loader, [])
    with pytest.raises(WarehouseError, match="manifest_length_ck"):
        loader.execute(insert(manifest).values(delivery_id=delivery_id, keys=keys, contents=contents))
