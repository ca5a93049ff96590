"""What each role can see and do, held by the database itself."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from sqlalchemy import Connection, NullPool, create_engine, insert, text

from demo.home import CHECKOUT
from schemas.contract import load, load_all
from tests.warehouse.versions import NIGHT, Version, client, deliver, mark_merged
from warehouse.engine import engine_for, role_name, server_engine, server_url
from warehouse.errors import WarehouseError
from warehouse.marts import publish_marts
from warehouse.merge import merge_delivery
from warehouse.scripts import run_ddl
from warehouse.tables import SCHEMAS, reject, toegang

# What the region declares itself: no record of anybody.
DECLARED = {
    f"warehouse.{name}"
    for name in (
        "loket", "raamcontract", "raamcontract_gemeente", "normbedrag", "verwachte_levering", "vroeghulp_norm",
    )
}  # fmt: skip
REFUSED = "42501"  # insufficient_privilege


@pytest.fixture(scope="module")
def filled(region_database: str) -> str:
    """Two gemeenten with one aanmelding each, merged, one refused record each, and a person in the kluis."""
    with engine_for(region_database, "loader").begin() as connection:
        for key, (source, code) in enumerate((("emmen", "0114"), ("assen", "0106"))):
            delivery_id = deliver(connection, [Version(key)], source=source, code=code)
            merge_delivery(connection, load("aanmelding"), delivery_id)
            mark_merged(connection, delivery_id)
            connection.execute(
                insert(reject).values(
                    delivery_id=delivery_id, record_nummer=2, verantwoordelijke_code=code, faults=[],
                    regelset="test", software="test",
                )
            )  # fmt: skip
            connection.execute(
                text(
                    "INSERT INTO kluis.persoon (lookup, client_ref, source, verantwoordelijke_code, known_from)"
                    " VALUES (:lookup, :ref, :source, :code, :moment)"
                ),
                {"lookup": bytes([key]), "ref": client(key), "source": source, "code": code, "moment": NIGHT},
            )
            connection.execute(
                text(
                    "INSERT INTO kluis.identiteit VALUES (:ref, :moment, '', :sealed, :delivery, :code)"
                    " ON CONFLICT DO NOTHING"
                ),
                {"ref": client(key), "moment": NIGHT, "sealed": b"dicht", "delivery": delivery_id, "code": code},
            )
        publish_marts(connection, NIGHT.date())
    return region_database


@pytest.fixture
def loader(filled: str) -> Iterator[Connection]:
    with engine_for(filled, "loader").connect() as connection:
        yield connection


@pytest.fixture
def analyst(filled: str) -> Iterator[Connection]:
    with engine_for(filled, "analyst").connect() as connection:
        yield connection


@pytest.fixture
def inzage(filled: str) -> Iterator[Connection]:
    """A login of Emmen in the role of controller, really logged in."""
    login = f"{filled}_emmen"
    with server_engine().connect() as server:
        run_ddl(server, f"CREATE ROLE {login} ROLE CURRENT_USER")
        run_ddl(server, f"GRANT {role_name(filled, 'controller')} TO {login}")
    with engine_for(filled, "owner").begin() as owner:
        owner.execute(insert(toegang).values(rol=login, verantwoordelijke_code="0114"))
    with engine_for(filled).connect() as connection:
        run_ddl(connection, f"SET ROLE {login}")
        yield connection
    with engine_for(filled, "owner").begin() as owner:
        owner.execute(toegang.delete())
    with server_engine().connect() as server:
        run_ddl(server, f"DROP ROLE {login}")


@pytest.fixture
def readers(filled: str) -> Iterator[Callable[[str], Connection]]:
    """The logins of docs/operate.md, made by its own lines; gives a session that is really logged in as one of them."""
    page = (CHECKOUT / "docs" / "operate.md").read_text(encoding="utf-8")
    section = page.split("### Who reads the marts", 1)[1].split("\n### ", 1)[0]
    lines = "".join(re.findall(r"```sql\n(.*?)```", section, re.DOTALL)).replace("hub_drenthe", filled)
    names = re.findall(r"CREATE ROLE (\w+) LOGIN", lines)
    with engine_for(filled).begin() as server, ExitStack() as sessions:
        for line in filter(None, map(str.strip, lines.split(";"))):
            run_ddl(server, line)
        for name in names:
            run_ddl(server, f"ALTER ROLE {name} PASSWORD 'alleen-hier'")
        server.commit()

        def logged_in(name: str) -> Connection:
            url = server_url().set(database=filled, username=name, password="alleen-hier")
            return sessions.enter_context(create_engine(url, poolclass=NullPool).connect())

        yield logged_in
    with engine_for(filled, "owner").begin() as owner:
        owner.execute(toegang.delete())
    with server_engine().connect() as server:
        for name in names:
            run_ddl(server, f"DROP ROLE {name}")


def test_the_readers_of_the_page_read_what_it_says(readers: Callable[[str], Connection]) -> None:
    everybody = set(readers("jansen").execute(text("SELECT gemeente_code FROM mart_loket.aanmeldingen")).scalars())
    own = set(readers("assen").execute(text("SELECT gemeente_code FROM mart_loket.aanmeldingen")).scalars())
    assert (everybody, own) == ({"0106", "0114"}, {"0106"})


def refused(connection: Connection, statement: str) -> bool:
    with pytest.raises(WarehouseError) as error:
        connection.execute(text(statement))
    connection.rollback()
    return error.value.sqlstate == REFUSED


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE accepted.aanmelding SET loket_code = 'X'",
        "DELETE FROM accepted.aanmelding",
        "TRUNCATE accepted.aanmelding",
        "DELETE FROM exchange.delivery",
        "UPDATE exchange.reject SET faults = '[]'",
        "DELETE FROM exchange.manifest",
        "UPDATE kluis.persoon SET client_ref = gen_random_uuid()",
        "DELETE FROM kluis.identiteit",
        "SELECT sealed FROM kluis.identiteit",
        "SELECT * FROM kluis.identiteit",
        "ALTER TABLE accepted.aanmelding DISABLE ROW LEVEL SECURITY",
        "INSERT INTO exchange.toegang VALUES ('x', '0114')",
    ],
)
def test_the_loader_adds_and_never_changes_nor_reads_identity(loader: Connection, statement: str) -> None:
    assert refused(loader, statement)


def test_the_loader_finds_a_person_again_by_the_lookup(loader: Connection) -> None:
    found = loader.execute(text("SELECT client_ref FROM kluis.persoon WHERE lookup = '\\x00'")).scalar_one()
    assert found == client(0)
    assert loader.execute(text("SELECT digest FROM kluis.identiteit")).scalars().all() == [b"", b""]


def test_the_loader_sees_the_rows_of_everybody(loader: Connection) -> None:
    assert loader.scalar(text("SELECT count(*) FROM warehouse.actueel_aanmelding")) == 2


def test_an_analyst_reaches_the_marts_and_nothing_else(analyst: Connection) -> None:
    assert analyst.scalar(text("SELECT count(*) FROM mart_loket.aanmeldingen")) == 2
    tables = [
        *(f"accepted.{bericht}" for bericht in load_all()),
        *(f"warehouse.actueel_{bericht}" for bericht in load_all()),
        *("kluis.persoon", "kluis.identiteit", "link.client_link", "exchange.delivery", "exchange.reject"),
    ]
    for table in tables:
        assert refused(analyst, f"SELECT * FROM {table}"), table
    assert refused(analyst, "DELETE FROM mart_loket.aanmeldingen")


def test_a_side_of_a_hand_over_names_a_record_and_is_not_the_analysts(filled: str, analyst: Connection) -> None:
    """What is left to count with holds no number of a record."""
    assert refused(analyst, "SELECT count(*) FROM mart_loket.overdracht_kanten")
    assert refused(analyst, "SELECT aanmelding_nummer FROM mart_loket.overdracht_kanten")
    for mart in ("overdrachten", "overdrachten_maanden"):
        assert analyst.scalar(text(f"SELECT count(*) FROM mart_loket.{mart}")) == 0
    readable = text(
        "SELECT count(*) FROM information_schema.column_privileges WHERE table_schema LIKE 'mart\\_%'"
        " AND grantee = current_user AND column_name IN (SELECT unnest(CAST(:keys AS text[])))"
    )
    keys = sorted({key for contract in load_all().values() for key in contract.sleutel if key.endswith("_nummer")})
    assert analyst.scalar(readable, {"keys": keys}) == 0


def test_a_line_of_a_child_is_the_coordinators_and_not_the_analysts(filled: str, analyst: Connection) -> None:
    lines = [f"mart_vroeghulp.{mart}" for mart in ("dossiers", "dossier_fasen", "dossier_toestemmingen")]
    for mart in lines:
        assert refused(analyst, f"SELECT count(*) FROM {mart}"), mart
    assert analyst.scalar(text("SELECT count(*) FROM mart_vroeghulp.looptijden")) == 0
    with engine_for(filled, "coordinator").connect() as coordinator:
        for mart in lines:
            assert coordinator.scalar(text(f"SELECT count(*) FROM {mart}")) == 0
        for table in ("mart_contract.productie", "mart_loket.aanmeldingen", "accepted.vroeghulp", "kluis.persoon"):
            assert refused(coordinator, f"SELECT * FROM {table}"), table
        assert refused(coordinator, "DELETE FROM mart_vroeghulp.dossiers")


def test_only_the_kluis_role_reads_sealed_identity(filled: str) -> None:
    with engine_for(filled, "kluis").connect() as connection:
        assert connection.execute(text("SELECT sealed FROM kluis.identiteit")).scalars().all() == [b"dicht"] * 2
        assert refused(connection, "SELECT * FROM accepted.aanmelding")
        assert refused(connection, "SELECT * FROM exchange.access")
        connection.execute(
            text("INSERT INTO exchange.access (rol, organisatie_code, doel, actie) VALUES ('r', '0114', 'd', 'a')")
        )
    for role in ("analyst", "coordinator", "controller"):
        with engine_for(filled, role).connect() as connection:
            assert refused(connection, "SELECT 1 FROM kluis.persoon")


@pytest.mark.parametrize(
    "table", ["accepted.aanmelding", "warehouse.actueel_aanmelding", "exchange.delivery", "exchange.reject"]
)
def test_a_reader_sees_the_rows_of_its_own_controller_only(inzage: Connection, table: str) -> None:
    found = inzage.execute(text(f"SELECT verantwoordelijke_code FROM {table}")).scalars().all()
    assert found == ["0114"]


def test_a_reader_sees_the_groups_of_its_own_records_only(inzage: Connection, filled: str) -> None:
    with engine_for(filled, "loader").begin() as connection:
        connection.execute(
            text(
                "INSERT INTO warehouse.actueel_traject SELECT versie_id, delivery_id, source, record_nummer,"
                " sleutel_hash, inhoud_hash, moment, stand_op, true, partitie, vindplaats, regelset, software,"
                " known_from, geleegd FROM accepted.aanmelding"
            )
        )
        connection.execute(
            text(
                "INSERT INTO accepted.traject_score (versie_id, volgnummer, verantwoordelijke_code,"
                " leefgebied_code, instrument_code)"
                " SELECT versie_id, 1, verantwoordelijke_code, '01', '1' FROM accepted.aanmelding"
            )
        )
        connection.execute(text("UPDATE warehouse.actueel_traject SET verantwoordelijke_code = '0114'"))
        assert connection.scalar(text("SELECT count(*) FROM warehouse.actueel_traject_score")) == 2
    for view in ("warehouse.actueel_traject_score", "accepted.traject_score"):
        assert inzage.execute(text(f"SELECT verantwoordelijke_code FROM {view}")).scalars().all() == ["0114"]


def test_a_reader_without_an_entry_sees_no_row(filled: str) -> None:
    with engine_for(filled, "controller").connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM accepted.aanmelding")) == 0
        assert connection.scalar(text("SELECT count(*) FROM exchange.toegang")) == 0


def test_a_reader_sees_its_own_entry_only(inzage: Connection, filled: str) -> None:
    with engine_for(filled, "owner").begin() as owner:
        owner.execute(insert(toegang).values(rol="een_ander", verantwoordelijke_code="0106"))
    assert inzage.execute(text("SELECT verantwoordelijke_code FROM exchange.toegang")).scalars().all() == ["0114"]


def test_every_table_with_a_controller_has_row_level_security(region_database: str) -> None:
    query = text(
        "SELECT attrelid::regclass::text, relrowsecurity"
        " FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid"
        " JOIN pg_namespace ON pg_namespace.oid = relnamespace"
        " WHERE attname = 'verantwoordelijke_code' AND relkind = 'r' AND nspname = ANY (:schemas)"
    )
    with engine_for(region_database, "owner").connect() as connection:
        found: dict[str, bool] = dict(connection.execute(query, {"schemas": list(SCHEMAS)}).all())
    outside = {"kluis.persoon", "kluis.identiteit", "kluis.gewist"}  # closed by grants: no reader has any right on them
    assert {name for name, secured in found.items() if not secured} == outside
    assert len(found) >= 6 * 2 + 5


def test_records_carry_gemeente_and_controller(region_database: str) -> None:
    query = text(
        "SELECT table_schema || '.' || table_name, array_agg(column_name::text) FROM information_schema.columns"
        " WHERE table_schema IN ('accepted', 'warehouse', 'mart_loket') OR table_name IN ('delivery', 'reject')"
        " GROUP BY 1"
    )
    with engine_for(region_database, "owner").connect() as connection:
        for table, names in connection.execute(query):
            if table not in DECLARED:
                assert {"gemeente_code", "verantwoordelijke_code"} <= set(names), table
