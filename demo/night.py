"""One night through Airflow's scheduler: start a run of each source, watch it, then publish.

A source that waits for another try is not waited for: publication comes at a fixed time in earnest too.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.table import Table

from demo.airflow import Airflow
from demo.home import DemoError

FOUND_SECONDS = 90
NIGHT_SECONDS = 1800
POLL_SECONDS = 1.0  # each look costs the API a tenth of a second of a core, which the night could use
ENDED = ("success", "failed")
MARKS = {
    "success": "[green]✔[/]",
    "failed": "[red]✘[/]",
    "upstream_failed": "[red]·[/]",
    "running": "[cyan]▶[/]",
    "up_for_retry": "[yellow]↻[/]",
    "skipped": "-",
}
VERBS = ("receive", "validate", "assess", "merge", "answer")


@dataclass
class Run:
    """One run of one DAG, as Airflow last told."""

    dag_id: str
    run_id: str
    state: str = "queued"
    tasks: dict[str, str] = field(default_factory=dict)

    @property
    def waits(self) -> bool:
        """Whether Airflow will try again later, by itself."""
        return self.state not in ENDED and "up_for_retry" in self.tasks.values()

    @property
    def over(self) -> bool:
        """Whether there is nothing left to watch now."""
        return self.state in ENDED or self.waits

    @property
    def verdict(self) -> str:
        """In a word or two: what became of it."""
        if self.state == "success":
            return "success"
        broken = next((task for task, state in self.tasks.items() if state in ("failed", "up_for_retry")), "")
        if self.waits:
            return f"{broken} will be tried again"
        return f"{broken} failed" if self.state == "failed" else self.state


def find(airflow: Airflow, dag_ids: Sequence[str]) -> list[str]:
    """Wait until Airflow knows these DAGs. Returns its import errors, a line for each broken declaration."""
    until = time.monotonic() + FOUND_SECONDS
    missing = set(dag_ids)
    while missing and time.monotonic() < until:
        missing = set(dag_ids) - {dag["dag_id"] for dag in airflow.call("GET", "dags?limit=100")["dags"]}
        if missing:
            time.sleep(0.5)
    errors = airflow.call("GET", "importErrors?limit=100")["import_errors"]
    lines = [line for error in errors for line in error["stack_trace"].strip().splitlines()]
    if missing:
        raise DemoError("\n".join([f"Airflow does not find {', '.join(sorted(missing))}", *lines]))
    return lines


def run(airflow: Airflow, days: Mapping[str, date], console: Console) -> list[Run]:
    """Start one run of each DAG for its own day and watch until all are over. Returns how they ended."""
    stamp = time.strftime("%H%M%S", time.gmtime())
    day = min(days.values())
    runs = [Run(dag_id, f"night_{day.isoformat()}_{stamp}") for dag_id in days]
    for started in runs:
        conf = {"vandaag": days[started.dag_id].isoformat()}
        body = {"dag_run_id": started.run_id, "logical_date": None, "conf": conf}
        airflow.call("POST", f"dags/{started.dag_id}/dagRuns", body)
        airflow.call("PATCH", f"dags/{started.dag_id}?update_mask=is_paused", {"is_paused": False})
    if console.is_terminal:
        with Live(console=console, refresh_per_second=4) as live:
            _watch(airflow, runs, lambda: live.update(_table(runs, day)))
    else:
        _watch(airflow, runs, _printer(runs, console))
    return runs


def _watch(airflow: Airflow, runs: Sequence[Run], show: Callable[[], None]) -> None:
    until = time.monotonic() + NIGHT_SECONDS
    dags = {"dag_ids": [watched.dag_id for watched in runs], "page_limit": 100}
    tasks = {**dags, "dag_run_ids": [runs[0].run_id] if runs else []}
    recent = {**dags, "order_by": "-run_after", "page_limit": 2 * len(runs)}  # the schedule may start some too
    by_id = {watched.dag_id: watched for watched in runs}
    while True:
        airflow.must_run()
        for found in airflow.call("POST", "dags/~/dagRuns/~/taskInstances/list", tasks)["task_instances"]:
            by_id[found["dag_id"]].tasks[found["task_id"]] = found["state"] or "waiting"
        for found in airflow.call("POST", "dags/~/dagRuns/list", recent)["dag_runs"]:
            if found["dag_run_id"] == by_id[found["dag_id"]].run_id:
                by_id[found["dag_id"]].state = found["state"]
        show()
        if all(watched.over for watched in runs):
            return
        if time.monotonic() > until:
            busy = ", ".join(watched.dag_id for watched in runs if not watched.over)
            raise DemoError(f"after {NIGHT_SECONDS // 60} minutes still busy: {busy}; see {airflow.url}")
        time.sleep(POLL_SECONDS)


def _table(runs: Sequence[Run], day: date) -> Table:
    title = f"The night of {day.isoformat()}, by Airflow's scheduler"
    table = Table(title=title, title_justify="left", box=None)
    for heading in ("run", *VERBS, ""):
        table.add_column(heading, justify="left" if heading in ("run", "") else "center")
    for shown in runs:
        marks = [MARKS.get(shown.tasks.get(verb, ""), "·") for verb in VERBS]
        if "publish" in shown.tasks:
            marks = [MARKS.get(shown.tasks["publish"], "·"), "", ""]
        table.add_row(shown.dag_id, *marks, shown.verdict)
    return table


def _printer(runs: Sequence[Run], console: Console) -> Callable[[], None]:
    told: set[tuple[str, str]] = set()

    def show() -> None:
        for shown in runs:
            done = [verb for verb in VERBS if shown.tasks.get(verb) == "success"]
            line: Any = shown.verdict if shown.over else f"{done[-1]} done" if done else "started"
            if (shown.dag_id, line) not in told:
                told.add((shown.dag_id, line))
                console.print(f"  {shown.dag_id}: {line}")

    return show
