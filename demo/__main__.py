"""`python -m demo up|down|status|summary|clean`: the trial on one machine, behind the Makefile."""

import fcntl
import os
import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Annotated

import typer
from rich.console import Console

from demo import postgres, processes, sources, summary, trial
from demo.airflow import USER, Airflow
from demo.home import DemoError, Home
from demo.month import month as run_month
from demo.pg_files import PostgresError
from exchange.region import Region, load_regions
from exchange.shell import WIDE
from kit import calendar
from warehouse.errors import WarehouseError

#: The pages of plugins/cockpit.py in Airflow's navigation; not imported from there, since that takes Airflow along.
PAGES = {"Marts": "marts", "Retourberichten": "retourberichten", "Data Docs": "data-docs", "Incidenten": "incidenten"}

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)
# Piped, a table is as wide as it needs to be, as in `hub`: no name is folded.
console = Console(highlight=False, width=WIDE)


@app.command()
def up() -> None:
    """Start what does not run yet, run one night through Airflow's scheduler, and show what it brought."""
    began = time.monotonic()
    home = Home.default()
    home.make()
    with _alone(home):
        regions = load_regions()
        airflow = trial.start(home, regions, console)
        day = sources.next_night(home)
        if day is None:
            console.print("The kit has no more nights; `make fresh` begins again at the first.")
            return
        days = sources.days(home)
        home.set_vandaag(day, days)
        runs = trial.one_night(airflow, regions, days, console)
        verdicts = {run.dag_id: run.verdict for run in runs}
        home.write(days={region: own.isoformat() for region, own in days.items()}, verdicts=verdicts)
        sources.night_is_over(home)
        console.print(f"The night took {time.monotonic() - began:.0f} s.\n")
        _report(home, airflow, regions, days, verdicts)
    if not all(run.state == "success" for run in runs):
        raise typer.Exit(1)


@app.command()
def down() -> None:
    """Stop everything that `up` started, and only that. Data stays."""
    home = Home.default()
    if not home.path.is_dir():
        console.print("Nothing runs.")
        return
    with _alone(home):
        console.print(trial.stop(home))
    console.print(f"The data stays in {home.path}.")


@app.command()
def status() -> None:
    """Which parts of the trial run now, and where."""
    home = Home.default()
    if not home.state():
        console.print("There is no trial yet: make demo")
        return
    parts = [(name, processes.running(home, name)) for name in processes.names(home)]
    for name, process in parts:
        where = f"pid {process.pid}" if process else f"does not run; see {home.logs}"
        console.print(f"{name:14} {where}")
    if home.state().get("outside"):
        console.print(f"{'postgres':14} the server of HUB_DATABASE_URL")
    else:
        console.print(f"{'postgres':14} {'runs' if postgres.is_running(home.postgres) else 'does not run'}")
    if processes.running(home, "api-server"):
        _address(home, Airflow(home, {}))


@app.command(name="summary")
def show_summary() -> None:
    """The figures of the last night once more."""
    home = Home.default()
    known = home.state()
    if "days" not in known:
        raise DemoError("there was no night yet: make demo")
    trial.hub_environment(home)
    days = {region: date.fromisoformat(day) for region, day in known["days"].items()}
    _report(home, Airflow(home, {}), load_regions(), days, known["verdicts"])


@app.command()
def month(
    seed: Annotated[list[int] | None, typer.Option(help="Which world; may be given more than once.")] = None,
    nights: Annotated[int, typer.Option(min=1, max=calendar.NIGHTS, help="How many nights.")] = calendar.NIGHTS,
) -> None:
    """All nights of a world without Airflow, each held against what is known to be true. Leaves nothing behind.

    Example: python -m demo month --seed 2 --nights 3
    """
    for one in seed or [1]:
        console.print(f"world {one}")
        if run_month(one, nights, console):
            raise typer.Exit(1)


@app.command()
def clean() -> None:
    """Stop the trial and throw its data away, the databases of the private server and the keys with it."""
    home = Home.default()
    if not home.state():
        console.print("There is no trial to throw away.")
        return
    with _alone(home):
        console.print(trial.stop(home))
        postgres.remove(home.postgres)
        shutil.rmtree(home.path)
    console.print(f"{home.path} is gone.")
    if os.environ.get("HUB_DATABASE_URL"):
        console.print("The databases on the server of HUB_DATABASE_URL are left alone: drop them there.")


def _report(
    home: Home, airflow: Airflow, regions: list[Region], days: Mapping[str, date], verdicts: dict[str, str]
) -> None:
    summary.show(regions, days, verdicts, console)
    for region in regions:
        publication = f"publish_{region.name}"
        console.print(f"{publication}: {verdicts.get(publication, 'not run')}")
    if processes.running(home, "api-server"):
        _address(home, airflow)
    console.print("make demo: the next night · make down: stop all · .venv/bin/hub --help: by hand")


def _address(home: Home, airflow: Airflow) -> None:
    console.print(f"Airflow   {airflow.url}   user {USER}   password {airflow.password}")
    for name, route in PAGES.items():
        console.print(f"  {name:15} {airflow.url}/plugin/hub-{route}")


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    """One command at a time on one trial. Raises DemoError when another is busy."""
    with (home.path / "lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DemoError(f"another command is busy with {home.path}; wait for it") from None
        yield


if __name__ == "__main__":
    try:
        app()
    except (DemoError, PostgresError, WarehouseError) as error:
        sys.exit(f"make demo: {error}")
    except KeyboardInterrupt:
        sys.exit("interrupted; what was started still runs: make down stops it")
