"""Whole nights of all sources through Airflow's real scheduler, in a trial of its own, and where their time goes.

Three nights: the first, with all history in it; the next of the kit's calendar; and one on which nothing changed,
for the calendar of the trial moves on and that of the sources does not.

The hub's own work is what each task says it worked (dags.tasks.timed), without the start of its process. While no
task works it is Airflow that takes the time: looking what is next, starting and ending processes.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any
from unittest.mock import patch

from rich.console import Console

from demo import night, postgres, sources, trial
from demo.airflow import Airflow
from demo.home import Home
from demo.night import Run
from exchange.region import Region, load_regions

#: What would lead to another server, port, clock or landing than those of this trial.
ELSEWHERE = ("HUB_DATABASE_URL", "HUB_POSTGRES_PORT", "HUB_AIRFLOW_PORT", "HUB_CALENDAR", "HUB_LANDING")
NIGHTS = ("first night", "next night", "night without changes")


@dataclass(frozen=True)
class Task:
    """One task of a night: when it could begin, began and ended, and when its verb did (all in Unix seconds)."""

    name: str
    due: float
    begin: float
    end: float
    verb: tuple[float, float]


@dataclass
class Night:
    """One night: seconds by the clock, and their parts.

    `busy`: during which at least one verb was at work; `worked`: of all verbs together, per verb. `airflow` is what
    is left of the wall. The last three are of the average task: waiting to be begun, before its verb, after it.
    """

    wall: float
    tasks: int = 0
    busy: float = 0.0
    airflow: float = 0.0
    worked: dict[str, float] = field(default_factory=dict)
    waiting: float = 0.0
    starting: float = 0.0
    ending: float = 0.0


@dataclass
class Measured:
    """The nights by name, and the number of sources."""

    sources: int
    nights: dict[str, Night] = field(default_factory=dict)


def measure(home: Path, tell: Callable[[str], None]) -> Measured:
    """Run the three nights in a trial below `home`, which is gone afterwards. Raises RuntimeError where a run fails."""
    place = Home(Path(tempfile.mkdtemp(prefix="bench-night-", dir=home)))
    console = Console(stderr=True, highlight=False, style="dim")
    with patch.dict(os.environ):
        for name in ELSEWHERE:
            os.environ.pop(name, None)
        try:
            return _nights(place, console, tell)
        finally:
            trial.stop(place)
            postgres.remove(place.postgres)
            shutil.rmtree(place.path)


def _nights(home: Home, console: Console, tell: Callable[[str], None]) -> Measured:
    home.make()
    regions = [region for region in load_regions() if region.name == "drenthe"]
    found = Measured(sum(len(region.sources) for region in regions))
    airflow = trial.start(home, regions, console)
    known = [source for region in regions for source in region.sources]
    night.find(airflow, known)  # that Airflow reads its DAGs for the first time is no part of a night
    for name in NIGHTS:
        day = _next_day(home, name)
        home.set_vandaag(day, {})
        tell(f"{name}, {day}")
        found.nights[name] = _one(home, airflow, regions, day, console)
        sources.night_is_over(home)
    return found


def _next_day(home: Home, name: str) -> date:
    """The kit moves to its next night, or stays where it is while the trial lives on."""
    if name != NIGHTS[-1]:
        day = sources.next_night(home)
        assert day is not None
        return day
    return date.fromisoformat(home.calendar.read_text().strip()) + timedelta(days=1)


def _one(home: Home, airflow: Airflow, regions: list[Region], day: date, console: Console) -> Night:
    begin = perf_counter()
    runs = trial.one_night(airflow, regions, {region.name: day for region in regions}, console)
    wall = perf_counter() - begin
    if failed := [f"{run.dag_id}: {run.verdict}" for run in runs if run.state != "success"]:
        raise RuntimeError(f"the night of {day} failed: {', '.join(failed)}")
    return summed(wall, tasks(home, airflow, runs))


def tasks(home: Home, airflow: Airflow, runs: Iterable[Run]) -> list[Task]:
    """The tasks that these runs began, as Airflow and their own logs tell; a skipped one never was a process."""
    known = list(runs)
    ids = {"dag_ids": [run.dag_id for run in known], "dag_run_ids": sorted({run.run_id for run in known})}
    told: list[dict[str, Any]] = []
    while True:  # Airflow gives a hundred at once, and twenty sources have that many
        body = {**ids, "order_by": "id", "page_limit": 100, "page_offset": len(told)}
        page = airflow.call("POST", "dags/~/dagRuns/~/taskInstances/list", body)["task_instances"]
        told += page
        if len(page) < body["page_limit"]:
            return [_task(home, one) for one in told if one["state"] != "skipped"]


def _task(home: Home, one: dict[str, Any]) -> Task:
    run = f"dag_id={one['dag_id']}/run_id={one['dag_run_id']}"
    log = home.airflow / "logs" / run / f"task_id={one['task_id']}" / f"attempt={one['try_number']}.log"
    due, begin, end = (_unix(one[name]) for name in ("scheduled_when", "start_date", "end_date"))
    return Task(one["task_id"], due, begin, end, worked(log.read_text(encoding="utf-8").splitlines()))


def worked(log: Iterable[str]) -> tuple[float, float]:
    """When the verb of a task began and ended, from its log. Raises RuntimeError where the log does not say."""
    for line in log:
        told = json.loads(line)
        if told.get("logger") == "hub.clock":
            until = _unix(told["timestamp"])
            return until - float(told["event"].split()[1]), until
    raise RuntimeError("a task did not say how long it worked")


def summed(wall: float, done: list[Task]) -> Night:
    """The parts of a night."""
    found = Night(wall, len(done), busy=covered(task.verb for task in done))
    found.airflow = wall - found.busy
    for task in done:
        begin, end = task.verb
        found.worked[task.name] = found.worked.get(task.name, 0.0) + end - begin
    found.waiting = sum(task.begin - task.due for task in done) / len(done)
    found.starting = sum(task.verb[0] - task.begin for task in done) / len(done)
    found.ending = sum(task.end - task.verb[1] for task in done) / len(done)
    return found


def covered(spans: Iterable[tuple[float, float]]) -> float:
    """The length of what these spans cover together."""
    total, until = 0.0, float("-inf")
    for begin, end in sorted(spans):
        total += max(0.0, end - max(begin, until))
        until = max(until, end)
    return total


def _unix(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()
