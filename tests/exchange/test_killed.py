"""Killed with -9 anywhere in any verb, running again ends where an undisturbed night ends."""

import multiprocessing
import time
from typing import Any

import pytest

from exchange import runs
from exchange.housekeeping import housekeeping
from exchange.status import status
from tests.exchange.hub import NIGHT, Hub
from tests.exchange.killed import killed, night_that_dies, wait_until
from tests.exchange.levering import aanmelding, weg

RECORDS = [aanmelding("A"), aanmelding("B"), aanmelding("C", datum_aanmelding="2015-02-31"), weg("D")]

# Where the process dies: before or after a call of this function.
PLACES = [
    ("receive", "after", "exchange.landing", "Landing.store"),
    ("receive", "before", "exchange.delivery", "record"),
    ("receive", "after", "exchange.delivery", "record"),
    ("receive", "before", "connectors.filedrop", "FileDropConnector.confirm"),
    ("receive", "after", "connectors.filedrop", "FileDropConnector.confirm"),
    ("validate", "after", "warehouse.load", "create_stage"),
    ("validate", "before", "warehouse.load", "judge"),
    ("validate", "after", "warehouse.load", "judge"),
    ("validate", "after", "exchange.delivery", "close"),
    ("merge", "after", "exchange.merge", "merge_delivery"),
    ("publish", "after", "exchange.publish", "load_lokets"),
    ("publish", "after", "exchange.publish", "publish_marts"),
]


def everything(hub: Hub) -> dict[str, Any]:
    """What the night left behind, without clocks and without numbers that a retry uses up."""
    return {
        "deliveries": hub.rows("select state, received, accepted, rejected, deleted, residual from exchange.delivery"),
        "present": hub.current(),
        "versions": hub.rows("select aanmelding_nummer, is_ingetrokken from accepted.aanmelding order by 1"),
        "rejects": hub.rows("select record_nummer, faults from exchange.reject"),
        "persons": hub.value("select count(*) from kluis.persoon"),
        "mart": hub.rows("select loket_code, maand, aanmeldingen from mart_loket.aanmeldingen"),
        "stage": hub.value("select count(*) from pg_tables where schemaname = 'stage'"),
        "left at the source": sorted(path.name for path in (hub.folder / "uit").iterdir()),
    }


@pytest.mark.parametrize(("verb", "when", "module", "name"), PLACES)
def test_a_killed_night_run_again_is_an_undisturbed_night(
    hub: Hub, verb: str, when: str, module: str, name: str
) -> None:
    hub.put("aanmelding_1.xml", RECORDS)
    killed(hub, night_that_dies, hub, when, module, name)
    hub.night()
    hub.publish()
    assert everything(hub) == {
        "deliveries": [("merged", 4, 2, 1, 1, 0)],
        "present": {("A", "2015-02-10"), ("B", "2015-02-10")},
        "versions": [("A", False), ("B", False), ("D", True)],
        "rejects": hub.rows("select record_nummer, faults from exchange.reject where record_nummer = 3"),
        "persons": 2,
        "mart": hub.rows("select '0109-WMO', date '2015-02-01', 2"),
        "stage": 0,
        "left at the source": [],
    }


def status_of(hub: Hub) -> str:
    with hub.context().engine.connect() as connection:
        (found,) = status(connection, hub.region)
    return found.state


def run_that_hangs(hub: Hub) -> None:
    """Runs in a process of its own: as Airflow does, a run around the verb and the run of the verb itself."""
    context = hub.context(run_id="hangs")
    with runs.run(context), context.lock(), runs.run(context):
        time.sleep(600)


def test_a_killed_run_is_interrupted_until_the_next_and_housekeeping_closes_it(hub: Hub) -> None:
    child = multiprocessing.get_context("fork").Process(target=run_that_hangs, args=(hub,), daemon=True)
    child.start()
    wait_until(lambda: status_of(hub) == "running")
    assert housekeeping(hub.region, NIGHT).runs == 0
    assert status_of(hub) == "running"
    child.kill()
    child.join(20)
    wait_until(lambda: status_of(hub) == "interrupted")
    assert housekeeping(hub.region, NIGHT).runs == 1
    assert status_of(hub) == "failed"
    hub.deliver("aanmelding_1.xml", RECORDS)
    assert status_of(hub) == "merged"
