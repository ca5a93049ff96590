"""The trial as a whole: all that a night needs is started, a night goes through the scheduler, all is stopped."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date

from rich.console import Console

from demo import night, postgres, processes, sources
from demo.airflow import Airflow
from demo.home import DemoError, Home
from demo.night import Run
from exchange import keys
from exchange.region import Region
from warehouse.setup import setup


def start(home: Home, regions: list[Region], console: Console) -> Airflow:
    """Start what does not run yet: server, source systems, Airflow. Raises DemoError where a part does not come up."""
    with _step("PostgreSQL", console):
        env = hub_environment(home)
    with _step("source systems of the kit", console):
        sources.start(home)
    with _step("keys and databases of the regions", console):
        env |= keys.ensure(home.path, tuple(region.name for region in regions))
        os.environ.update(env)
        for region in regions:
            setup(region.database, region.name)
    with _step("Airflow", console):
        env |= sources.connections(home)
        home.write_env(env)
        airflow = Airflow(home, env)
        airflow.start()
        airflow.wait()
    return airflow


def hub_environment(home: Home) -> dict[str, str]:
    """Where the hub finds its state, its clock and its server; the server is started when it is ours.

    A trial stays on the server on which it began: its calendar tells of nights that another one never saw.
    """
    named = os.environ.get("HUB_DATABASE_URL")
    outside = home.remember("outside", lambda: bool(named))
    if named and not outside:
        raise DemoError("this trial has a server of its own: leave HUB_DATABASE_URL out, or begin anew (make fresh)")
    if outside and not named:
        named = home.env().get("HUB_DATABASE_URL")
        if not named:
            raise DemoError("this trial began on a server of yours: name it in HUB_DATABASE_URL")
    server = named or _own_server(home)
    env = {"HUB_HOME": str(home.path), "HUB_CALENDAR": str(home.calendar), "HUB_DATABASE_URL": server}
    os.environ.update(env)
    return env


def _own_server(home: Home) -> str:
    return postgres.start(home.postgres, port=int(os.environ.get("HUB_POSTGRES_PORT") or 0)).url


def one_night(airflow: Airflow, regions: list[Region], days: Mapping[str, date], console: Console) -> list[Run]:
    """Every source and then the publications, once each through the scheduler. Returns how their runs ended."""
    parties = {source: days[region.name] for region in regions for source in region.sources}
    publications = {f"publish_{region.name}": days[region.name] for region in regions}
    for line in night.find(airflow, [*parties, *publications]):
        console.print(f"[red]left out[/] {line}")
    return night.run(airflow, parties, console) + night.run(airflow, publications, console)


def stop(home: Home) -> str:
    """Stop all that was started, the private server too. Says in a line what ended."""
    ended = processes.stop(home)
    served = postgres.is_running(home.postgres)
    postgres.stop(home.postgres)
    return f"Stopped {ended} processes{' and PostgreSQL' if served else ''}."


@contextmanager
def _step(what: str, console: Console) -> Iterator[None]:
    began = time.monotonic()
    with console.status(f"{what} …"):
        yield
    console.print(f"[green]✔[/] {what} ({time.monotonic() - began:.1f} s)")
