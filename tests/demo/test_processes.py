"""What the trial starts it stops, with all children; what it did not start it leaves alone."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from demo import processes
from demo.home import DemoError, Home, free_port

pytestmark = pytest.mark.pure

# A parent that leaves its child behind in a session of its own, as a task supervisor does.
ORPHANS = """
import subprocess, sys, time
subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"], start_new_session=True)
time.sleep(float(sys.argv[1]))
"""
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
time.sleep(300)
"""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path / "hub")
    home.make()
    yield home
    processes.stop(home)


def _until(true: object) -> None:
    deadline = time.monotonic() + 10
    while not true():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _environment(pid: int) -> dict[str, str]:
    """Of a process that was started just now: for a moment the kernel shows none yet."""
    until = time.monotonic() + 10
    while not (shown := psutil.Process(pid).environ()) and time.monotonic() < until:
        time.sleep(0.01)
    return shown


def test_a_process_outlives_the_command_and_is_found_again(home: Home) -> None:
    started = processes.start(home, "sleeper", [sys.executable, "-c", "import time; time.sleep(300)"], {})
    found = processes.running(home, "sleeper")
    assert found is not None
    assert found.pid == started.pid
    assert _environment(found.pid)[processes.MARK] == home.mark


@pytest.mark.slow
def test_stop_ends_children_and_those_whose_parent_died_before(home: Home) -> None:
    processes.start(home, "parent", [sys.executable, "-c", ORPHANS, "300"], {})
    dead = processes.start(home, "dead", [sys.executable, "-c", ORPHANS, "0.2"], {})
    _until(lambda: len(processes.marked(home)) == 3 and processes.running(home, "dead") is None)
    assert not dead.is_running() or dead.status() == psutil.STATUS_ZOMBIE
    assert processes.stop(home) == 3
    assert processes.marked(home) == []
    assert processes.names(home) == []


@pytest.mark.slow
def test_stopping_one_ends_what_a_dead_one_left_and_nothing_that_goes_on(home: Home) -> None:
    processes.start(home, "parent", [sys.executable, "-c", ORPHANS, "300"], {})
    processes.start(home, "dead", [sys.executable, "-c", ORPHANS, "0.2"], {})
    _until(lambda: len(processes.marked(home)) == 3 and processes.running(home, "dead") is None)
    assert processes.stop(home, ["dead"]) == 1
    assert processes.running(home, "parent") is not None
    assert len(processes.marked(home)) == 2


def test_what_ignores_a_polite_request_is_killed(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "GRACE_SECONDS", 0.5)
    processes.start(home, "stubborn", [sys.executable, "-c", STUBBORN], {})
    _until(lambda: processes.tail(home, "stubborn") == "up")
    processes.stop(home)
    assert processes.marked(home) == []


def test_a_pid_that_another_process_took_over_is_left_alone(home: Home) -> None:
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
    try:
        (home.run / "old.json").write_text(json.dumps({"pid": other.pid, "created": time.time() - 3600}))
        assert processes.running(home, "old") is None
        processes.stop(home)
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_another_trial_on_the_machine_is_left_alone(home: Home, tmp_path: Path) -> None:
    neighbour = Home(tmp_path / "neighbour")
    neighbour.make()
    try:
        process = processes.start(neighbour, "theirs", [sys.executable, "-c", "import time; time.sleep(300)"], {})
        processes.stop(home)
        assert process.is_running()
    finally:
        processes.stop(neighbour)


def test_the_environment_carries_no_settings_of_another_airflow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "CeleryExecutor")
    monkeypatch.setenv("AIRFLOW_HOME", "/elsewhere")
    env = processes.environment(AIRFLOW_HOME="/here")
    assert env["AIRFLOW_HOME"] == "/here"
    assert "AIRFLOW__CORE__EXECUTOR" not in env


def test_secrets_of_the_trial_are_for_their_owner_only(home: Home) -> None:
    home.write(airflow_password="x")
    assert (home.path / "demo.json").stat().st_mode & 0o077 == 0
    assert home.run.stat().st_mode & 0o077 == 0


def test_a_port_that_is_taken_is_passed_over_and_refused_when_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port("HUB_TEST_PORT", port) > port
        monkeypatch.setenv("HUB_TEST_PORT", str(port))
        with pytest.raises(DemoError, match=f"port {port} of HUB_TEST_PORT is taken"):
            free_port("HUB_TEST_PORT", 8080)
    monkeypatch.setenv("HUB_TEST_PORT", "eighty")
    with pytest.raises(DemoError, match="is no port"):
        free_port("HUB_TEST_PORT", 8080)
