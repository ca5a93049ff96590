"""What the provider's API shows, read and mapped as its source declares, is the record of the world again.

The dialect of the kit and the declaration of the region are written apart from each other: here they meet.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest

from connectors.connector import open_connector
from connectors.formats import jsonl
from exchange.mapping import Mapper
from exchange.region import load_regions
from kit.servers.region import PROVIDERS
from kit.servers.rest import Application, RestSystem
from kit.world import World
from schemas.check import Checker

pytestmark = pytest.mark.pure
DRENTHE = next(region for region in load_regions() if region.name == "drenthe")
MEE = DRENTHE.sources["mee_drenthe"]
ALL = [(name, bericht) for name in PROVIDERS for bericht in DRENTHE.sources[name].delivers]
LAST = 30


@pytest.fixture(scope="module")
def systems(world: World) -> dict[str, RestSystem]:
    """Every provider with an API, at the end of the world."""
    found = {}
    for name, system in PROVIDERS.items():
        found[name] = RestSystem.of(system, name, Application("test", "test"), [], latency=False)
        found[name].move(world, LAST)
    return found


def as_raw(value: Any, path: str = "") -> Any:
    """A record in JSON form as raw text by path."""
    if isinstance(value, dict):
        found: dict[str, Any] = {}
        for name, inner in value.items():
            if isinstance(inner, dict):
                found |= {f"{name}.{key}": text for key, text in as_raw(inner).items()}
            else:
                found[name] = as_raw(inner)
        return found
    if isinstance(value, list):
        return [as_raw(item) for item in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


def plain(record: dict[str, Any]) -> dict[str, Any]:
    """Numbers are equal whatever their notation: 7.0 is 7."""
    return {name: value.removesuffix(".0") if isinstance(value, str) else value for name, value in record.items()}


def records(systems: dict[str, RestSystem], name: str, bericht: str) -> Iterator[dict[str, Any]]:
    source, delivers = DRENTHE.sources[name], DRENTHE.sources[name].delivers[bericht]
    rows = systems[name].journals[delivers.options["path"]].held.values()
    first = {"vorm": {"record_id": "id", "removed": "verwijderd", "content": "gegevens"}}
    stream = BytesIO(b"".join(map(jsonl.line, [first, *rows])))
    mapper, known = Mapper(delivers), {field.path for field in delivers.contract.fields}
    known |= {group.name for group in delivers.contract.groups}
    for raw in open_connector(source.connector, None, source.settings).read(bericht, delivers.options, stream):
        assert raw.actie == "record"
        record = dict(mapper(raw.values))
        assert record.keys() - known == {"@plaats"}
        del record["@plaats"]
        yield record


@pytest.mark.parametrize(("name", "bericht"), ALL)
def test_every_record_comes_back_as_it_was_and_with_the_faults_it_was_given(
    systems: dict[str, RestSystem], world: World, name: str, bericht: str
) -> None:
    contract = DRENTHE.sources[name].delivers[bericht].contract
    arrangements = DRENTHE.arrangements_on(contract, DRENTHE.sources[name], world.vandaag(LAST))
    checker = Checker(contract, DRENTHE.codelists, arrangements=arrangements)
    held = world.sender_state(name, bericht, LAST)
    faulty: dict[Any, tuple[str, ...]] = {}
    for night in range(1, LAST + 1):
        for change in world.changes(name, bericht, night):
            if held.get(change.key) == change.record:
                faulty[change.key] = change.faulty
    found = {
        tuple(str(record[name]) for name in contract.sleutel): record for record in records(systems, name, bericht)
    }
    assert found.keys() == held.keys()
    assert any(faulty.values())
    for key, record in held.items():
        raw, expected = plain(found[key]), plain(as_raw(record))
        # names only, for a failing test is printed
        assert sorted(name for name in raw.keys() | expected.keys() if raw.get(name) != expected.get(name)) == []
        rejecting = sorted({fault.code for fault in checker(found[key]).faults if fault.rejects})
        assert rejecting == list(faulty[key]), "other faults than the world knows of"


def test_a_step_with_identity_and_without_consent_is_refused_and_the_world_has_some(
    systems: dict[str, RestSystem], world: World
) -> None:
    checker = Checker(MEE.delivers["vroeghulp"].contract, DRENTHE.codelists)
    named = [record for record in records(systems, MEE.id, "vroeghulp") if "persoon.client_nummer_bron" in record]
    without = [record for record in named if "toestemming_door_code" not in record]
    assert without
    for record in without:
        assert "R005" in [fault.code for fault in checker(record).faults if fault.rejects]
    truth = world.truth.deliveries(MEE.id, "vroeghulp")
    assert truth[0].faults["R005"] > 0
    assert sum(delivery.faults["R005"] for delivery in truth[1:]) > 0


def test_one_source_serves_all_twelve_gemeenten(systems: dict[str, RestSystem]) -> None:
    for bericht in ("aanmelding", "traject", "vroeghulp", "inzet"):
        assert {record["gemeente_code"] for record in records(systems, MEE.id, bericht)} == set(DRENTHE.gemeenten)
