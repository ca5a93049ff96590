"""`python -m deploy.init`: logins that may do what they need to, and no more."""

import psutil
import psycopg
import pytest
import redis

from tests.deploy.compose import Stack, settings


@pytest.fixture(scope="module")
def made(stack: Stack) -> Stack:
    """The databases and logins, without Airflow's tables."""
    stack.run("init", "python", "-m", "deploy.init")
    return stack


def test_the_login_of_the_tasks_is_the_loader_and_makes_no_tables(made: Stack) -> None:
    with made.connect("hub_database_url", "hub_drenthe") as connection:
        connection.execute("set role hub_drenthe_loader")
        connection.execute("select count(*) from exchange.delivery")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select sealed from kluis.identiteit")
        connection.execute("reset role")
        for forbidden in ("set role hub_drenthe_owner", "create role meer", "create database meer"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(forbidden)


def test_the_login_of_the_pages_reads_marts_and_ledger_and_nothing_of_a_person(made: Stack) -> None:
    with made.connect("hub_pages_url", "hub_drenthe") as connection:
        for role, table in (("analyst", "mart_loket.aanmeldingen"), ("cockpit", "exchange.incident")):
            connection.execute(f"set role hub_drenthe_{role}")
            connection.execute(f"select count(*) from {table}")
            for closed in ("accepted.aanmelding", "kluis.persoon", "kluis.gewist"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(f"select count(*) from {closed}")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("set role hub_drenthe_loader")


@pytest.mark.parametrize("secret", ["airflow_database_url", "celery_result_url"])
def test_airflow_owns_its_own_database_and_enters_no_other(made: Stack, secret: str) -> None:
    with made.connect(secret) as connection:
        connection.execute("create table proef (n integer)")
        connection.execute("drop table proef")
    for other in {"hub_drenthe", "hub_airflow", "hub_celery"} - {f"hub_{secret.split('_')[0]}"}:
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            made.connect(secret, other)


def test_a_password_that_changed_in_its_file_is_that_of_the_login(made: Stack) -> None:
    file = made.secrets / "hub_database_url"
    before = file.read_text()
    file.chmod(0o600)
    file.write_text(before.replace(before.split(":")[2].split("@")[0], "nieuw-wachtwoord"))
    made.run("init", "python", "-m", "deploy.init")
    made.connect("hub_database_url").close()
    file.write_text(before)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        made.connect("hub_database_url")


def test_a_password_stands_in_no_statement_that_the_server_could_write_down(made: Stack) -> None:
    with made.connect("hub_server_url") as server:
        rows = server.execute(
            "select rolpassword from pg_authid where rolname like 'hub\\_%' and rolcanlogin"
        ).fetchall()
    assert rows
    assert all(str(row[0]).startswith("SCRAM-SHA-256$") for row in rows)


def test_the_settings_of_the_server_are_known_to_a_real_one(made: Stack) -> None:
    asked = settings(made.parsed["services"]["postgres"])
    with made.connect("hub_server_url") as server:
        known = {str(row[0]) for row in server.execute("select name from pg_settings").fetchall()}
    assert set(asked) <= known


def test_redis_asks_for_the_password_that_stands_in_no_list_of_processes(made: Stack) -> None:
    made.start("redis")
    made.wait("redis")
    password = (made.secrets / "redis_password").read_text().strip()
    started = psutil.Process(made.processes["redis"].pid)
    for process in (started, *started.children(recursive=True)):
        assert password not in " ".join(process.cmdline())
    port = int(made.ports["6379"])
    assert redis.Redis(port=port, password=password).ping()
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=port).ping()


def test_the_health_check_of_the_server_is_green_on_one_that_answers(made: Stack) -> None:
    assert made.is_healthy("postgres")
