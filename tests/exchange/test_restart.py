"""The database restarts in the middle of a verb: one clear line, and run again nothing is lost and nothing double."""

import importlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from demo import postgres
from exchange.errors import WarehouseError
from exchange.keys import fresh
from exchange.region import load_regions
from tests.conftest import bin_dir, region_of
from tests.exchange.conftest import _empty
from tests.exchange.hub import Hub, hub_of
from tests.exchange.levering import aanmelding, weg
from tests.exchange.test_killed import everything

RECORDS = [aanmelding("A"), aanmelding("B"), aanmelding("C", datum_aanmelding="2015-02-31"), weg("D")]
YESTERDAY = [aanmelding("A", datum_aanmelding="2015-02-01"), aanmelding("D")]


@pytest.fixture(scope="module")
def mortal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[postgres.Server, str]]:
    """A server that may be stopped, that keeps what was committed; and a database on it."""
    folder = tmp_path_factory.mktemp("mortal")
    server = postgres.start(folder, bin_dir=bin_dir(os.environ.get("HUB_TEST_PG", "embedded")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUB_DATABASE_URL", server.url)
        try:
            with region_of("mortal") as database:
                yield server, database
        finally:
            postgres.remove(folder)


@pytest.fixture
def night(mortal: tuple[postgres.Server, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Hub]:
    """A hub with a delivery of yesterday in the warehouse and one of today waiting; each time from the beginning."""
    server, database = mortal
    monkeypatch.setenv("HUB_DATABASE_URL", server.url)
    for name, value in fresh("drenthe").items():
        monkeypatch.setenv(name, value)
    drenthe = next(region for region in load_regions() if region.name == "drenthe")

    def begin(name: str) -> Hub:
        folder = tmp_path / name
        folder.mkdir()
        monkeypatch.setenv("HUB_HOME", str(folder / "home"))
        _empty(database)
        hub = hub_of(drenthe, database, folder)
        hub.deliver("aanmelding_0.xml", YESTERDAY, stand_op="2015-03-01T00:00:00Z")
        hub.put("aanmelding_1.xml", RECORDS)
        return hub

    return begin


def restart(server: postgres.Server) -> None:
    """As after a crash: nobody is asked to finish, and what was committed is recovered."""
    postgres._run(server, "pg_ctl", "stop", "-D", str(server.cluster), "-m", "immediate", "-w", "-t", "20")
    if child := postgres._children.pop(str(server.cluster), None):
        child.wait(timeout=20)
    again = postgres.start(server.data_dir, port=server.port, bin_dir=server.bin_dir)
    assert again.port == server.port


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize(
    ("verb", "module", "name"),
    [
        ("validate", "warehouse.load", "create_stage"),
        ("validate", "exchange.workers", "_fill"),
        ("validate", "warehouse.load", "judge"),
        ("validate", "exchange.delivery", "close"),
        ("merge", "exchange.merge", "merge_delivery"),
    ],
)
def test_a_database_that_restarts_half_way_loses_nothing_and_doubles_nothing(
    night: Callable[[str], Hub],
    mortal: tuple[postgres.Server, str],
    monkeypatch: pytest.MonkeyPatch,
    verb: str,
    module: str,
    name: str,
    processes: int,
) -> None:
    undisturbed = night("undisturbed")
    undisturbed.night()
    undisturbed.publish()
    expected = everything(undisturbed)

    hub, owner = night("disturbed"), importlib.import_module(module)
    original, before = getattr(owner, name), hub.current()
    if processes == 2:
        monkeypatch.setattr("exchange.workers.LARGE", 1)

    def once(*arguments: Any, **more: Any) -> Any:
        monkeypatch.setattr(owner, name, original)
        result = original(*arguments, **more)
        restart(mortal[0])
        return result

    monkeypatch.setattr(owner, name, once)
    with pytest.raises(WarehouseError) as told:
        hub.night()
    assert "\n" not in str(told.value)
    assert "Toverstaf" not in str(told.value)
    assert hub.current() == before
    hub.night()
    hub.publish()
    assert everything(hub) == expected
