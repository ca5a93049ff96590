"""`python -m demo up|down|status|summary|clean`: the trial on one machine, behind the Makefile."""

import fcntl
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import typer
from rich.console import Console

from demo import night, postgres, processes, sources, summary
from demo.airflow import USER, Airflow
from demo.home import DemoError, Home
from exchange import keys
from exchange.region import Region, load_regions
from warehouse.setup import setup

app = typer.Typer(add_completion=False, no_args_is_help=True, help=__doc__, pretty_exceptions_enable=False)
console = Console(highlight=False)


@app.command()
def up() -> None:
    """Start what does not run yet, run one night through Airflow's scheduler, and show what it brought."""
    began = time.monotonic()
    home = Home.default()
    home.make()
    with _alone(home):
        regions = load_regions()
        airflow = _start(home, regions)
        day = sources.next_night(home)
        if day is None:
            console.print("The kit has no more nights; `make fresh` begins again at the first.")
            return
        home.set_vandaag(day)
        verdicts, ok = _night(airflow, regions, day)
        home.write(day=day.isoformat(), verdicts=verdicts)
        sources.night_is_over(home)
        console.print(f"The night took {time.monotonic() - began:.0f} s.\n")
        _report(home, airflow, regions, day, verdicts)
    if not ok:
        raise typer.Exit(1)


@app.command()
def down() -> None:
    """Stop everything that `up` started, and only that. Data stays."""
    home = Home.default()
    if not home.path.is_dir():
        console.print("Nothing runs.")
        return
    with _alone(home):
        _stop(home)
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
    console.print(f"{'postgres':14} {'runs' if postgres.is_running(home.postgres) else 'does not run'}")
    if processes.running(home, "api-server"):
        _address(home, Airflow(home, {}))


@app.command(name="summary")
def show_summary() -> None:
    """The figures of the last night once more."""
    home = Home.default()
    known = home.state()
    if "day" not in known:
        raise DemoError("there was no night yet: make demo")
    _hub_environment(home)
    _report(home, Airflow(home, {}), load_regions(), date.fromisoformat(known["day"]), known["verdicts"])


@app.command()
def clean() -> None:
    """Stop the trial and throw its data away, the databases of the private server and the keys with it."""
    home = Home.default()
    if not home.state():
        console.print("There is no trial to throw away.")
        return
    with _alone(home):
        _stop(home)
        postgres.remove(home.postgres)
        shutil.rmtree(home.path)
    console.print(f"{home.path} is gone.")
    if os.environ.get("HUB_DATABASE_URL"):
        console.print("The databases on the server of HUB_DATABASE_URL are left alone: drop them there.")


def _start(home: Home, regions: list[Region]) -> Airflow:
    with _step("PostgreSQL"):
        env = _hub_environment(home)
    with _step("source systems of the kit"):
        sources.start(home)
    with _step("keys and databases of the regions"):
        env |= keys.ensure(home.path, tuple(region.name for region in regions))
        os.environ.update(env)
        for region in regions:
            setup(region.database, region.name)
    with _step("Airflow"):
        env |= sources.connections(home)
        home.write_env(env)
        airflow = Airflow(home, env)
        airflow.start()
        airflow.wait()
    return airflow


def _hub_environment(home: Home) -> dict[str, str]:
    """Where the hub finds its state, its clock and its server; the server is started when it is ours."""
    server = os.environ.get("HUB_DATABASE_URL") or _own_server(home)
    env = {"HUB_HOME": str(home.path), "HUB_CALENDAR": str(home.calendar), "HUB_DATABASE_URL": server}
    os.environ.update(env)
    return env


def _own_server(home: Home) -> str:
    return postgres.start(home.postgres, port=int(os.environ.get("HUB_POSTGRES_PORT") or 0)).url


def _night(airflow: Airflow, regions: list[Region], day: date) -> tuple[dict[str, str], bool]:
    parties = [source for region in regions for source in region.sources]
    publications = [f"publish_{region.name}" for region in regions]
    for line in night.find(airflow, [*parties, *publications]):
        console.print(f"[red]left out[/] {line}")
    runs = night.run(airflow, parties, day, console)
    runs += night.run(airflow, publications, day, console)
    return {run.dag_id: run.verdict for run in runs}, all(run.state == "success" for run in runs)


def _report(home: Home, airflow: Airflow, regions: list[Region], day: date, verdicts: dict[str, str]) -> None:
    summary.show(regions, day, verdicts, console)
    for region in regions:
        publication = f"publish_{region.name}"
        console.print(f"{publication}: {verdicts.get(publication, 'not run')}")
    if processes.running(home, "api-server"):
        _address(home, airflow)
    console.print("make demo: the next night · make down: stop all · .venv/bin/hub --help: by hand")


def _address(home: Home, airflow: Airflow) -> None:
    console.print(f"Airflow   {airflow.url}   user {USER}   password {airflow.password}")


def _stop(home: Home) -> None:
    ended = processes.stop(home)
    served = postgres.is_running(home.postgres)
    postgres.stop(home.postgres)
    what = f"{ended} processes{' and PostgreSQL' if served else ''}"
    console.print(f"Stopped {what}.")


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    """One command at a time on one trial. Raises DemoError when another is busy."""
    with (home.path / "lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DemoError(f"another command is busy with {home.path}; wait for it") from None
        yield


@contextmanager
def _step(what: str) -> Iterator[None]:
    began = time.monotonic()
    with console.status(f"{what} …"):
        yield
    console.print(f"[green]✔[/] {what} ({time.monotonic() - began:.1f} s)")


if __name__ == "__main__":
    try:
        app()
    except (DemoError, postgres.PostgresError) as error:
        sys.exit(f"make demo: {error}")
    except KeyboardInterrupt:
        sys.exit("interrupted; what was started still runs: make down stops it")
