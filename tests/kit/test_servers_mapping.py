"""What a case system holds, read and mapped as its source declares, is the record of the world again.

The dialects of the kit and the declarations of the region are written apart from each other: here they meet.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.connection import Connection
from connectors.connector import Request, open_connector
from connectors.zgw_record import flatten
from exchange.mapping import Mapper
from exchange.region import Source, load_regions
from kit.connections import connection_env
from kit.serve import running
from kit.servers.cases import Register
from kit.servers.catalogue import Catalogue
from kit.servers.dialect import SYSTEM_OF, dialects
from kit.servers.dialect import flatten as fields
from kit.world import World
from schemas.check import Checker

DRENTHE = next(region for region in load_regions() if region.name == "drenthe")
ZGW = sorted(SYSTEM_OF)
LAST = 30


@pytest.fixture(scope="module")
def registers(world: World) -> dict[str, Register]:
    """One register per party, in the last night."""
    found = {}
    for party, system in SYSTEM_OF.items():
        catalogue = Catalogue(f"/{system}", world.parties[party].rsin, dialects(system))
        found[party] = Register(catalogue, dialects(system), {party: world.parties[party].rsin})
        found[party].move(world, LAST)
    return found


def as_raw(record: Any) -> dict[str, Any]:
    """A record in JSON form as raw text by path."""

    def text(value: Any) -> Any:
        if isinstance(value, list):
            return [text(item) for item in value]
        return str(value).lower() if isinstance(value, bool) else str(value)

    return {path: text(value) for path, value in fields(record)}


def mapped(source: Source, bericht: str, values: dict[str, object]) -> dict[str, Any]:
    """The record as the hub reads it, without what is empty."""
    delivers = source.delivers[bericht]
    record = Mapper(delivers)(values)
    known = {field.path for field in delivers.contract.fields}
    assert sorted(name for name in record.keys() - known if name.startswith("eigenschap.")) == []
    return {path: value for path, value in record.items() if path in known and value not in ("", None)}


def types_of(catalogue: Catalogue) -> dict[str, Any]:
    """The names behind the URLs, as the connector collects them from the Catalogi API."""
    return {
        "statustypen": {row["url"]: row for row in catalogue.resources("statustypen")},
        "roltypen": {row["url"]: row["omschrijvingGeneriek"] for row in catalogue.resources("roltypen")},
        "eigenschappen": {row["url"]: row["naam"] for row in catalogue.resources("eigenschappen")},
    }


def composites(register: Register, bericht: str) -> Iterator[tuple[str, dict[str, object]]]:
    """(identificatie, flat paths) of every zaak of a bericht."""
    types = types_of(register.catalogue)
    zaaktype = register.dialects[bericht].zaaktype
    for case in register.cases.values():
        if case.version.identificatie == zaaktype:
            parts = {name: getattr(case, name)() for name in ("rollen", "statussen", "eigenschappen")}
            yield case.identificatie, flatten({"zaak": case.zaak(), **parts}, types)


@pytest.mark.parametrize("party", ZGW)
@pytest.mark.parametrize("bericht", ["aanmelding", "onderzoek"])
def test_every_record_comes_back_as_it_was_and_with_the_faults_it_was_given(
    registers: dict[str, Register], world: World, party: str, bericht: str
) -> None:
    source = DRENTHE.sources[party]
    checker = Checker(source.delivers[bericht].contract, DRENTHE.codelists)
    held = world.sender_state(party, bericht, LAST)
    faulty = {key: codes for key, codes in _faults(world, party, bericht).items() if codes}
    assert faulty
    found = dict(composites(registers[party], bericht))
    assert found.keys() == {key[0] for key in held}
    for key, record in held.items():
        raw = mapped(source, bericht, found[key[0]])
        assert _differing(raw, as_raw(record)) == []
        rejecting = sorted({fault.code for fault in checker(raw).faults if fault.rejects})
        assert rejecting == list(faulty.get(key, ())), "other faults than the world knows of"


def _differing(found: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    """The fields that differ; names only, for a failing test is printed."""
    return sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))


def _faults(world: World, party: str, bericht: str) -> dict[tuple[str, ...], tuple[str, ...]]:
    """The fault codes of what the system holds in the last night, by key."""
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for night in range(1, LAST + 1):
        for change in world.changes(party, bericht, night):
            found[change.key] = () if change.kind == "ingetrokken" else change.faulty
    return found


def test_the_connector_reads_the_same_over_the_wire_and_only_its_own_gemeente(world: World, tmp_path: Path) -> None:
    source, held = DRENTHE.sources["de_wolden"], world.sender_state("de_wolden", "onderzoek", 1)
    options = source.delivers["onderzoek"].options
    with running(tmp_path / "hub") as (services, _):
        connection = Connection.from_env(source.connection_id, connection_env(services))
        with open_connector(source.connector, connection, source.settings) as connector:
            (payload,) = connector.fetch([Request("onderzoek", options)], tmp_path, world.vandaag(1), {})
            with payload.path.open("rb") as stream:
                raws = [dict(record.values) for record in connector.read("onderzoek", options, stream)]
    records = {raw["onderzoek_nummer"]: raw for raw in (mapped(source, "onderzoek", raw) for raw in raws)}
    assert records.keys() == {key[0] for key in held}
    assert len(records) == len(raws)
    assert [key for key, record in held.items() if _differing(records[key[0]], as_raw(record))] == []


def test_the_file_connector_reads_what_the_senders_put_ready_and_archives_it(world: World, tmp_path: Path) -> None:
    with running(tmp_path / "hub") as (services, region):
        for party in [name for name in region.users if world.parties[name].protocol == "xml"]:
            source = DRENTHE.sources[party]
            connection = Connection.from_env(source.connection_id, connection_env(services))
            requests = [Request(name, delivers.options) for name, delivers in source.delivers.items()]
            settings = {**source.settings, "settle_seconds": 0.0}
            workdir = tmp_path / party
            workdir.mkdir()
            with open_connector(source.connector, connection, settings) as connector:
                for payload in connector.fetch(requests, workdir, world.vandaag(1), {}):
                    levering = world.levering(party, payload.bericht, 1)
                    assert levering is not None
                    with payload.path.open("rb") as stream:
                        header = connector.header(stream)
                    with payload.path.open("rb") as stream:
                        count = sum(1 for _ in connector.read(payload.bericht, {}, stream))
                    assert (header.afzender, header.omvang) == (world.parties[party].code, "volledig")
                    assert count == len(levering.regels)
                    connector.confirm(payload)
            room = region.users[party].room
            assert [len(list((room / folder).iterdir())) for folder in ("uit", "verwerkt")] == [0, len(requests)]
