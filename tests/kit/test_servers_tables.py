"""The CSV and XLSX parties: in their files stands the levering of the world, with their own words and troubles."""

import codecs
import csv
import io
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from connectors.connector import open_connector
from exchange.mapping import Mapper
from exchange.region import load_regions
from kit.calendar import Calendar, date_of
from kit.faults import BESIDE
from kit.nights import FULL_FILE, SHRUNKEN
from kit.parties import parties
from kit.servers import tables
from kit.servers.region import STRAYS, Region
from kit.world import Levering, Regel, World
from schemas.check import Checker
from tests.kit.test_generator_records import raw

TABLES = {party.name: party for party in parties().values() if party.protocol in tables.FORMATS}
ALL = [(party.name, bericht) for party in TABLES.values() for bericht in party.berichten]
DRENTHE = next(region for region in load_regions() if region.name == "drenthe")


def leveringen(world: World, party: str, bericht: str = "aanmelding") -> Iterator[Levering]:
    return (found for night in range(1, 31) if (found := world.levering(party, bericht, night)))


def written(levering: Levering, party: str, folder: Path) -> Path:
    path = folder / tables.file_name(levering, world_format(party))
    tables.write(levering, party, path)
    return path


def world_format(party: str) -> str:
    return TABLES[party].protocol


def cells(regel: Regel) -> dict[str, Any]:
    return dict(tables._cells(regel.record))


def rows_of(path: Path, party: str) -> list[dict[str, Any]]:
    """The rows by heading, read by a library that is not ours."""
    if path.suffix == ".xlsx":
        book = load_workbook(path)
        sheet = book.worksheets[0]
        names, *rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
        return [dict(zip(names, row, strict=True)) for row in rows]
    raw = path.read_bytes()
    encoding = "utf-8-sig" if raw.startswith(codecs.BOM_UTF8) else tables.dialect_of(party).encoding
    return list(csv.DictReader(io.StringIO(raw.decode(encoding)), delimiter=tables.dialect_of(party).delimiter))


@pytest.mark.parametrize(("party", "bericht"), ALL)
def test_every_line_of_the_levering_is_a_row_and_every_field_has_a_column(
    world: World, tmp_path: Path, party: str, bericht: str
) -> None:
    dialect = tables.dialect_of(party)
    headings = dialect.headings(bericht)
    for levering in list(leveringen(world, party, bericht))[:5]:
        rows = rows_of(written(levering, party, tmp_path), party)
        assert len(rows) == len(levering.regels)
        for row, regel in zip(rows, levering.regels, strict=True):
            known = cells(regel)
            assert known.keys() - dialect.constant <= headings.keys()
            assert {path for path in headings if row[headings[path]] not in (None, "")} == (
                known.keys() - dialect.constant
            )
            assert bool(row[dialect.removed[0]]) == (regel.actie == "verwijderen")


@pytest.mark.parametrize("party", TABLES)
def test_what_has_no_column_says_the_same_in_every_record(world: World, party: str) -> None:
    for bericht in world.parties[party].berichten:
        for levering in leveringen(world, party, bericht):
            for regel in levering.regels:
                own = {name: regel.record[name] for name in tables.dialect_of(party).constant & regel.record.keys()}
                assert own.items() <= DRENTHE.sources[party].delivers[bericht].vast.items()


@pytest.mark.parametrize(("party", "bericht"), ALL)
def test_a_file_read_and_mapped_as_its_source_declares_is_the_record_of_the_world_again(
    world: World, tmp_path: Path, party: str, bericht: str
) -> None:
    """The dialect of the kit and the declaration of the region are written apart from each other: here they meet."""
    source = DRENTHE.sources[party]
    delivers = source.delivers[bericht]
    mapper, checker = Mapper(delivers), Checker(delivers.contract, DRENTHE.codelists)
    for levering in list(leveringen(world, party, bericht))[:5]:
        with written(levering, party, tmp_path).open("rb") as stream:
            rows = list(open_connector(source.connector, None, source.settings).read(bericht, delivers.options, stream))
        assert len(rows) == len(levering.regels)
        for row, regel in zip(rows, levering.regels, strict=True):
            assert row.actie == regel.actie
            if row.actie == "record":
                checked = checker(mapper(row.values))
                codes = {fault.code for fault in checked.faults if fault.rejects}
                assert sorted(codes) == [code for code in regel.faulty if code not in BESIDE]
                assert checked.unknown == ()
                if not regel.faulty:  # names only, for a failing test is printed
                    expected = checker(raw(regel.record)).values
                    assert [name for name, value in expected.items() if checked.values[name] != value] == []


def test_a_name_says_bericht_day_and_whether_it_is_all(world: World) -> None:
    first, second = list(leveringen(world, "borger_odoorn"))[:2]
    assert tables.file_name(first, "csv") == "aanmelding_20150302_volledig.csv"
    assert tables.file_name(second, "csv") == "aanmelding_20150303.csv"


def test_excel_ate_zeros_turned_points_into_commas_and_now_and_then_left_a_mark(world: World, tmp_path: Path) -> None:
    dialect = tables.dialect_of("borger_odoorn")
    assert dialect.text("verwijzer_code", "01") == "1"
    assert dialect.text("leefgebied_code", ["01"]) == "1"
    assert dialect.text("leefgebied_code", ["01", "11"]) == "01, 11"
    assert dialect.text("fte", 10.5) == "10,5"
    assert dialect.text("persoon.geboortedatum", "1950-03") == "00-03-1950"
    assert dialect.text("gewijzigd_op", "2015-07-02T08:15:30Z") == "02-07-2015 10:15:30"
    marked = {
        levering.stand_op[:10]: written(levering, "borger_odoorn", tmp_path).read_bytes().startswith(codecs.BOM_UTF8)
        for levering in list(leveringen(world, "borger_odoorn"))[:4]
    }
    assert marked == {day: int(day[8:]) % 2 == 1 for day in marked}
    assert set(marked.values()) == {True, False}


def test_a_workbook_holds_days_numbers_and_a_hidden_list(world: World, tmp_path: Path) -> None:
    levering = next(leveringen(world, "westerveld"))
    path = written(levering, "westerveld", tmp_path)
    book = load_workbook(path)
    assert [(sheet.title, sheet.sheet_state) for sheet in book.worksheets] == [
        ("Aanmelding", "visible"),
        ("Lijsten", "hidden"),
    ]
    kinds: dict[str, set[type]] = {}
    for row in rows_of(path, "westerveld"):
        for name, value in row.items():
            kinds.setdefault(name, set()).add(type(value))
    assert kinds["Aangemeld op"] == {datetime}
    assert kinds["Klaar op"] <= {int, type(None), datetime}
    assert int in kinds["Klaar op"]
    assert int in kinds["verwijzer_code"]
    assert kinds["BSN"] <= {str, type(None)}


def test_rooms_hold_the_files_of_each_night_once_and_what_somebody_forgot(tmp_path: Path) -> None:
    region = Region(tmp_path, latency=False)
    (party, night), name = next(iter(STRAYS.items()))
    for _ in range(2):
        region.move(Calendar(seed=1, night=night))
    room = tmp_path / "kit" / "sftp"
    for each, theirs in TABLES.items():
        found = sorted(path.name for path in (room / each / "uit").iterdir() if path.name != name)
        days = [date_of(number).isoformat().replace("-", "") for number in range(1, night + 1)]
        whole = [days[0]] + [days[at - 1] for at in (SHRUNKEN.get(each), FULL_FILE.get(each)) if at and at <= night]
        assert {file for file in found if "volledig" in file} == {
            f"{bericht}_{day}_volledig.{world_format(each)}" for bericht in theirs.berichten for day in whole
        }
        assert {file.split("_")[1][:8] for file in found} <= set(days)
    assert (room / party / "uit" / name).exists()
    (room / party / "uit" / name).unlink()
    region.move(Calendar(seed=1, night=night))
    assert not (room / party / "uit" / name).exists()
    assert date_of(1) == date(2015, 3, 2)
