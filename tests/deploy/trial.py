"""The source systems of the kit for a stack: served, connected as docs/operate.md says, held against the truth."""

import json
import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from demo import processes, sources
from demo.home import Home
from demo.month import AT_ONCE, night_of
from exchange.publish import publish
from exchange.region import Region, load_regions
from kit import calendar
from kit.world import World
from tests.deploy.compose import Stack


@contextmanager
def kit_of(folder: Path) -> Iterator[Home]:
    """The servers of the kit below a folder, in their first night."""
    home = Home(folder)
    home.make()
    calendar.write(home.path, calendar.Calendar(1, 1))
    try:
        sources.start(home, latency=False)
        yield home
    finally:
        processes.stop(home)


def served() -> list[Region]:
    """The region that lives in the years of the kit, and whose truth it knows figure by figure."""
    return [region for region in load_regions() if region.name == World.name]


def day_of(home: Home) -> date:
    """The day of the night that the kit is in."""
    return calendar.read(home.path).day


def connections(home: Home) -> dict[str, Any]:
    """The connections to the kit, as `airflow connections import` takes them."""
    found = sources.connections(home)
    return {name.removeprefix("AIRFLOW_CONN_").lower(): json.loads(value) for name, value in found.items()}


def verified(stack: Stack, home: Home) -> dict[str, Any]:
    """What `kit verify` says of the region that is served, asked as the login of the tasks."""
    url = (stack.secrets / "hub_database_url").read_text().strip()
    env = processes.environment(HUB_HOME=str(home.path), HUB_DATABASE_URL=url)
    asked = [processes.program("kit"), "verify", "--region", World.name, "--json"]
    done = subprocess.run(asked, env=env, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    verdict: dict[str, Any] = json.loads(done.stdout)
    return verdict


def one_night(stack: Stack, home: Home, service: str = "hand") -> None:
    """All verbs of every source and the publication, without Airflow, in the environment of a service of the file."""
    env = stack.environment(service) | sources.connections(home)
    day, regions = day_of(home), served()
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("HUB_", "AIRFLOW_CONN_"))]:
            patch.delenv(name)  # a setting of this process would win from the file of a secret
        for name, value in env.items():
            patch.setenv(name, value)
        work = [(region, name, day) for region in regions for name in region.sources]
        with ProcessPoolExecutor(AT_ONCE, get_context("fork")) as pool:
            list(pool.map(night_of, *zip(*work, strict=True)))
            list(pool.map(publish, regions, [day] * len(regions)))
