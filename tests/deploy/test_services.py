"""Each service of docker-compose.yml as it stands there: it starts, its own health check turns green, and each role
may do what it should."""

from typing import Any

import pytest
import requests

from tests.deploy.compose import Stack

pytestmark = pytest.mark.slow
PASSWORD = "alleen-voor-deze-test"
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
        who = ["--username", role.lower(), "--role", role, "--firstname", "P", "--lastname", role]
        mail = ["--email", f"{role.lower()}@hub.example", "--password", PASSWORD]
        stack.run("api-server", "airflow", "users", "create", *who, *mail)
    for service in (*BASIS, "scheduler"):
        stack.start(service)
    stack.wait(*BASIS, "scheduler")
    return stack


def _session(stack: Stack, role: str) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    body = {"username": role.lower(), "password": PASSWORD}
    answer = session.post(f"{stack.url}/auth/token", json=body, timeout=60)
    assert answer.status_code == 201, answer.text
    session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return session


def _trigger(stack: Stack, role: str) -> int:
    body: dict[str, Any] = {"logical_date": None, "conf": {"vandaag": "2015-03-02"}}
    url = f"{stack.url}/api/v2/dags/{DAG}/dagRuns"
    return _session(stack, role).post(url, json=body, timeout=60).status_code


def test_every_service_is_healthy_by_its_own_check(started: Stack) -> None:
    health = requests.get(f"{started.url}/api/v2/monitor/health", timeout=60).json()
    parts = ("metadatabase", "scheduler", "dag_processor", "triggerer")
    assert {part: health[part]["status"] for part in parts} == dict.fromkeys(parts, "healthy")


@pytest.mark.parametrize(("role", "status"), [("Viewer", 403), ("User", 200), ("Op", 200), ("Admin", 200)])
def test_a_viewer_sees_and_may_not_start(started: Stack, role: str, status: int) -> None:
    seen = _session(started, role).get(f"{started.url}/api/v2/dags/{DAG}", timeout=60)
    assert seen.status_code == 200
    assert _trigger(started, role) == status
