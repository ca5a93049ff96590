"""Every generated record against the hub's own contracts: sound ones pass, faulty ones fail as foretold."""

from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from exchange.region import Region, load_region
from kit.faults import AHEAD, NOT_OURS
from kit.nights import NIGHTS, Change
from kit.parkstad.world import Parkstad
from kit.parties import lokets, parties
from kit.records import KEY_FIELDS
from kit.world import World
from schemas.check import Checker
from schemas.contract import load

pytestmark = pytest.mark.pure
REGIONS = Path(__file__).parents[2] / "regions"
BESIDE = (AHEAD, NOT_OURS)  # what no record shows by itself: it takes the delivery, or the declaration of the source
ALL = [(party.name, bericht) for party in parties().values() for bericht in party.berichten]


def as_text(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return [{name: as_text(inner) for name, inner in v.items()} if isinstance(v, dict) else v for v in value]
    return str(value)


def raw(record: dict[str, Any]) -> dict[str, Any]:
    """The form in which a connector hands a record to the check: paths and text."""
    flat: dict[str, Any] = {}
    for name, value in record.items():
        if isinstance(value, dict):
            flat |= {f"{name}.{inner}": as_text(v) for inner, v in value.items()}
        else:
            flat[name] = as_text(value)
    return flat


@cache
def region(name: str) -> Region:
    return load_region(REGIONS / name)


def checker(world: World, name: str, party: str, bericht: str) -> Checker:
    """As the night judges: by the arrangements of the gemeenten too."""
    contract, own = load(bericht, 1), region(name)
    arrangements = own.arrangements_on(contract, own.sources[party], world.vandaag(1))
    return Checker(contract, own.codelists, arrangements=arrangements)


def changes(world: World, party: str, bericht: str) -> Iterator[Change]:
    for night in range(1, NIGHTS + 1):
        yield from (c for c in world.changes(party, bericht, night) if c.kind != "ingetrokken")


@pytest.mark.parametrize(("party", "bericht"), ALL)
def test_the_hub_would_judge_each_record_as_the_kit_foretells(world: World, party: str, bericht: str) -> None:
    assert not _otherwise(world, "drenthe", party, bericht)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_so_it_does_in_parkstad(seed: int) -> None:
    world = Parkstad.build(seed)
    for party in world.parties.values():
        for bericht in party.berichten:
            assert not _otherwise(world, "parkstad", party.name, bericht), (party.name, bericht)


@pytest.mark.parametrize("code", ["V028", "V029"])
def test_both_regions_have_records_that_only_an_arrangement_refuses(world: World, code: str) -> None:
    for one, name in ((world, "drenthe"), (Parkstad.build(1), "parkstad")):
        parties = [party.name for party in one.parties.values() if "aanmelding" in party.berichten]
        found = [c for party in parties for c in changes(one, party, "aanmelding") if code in c.faulty]
        assert found, name
        assert {change.record["gemeente_code"] for change in found} == {"drenthe": {"1731"}, "parkstad": {"0917"}}[name]


def _otherwise(world: World, name: str, party: str, bericht: str) -> Counter[Any]:
    """(expected, found) -> how often; never the records themselves."""
    check = checker(world, name, party, bericht)
    wrong: Counter[tuple[tuple[str, ...], tuple[str, ...]]] = Counter()
    for change in changes(world, party, bericht):
        found = check(raw(change.record))
        codes = tuple(sorted({fault.code for fault in found.faults if fault.rejects}))
        foretold = tuple(code for code in change.faulty if code not in BESIDE)
        if codes != foretold:
            wrong[foretold, codes] += 1
    return wrong


@pytest.mark.parametrize("bericht", KEY_FIELDS)
def test_the_key_fields_are_those_of_the_contract(world: World, bericht: str) -> None:
    assert KEY_FIELDS[bericht] == load(bericht, 1).sleutel
    party = next(party for party, of in ALL if of == bericht)
    for change in world.changes(party, bericht, 1):
        assert change.key == tuple(change.record[name] for name in KEY_FIELDS[bericht])


def test_a_record_holds_only_fields_of_the_contract(world: World) -> None:
    for party, bericht in ALL:
        contract = load(bericht, 1)
        known = {field.path for field in contract.fields} | {group.name for group in contract.groups}
        for change in changes(world, party, bericht):
            assert set(raw(change.record)) <= known


def test_what_a_system_does_not_hold_is_in_none_of_its_records(world: World) -> None:
    for party in parties().values():
        for bericht in party.berichten:
            for change in changes(world, party.name, bericht):
                if "V001" not in change.faulty:
                    assert not set(raw(change.record)) & party.without


def test_the_kit_and_the_region_know_the_same_desks_and_organisations() -> None:
    region = load_region(REGIONS / "drenthe")
    theirs = {
        loket.loket_code: (loket.naam, loket.soort_loket_code, loket.organisatie_code, loket.gemeente_code)
        for loket in region.lokets
    }
    ours = {code: (l.naam, l.soort, l.organisatie_code, l.gemeente_code) for code, l in lokets().items()}  # noqa: E741
    assert ours == theirs
    assert {party.code for party in parties().values()} <= set(region.organisaties)
    assert {party.code for party in parties().values() if party.kind == "gemeente"} == set(region.gemeenten)
