"""A source that delivers tables: what is repaired is counted, what is wrong as a whole is told once and by name."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from exchange.check import check, refusal
from exchange.errors import DeclarationError
from exchange.region import load_source
from exchange.replay import again
from tests.exchange.hub import DECLARATION, Hub
from tests.exchange.levering import aanmelding

CSV = """
format         = "csv"
encoding       = "windows-1252"
removed_column = "Mutatie"
removed_word   = "weg"
[delivers.aanmelding]
contract = 1
[delivers.aanmelding.vast]
gemeente_code          = "0109"
organisatie_code       = "0109"
verantwoordelijke_code = "0109"
financier_code         = "1"
grondslag_code         = "1"
[delivers.aanmelding.rename]
Nummer     = "aanmelding_nummer"
Gemeld     = "datum_aanmelding"
Bijgewerkt = "gewijzigd_op"
Geboren    = "persoon.geboortedatum"
Naam       = "persoon.geslachtsnaam"
[delivers.aanmelding.formats]
datum_aanmelding        = "dd-mm-yyyy"
"persoon.geboortedatum" = "dd-mm-yyyy"
gewijzigd_op            = "tijdstip_lokaal"
[delivers.aanmelding.codes]
"persoon.is_anoniem"      = { ja = "true", nee = "false" }
"persoon.is_geheim_adres" = { ja = "true", nee = "false" }
[delivers.aanmelding.split]
leefgebied_code = ","
[delivers.aanmelding.repair]
verwijzer_code              = "nullen_2"
leefgebied_code             = "nullen_2"
"persoon.woongemeente_code" = "nullen_4"
datum_aanmelding            = "excel_datum"
"""
ROW: dict[str, str] = {
    "Nummer": "A1",
    "Gemeld": "10-02-2015",
    "Bijgewerkt": "10-02-2015 09:30",
    "loket_code": "0109-WMO",
    "clientrol_code": "1",
    "verwijzer_code": "01",
    "leefgebied_code": "02, 01",
    "Geboren": "00-05-1980",
    "Naam": "Toverstaf",
    "persoon.client_nummer_bron": "C-1",
    "persoon.is_anoniem": "nee",
    "persoon.is_geheim_adres": "nee",
    "persoon.woongemeente_code": "0109",
    "Mutatie": "",
}


@pytest.fixture
def tables(hub: Hub, tmp_path: Path) -> Hub:
    """The hub with its source delivering CSV."""
    file = tmp_path / "proef.toml"
    file.write_text(DECLARATION[: DECLARATION.index("[delivers.aanmelding]")] + CSV)
    source = load_source(file, hub.region.name, hub.region.gemeenten, hub.region.codelists)
    hub.source, hub.region = source, replace(hub.region, sources={source.id: source})
    return hub


def put(hub: Hub, name: str, *rows: dict[str, str] | str, names: str = ";".join(ROW)) -> Path:
    lines = [names, *[row if isinstance(row, str) else ";".join((ROW | row).values()) for row in rows]]
    (hub.folder / "uit").mkdir(parents=True, exist_ok=True)
    path = hub.folder / "uit" / name
    path.write_bytes("".join(line + "\r\n" for line in lines).encode("cp1252"))
    return path


def deliver(hub: Hub, name: str, *rows: dict[str, str] | str, **more: Any) -> Any:
    put(hub, name, *rows, **more)
    (counts,) = hub.night()
    return counts


def warnings(hub: Hub) -> dict[tuple[str, str], int]:
    (found,) = hub.rows("select warnings from exchange.delivery order by delivery_id desc limit 1")
    return {(one["code"], one["field"]): one["count"] for one in found[0]}


def test_a_row_comes_into_the_warehouse_in_our_words(tables: Hub) -> None:
    counts = deliver(tables, "aanmelding_20150302.csv", {})
    assert (counts.received, counts.accepted) == (1, 1)
    shown = "datum_aanmelding::text, gewijzigd_op at time zone 'UTC', leefgebied_code::text, verwijzer_code"
    ((day, moment, fields, referrer),) = tables.current(shown=shown)
    assert (day, f"{moment:%Y-%m-%dT%H:%M}", fields, referrer) == ("2015-02-10", "2015-02-10T08:30", "{02,01}", "01")
    assert tables.rows("select omvang, stand_op::date::text, scope from exchange.delivery") == [
        ("wijzigingen", "2015-03-02", [])
    ]
    assert warnings(tables) == {}


def test_what_excel_did_is_undone_where_declared_and_counted_never_silently(tables: Hub) -> None:
    eaten = {"verwijzer_code": "1", "leefgebied_code": "2", "persoon.woongemeente_code": "109", "Gemeld": "42045"}
    counts = deliver(tables, "aanmelding_20150302.csv", eaten, {"Nummer": "A2", "verwijzer_code": "3"})
    assert (counts.accepted, counts.rejected) == (2, 0)
    assert tables.current() == {("A1", "2015-02-10"), ("A2", "2015-02-10")}
    assert warnings(tables) == {
        ("V027", "verwijzer_code"): 2,
        ("V027", "leefgebied_code"): 1,
        ("V027", "persoon.woongemeente_code"): 1,
        ("V027", "datum_aanmelding"): 1,
    }


def test_without_a_declared_repair_a_lost_zero_is_a_fault(tables: Hub) -> None:
    delivers = replace(tables.source.delivers["aanmelding"], repair={})
    tables.source = replace(tables.source, delivers={"aanmelding": delivers})
    assert deliver(tables, "aanmelding_20150302.csv", {"verwijzer_code": "1"}).rejected == 1


def test_a_complete_file_withdraws_what_is_absent_and_a_word_removes(tables: Hub) -> None:
    deliver(tables, "aanmelding_20150301_volledig.csv", {}, {"Nummer": "A2"}, {"Nummer": "A3"})
    counts = deliver(tables, "aanmelding_20150302.csv", {"Nummer": "A2", "Mutatie": "weg"})
    assert (counts.deleted, counts.withdrawn) == (1, 0)
    counts = deliver(tables, "aanmelding_20150303_volledig.csv", {"Nummer": "A3"})
    assert (counts.unchanged, counts.withdrawn) == (1, 1)
    assert {nummer for nummer, _ in tables.current()} == {"A3"}


def test_a_ragged_row_is_refused_by_itself_with_its_bytes_and_no_value(tables: Hub) -> None:
    counts = deliver(tables, "aanmelding_20150302.csv", {}, "A2;10-02-2015;Toverstaf", {"Nummer": "A3"})
    assert (counts.accepted, counts.rejected) == (2, 1)
    ((start, end, key, faults),) = tables.rows("select byte_start, byte_end, sleutel, faults from exchange.reject")
    assert [fault["code"] for fault in faults] == ["R032"]
    assert "3 cellen" in faults[0]["tekst"]
    assert key == "A2"
    (path,) = (tables.folder / "verwerkt").iterdir()
    assert path.read_bytes()[start:end] == b"A2;10-02-2015;Toverstaf\r\n"


@pytest.mark.parametrize(
    ("names", "code", "told"),
    [
        (";".join(name for name in ROW if name not in ("Nummer", "loket_code")), "L015", "Nummer, loket_code"),
        ("A1;10-02-2015;0109-WMO;1;01", "L014", None),
        (",".join(ROW), "L012", None),
    ],
)
def test_a_file_with_other_columns_is_refused_once_and_by_their_names(
    tables: Hub, names: str, code: str, told: str | None
) -> None:
    path = put(tables, "aanmelding_20150302.csv", "A;B;C", names=names)
    report = check(tables.context(), path)
    assert report.refused.startswith(code)
    assert tables.night()[0].received == 0
    ((state, fault_code, found),) = tables.rows("select state, fault_code, warnings from exchange.delivery")
    assert (state, fault_code) == ("refused", code)
    assert sorted(one["field"] for one in found) == ([] if told is None else [told])
    if told:
        assert told in report.refused
        assert told in refusal(code, told)


def test_a_file_that_fits_no_agreement_is_told_once_and_holds_up_nobody(tables: Hub) -> None:
    put(tables, "Kopie van 999900006.csv", {})
    for day in (2, 3):
        put(tables, f"aanmelding_2015030{day}.csv", {"Nummer": f"A{day}"})
        assert [counts.accepted for counts in tables.night(date(2015, 3, day))] == [1]
    query = "select delivery_id, name, state, fault_code, bytes, landing_path from exchange.delivery where bericht = ''"
    ((delivery_id, name, state, code, size, place),) = tables.rows(query)
    assert (name, state, code, place) == ("Kopie van *********.csv", "refused", "L011", "")
    assert size > 0
    assert (tables.folder / "uit" / "Kopie van 999900006.csv").exists()
    with pytest.raises(LookupError, match="no bytes of delivery"):
        again(tables.context(), delivery_id)


def test_a_file_that_was_left_is_taken_once_its_name_is_right(tables: Hub) -> None:
    put(tables, "aanmelding.csv", {})
    assert tables.night() == []
    (tables.folder / "uit" / "aanmelding.csv").rename(tables.folder / "uit" / "aanmelding_20150302.csv")
    assert [counts.accepted for counts in tables.night()] == [1]


def test_a_check_on_the_spot_reads_the_name_too(tables: Hub) -> None:
    report = check(tables.context(), put(tables, "aanmelding_20150302.csv", {}, {"Nummer": "A2", "clientrol_code": ""}))
    assert (report.bericht, report.received, report.rejected, report.refused) == ("aanmelding", 2, 1, "")
    nameless = check(tables.context(), put(tables, "aanmelding maart.csv", {})).refused
    assert nameless.startswith("L011")
    assert "zoals aanmelding_20150302.csv" in nameless
    assert "deze bron levert aanmelding" in nameless


def test_a_day_that_excel_made_a_number_is_called_so_and_the_number_is_not_shown(tables: Hub) -> None:
    """The day of the aanmelding this source has repaired; a birth date in its place is no date of 1979."""
    rows = [{"Gemeld": "42065", "Geboren": "29221"}, {"Gemeld": "2015x"}]
    report = check(tables.context(), put(tables, "aanmelding_20150302.csv", *rows))
    assert report.by_code == {"V030": 1, "V005": 1}
    told = " ".join(fault for _, faults in report.lines for fault in faults)
    assert "Geboren is een getal van vijf cijfers" in told
    assert "29221" not in told


def test_a_key_twice_and_a_file_twice_are_said(hub: Hub) -> None:
    records = [aanmelding("A"), aanmelding("A", kanaal_code="1"), aanmelding("B")]
    assert hub.deliver("aanmelding_1.xml", records).superseded == 1
    assert warnings(hub) == {("L021", ""): 1}
    hub.put("aanmelding_2.xml", records)
    hub.night()
    assert warnings(hub) == {("L022", ""): 1}


def test_a_large_table_is_read_by_two_processes_in_its_own_order(tables: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exchange.workers.LARGE", 1)
    rows = [{"Nummer": f"A{number}", "clientrol_code": "" if number % 10 == 7 else "1"} for number in range(200)]
    counts = deliver(tables, "aanmelding_20150302.csv", *rows)
    assert (counts.received, counts.accepted, counts.rejected) == (200, 180, 20)
    (path,) = (tables.folder / "verwerkt").iterdir()
    content = path.read_bytes()
    query = "select record_nummer, sleutel, byte_start, byte_end from exchange.reject order by record_nummer"
    for nummer, key, start, end in tables.rows(query):
        assert key == f"A{nummer - 1}"
        assert content[start:end].startswith(f"{key};".encode())


def test_a_workbook_comes_in_by_the_same_declaration(tables: Hub) -> None:
    settings = {name: value for name, value in tables.source.settings.items() if name != "encoding"}
    tables.source = replace(tables.source, settings=settings | {"format": "xlsx"})
    book = Workbook()
    book.active.append(list(ROW))
    book.active.append([*(ROW | {"Gemeld": 42045, "verwijzer_code": 1, "Mutatie": None}).values()])
    (tables.folder / "uit").mkdir(parents=True)
    book.save(tables.folder / "uit" / "aanmelding_20150302_volledig.xlsx")
    (counts,) = tables.night()
    assert (counts.received, counts.accepted) == (1, 1)
    assert tables.current() == {("A1", "2015-02-10")}
    assert warnings(tables) == {("V027", "verwijzer_code"): 1, ("V027", "datum_aanmelding"): 1}


def test_a_repair_that_does_not_exist_is_one_line(tables: Hub, tmp_path: Path) -> None:
    file = tmp_path / "anders.toml"
    declared = DECLARATION[: DECLARATION.index("[delivers.aanmelding]")] + CSV.replace("nullen_4", "nullen_3")
    file.write_text(declared)
    with pytest.raises(DeclarationError, match="nullen_3 is unknown; choose from nullen_2, nullen_4") as caught:
        load_source(file, tables.region.name, tables.region.gemeenten, tables.region.codelists)
    assert caught.value.key == "delivers.aanmelding.repair.persoon.woongemeente_code"


#: The key is not in front: of a row with a cell too few it cannot be told.
KEY_BEHIND = ";".join([*list(ROW)[1:], "Nummer"])


def row(**changes: str) -> str:
    """A row whose key stands behind."""
    cells = ROW | changes
    return ";".join(cells[name] for name in KEY_BEHIND.split(";"))


def test_a_row_whose_key_cannot_be_read_may_be_any_of_those_that_seem_absent(tables: Hub) -> None:
    ragged = row(Nummer="A2").partition(";")[2]
    deliver(tables, "aanmelding_20150228_volledig.csv", row(), row(Nummer="A2"), names=KEY_BEHIND)
    counts = deliver(tables, "aanmelding_20150301_volledig.csv", row(), ragged, names=KEY_BEHIND)
    assert (counts.unchanged, counts.rejected, counts.withdrawn) == (1, 1, 0)
    assert tables.current(shown="aanmelding_nummer") == {("A1",), ("A2",)}
    assert warnings(tables) == {("L023", ""): 1}
    counts = deliver(tables, "aanmelding_20150302_volledig.csv", row(), names=KEY_BEHIND)
    assert (counts.unchanged, counts.withdrawn) == (1, 1)
    assert tables.current(shown="aanmelding_nummer") == {("A1",)}


def test_a_row_whose_key_cannot_be_read_takes_nothing_from_what_comes_late_either(tables: Hub) -> None:
    no_key = row(Nummer="")
    deliver(tables, "aanmelding_20150302_volledig.csv", row(), no_key, names=KEY_BEHIND)
    deliver(tables, "aanmelding_20150301_volledig.csv", row(), row(Nummer="A2"), names=KEY_BEHIND)
    assert tables.current(shown="aanmelding_nummer") == {("A1",), ("A2",)}


def test_a_refused_row_whose_key_stands_is_there_and_what_is_absent_goes(tables: Hub) -> None:
    deliver(tables, "aanmelding_20150301_volledig.csv", {}, {"Nummer": "A2"}, {"Nummer": "A3"})
    counts = deliver(tables, "aanmelding_20150302_volledig.csv", {}, "A2;10-02-2015")
    assert (counts.rejected, counts.withdrawn) == (1, 1)
    assert tables.current(shown="aanmelding_nummer") == {("A1",), ("A2",)}
    assert warnings(tables) == {}
