"""The bench of the country runs from end to end on a few gemeenten and months. It is not timed here."""

from pathlib import Path

import pytest

from bench import land, land_region
from bench.aanmeldingen import Part, aanmeldingen
from demo.postgres import Server
from exchange.region import load_region


@pytest.mark.pure
def test_the_region_is_sound_and_holds_every_gemeente_of_the_year(tmp_path: Path) -> None:
    codes = land_region.gemeenten()
    land_region.write(tmp_path / "region", codes)
    region = load_region(tmp_path / "region")
    assert (len(codes), len(region.sources), region.faults) == (342, 342, ())
    assert {source.code for source in region.sources.values()} == set(codes)
    assert len(region.lokets) == 4 * 342


@pytest.mark.pure
def test_a_month_brings_new_records_and_newer_versions_of_some_of_the_month_before(tmp_path: Path) -> None:
    region = load_region(_region(tmp_path, land_region.gemeenten()[:1]))
    for month in range(2):
        land._write(tmp_path, region, month, 40)
    first, second = sorted(tmp_path.glob("bron/*/uit/*.xml"))
    numbers = [{line.split("<", 3)[2] for line in file.read_text().splitlines()[2:-1]} for file in (first, second)]
    assert [len(one) for one in numbers] == [40, 40]
    assert len(numbers[0] & numbers[1]) == 40 // land.AGAIN


@pytest.mark.pure
def test_an_aanmelding_is_told_within_its_period() -> None:
    part = Part("0363", first=7, since=land_region.FIRST, days=28)
    records = [dict(fields) for fields in aanmeldingen(200, faulty=0, part=part)]
    assert [record["aanmelding_nummer"][-3:] for record in records] == [f"{n:03d}" for n in range(7, 207)]
    assert {record["gemeente_code"] for record in records} == {"0363"}
    assert max(record["gewijzigd_op"][:10] for record in records) <= str(part.until)
    assert min(record["datum_aanmelding"] for record in records) >= str(part.since)


def test_a_year_goes_through_every_verb(postgres_server: Server, tmp_path: Path) -> None:
    told: list[str] = []
    found = land.measure(14, 2, 10, tmp_path, told.append)
    assert (found.all.gemeenten, found.all.deliveries, found.all.records) == (14, 28, 280)
    assert [(year.gemeenten, year.deliveries, year.records) for year in found.few] == [(12, 24, 240)] * 2
    for year in (found.all, *found.few):
        assert (len(year.seconds), len(year.published)) == (2, 2)
        assert min(*year.seconds, *year.published, year.declared) > 0
        assert year.peak >= year.idle > 0
    assert len(told) == 3
    assert list(tmp_path.iterdir()) == []


def test_what_does_not_reach_the_warehouse_is_no_measurement(
    postgres_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(land, "FEW", 1)
    monkeypatch.setattr(
        land_region, "SOURCE", land_region.SOURCE.replace("settle_seconds", 'format = "csv"\nsettle_seconds')
    )
    with pytest.raises(RuntimeError, match="deliveries not merged, 0 of 10 records"):
        land.measure(1, 1, 10, tmp_path, lambda what: None)
    assert list(tmp_path.iterdir()) == []


def _region(folder: Path, codes: list[str]) -> Path:
    land_region.write(folder / "region", codes)
    return folder / "region"
