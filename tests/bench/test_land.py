"""The bench of the country runs from end to end on a few gemeenten and months. It is not timed here."""

from pathlib import Path

import pytest

from bench import land, land_life, land_region
from bench.aanmeldingen import Part, aanmeldingen
from bench.land_life import Spent
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
        land_life.write(tmp_path, region, list(region.sources), month, 40)
    first, second = sorted(tmp_path.glob("bron/*/uit/*.xml"))
    numbers = [{line.split("<", 3)[2] for line in file.read_text().splitlines()[2:-1]} for file in (first, second)]
    assert [len(one) for one in numbers] == [40, 40]
    assert len(numbers[0] & numbers[1]) == 40 // land_life.AGAIN


@pytest.mark.pure
def test_an_aanmelding_is_told_within_its_period() -> None:
    part = Part("0363", first=7, since=land_region.FIRST, days=28)
    records = [dict(fields) for fields in aanmeldingen(200, faulty=0, part=part)]
    assert [record["aanmelding_nummer"][-3:] for record in records] == [f"{n:03d}" for n in range(7, 207)]
    assert {record["gemeente_code"] for record in records} == {"0363"}
    assert max(record["gewijzigd_op"][:10] for record in records) <= str(part.until)
    assert min(record["datum_aanmelding"] for record in records) >= str(part.since)


def test_months_go_through_every_verb_in_turns(
    postgres_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(land, "FEW", 2)
    monkeypatch.setattr(land, "TURNS", 2)
    told: list[str] = []
    found = land.measure(3, 2, 5, tmp_path, told.append)
    assert (found.all.gemeenten, found.all.deliveries, found.all.records) == (3, 6, 30)
    assert [(year.gemeenten, year.deliveries, year.records) for year in found.few] == [(2, 4, 20)] * 2
    assert [turn.records for turn in found.all.turns] == [10, 5] * 2
    for year, turns in ((found.all, 2 * land.TURNS), *((year, 2) for year in found.few)):
        assert (len(year.turns), len(year.published)) == (turns, 2)
        for spent in (*year.turns, *year.published):
            assert spent.wall > 0
            assert spent.cpu > 0
        assert year.peak >= year.idle > 0
    assert len(told) == 2 * land.TURNS
    assert list(tmp_path.iterdir()) == []


def test_what_does_not_reach_the_warehouse_is_no_measurement(
    postgres_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(land, "FEW", 1)
    monkeypatch.setattr(land, "TURNS", 1)
    monkeypatch.setattr(
        land_region, "SOURCE", land_region.SOURCE.replace("settle_seconds", 'format = "csv"\nsettle_seconds')
    )
    with pytest.raises(RuntimeError, match="deliveries not merged, 0 of 10 records"):
        land.measure(1, 1, 10, tmp_path, lambda what: None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.pure
def test_a_turn_is_held_against_the_twelve_of_the_same_turn_and_the_middle_one_counts() -> None:
    def year(gemeenten: int, walls: list[float]) -> land.Years:
        published = [Spent(100, 1.0, 1.0)] * (len(walls) // land.TURNS or 1)
        return land.Years(gemeenten, 0.1, 200.0, [Spent(10, wall, wall) for wall in walls], published)

    found = land.Measured(year(342, [1.9, 3.9, 0.9, 100.0]), [year(12, [wall]) for wall in (1.9, 1.9, 0.9, 10.0)])
    # Each with a hundredth of a second for the publication: 0.19 + 0.01 of 0.19 + 0.01, and so on.
    assert found.ratios("wall") == pytest.approx([1.0, 2.0, 1.0, 10.01 / 1.01])
    assert found.ratio("cpu") == pytest.approx(1.5)


def _region(folder: Path, codes: list[str]) -> Path:
    land_region.write(folder / "region", codes)
    return folder / "region"
