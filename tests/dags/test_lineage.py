"""What the provider of OpenLineage is told of our tasks, in its own classes, and as JSON."""

import json
from types import SimpleNamespace

import pytest
from openlineage.client.event_v2 import Job, Run, RunEvent, RunState
from openlineage.client.serde import Serde

from dags.lineage import HubExtractor

URL = "postgresql://hub:wachtwoord123@db.example:5433/postgres"
RUN = "0190b1c8-5b0a-7d7e-8000-000000000000"


@pytest.fixture(autouse=True)
def _server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_DATABASE_URL", URL)


def event(dag_id: str, task_id: str) -> dict[str, dict[str, dict[str, set[tuple[str, str, str]]]]]:
    """What is sent of a task, as JSON: per output and column the input fields."""
    told = HubExtractor(SimpleNamespace(dag_id=dag_id, task_id=task_id)).extract()
    assert told is not None
    sent = RunEvent(
        eventTime="2015-03-02T00:00:00Z",
        producer="https://example.invalid/regiohub",
        run=Run(runId=RUN),
        job=Job(namespace="hub", name=f"{dag_id}.{task_id}"),
        eventType=RunState.COMPLETE,
        inputs=told.inputs,
        outputs=told.outputs,
    )
    written = Serde.to_json(sent)
    assert "wachtwoord123" not in written
    outputs = json.loads(written)["outputs"]
    return {
        one["name"]: {
            column: {(made["namespace"], made["name"], made["field"]) for made in fields["inputFields"]}
            for column, fields in one["facets"]["columnLineage"]["fields"].items()
        }
        for one in outputs
    }


def test_from_field_to_mart_the_columns_join_up() -> None:
    server = "postgres://db.example:5433"
    accepted = event("emmen", "validate")["hub_drenthe.accepted.aanmelding"]
    assert accepted["datum_aanmelding"] == {("hub://drenthe", "emmen/aanmelding", "datum_aanmelding")}
    actueel = event("emmen", "merge")["hub_drenthe.warehouse.actueel_aanmelding"]
    assert actueel["datum_aanmelding"] == {(server, "hub_drenthe.accepted.aanmelding", "datum_aanmelding")}
    mart = event("publish_drenthe", "publish")["hub_drenthe.mart_loket.aanmeldingen"]
    assert mart["maand"] == {(server, "hub_drenthe.warehouse.actueel_aanmelding", "datum_aanmelding")}


@pytest.mark.parametrize(("dag_id", "task_id"), [("emmen", "assess"), ("housekeeping_drenthe", "housekeeping")])
def test_of_other_tasks_nothing_is_told(dag_id: str, task_id: str) -> None:
    told = HubExtractor(SimpleNamespace(dag_id=dag_id, task_id=task_id)).extract()
    assert told is not None
    assert (told.inputs, told.outputs) == ([], [])
