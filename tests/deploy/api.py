"""Airflow's public API for a user of the stack, with a token of its own."""

import time
from collections.abc import Callable, Mapping
from typing import Any

import requests

from tests.deploy.compose import Stack

PASSWORD = "alleen-voor-deze-test"
PAUSE = 1.0
ENDED = ("success", "failed")


def add_user(stack: Stack, role: str) -> None:
    """A user of a role, named after it; as docs/operate.md says, but for the password, which is asked for there."""
    who = ["--username", role.lower(), "--role", role, "--firstname", "P", "--lastname", role]
    mail = ["--email", f"{role.lower()}@hub.example", "--password", PASSWORD]
    stack.run("api-server", "airflow", "users", "create", *who, *mail)


class Api:
    """What one user may ask."""

    def __init__(self, stack: Stack, role: str = "Admin") -> None:
        self.stack = stack
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy stands between us and loopback
        body = {"username": role.lower(), "password": PASSWORD}
        answer = self.session.post(f"{stack.url}/auth/token", json=body, timeout=60)
        assert answer.status_code == 201, answer.text
        self.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> requests.Response:
        """One request; its answer, whatever it says."""
        return self.session.request(method, f"{self.stack.url}/api/v2/{path}", json=body, timeout=60)

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """One request that has to succeed."""
        answer = self.ask(method, path, body)
        assert answer.ok, f"{answer.status_code} to {method} {path}: {answer.text[:500]}"
        return answer.json()

    def find(self, dag_ids: set[str]) -> None:
        """Wait until Airflow knows these DAGs."""
        while dag_ids - {dag["dag_id"] for dag in self.call("GET", "dags?limit=100")["dags"]}:
            self.stack.must_run()
            time.sleep(PAUSE)

    def start(self, dag_ids: set[str], run_id: str, day: str) -> None:
        """Start a run of each for one day."""
        for dag_id in sorted(dag_ids):
            body = {"dag_run_id": run_id, "logical_date": None, "conf": {"vandaag": day}}
            self.call("POST", f"dags/{dag_id}/dagRuns", body)
            self.call("PATCH", f"dags/{dag_id}?update_mask=is_paused", {"is_paused": False})

    def tasks(self, dag_ids: set[str], run_id: str) -> list[dict[str, Any]]:
        """The task instances of these runs."""
        body = {"dag_ids": sorted(dag_ids), "dag_run_ids": [run_id], "page_limit": 200}
        found: list[dict[str, Any]] = self.call("POST", "dags/~/dagRuns/~/taskInstances/list", body)["task_instances"]
        return found

    def watch(self, dag_ids: set[str], run_id: str, each: Callable[[], None] = lambda: None) -> dict[str, str]:
        """Wait until all runs have ended; `each` is called at every look. Gives their states."""
        while True:
            body = {"dag_ids": sorted(dag_ids), "page_limit": 100}
            runs = self.call("POST", "dags/~/dagRuns/list", body)["dag_runs"]
            states = {run["dag_id"]: run["state"] for run in runs if run["dag_run_id"] == run_id}
            if set(states) == dag_ids and all(state in ENDED for state in states.values()):
                return states
            self.stack.must_run()
            each()
            time.sleep(PAUSE)
