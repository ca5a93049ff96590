"""Each service of docker-compose.yml as it stands there: it starts, its own health check turns green, and each role
may do what it should."""

import json
from pathlib import Path

import pytest
import requests

from tests.deploy.api import Api, add_user
from tests.deploy.compose import Stack

pytestmark = pytest.mark.slow
ROLES = ("Viewer", "User", "Op", "Admin")
BASIS = ("api-server", "dag-processor", "triggerer")
DAG = "emmen"


@pytest.fixture(scope="module")
def started(stack: Stack) -> Stack:
    """All services of the profile `local`, healthy, with a user of each role."""
    said = stack.run("init")
    assert "ready: database hub_drenthe" in said
    stack.run("init")  # running again changes nothing
    for role in ROLES:
        add_user(stack, role)
    for service in (*BASIS, "scheduler"):
        stack.start(service)
    stack.wait(*BASIS, "scheduler")
    return stack


def test_every_service_is_healthy_by_its_own_check(started: Stack) -> None:
    health = requests.get(f"{started.url}/api/v2/monitor/health", timeout=60).json()
    parts = ("metadatabase", "scheduler", "dag_processor", "triggerer")
    assert {part: health[part]["status"] for part in parts} == dict.fromkeys(parts, "healthy")


@pytest.mark.parametrize(("role", "status"), [("Viewer", 403), ("User", 200), ("Op", 200), ("Admin", 200)])
def test_a_viewer_sees_and_may_not_start(started: Stack, role: str, status: int) -> None:
    user = Api(started, role)
    assert user.ask("GET", f"dags/{DAG}").status_code == 200
    body = {"logical_date": None, "conf": {"vandaag": "2015-03-02"}}
    assert user.ask("POST", f"dags/{DAG}/dagRuns", body).status_code == status


def test_the_pages_of_the_hub_open_for_who_is_logged_in(started: Stack) -> None:
    assert requests.get(f"{started.url}/cockpit/marts", timeout=60).status_code == 401
    viewer = Api(started, "Viewer")
    for page in ("marts", "incidenten", "retourberichten", "data-docs"):
        found = viewer.session.get(f"{started.url}/cockpit/{page}", timeout=60)
        assert found.status_code == 200, (page, found.text[-500:])


def test_a_source_is_connected_as_the_manual_says_and_kept_sealed(started: Stack, tmp_path: Path) -> None:
    file = tmp_path / "connections.json"
    file.write_text(
        json.dumps({"emmen_zgw": {"conn_type": "http", "host": "zaken.example", "password": "geheim-woord"}})
    )
    started.run("api-server", "airflow", "connections", "import", str(file))
    with started.connect("airflow_database_url") as connection:
        rows = connection.execute("select password from connection where conn_id = 'emmen_zgw'").fetchall()
    assert len(rows) == 1
    assert "geheim-woord" not in str(rows[0][0])
    assert Api(started, "Viewer").ask("GET", "connections/emmen_zgw").status_code == 403
    assert Api(started, "Op").ask("GET", "connections/emmen_zgw").status_code == 200
