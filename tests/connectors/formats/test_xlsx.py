"""XLSX deliveries: what Excel keeps of what people type, and workbooks that have an illness of their own."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from connectors.connector import RawRecord
from connectors.errors import DeliveryRefused
from connectors.formats import xlsx
from connectors.formats.form import split
from connectors.formats.rows import Removal
from connectors.formats.xlsx import XlsxFormat

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"


def packed(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def workbook(*rows: list[Any], names: tuple[str, ...] = ("nr", "naam")) -> bytes:
    book = Workbook()
    for row in (list(names), *rows):
        book.active.append(row)
    return packed(book)


def changed(content: bytes, part: str, change: Callable[[str], str]) -> bytes:
    """The workbook with one part rewritten."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, change(text.decode()).encode() if name == part else text)
    return out.getvalue()


def shared(*strings: str) -> bytes:
    """A workbook of one column as Excel itself writes it: the texts in a part of their own, once each."""
    items = "".join(f"<si><t>{text}</t></si>" for text in strings)
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>{n - 1}</v></c></row>' for n in range(1, len(strings) + 1))
    book = workbook()
    table = f'<sst xmlns="{MAIN}" count="{len(strings)}" uniqueCount="{len(strings)}">{items}</sst>'
    book = changed(book, SHEET, lambda text: f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>')
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = f'<Override PartName="/{STRINGS}" ContentType="{kind}"/></Types>'
    book = changed(book, "[Content_Types].xml", lambda text: text.replace("</Types>", override))
    out = io.BytesIO(book)
    with zipfile.ZipFile(out, "a") as parts:
        parts.writestr(STRINGS, table)
    return out.getvalue()


def read(content: bytes) -> list[RawRecord]:
    return list(XlsxFormat(Removal("Vervallen", "x")).read(io.BytesIO(content), "aanmelding"))


def value(cell: Any) -> object:
    (record,) = read(workbook(["A1", cell]))
    return record.values["naam"]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("Zoë", "Zoë"),
        ("0114", "0114"),
        (114, "114"),
        (1.0, "1"),
        (999900006, "999900006"),
        (0.1 + 0.2, "0.3"),
        (10.5, "10.5"),
        (True, "true"),
        (None, ""),
        (date(2015, 3, 2), "2015-03-02"),
        (datetime(2015, 3, 2), "2015-03-02"),
        (datetime(2015, 3, 2, 10, 15, 30), "2015-03-02T10:15:30"),
        (42065, "42065"),
    ],
)
def test_a_cell_is_the_text_of_its_value(cell: Any, text: str) -> None:
    assert value(cell) == text


def test_texts_that_excel_keeps_apart_are_found() -> None:
    assert [record.values for record in read(shared("nr", "A1", "Zoë"))] == [{"nr": "A1"}, {"nr": "Zoë"}]


def test_rows_are_numbered_and_empty_ones_are_none() -> None:
    first, second = read(workbook(["A1", "x"], [None, None], ["A2", None]))
    assert (first.nummer, first.values) == (1, {"nr": "A1", "naam": "x"})
    assert (second.nummer, second.values) == (2, {"nr": "A2", "naam": ""})
    assert (first.start, first.end) == (-1, -1)


def test_a_value_beyond_the_names_is_wrong_and_the_word_of_removal_is_heard() -> None:
    (record,) = read(workbook(["A1", "x", "y"]))
    assert "cellen" in record.wrong
    first, second = read(workbook(["A1", "x", None], ["A2", None, "X"], names=("nr", "naam", "Vervallen")))
    assert (first.actie, second.actie, second.values["nr"]) == ("record", "verwijderen", "A2")


def test_hidden_sheets_are_no_delivery_and_the_visible_one_may_stand_anywhere() -> None:
    book = Workbook()
    book.active.append(["ja"])
    book.active.sheet_state = "hidden"
    book.create_sheet("Leeg")
    data = book.create_sheet("Gegevens")
    data.append(["nr"])
    data.append(["A1"])
    very = book.create_sheet("Zeer")
    very.append(["x"])
    very.sheet_state = "veryHidden"
    assert [record.values for record in read(packed(book))] == [{"nr": "A1"}]


def formula(cached: str) -> bytes:
    """A workbook with =1+1 in B2, and what Excel last computed for it."""
    content = workbook(["A1", 77])
    return changed(content, SHEET, lambda text: text.replace("<v>77</v>", f"<f>1+1</f>{cached}"))


def test_a_formula_gives_its_last_value() -> None:
    (record,) = read(formula("<v>2</v>"))
    assert (record.values["naam"], record.wrong) == ("2", "")


@pytest.mark.parametrize("cached", ["", "<v></v>", "<v/>"])
def test_a_formula_that_was_never_computed_is_wrong_under_the_name_of_its_column(cached: str) -> None:
    (record,) = read(formula(cached))
    assert "naam" in record.wrong
    assert "formule zonder waarde" in record.wrong


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!"])
def test_an_error_of_excel_is_wrong(error: str) -> None:
    (record,) = read(workbook(["A1", error]))
    assert "foutwaarde" in record.wrong
    assert error not in record.values.values() or record.wrong


def test_dates_count_from_1904_where_the_workbook_says_so() -> None:
    content = workbook(["A1", date(2015, 3, 2)])
    content = changed(
        content, "xl/workbook.xml", lambda text: text.replace("<workbookPr/>", '<workbookPr date1904="1"/>')
    )
    (record,) = read(content)
    assert record.values["naam"] == "2019-03-03"


def two_sheets() -> bytes:
    book = Workbook()
    book.active.append(["nr"])
    book.create_sheet("Nog een").append(["nr"])
    return packed(book)


def bomb() -> bytes:
    """A few kB that unpack to hundreds of MB."""
    return changed(workbook(["A1", "x"]), SHEET, lambda text: text + " " * (300 << 20))


def liar() -> bytes:
    """The same, with a directory that promises a small part."""
    content = changed(workbook(["A1", "x"]), SHEET, lambda text: text + " " * (30 << 20))
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        size = parts.getinfo(SHEET).file_size
    return content.replace(struct.pack("<L", size), struct.pack("<L", 4000))


def laughs(part: str) -> Callable[[], bytes]:
    entities = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    dtd = f'<!DOCTYPE x [<!ENTITY a "ha">{entities}]>'
    return lambda: changed(shared("nr", "A1"), part, lambda text: dtd + text)


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "empty": (lambda: b"", "L005"),
    "no-rows": (lambda: packed(Workbook()), "L005"),
    "a-csv-by-another-name": (lambda: b"nr;naam\n1;x\n", "L001"),
    "the-old-xls": (lambda: bytes.fromhex("d0cf11e0a1b11ae1") + bytes(4096), "L001"),
    "cut-off": (lambda: workbook(["A1", "x"])[:-200], "L001"),
    "no-workbook-inside": (lambda: zipped({"leesmij.txt": "x"}), "L001"),
    "a-sheet-cut-off": (lambda: changed(workbook(["A1", "x"]), SHEET, lambda text: text[:300]), "L001"),
    "a-string-that-is-not-there": (
        lambda: changed(shared("nr", "A1"), SHEET, lambda text: text.replace("<v>1</v>", "<v>99</v>")),
        "L001",
    ),
    "two-sheets-with-data": (two_sheets, "L016"),
    "a-name-twice": (lambda: workbook(["A1", "x"], names=("nr", "nr")), "L014"),
    "a-bomb": (bomb, "L006"),
    "a-bomb-that-lies": (liar, "L001"),
    "a-thousand-laughs": (laughs(SHEET), "L010"),
    "a-thousand-laughs-in-the-strings": (laughs(STRINGS), "L010"),
}


def zipped(parts: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as new:
        for name, text in parts.items():
            new.writestr(name, text)
    return out.getvalue()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_workbook_is_refused(name: str) -> None:
    make, expected = HOSTILE[name]
    with pytest.raises(DeliveryRefused) as caught:
        read(make())
    assert caught.value.code == expected
    assert caught.value.__context__ is None  # the library's own words may hold a value


def test_a_file_beyond_what_fits_in_memory_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MAX_PACKED", 1000)
    with pytest.raises(DeliveryRefused) as caught:
        read(workbook(["A1", "x"]))
    assert caught.value.code == "L006"


def test_texts_beyond_what_fits_in_memory_are_refused_before_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MAX_STRINGS", 1000)
    assert len(read(shared("nr", "A1"))) == 1
    with pytest.raises(DeliveryRefused, match="L006 gedeelde teksten"):
        read(shared("nr", "A" * 1000))


def test_a_workbook_is_never_cut() -> None:
    content = workbook(["A1", "x"], ["A2", "y"])
    counts = []
    for part in range(2):
        piece = split("xlsx", io.BytesIO(content), "aanmelding", len(content), part, 2)
        counts.append(len(list(XlsxFormat(Removal()).read(piece, "aanmelding"))))
    assert counts == [2, 0]


SOUND = workbook(["A1", 1.5], ["A2", date(2015, 3, 2)])


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_no_damage_does_more_than_refuse(data: st.DataObject) -> None:
    content = bytearray(SOUND)
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    refused = ""
    try:
        read(bytes(content))
    except DeliveryRefused as caught:
        refused = caught.code
    assert refused in {"", "L001", "L005", "L006", "L010", "L014", "L016"}


CELL = st.one_of(
    st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF, blacklist_characters="\x7f"), min_size=1, max_size=10)
    .filter(lambda text: text[0] not in "=#" and text.strip() == text)
    .map(lambda text: (text, text)),
    st.integers(-(10**12), 10**12).map(lambda number: (number, str(number))),
    st.dates(date(1900, 3, 1), date(2099, 1, 1)).map(lambda day: (day, day.isoformat())),
    st.booleans().map(lambda yes: (yes, "true" if yes else "false")),
    st.just((None, "")),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(CELL, CELL).filter(lambda row: any(text for _, text in row)), max_size=8))
def test_what_excel_keeps_is_read_back(rows: list[Any]) -> None:
    found = read(workbook(*[[cell for cell, _ in row] for row in rows]))
    assert [list(record.values.values()) for record in found] == [[text for _, text in row] for row in rows]
