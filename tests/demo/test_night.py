"""The trial as a newcomer sees it: two nights through Airflow's scheduler, and nothing left behind."""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from demo import postgres, processes
from demo.home import Home
from exchange.region import load_regions

pytestmark = pytest.mark.slow
SOURCES = tuple(source for region in load_regions() for source in region.sources)
TEST_BSN = re.compile(rb"\b9999\d{5}\b")


@pytest.fixture(scope="module")
def home() -> Iterator[Home]:
    home = Home(Path(tempfile.mkdtemp(prefix="hub-demo-")))
    yield home
    _demo(home, "clean")
    assert not home.path.exists()


def _demo(home: Home, command: str) -> str:
    env = {name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "AIRFLOW"))}
    done = subprocess.run(
        [sys.executable, "-m", "demo", command],
        env=env | {"HUB_HOME": str(home.path)},
        capture_output=True,
        text=True,
        timeout=1800,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _verified(home: Home) -> dict[str, int]:
    env = os.environ | dict(line.split("=", 1) for line in (home.path / "env").read_text().splitlines())
    done = subprocess.run([processes.program("kit"), "verify", "--json"], env=env, capture_output=True, text=True)
    verdict: dict[str, int] = json.loads(done.stdout)
    return verdict


def _counts(shown: str) -> dict[str, list[int]]:
    """Per source: received, accepted, rejected, unchanged, superseded, deleted, as the summary shows them."""
    rows = [line.replace(",", "").split() for line in shown.splitlines()]
    return {row[0]: [int(number) for number in row[1:7]] for row in rows if row and row[0] in SOURCES and len(row) > 7}


def test_two_nights_and_nothing_left_behind(home: Home) -> None:
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
    try:
        shown = _demo(home, "up")
        first = _counts(shown)
        assert set(first) == set(SOURCES)
        assert all(counts[0] == sum(counts[1:]) > 0 for counts in first.values())
        assert "residual 0" in shown
        assert "mart_loket.aanmeldingen" in shown
        assert _verified(home)["failed"] == 0

        second = _counts(_demo(home, "up"))
        assert all(sum(second[source][1:3]) < first[source][1] / 10 for source in SOURCES)
        assert sum(sum(second[source][1:3]) for source in SOURCES) > 0
        verdict = _verified(home)
        assert (verdict["failed"], verdict["checks"] > 1000) == (0, True)

        password, url = home.state()["airflow_password"], f"http://127.0.0.1:{home.state()['airflow_port']}"
        assert urlopen(f"{url}/api/v2/monitor/health", timeout=30).status == 200
        assert password in _demo(home, "status")
        for log in home.path.rglob("*.log"):
            assert not TEST_BSN.search(log.read_bytes()), f"a BSN in {log}"

        _demo(home, "down")
        assert processes.marked(home) == []
        assert not postgres.is_running(home.postgres)
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()
