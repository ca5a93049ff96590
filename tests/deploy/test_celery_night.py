"""A whole night on Celery workers, one of which dies half-way: it ends complete, and nothing is done twice."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from demo.home import CHECKOUT, Home
from tests.deploy.api import Api, add_user
from tests.deploy.compose import Stack, free_ports
from tests.deploy.trial import connections, day_of, kit_of, served, verified

pytestmark = pytest.mark.slow
SOURCES = {source for region in served() for source in region.sources}
PUBLISH = {f"publish_{region.name}" for region in served()}
SERVICES = ("redis", "api-server", "dag-processor", "triggerer", "celery-scheduler")
RUN = "nacht_1"


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[Home]:
    """The source systems of the region, in their first night."""
    with kit_of(tmp_path / "kit") as home:
        yield home


@pytest.fixture
def night(stack: Stack, kit: Home, tmp_path: Path) -> Api:
    """The services of the profile `celery` with two workers, and connections to all sources."""
    stack.run("init")
    add_user(stack, "Admin")
    file = tmp_path / "connections.json"
    file.write_text(json.dumps(connections(kit)))
    stack.run("api-server", "airflow", "connections", "import", str(file))
    for service in SERVICES:
        stack.start(service)
    stack.start("worker")
    (port,) = free_ports(1)  # its log server: on a machine of its own it would have the same as the first
    second = {"AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": port}
    stack.start("worker", "worker-2", "--celery-hostname", "worker-2@elsewhere", **second)
    stack.wait(*SERVICES, "worker")
    return Api(stack)


def _name(task: dict[str, Any]) -> tuple[Any, ...]:
    return task["dag_id"], task["task_id"], task["map_index"]


def _queue(stack: Stack) -> "redis.Redis[Any]":
    password = (stack.secrets / "redis_password").read_text().strip()
    return redis.Redis(port=int(stack.ports["6379"]), password=password)


def test_a_night_with_a_worker_that_dies_half_way_is_whole(stack: Stack, kit: Home, night: Api) -> None:
    day = day_of(kit).isoformat()
    night.find(SOURCES | PUBLISH)
    night.start(SOURCES, RUN, day)
    killed: list[tuple[Any, ...]] = []

    def kill_half_way() -> None:
        done = [task for task in night.tasks(SOURCES, RUN) if task["state"] == "success"]
        if killed or len(done) < len(SOURCES) * 2:
            return
        with stack.frozen("worker-2") as pids:
            time.sleep(1)  # what it had said before is heard by then
            tasks = night.tasks(SOURCES, RUN)
            killed.extend(_name(task) for task in tasks if task["state"] == "running" and task["pid"] in pids)
            if killed:
                stack.kill("worker-2")

    states = night.watch(SOURCES, RUN, kill_half_way)
    assert killed
    assert states == dict.fromkeys(SOURCES, "success")
    tasks = night.tasks(SOURCES, RUN)
    assert {_name(task) for task in tasks if task["try_number"] > 1} >= set(killed), "what was lost was not run again"
    night.start(PUBLISH, RUN, day)
    assert night.watch(PUBLISH, RUN) == dict.fromkeys(PUBLISH, "success")
    verdict = verified(stack, kit)
    assert (verdict["failures"], verdict["checks"] > 1000) == ([], True)

    # What the dead worker never acknowledged comes again when it is due: its task has long been done, and stays so.
    queue = _queue(stack)
    left = [json.loads(one) for one in queue.hvals("unacked")]
    assert left, "the dead worker left a message"
    for message, _, routing_key in left:
        queue.lpush(routing_key, json.dumps(message))
    queue.delete("unacked", "unacked_index")
    while queue.llen("default") or queue.hlen("unacked"):
        stack.must_run()
        time.sleep(1)
    again = night.tasks(SOURCES, RUN)
    assert [(task["id"], task["try_number"], task["state"]) for task in again] == [
        (task["id"], task["try_number"], task["state"]) for task in tasks
    ]
    assert verified(stack, kit)["failures"] == []


def test_a_worker_is_warm_before_it_forks(stack: Stack) -> None:
    seen = (
        "import sys; from airflow.providers.celery.executors.celery_executor import app\n"
        "assert 'quality.gx' not in sys.modules\n"
        "app.loader.import_default_modules()\n"
        "print('quality.gx' in sys.modules, app.conf.task_acks_late, app.conf.worker_prefetch_multiplier,"
        " app.conf.broker_transport_options['visibility_timeout'], app.conf.result_backend.split(':')[0])"
    )
    env = stack.environment("worker")
    done = subprocess.run([sys.executable, "-c", seen], env=env, cwd=CHECKOUT, capture_output=True, text=True)
    assert "True True 1 43200 db+postgresql+psycopg" in done.stdout.splitlines(), done.stderr[-2000:]
