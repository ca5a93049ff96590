"""The source systems of the trial: the servers of the kit, and the calendar on which they live."""

import json
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

from demo import processes
from demo.home import DemoError, Home
from kit import calendar
from kit.connections import connection_env

NAME = "kit"
STARTING_SECONDS = 120


def start(home: Home, *, latency: bool = True) -> None:
    """Start the servers where they do not run yet, and wait until they say where they listen."""
    if processes.running(home, NAME):
        return
    _services(home).unlink(missing_ok=True)
    env = processes.environment(HUB_HOME=str(home.path))
    pace = "--latency" if latency else "--no-latency"
    processes.start(home, NAME, [processes.program("kit"), "serve", pace], env)
    _wait(home, lambda: _services(home).exists(), "start")


def connections(home: Home) -> dict[str, str]:
    """AIRFLOW_CONN_… of every source that the kit serves."""
    return connection_env(json.loads(_services(home).read_text(encoding="utf-8")))


def next_night(home: Home) -> date | None:
    """Move the calendar to the night that is due, wait until it shows, and give its date; None after the last.

    A night that was cut off is due again: the one after it would bring two nights in one.
    """
    now = calendar.read(home.path)
    if home.state().get("night_over") == now.night:
        if now.night == calendar.NIGHTS:
            return None
        now = calendar.advance(home.path)
    else:
        calendar.write(home.path, now)
    wait_for_night(home)
    return now.day


def days(home: Home) -> dict[str, date]:
    """The day on which each region lives tonight."""
    told = json.loads(_services(home).read_text(encoding="utf-8"))["vandaag"]
    return {region: date.fromisoformat(day) for region, day in told.items()}


def wait_for_night(home: Home) -> None:
    """Wait until the servers show the night of the calendar."""
    night = calendar.read(home.path).night
    _wait(home, lambda: json.loads(_services(home).read_text())["night"] == night, "move to the next night")


def night_is_over(home: Home) -> None:
    """The night of the calendar has been run: the next one is due."""
    home.write(night_over=calendar.read(home.path).night)


def _wait(home: Home, done: Callable[[], bool], what: str) -> None:
    until = time.monotonic() + STARTING_SECONDS
    while not done():
        if not processes.running(home, NAME):
            raise DemoError(f"the source systems ended:\n{processes.tail(home, NAME)}")
        if time.monotonic() > until:
            raise DemoError(f"the source systems do not {what}; see {home.logs / NAME}.log")
        time.sleep(0.1)


def _services(home: Home) -> Path:
    return home.path / "kit" / "services.json"
