"""A source that fails for three nights: its owner gets one mail, and one more when it works again."""

import asyncio
import email
import email.policy
import json
import os
import socket
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from airflow.sdk.exceptions import AirflowFailException

from dags import notifier
from dags.late import night_is_late
from exchange.region import load_regions
from tests.dags.test_runs import CONF, DELIVERY, RECORD, Parse
from warehouse.engine import engine_for
from warehouse.scripts import run_ddl

pytestmark = pytest.mark.slow


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Box:
    """A mail server that keeps what it gets."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[Box]:
    """A real mail server on loopback, and the connection that points at it."""
    box = Box()
    server = Controller(box, hostname="127.0.0.1", port=free_port())
    server.start()
    extra = {"disable_ssl": True, "disable_tls": True, "from_email": "hub@drenthe.example"}
    connection = {"conn_type": "smtp", "host": "127.0.0.1", "port": server.port, "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", json.dumps(connection))
    yield box
    server.stop()


@pytest.fixture
def calm(hub: Path) -> None:
    """No incident of an earlier test."""
    with engine_for("hub_drenthe", "owner").begin() as owner:
        run_ddl(owner, "truncate exchange.incident")


def night(parse: Parse, day: int, dag_id: str = "emmen") -> Any:
    dag = parse().dags[dag_id]
    for task in dag.tasks:
        task.retries = 0
    return dag.test(run_conf={"vandaag": f"2015-03-{day:02}"})


def test_three_nights_that_fail_are_one_mail_and_the_night_that_works_one_more(
    hub: Path,
    calm: None,
    airflow_database: None,
    sources: Path,
    parse: Parse,
    box: Box,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "drop"
    monkeypatch.setenv("AIRFLOW_CONN_EMMEN_DROP", json.dumps({"conn_type": "fs", "extra": {"path": str(folder)}}))
    assert [night(parse, day).state for day in (3, 4, 5)] == ["failed"] * 3
    (mail,) = box.mails
    assert (mail["To"], mail["From"]) == ("gegevensbeheer@emmen.example", "hub@drenthe.example")
    assert mail["Subject"] == "Een bron mislukt: Gemeente Emmen"
    body = mail.get_body(("html",))
    assert body is not None
    text = body.get_content()
    assert "sinds 3 maart 2015" in text
    assert "no such folder" in text
    assert "docs/operate.md" in text

    (folder / "uit").mkdir(parents=True)
    record = RECORD.format(nummer="77", loket="0114-WMO")
    (folder / "uit" / "aanmelding-77.xml").write_text(
        DELIVERY.format(right=record, wrong="").replace("2015-03-02T", "2015-03-06T")
    )
    assert night(parse, 6).state == "success"
    assert night(parse, 7).state == "success"
    assert [mail["Subject"] for mail in box.mails[1:]] == ["Hersteld: een bron mislukt: Gemeente Emmen"]


def test_without_a_mail_server_the_task_is_unharmed_and_the_log_says_the_cure_on_one_line(
    hub: Path,
    calm: None,
    airflow_database: None,
    sources: Path,
    parse: Parse,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "AIRFLOW_CONN_SMTP_DEFAULT" not in os.environ
    monkeypatch.setenv("AIRFLOW_CONN_EMMEN_DROP", json.dumps({"conn_type": "fs", "extra": {"path": str(tmp_path)}}))
    run = night(parse, 8)
    assert run.get_task_instance("answer").state == "success"
    lines = {record.getMessage() for record in caplog.records if record.name == "hub.incidents"}
    assert len(lines) == 1
    (line,) = lines
    assert line.startswith("drenthe: mails 1 not posted: smtp_default: ")
    assert "AIRFLOW_CONN_" in line


def test_a_mail_server_that_is_down_is_one_line_without_its_password(
    hub: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    extra = {"disable_ssl": True, "disable_tls": True, "retry_limit": 0}
    down = {"conn_type": "smtp", "host": "127.0.0.1", "port": 9, "login": "hub", "password": "geheim", "extra": extra}
    monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", json.dumps(down))
    (region,) = [one for one in load_regions() if one.name == "drenthe"]
    notifier.failed(region, "publish")({"params": CONF, "exception": AirflowFailException("no room")})
    with engine_for("hub_drenthe", "loader").connect() as connection:
        query = "select problem from exchange.incident where kind = 'publish'"
        (problem,) = connection.exec_driver_sql(query).scalars().all()
    assert problem == "smtp_default: the mail server cannot be used: ConnectionRefusedError"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            AirflowFailException("DeclarationError: emmen.toml:\n code: mend it"),
            "DeclarationError: emmen.toml: code: mend it",
        ),
        (KeyError("Jansen"), "KeyError"),
        (None, ""),
    ],
)
def test_only_what_was_let_through_is_quoted(error: Exception | None, said: str) -> None:
    assert notifier.reason({"exception": error}) == said


def test_a_deadline_that_passed_is_a_mail_to_the_region_and_its_end_another(
    hub: Path, calm: None, airflow_database: None, sources: Path, parse: Parse, box: Box
) -> None:
    sent = {"dag_id": "publish_drenthe", "queued_at": "2015-03-02T05:30:01Z", "conf": {"vandaag": "2015-03-02"}}
    for _ in range(2):
        asyncio.run(night_is_late("drenthe", None, {"dag_run": sent}))
    (mail,) = box.mails
    assert (mail["To"], mail["Subject"]) == ("regiohub@drenthe.example", "De nacht is laat: Regiohub Drenthe")
    assert night(parse, 2, "publish_drenthe").state == "success"
    assert "Hersteld: de nacht is laat: Regiohub Drenthe" in [one["Subject"] for one in box.mails]
