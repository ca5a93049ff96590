"""Making a region's database, on PostgreSQL 15 and on the embedded server, as a login that is no superuser."""

import multiprocessing
from collections.abc import Iterator

import pytest
from sqlalchemy import make_url, text

from tests.conftest import serving
from warehouse.engine import ROLES, engine_for, role_name, server_engine
from warehouse.errors import WarehouseError
from warehouse.scripts import run_ddl
from warehouse.setup import setup

CATALOGUE = """
SELECT 'kolom', attrelid::regclass::text, attname::text, format_type(atttypid, atttypmod) FROM pg_attribute
WHERE attnum > 0 AND attrelid >= 16384
UNION ALL SELECT 'recht', oid::regclass::text, relname::text, relacl::text FROM pg_class WHERE oid >= 16384
UNION ALL SELECT 'regel', polrelid::regclass::text, polname::text, pg_get_expr(polqual, polrelid) FROM pg_policy
UNION ALL SELECT 'toelichting', objoid::text, objsubid::text, description FROM pg_description WHERE objoid >= 16384
UNION ALL SELECT 'rij', pg_class.oid::text, relname::text, pg_class.xmin::text FROM pg_class WHERE oid >= 16384
ORDER BY 1, 2, 3
"""


@pytest.fixture(scope="module", params=["embedded", "system"])
def login(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of its own, with HUB_DATABASE_URL as a login that may make databases and roles, nothing more."""
    folder = tmp_path_factory.mktemp(request.param)
    with serving(request.param, folder) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUB_DATABASE_URL", server.url)
        with server_engine().connect() as connection:
            run_ddl(connection, "CREATE ROLE beheerder LOGIN CREATEDB CREATEROLE PASSWORD 'proef'")
        url = make_url(server.url).set(username="beheerder", password="proef")
        patch.setenv("HUB_DATABASE_URL", url.render_as_string(hide_password=False))
        yield "beheerder"


def catalogue(database: str) -> list[tuple[str, ...]]:
    with engine_for(database, "owner").connect() as connection:
        return [tuple(row) for row in connection.execute(text(CATALOGUE))]


def test_a_login_without_superuser_can_make_a_region_and_work_as_each_role(login: str) -> None:
    setup("hub_gewoon", "Gewoon")
    for role in ROLES:
        with engine_for("hub_gewoon", role).connect() as connection:
            who = connection.execute(text("SELECT session_user, current_user")).one()
            assert tuple(who) == (login, role_name("hub_gewoon", role))
            assert connection.scalar(text("SELECT rolsuper FROM pg_roles WHERE rolname = session_user")) is False


def test_setting_up_again_writes_nothing(login: str) -> None:
    setup("hub_weer", "Weer")
    before = catalogue("hub_weer")
    setup("hub_weer", "Weer")
    rows = [row for row in before if row[0] == "rij"]
    assert len(rows) > 50
    after = catalogue("hub_weer")
    # GRANT rewrites the catalogue's row of a table though nothing in it changes.
    assert [row for row in before if row[0] != "rij"] == [row for row in after if row[0] != "rij"]


def test_two_setups_at_once_both_succeed(login: str) -> None:
    fork = multiprocessing.get_context("fork")
    racers = [fork.Process(target=setup, args=("hub_samen", "Samen")) for _ in range(3)]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(60)
    assert [racer.exitcode for racer in racers] == [0, 0, 0]


def test_two_regions_share_a_server_and_no_rights(login: str) -> None:
    setup("hub_links", "Links")
    setup("hub_rechts", "Rechts")
    with engine_for("hub_links", "loader").connect() as connection:
        assert not connection.scalar(text("SELECT has_database_privilege('hub_rechts', 'CONNECT')"))


def test_a_name_that_is_no_database_name_is_refused() -> None:
    with pytest.raises(WarehouseError, match="no name for a database"):
        setup("hub-drenthe; DROP", "Drenthe")
