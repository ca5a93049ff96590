"""What a zaaksysteem holds, asked by the connector and mapped as its source declares, is the record of the world.

The dialects of the kit and the declarations of the region are written apart from each other: here they meet.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.connection import Connection
from connectors.connector import Before, Connector, RawRecord, Request, open_connector
from exchange.mapping import Mapper
from exchange.region import Source, load_regions
from kit import calendar
from kit.connections import connection_env
from kit.parties import parties
from kit.serve import running, wait_for_night
from kit.servers.dialect import flatten as fields
from kit.world import World
from schemas.check import Checker

DRENTHE = next(region for region in load_regions() if region.name == "drenthe")
STUF_PARTIES = sorted(party.name for party in parties().values() if party.protocol == "stuf")
NIGHT = 12


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    home = tmp_path_factory.mktemp("hub")
    calendar.write(home, calendar.Calendar(night=NIGHT))
    with running(home) as (found, _):
        yield found


def opened(source: Source, services: dict[str, Any]) -> Connector:
    connection = Connection.from_env(source.connection_id, connection_env(services))
    return open_connector(source.connector, connection, {**source.settings, "settle_seconds": 0.0})


def fetched(
    source: Source, services: dict[str, Any], folder: Path, world: World, night: int, seen: dict[str, Before]
) -> dict[str, list[RawRecord]]:
    """The records of every bericht, confirmed."""
    requests = [Request(name, delivers.options) for name, delivers in source.delivers.items()]
    folder.mkdir(exist_ok=True)
    found: dict[str, list[RawRecord]] = {}
    with opened(source, services) as connector:
        for payload in connector.fetch(requests, folder, world.vandaag(night), seen):
            with payload.path.open("rb") as stream:
                records = connector.read(payload.bericht, source.delivers[payload.bericht].options, stream)
                found.setdefault(payload.bericht, []).extend(records)
            connector.confirm(payload)
    return found


def as_raw(record: Any) -> dict[str, Any]:
    """A record in JSON form as raw text by path."""

    def text(value: Any) -> Any:
        if isinstance(value, list):
            return [text(item) for item in value]
        return str(value).lower() if isinstance(value, bool) else str(value)

    return {path: text(value) for path, value in fields(record)}


def mapped(source: Source, bericht: str, values: Any) -> dict[str, Any]:
    """The record as the hub reads it, without what is empty."""
    delivers = source.delivers[bericht]
    record = Mapper(delivers)(values)
    known = {field.path for field in delivers.contract.fields}
    assert sorted(name for name in record.keys() - known if name.startswith("extraElement.")) == []
    return {path: value for path, value in record.items() if path in known and value not in ("", None)}


@pytest.mark.parametrize("party", STUF_PARTIES)
def test_every_record_comes_back_as_it_was_and_with_the_faults_it_was_given(
    services: dict[str, Any], world: World, party: str, tmp_path: Path
) -> None:
    source = DRENTHE.sources[party]
    found = fetched(source, services, tmp_path / "work", world, NIGHT, {})
    assert set(found) == {"aanmelding", "onderzoek", "inzet"}
    for bericht in ("aanmelding", "onderzoek"):
        checker = Checker(source.delivers[bericht].contract, DRENTHE.codelists)
        held = world.sender_state(party, bericht, NIGHT)
        faulty = _faults(world, party, bericht)
        records = {raw.values["zaak.identificatie"]: raw for raw in found[bericht] if raw.actie == "record"}
        assert records.keys() == {key[0] for key in held}
        for key, record in held.items():
            raw = mapped(source, bericht, records[key[0]].values)
            assert _differing(raw, as_raw(record)) == []
            rejecting = sorted({fault.code for fault in checker(raw).faults if fault.rejects})
            assert rejecting == list(faulty.get(key, ())), "other faults than the world knows of"


def test_with_kennisgevingen_every_change_of_a_night_is_seen_that_night(world: World, tmp_path: Path) -> None:
    source, home = DRENTHE.sources["tynaarlo"], tmp_path / "hub"
    with running(home) as (services, _):
        fetched(source, services, tmp_path / "work", world, 1, {})
        for night in range(2, 8):
            calendar.advance(home)
            wait_for_night(home, night)
            seen = {"aanmelding": Before(""), "onderzoek": Before("")}
            found = fetched(source, services, tmp_path / "work", world, night, seen)
            for bericht in ("aanmelding", "onderzoek"):
                records = {str(raw.values["zaak.identificatie"]): raw for raw in found[bericht]}
                for change in world.changes("tynaarlo", bericht, night):
                    raw = records[change.key[0]]
                    assert raw.actie == ("verwijderen" if change.kind == "ingetrokken" else "record")
                    if raw.actie == "record":
                        assert _differing(mapped(source, bericht, raw.values), as_raw(change.record)) == []
        assert not [*(home / "kit" / "sftp" / "tynaarlo" / "uit").iterdir()]


def _differing(found: dict[str, Any], expected: dict[str, Any]) -> list[str]:
    """The fields that differ; names only, for a failing test is printed."""
    return sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name))


def _faults(world: World, party: str, bericht: str) -> dict[tuple[str, ...], tuple[str, ...]]:
    """The fault codes of what the system holds in the night, by key."""
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for night in range(1, NIGHT + 1):
        for change in world.changes(party, bericht, night):
            found[change.key] = () if change.kind == "ingetrokken" else change.faulty
    return found
