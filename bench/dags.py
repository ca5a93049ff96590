"""Parsing all DAG files, beyond importing Airflow: what the DAG processor pays over and over.

In a fresh process each round: first a folder with one small DAG that asks of Airflow what ours ask, which is the
price of Airflow itself, then our own folder.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from demo import processes
from demo.home import CHECKOUT

SMALL = '''"""A DAG that does nothing, with all that ours take from Airflow."""
from airflow.executors.local_executor import LocalExecutor
from airflow.sdk import DAG, Asset, BaseHook, CronTriggerTimetable, Param, get_current_context, get_parsing_context
from airflow.sdk import task
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowNotFoundException

with DAG("small", schedule=CronTriggerTimetable("0 1 * * *", timezone="Europe/Amsterdam"), params={"a": Param(None)}):

    @task(outlets=[Asset("small")])
    def nothing() -> None: ...

    nothing()
'''
PROGRAM = """
import json, sys
from time import perf_counter
found = {}
for name in ("airflow", "ours"):
    folder = sys.argv[1] if name == "airflow" else sys.argv[2]
    begin = perf_counter()
    from airflow.dag_processing.dagbag import DagBag
    bag = DagBag(dag_folder=folder, bundle_path=folder, bundle_name="dags-folder")
    found[name] = perf_counter() - begin
    found["dags"], found["errors"] = sorted(bag.dags), bag.import_errors
print(json.dumps(found))
"""


@dataclass
class Measured:
    """Seconds a round for the small folder (Airflow itself) and for our own after it, and the DAGs in ours."""

    airflow: list[float] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)
    dags: list[str] = field(default_factory=list)


def measure(rounds: int, home: Path, tell: Callable[[str], None], dags: Path = CHECKOUT / "dags") -> Measured:
    """Parse `dags` in so many fresh processes; files below `home`. Raises RuntimeError where a file does not parse."""
    found = Measured()
    with tempfile.TemporaryDirectory(prefix="bench-", dir=home) as folder:
        small = Path(folder) / "small"
        small.mkdir()
        (small / "small.py").write_text(SMALL, encoding="utf-8")
        for number in range(1, rounds + 1):
            tell(f"round {number} of {rounds}")
            told = _parsed(Path(folder), small, dags)
            if told["errors"] or not told["dags"]:
                raise RuntimeError(f"not every DAG file parses: {told['errors']}")
            found.airflow.append(told["airflow"])
            found.ours.append(told["ours"])
            found.dags = told["dags"]
    return found


def _parsed(folder: Path, small: Path, dags: Path) -> dict[str, Any]:
    env = processes.environment(
        AIRFLOW_HOME=str(folder / "airflow"),
        AIRFLOW__CORE__LOAD_EXAMPLES="False",
        AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=f"sqlite:///{folder}/airflow.db",
        AIRFLOW__LOGGING__LOGGING_LEVEL="ERROR",
        # Compiled modules are kept, as they are where the hub is installed; an empty value says so.
        PYTHONDONTWRITEBYTECODE="",
    )
    command = [sys.executable, "-c", PROGRAM, str(small), str(dags)]
    done = subprocess.run(command, env=env, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"the DAG files cannot be parsed:\n{done.stderr[-2000:]}")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told
