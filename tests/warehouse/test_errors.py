"""What the database refuses is told by its SQLSTATE and its names; no value comes along, by any road."""

import logging
import pickle
import traceback

import pytest
from sqlalchemy import text

from demo.postgres import Server
from tests.warehouse.versions import Version, deliver
from warehouse.engine import engine_for, server_engine
from warehouse.errors import WarehouseError, without_values

SECRET = "geheime-waarde-1980"


def everything(error: BaseException) -> str:
    """All that Python shows of an error: its message, its causes, its contexts."""
    return "".join(traceback.format_exception(error)) + repr(error.__cause__) + repr(error.__context__)


def test_a_refused_value_is_not_told(region_database: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with (
        pytest.raises(WarehouseError) as error,
        engine_for(region_database, "loader").connect() as connection,
    ):
        connection.execute(text("SELECT CAST(:value AS date)"), {"value": SECRET})
    assert error.value.sqlstate == "22007"
    assert "InvalidDatetimeFormat" in str(error.value)
    assert SECRET not in everything(error.value) + caplog.text


def test_a_refused_row_is_told_by_table_and_constraint(region_database: str) -> None:
    with (
        pytest.raises(WarehouseError) as error,
        engine_for(region_database, "loader").connect() as connection,
    ):
        deliver(connection, [Version(1, values={"aanmelding_nummer": SECRET})] * 2)
    assert error.value.sqlstate == "23505"
    assert "accepted.aanmelding.aanmelding_versie_uq" in str(error.value)
    assert SECRET not in everything(error.value)


def test_a_failing_copy_is_not_told(region_database: str) -> None:
    with engine_for(region_database, "loader").connect() as connection:
        connection.execute(text("CREATE TEMPORARY TABLE dag (d date)"))
        driver = connection.connection.driver_connection
        assert driver is not None
        cursor = driver.cursor()
        with pytest.raises(WarehouseError) as error, without_values(), cursor.copy("COPY dag FROM STDIN") as copy:
            copy.write(SECRET + "\n")
    assert error.value.sqlstate == "22007"
    assert SECRET not in everything(error.value)


def test_the_log_of_the_server_holds_no_value(region_database: str, postgres_server: Server) -> None:
    with (
        pytest.raises(WarehouseError),
        engine_for(region_database, "loader").connect() as connection,
    ):
        connection.execute(text("SELECT CAST(:value AS date)"), {"value": SECRET})
    log = (postgres_server.data_dir / "postgres.log").read_text()
    assert "ready to accept connections" in log
    assert SECRET not in log


def test_no_server_is_an_error_with_a_place_and_without_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_DATABASE_URL", f"postgresql://hub:{SECRET}@127.0.0.1:1/postgres")
    with pytest.raises(WarehouseError, match=r"127\.0\.0\.1.*SQLSTATE 08006") as error:
        server_engine().connect()
    assert SECRET not in everything(error.value)


def test_a_region_without_a_database_is_told_with_its_cure_and_not_tried_again(postgres_server: Server) -> None:
    with pytest.raises(WarehouseError, match=r"python -m warehouse\.setup hub_nergens") as error:
        engine_for("hub_nergens", "loader").connect()
    assert (error.value.sqlstate, error.value.passes) == ("3D000", False)
    assert postgres_server.password not in everything(error.value)


@pytest.mark.parametrize(
    "url",
    [None, "", f"geen adres {SECRET}", f"mysql://hub:{SECRET}@localhost/x", f"postgresql://hub:{SECRET}@h:notaport/x"],
)
def test_a_wrong_address_is_told_without_the_address(monkeypatch: pytest.MonkeyPatch, url: str | None) -> None:
    monkeypatch.delenv("HUB_DATABASE_URL", raising=False)
    if url is not None:
        monkeypatch.setenv("HUB_DATABASE_URL", url)
    with pytest.raises(WarehouseError, match="HUB_DATABASE_URL") as error:
        engine_for("hub_drenthe", "loader")
    assert SECRET not in everything(error.value)


def test_a_mistake_of_ours_keeps_its_own_words(region_database: str) -> None:
    with (
        pytest.raises(Exception, match="bind parameter 'value'"),
        engine_for(region_database, "loader").connect() as connection,
    ):
        connection.execute(text("SELECT :value"))


def test_an_error_comes_whole_out_of_another_process() -> None:
    error = pickle.loads(pickle.dumps(WarehouseError("the database refuses", "23505")))
    assert (str(error), error.sqlstate) == ("the database refuses (SQLSTATE 23505)", "23505")


def test_a_session_that_the_server_ended_passes(region_database: str) -> None:
    """As when the server is restarted under a task: trying again cures it."""
    with engine_for(region_database, "loader").connect() as connection, server_engine().connect() as server:
        mine = connection.scalar(text("SELECT pg_backend_pid()"))
        server.execute(text("SELECT pg_terminate_backend(:pid, 10000)"), {"pid": mine})
        with pytest.raises(WarehouseError) as error:
            connection.execute(text("SELECT 1"))
    assert error.value.passes, error.value


def test_what_is_wrong_in_a_statement_does_not_pass(region_database: str) -> None:
    with pytest.raises(WarehouseError) as error, engine_for(region_database, "loader").connect() as connection:
        connection.execute(text("SELECT 1 / 0"))
    assert not error.value.passes
