"""What one delivery of a source reads does not grow with the deliveries of others. Counted in rows, never timed.

The deliveries of others are copies of a real one, so that there can be thousands: ledger, versions, current state and
KLUIS as if each came from a source of its own.
"""

from datetime import date
from time import sleep

import pytest
from sqlalchemy import Connection, text

from tests.exchange.hub import Hub
from tests.exchange.levering import aanmelding
from warehouse.engine import engine_for, kept_engine_for

FEW, MANY, RECORDS = 300, 3000, 10
SLACK = 2 * RECORDS  # rows: where one plan finds a row at once, another looks at its neighbours
FIRST, SECOND, LATER = "2015-03-01T00:00:00Z", "2015-03-02T00:00:00Z", date(2015, 3, 5)
#: Each table that grows with deliveries, and what makes a copy of its rows: column -> SQL over the number of the copy.
COPIED = {
    "exchange.run": {"run_id": "run_id || '-' || nummer", "source": "source || '-' || nummer"},
    "exchange.delivery": {"delivery_id": "nummer", "source": "source || '-' || nummer"},
    "exchange.manifest": {"delivery_id": "nummer"},
    "exchange.answer": {"delivery_id": "nummer", "source": "source || '-' || nummer"},
    "exchange.outbox": {"delivery_id": "nummer", "source": "source || '-' || nummer"},
    "exchange.quality_result": {"delivery_id": "nummer", "source": "source || '-' || nummer"},
    "accepted.aanmelding": {
        "versie_id": "nummer * 100 + versie_id",
        "delivery_id": "nummer",
        "source": "source || '-' || nummer",
        "sleutel_hash": "substr(sha256(sleutel_hash || nummer::text::bytea), 1, 16)",
    },
    "warehouse.actueel_aanmelding": {
        "versie_id": "nummer * 100 + versie_id",
        "delivery_id": "nummer",
        "source": "source || '-' || nummer",
        "sleutel_hash": "substr(sha256(sleutel_hash || nummer::text::bytea), 1, 16)",
    },
    "kluis.persoon": {
        "lookup": "substr(sha256(lookup || nummer::text::bytea), 1, 16)",
        "client_ref": "md5(client_ref::text || nummer)::uuid",
        "source": "source || '-' || nummer",
    },
    "kluis.identiteit": {"client_ref": "md5(client_ref::text || nummer)::uuid", "delivery_id": "nummer"},
}
READ = """
select relname, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0)
from pg_stat_user_tables where schemaname in ('exchange', 'accepted', 'warehouse', 'kluis')
"""
KEPT = """
select column_name from information_schema.columns
where table_schema || '.' || table_name = :table and is_generated = 'NEVER' and is_identity = 'NO'
"""
OTHERS = "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"


@pytest.mark.parametrize("omvang", ["wijzigingen", "volledig"])
def test_a_delivery_reads_as_much_among_thousands_as_among_hundreds(hub: Hub, omvang: str) -> None:
    example, *measured = (hub.of_its_own(number) for number in range(3))
    example.deliver("aanmelding_1.xml", _records(0), LATER, stand_op=FIRST)
    with engine_for(hub.region.database).execution_options(isolation_level="AUTOCOMMIT").connect() as server:
        (only,) = hub.rows("select delivery_id from exchange.delivery")
        for one in measured:
            one.deliver("aanmelding_1.xml", _records(0), LATER, stand_op=FIRST)
        _copy(server, only[0], 1, FEW)
        among_few = _second(measured[0], server, omvang)
        _copy(server, only[0], FEW + 1, MANY)
        among_many = _second(measured[1], server, omvang)
    assert sum(among_few.values()) > RECORDS
    more = {table: rows - among_few[table] for table, rows in among_many.items() if rows != among_few[table]}
    assert {table: rows for table, rows in more.items() if rows > SLACK} == {}


def _records(changed: int) -> list[dict[str, object]]:
    """Of these the first so many have another day than before."""
    days = ["2015-02-11"] * changed + ["2015-02-10"] * RECORDS
    return [aanmelding(f"A{number}", datum_aanmelding=day) for number, day in enumerate(days[:RECORDS])]


def _second(hub: Hub, server: Connection, omvang: str) -> dict[str, int]:
    """Rows read, by table, of all verbs over the next delivery of a source: six newer versions and four as before."""
    before = _read(server)
    counts = hub.deliver("aanmelding_2.xml", _records(6), LATER, stand_op=SECOND, omvang=omvang)
    assert (counts.accepted, counts.unchanged) == (6, RECORDS - 6)
    hub.answer()
    return {table: rows - before[table] for table, rows in _read(server).items()}


def _read(server: Connection) -> dict[str, int]:
    kept_engine_for(str(server.engine.url.database), "loader").dispose()
    while server.scalar(text(OTHERS)):  # a session tells what it read when it ends
        sleep(0.05)
    server.execute(text("select pg_stat_force_next_flush()"))  # and this one now: it copied
    return dict(server.execute(text(READ)).all())


def _copy(server: Connection, delivery_id: int, first: int, last: int) -> None:
    """Copies of the example, numbered, and statistics as autovacuum makes them."""
    for table, other in COPIED.items():
        kept = server.scalars(text(KEPT), {"table": table}).all()
        names = list(dict.fromkeys((*other, *kept)))
        cells = ", ".join(other.get(name, name) for name in names)
        place = "delivery_id" if "delivery_id" in names else "source"
        server.execute(
            text(
                f"insert into {table} ({', '.join(names)}) overriding system value select {cells} from {table}"
                " cross join generate_series(cast(:first as bigint), cast(:last as bigint)) as nummer"
                f" where {place} = (select {place} from exchange.delivery where delivery_id = :example)"
            ),
            {"example": delivery_id, "first": 1000 + first, "last": 1000 + last},
        )
        server.execute(text(f"analyze {table}"))
