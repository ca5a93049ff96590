"""What a connector sees and stops nothing reaches the ledger, the log and the command, until it is mended."""

import json
import logging
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from typer.testing import CliRunner

import exchange.shell
from connectors.connection import Connection
from exchange.cli import app
from exchange.errors import SourceRefused
from exchange.receive import receive
from tests.connectors.certificates import Made, make, serving
from tests.exchange.hub import NIGHT, Hub


@pytest.fixture
def over_tls(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """The same source, asked over ZGW; its server knows no zaken, so each night is refused after it was met."""
    delivers = {name: replace(one, options={"zaaktype": "CLO"}) for name, one in hub.source.delivers.items()}
    hub.source = replace(hub.source, connector="zgw", settings={"attempts": 1}, delivers=delivers)
    hub.region = replace(hub.region, sources={hub.source.id: hub.source})
    monkeypatch.setattr(exchange.shell, "load_regions", lambda: [hub.region])
    return hub


def night(hub: Hub, folder: Path, authority: Made, days: float, later: int = 0) -> None:
    """A night on which the source shows a certificate that is good for so many days."""
    with serving(make(folder, days=days, issuer=authority)) as port:
        extra = {"ca_file": str(authority.cert_file)}
        connection = Connection("proef", "http", "127.0.0.1", port, "https", "hub", "x" * 40, extra)
        context = replace(hub.context(NIGHT + timedelta(days=later)), connection=connection)
        with pytest.raises(SourceRefused):
            receive(context)


def told() -> Any:
    shown = CliRunner().invoke(app, ["status", "--json"])
    assert shown.exit_code == 0, shown.output
    (status,) = json.loads(shown.stdout)
    return status["notices"]


def test_a_certificate_that_runs_out_stands_on_the_run_until_it_is_renewed(
    over_tls: Hub, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    authority = make(tmp_path)
    with caplog.at_level(logging.WARNING):
        night(over_tls, tmp_path, authority, days=45.5)
    (found,) = told()
    assert (found["code"], found["level"]) == ("certificaat", "waarschuwing")
    assert found["text"].startswith("het certificaat van proef verloopt op ")
    assert [row.levelname for row in caplog.records if "verloopt" in row.getMessage()] == ["WARNING"]
    shown = " ".join(CliRunner().invoke(app, ["status"]).output.split())
    assert "waarschuwing proef: het certificaat van proef verloopt op" in shown

    night(over_tls, tmp_path, authority, days=20.5, later=1)
    assert [one["level"] for one in told()] == ["ernstig"]
    night(over_tls, tmp_path, authority, days=400, later=2)
    assert told() == []
    assert over_tls.rows("select state, jsonb_array_length(notices) from exchange.run order by started_at") == [
        ("failed", 1),
        ("failed", 1),
        ("failed", 0),
    ]


def test_a_verb_that_asks_no_source_takes_no_notice_away(over_tls: Hub, tmp_path: Path) -> None:
    authority = make(tmp_path)
    night(over_tls, tmp_path, authority, days=10.5)
    with over_tls.context().engine.begin() as connection:
        connection.exec_driver_sql(
            "insert into exchange.run (run_id, source, vandaag, state)"
            " values ('later', 'proef', '2015-03-09', 'succeeded')"
        )
    assert [one["code"] for one in told()] == ["certificaat"]


@pytest.mark.parametrize(("command", "proef"), [("receive", False), ("run", False), ("try", False), ("run", True)])
def test_who_asks_a_source_by_hand_reads_it_in_a_line(
    over_tls: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, proef: bool
) -> None:
    over_tls.source = replace(over_tls.source, is_proef=proef)
    over_tls.region = replace(over_tls.region, sources={over_tls.source.id: over_tls.source})
    authority = make(tmp_path)
    with serving(make(tmp_path, days=10.5, issuer=authority)) as port:
        extra = json.dumps({"ca_file": str(authority.cert_file)})
        address = f"http://hub:{'x' * 40}@127.0.0.1:{port}/https?__extra__={quote(extra)}"
        monkeypatch.setenv(f"AIRFLOW_CONN_{over_tls.source.connection_id.upper()}", address)
        shown = CliRunner().invoke(app, [command, "proef", "--vandaag", NIGHT.isoformat()])
    assert shown.exit_code == 2
    lines = shown.stderr.splitlines()
    (line,) = [line for line in lines if "certificaat" in line]
    assert line.startswith("error: proef: het certificaat van proef verloopt op ")
    assert any(line.startswith("hub: SourceRefused: ") for line in lines)
    if command == "run":
        assert [one["level"] for one in told()] == ["ernstig"]
