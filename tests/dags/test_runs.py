"""A run of a DAG from begin to end, by Airflow's own task runner, on a real PostgreSQL."""

import json
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

import exchange.region
from exchange import keys
from warehouse.engine import engine_for
from warehouse.setup import setup
from warehouse.tables import delivery, outbox

pytestmark = pytest.mark.slow
Parse = Callable[[], Any]
CONF = {"vandaag": "2015-03-02"}
# One anonymous question that is right, and one that names no loket.
DELIVERY = """<?xml version="1.0" encoding="UTF-8"?>
<levering xmlns="urn:nl:regiohub:aanmelding:1" stand_op="2015-03-02T00:00:00Z" afzender="0114"
 omvang="wijzigingen">
{right}{wrong}</levering>
"""
RECORD = """<aanmelding>
<gemeente_code>0114</gemeente_code><organisatie_code>0114</organisatie_code>
<verantwoordelijke_code>0114</verantwoordelijke_code><financier_code>1</financier_code>
<grondslag_code>1</grondslag_code><aanmelding_nummer>{nummer}</aanmelding_nummer>
<datum_aanmelding>2015-02-27</datum_aanmelding><loket_code>{loket}</loket_code>
<clientrol_code>1</clientrol_code><verwijzer_code>01</verwijzer_code>
<persoon><client_nummer_bron>A-{nummer}</client_nummer_bron><is_anoniem>true</is_anoniem>
<leeftijdsklasse_code>04</leeftijdsklasse_code>
<woongemeente_code>0114</woongemeente_code><is_geheim_adres>false</is_geheim_adres></persoon>
</aanmelding>"""


def test_publication_goes_on_and_names_the_silent_source(
    hub: Path, airflow_database: None, sources: Path, parse: Parse, caplog: pytest.LogCaptureFixture
) -> None:
    (sources / "assen.toml").write_text("name = Assen")
    run = parse().dags["publish_drenthe"].test(run_conf=CONF)
    assert run.state == "success"
    lines = [record.getMessage() for record in caplog.records if record.name == "hub"]
    assert "assen is stale, declaratie laadt niet (regions/drenthe/sources/assen.toml: file)" in lines[0]
    assert "emmen is stale" in lines[1]
    assert [line.split(": ")[0] for line in lines[2:]] == ["publish drenthe", *["assess drenthe"] * 2]


def test_housekeeping_says_what_it_removed(
    hub: Path, airflow_database: None, sources: Path, parse: Parse, caplog: pytest.LogCaptureFixture
) -> None:
    run = parse().dags["housekeeping_drenthe"].test(run_conf=CONF)
    assert run.state == "success"
    assert [record.getMessage() for record in caplog.records if record.name == "hub"] == [
        "housekeeping drenthe: 0 stage tables · 0 work folders · 0 unfinished files · 0 interrupted runs"
    ]


@pytest.fixture
def dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder where Emmen dropped one delivery, and the connection that points at it."""
    folder = tmp_path / "drop"
    (folder / "uit").mkdir(parents=True)
    right = RECORD.format(nummer="1", loket="0114-WMO")
    wrong = RECORD.format(nummer="2", loket="")
    (folder / "uit" / "aanmelding-1.xml").write_text(DELIVERY.format(right=right, wrong=wrong))
    connection = {"conn_type": "fs", "extra": {"path": str(folder)}}
    monkeypatch.setenv("AIRFLOW_CONN_EMMEN_DROP", json.dumps(connection))
    return folder


def test_a_night_of_a_source_ends_in_one_line_per_verb(
    hub: Path,
    airflow_database: None,
    sources: Path,
    parse: Parse,
    dropped: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    run = parse().dags["emmen"].test(run_conf=CONF)
    assert run.state == "success"
    lines = [record.getMessage() for record in caplog.records if record.name == "hub"]
    assert lines[0] == "receive emmen: deliveries 1"
    assert lines[1].startswith("validate emmen: deliveries 1 · received 2 · accepted 1 · rejected 1")
    assert lines[2] == "assess emmen: deliveries 1, held 0"
    assert lines[3].startswith("merge emmen: deliveries 1 · received 2 · accepted 1 · rejected 1")
    assert lines[4] == "answer emmen: answers 1"
    assert sorted(path.suffix for path in (dropped / "in").iterdir()) == [".html", ".json"]
    assert [path.name for path in (dropped / "verwerkt").iterdir()] == ["aanmelding-1.xml"]
    with engine_for("hub_drenthe", "loader").connect() as connection:
        rows = connection.execute(select(delivery.c.state, delivery.c.run_id, delivery.c.vandaag)).all()
    assert [(row.state, row.vandaag.isoformat()) for row in rows] == [("merged", "2015-03-02")]
    assert rows[0].run_id == f"emmen/{run.run_id}"


def test_another_region_runs_by_its_own_year_and_its_own_database(
    hub: Path,
    airflow_database: None,
    sources: Path,
    parse: Parse,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = sources.parent.parent / "parkstad"
    shutil.copytree(exchange.region.ROOT / "parkstad", other, ignore=shutil.ignore_patterns("sources"))
    declared = (exchange.region.ROOT / "parkstad" / "sources" / "beekdaelen.toml").read_text()
    (other / "sources").mkdir()
    (other / "sources" / "beekdaelen.toml").write_text(declared.replace('channel = "sftp"', 'channel = "folder"'))
    for name, value in keys.ensure(hub, ("parkstad",)).items():
        monkeypatch.setenv(name, value)
    setup("hub_parkstad", "parkstad")
    (tmp_path / "drop" / "uit").mkdir(parents=True)
    text = DELIVERY.format(right=RECORD.format(nummer="1", loket="1954-WMO"), wrong="")
    text = text.replace("0114", "1954").replace("2015-", "2026-")
    (tmp_path / "drop" / "uit" / "aanmelding-1.xml").write_text(text)
    connection = {"conn_type": "fs", "extra": {"path": str(tmp_path / "drop")}}
    monkeypatch.setenv("AIRFLOW_CONN_BEEKDAELEN_SFTP", json.dumps(connection))
    (tmp_path / "vandaag").write_text("2015-03-02\nparkstad 2026-03-02\n")
    monkeypatch.setenv("HUB_CALENDAR", str(tmp_path / "vandaag"))
    bag = parse()
    assert bag.import_errors == {}
    assert {"emmen", "beekdaelen", "publish_drenthe", "publish_parkstad"} <= set(bag.dags)
    for dag_id in ("beekdaelen", "publish_parkstad", "housekeeping_parkstad", "publish_drenthe"):
        assert bag.dags[dag_id].test().state == "success", dag_id
    with engine_for("hub_parkstad", "loader").connect() as connection:
        rows = connection.execute(select(delivery.c.state, delivery.c.accepted, delivery.c.vandaag)).all()
    assert [(row.state, row.accepted, row.vandaag.isoformat()) for row in rows] == [("merged", 1, "2026-03-02")]
    with engine_for("hub_drenthe", "loader").connect() as connection:
        assert connection.scalar(select(delivery.c.source).where(delivery.c.source == "beekdaelen")) is None


def test_a_night_of_a_proef_source_tries_and_answers(
    hub: Path,
    airflow_database: None,
    sources: Path,
    parse: Parse,
    dropped: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (sources / "emmen.toml").write_text("proef = true\n" + (sources / "emmen.toml").read_text())
    run = parse().dags["emmen"].test(run_conf={"vandaag": "2015-03-09"})
    assert run.state == "success"
    lines = [record.getMessage() for record in caplog.records if record.name == "hub"]
    assert lines[0].startswith("try emmen: deliveries 1 · received 2 · ")
    assert lines[1].startswith("answer emmen: answers ")
    assert any(path.name.startswith("proef_retourbericht_20150309") for path in (dropped / "in").iterdir())


def test_between_tasks_travel_numbers_of_deliveries_only(
    hub: Path, airflow_database: None, sources: Path, parse: Parse, dropped: Path
) -> None:
    other = dropped / "uit" / "aanmelding-2.xml"
    other.write_text((dropped / "uit" / "aanmelding-1.xml").read_text().replace("T00:00:00Z", "T00:00:07Z"))
    run = parse().dags["emmen"].test(run_conf=CONF)
    found = {task: run.get_task_instance(task).xcom_pull(task_ids=task) for task in ("receive", "validate", "merge")}
    assert found["merge"] is None
    for deliveries in (found["receive"], found["validate"]):
        assert deliveries
        assert all(type(number) is int for number in deliveries)


def test_where_nothing_waits_no_verb_after_receive_is_begun_but_answer(
    hub: Path, airflow_database: None, sources: Path, parse: Parse, dropped: Path
) -> None:
    (dropped / "uit" / "aanmelding-1.xml").unlink()
    run = parse().dags["emmen"].test(run_conf=CONF)
    states = {task.task_id: task.state for task in run.get_task_instances()}
    skipped = dict.fromkeys(("validate", "assess", "merge"), "skipped")
    assert (run.state, states) == ("success", {"receive": "success", **skipped, "answer": "success"})


def test_a_source_without_a_connection_fails_at_once_with_the_cure(
    hub: Path, airflow_database: None, sources: Path, parse: Parse, caplog: pytest.LogCaptureFixture
) -> None:
    run = parse().dags["emmen"].test(run_conf=CONF)
    assert run.state == "failed"
    assert run.get_task_instance("receive").try_number == 1
    lines = [record.getMessage() for record in caplog.records if record.name == "hub"]
    assert len(lines) == 2  # the answer is tried whatever happened, and says the same
    assert all(
        "emmen_drop: is no connection yet; add it in Airflow" in line and "AIRFLOW_CONN_EMMEN_DROP" in line
        for line in lines
    )


def test_an_answer_that_cannot_be_sent_fails_its_own_task_and_no_night(
    hub: Path, airflow_database: None, sources: Path, parse: Parse, dropped: Path
) -> None:
    declared = (sources / "emmen.toml").read_text()
    (sources / "emmen.toml").write_text(declared.replace('"folder"', '"folder"\nconnection = "emmen_box"'))
    run = parse().dags["emmen"].test(run_conf=CONF)
    assert (run.state, run.get_task_instance("answer").state) == ("success", "failed")
    with engine_for("hub_drenthe", "loader").connect() as connection:
        same = delivery.c.delivery_id == outbox.c.delivery_id
        query = select(delivery.c.state, outbox.c.state).join_from(outbox, delivery, same)
        query = query.where(delivery.c.run_id == f"emmen/{run.run_id}").order_by(outbox.c.versie.desc()).limit(1)
        ((state, sent),) = connection.execute(query)
    assert (state in ("merged", "duplicate"), sent) == (True, "waiting")  # the database is that of all these tests


def test_a_source_that_is_down_is_tried_again_later(
    hub: Path,
    airflow_database: None,
    sources: Path,
    parse: Parse,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gone = {"conn_type": "fs", "extra": {"path": str(tmp_path / "gone")}}
    monkeypatch.setenv("AIRFLOW_CONN_EMMEN_DROP", json.dumps(gone))
    dag = parse().dags["emmen"]
    for task in dag.tasks:
        task.retries, task.retry_delay, task.retry_exponential_backoff = 1, timedelta(0), 0
    tried = dag.test(run_conf=CONF).get_task_instance("receive")
    assert (tried.state, tried.try_number) == ("failed", 2)
