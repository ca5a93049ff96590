"""CSV deliveries: what a row becomes, and the files that have an illness of their own."""

from __future__ import annotations

import codecs
import csv
import io
import tracemalloc
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.connector import RawRecord
from connectors.errors import DeliveryRefused
from connectors.formats.csv_rows import CsvFormat
from connectors.formats.form import split
from connectors.formats.rows import Removal

REMOVAL = Removal("Mutatie", "verwijderd")


def form(delimiter: str = ";", encoding: str = "utf-8", removal: Removal = REMOVAL) -> CsvFormat:
    return CsvFormat(delimiter, encoding, removal)


def read(content: bytes, csv_format: CsvFormat | None = None) -> list[RawRecord]:
    return list((csv_format or form()).read(io.BytesIO(content), "aanmelding"))


def code(content: bytes, csv_format: CsvFormat | None = None) -> str:
    with pytest.raises(DeliveryRefused) as caught:
        read(content, csv_format)
    return caught.value.code


def test_a_row_becomes_a_record_with_its_bytes() -> None:
    content = "nr;naam\r\nA1;Zoë\r\nA2;\r\n".encode()
    first, second = read(content)
    assert (first.nummer, first.values, first.actie, first.wrong) == (1, {"nr": "A1", "naam": "Zoë"}, "record", "")
    assert second.values == {"nr": "A2", "naam": ""}
    assert [content[r.start : r.end].decode() for r in (first, second)] == ["A1;Zoë\r\n", "A2;\r\n"]


def test_an_empty_cell_is_emptied_and_an_absent_column_is_not_delivered() -> None:
    (record,) = read(b"nr;naam\nA1;\n")
    assert record.values["naam"] == ""
    assert "postcode" not in record.values


def test_the_header_tells_the_columns_and_leaves_the_rest_open() -> None:
    header = form().header(io.BytesIO(b"nr;naam;Mutatie\n1;x;\n"))
    assert header.columns == ("nr", "naam")
    assert (header.bericht, header.versie, header.stand_op, header.omvang) == ("", 0, None, "")


def test_a_row_that_says_that_its_record_is_gone() -> None:
    first, second, third = read(b"nr;Mutatie\nA1;Verwijderd\nA2;\nA3;verwijdert\n")
    assert (first.actie, first.values) == ("verwijderen", {"nr": "A1"})
    assert (second.actie, second.wrong) == ("record", "")
    assert "Mutatie" in third.wrong  # a misspelled removal is no update


def test_columns_of_a_group_become_its_elements() -> None:
    found = read(
        b"nr;score.1.leefgebied_code;score.1.begin;score.2.leefgebied_code;score.2.begin\nA1;01;3;;\nA2;;;02;4\n"
    )
    assert found[0].values["score"] == [{"leefgebied_code": "01", "begin": "3"}]
    assert found[1].values["score"] == [{"leefgebied_code": "02", "begin": "4"}]


def test_quotes_hold_delimiters_line_ends_and_quotes() -> None:
    content = b'nr,naam\n1,"a,b"\n2,"een\nregel"\n3,"zeg ""ja"""\n4,kort\n'
    records = read(content, form(","))
    assert [record.values["naam"] for record in records] == ["a,b", "een\nregel", 'zeg "ja"', "kort"]
    assert content[records[1].start : records[1].end] == b'2,"een\nregel"\n'


@pytest.mark.parametrize("row", [b"A1;x;y\n", b"A1\n", b"A1;x;y"])
def test_a_ragged_row_is_wrong_and_only_its_first_cell_is_kept(row: bytes) -> None:
    good, odd, *more = read(b"nr;naam\nA0;x\n" + row + (b"" if not row.endswith(b"\n") else b"A2;z\n"))
    assert good.wrong == ""
    assert odd.values == {"nr": "A1"}
    assert "cellen" in odd.wrong
    assert odd.wrong.endswith("(regel 3 van het bestand)")
    assert "x" not in odd.wrong
    assert [record.wrong for record in more] == [""] * len(more)


def test_a_last_row_that_is_cut_off_is_wrong() -> None:
    assert [bool(record.wrong) for record in read(b"nr;naam;plaats\nA1;x;y\nA2;z")] == [False, True]


def test_empty_rows_and_columns_that_excel_adds_are_nothing() -> None:
    (record,) = read(b"nr;naam;;\nA1;x;;\n;;;\n\n")
    assert record.values == {"nr": "A1", "naam": "x"}
    (record,) = read(b"nr;;naam\nA1;y;x\n")  # but a value under no name does not vanish
    assert record.values == {"nr": "A1", "naam": "x", "(kolom 2)": "y"}


def test_a_line_that_excel_puts_above_is_no_row() -> None:
    assert [record.values for record in read(b"sep=;\r\nnr;naam\r\n1;x\r\n")] == [{"nr": "1", "naam": "x"}]


def test_a_byte_order_mark_goes_before_the_declaration() -> None:
    content = codecs.BOM_UTF8 + "Cliëntnummer;naam\n1;Zoë\n".encode()
    for encoding in ("utf-8", "windows-1252"):
        (record,) = read(content, form(encoding=encoding))
        assert record.values == {"Cliëntnummer": "1", "naam": "Zoë"}
        assert content[record.start : record.end] == "1;Zoë\n".encode()


def test_windows_1252_is_read_as_declared() -> None:
    (record,) = read("naam\n€ Zoë\n".encode("cp1252"), form(encoding="windows-1252"))
    assert record.values == {"naam": "€ Zoë"}


HOSTILE = {
    "empty": (b"", "L005"),
    "only-a-mark": (codecs.BOM_UTF8, "L005"),
    "only-line-ends": (b"\r\n\r\n", "L014"),
    "other-delimiter": (b"nr,naam\n1,x\n", "L012"),
    "tabs-for-semicolons": (b"nr\tnaam\n1\tx\n", "L012"),
    "utf-16": ("nr;naam\n1;x\n".encode("utf-16"), "L013"),
    "windows-1252-for-utf-8": ("nr;naam\n1;Zoë\n".encode("cp1252"), "L013"),
    "a-name-twice": (b"nr;naam;nr\n1;x;2\n", "L014"),
    "names-without-a-letter": (b";;\n1;2;3\n", "L014"),
    "a-quote-that-never-ends": (b'nr;naam\n1;"x\n2;y\n3;z\n', "L001"),
    "text-behind-a-quote": (b'nr;naam\n1;"x"y;z\n', "L001"),
    "old-mac-line-ends": (b"nr;naam\r1;x\r2;y\r", "L001"),
    "a-line-of-megabytes": (b"nr;naam\n1;" + b"x" * (3 << 20), "L001"),
    "a-cell-of-megabytes": (b'nr;naam\n1;"' + b"x\n" * (1 << 20), "L001"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused(name: str) -> None:
    content, expected = HOSTILE[name]
    assert code(content) == expected


@pytest.mark.parametrize("content", [b"nr;naam\r1;x\r", b"nr;naam\r" + b"1;x\r" * (1 << 19)])
def test_old_mac_line_ends_are_called_so(content: bytes) -> None:
    with pytest.raises(DeliveryRefused, match="eindigen op CR"):
        read(content)


@pytest.mark.parametrize("cell", ["=1+1", "=cmd|' /C calc'!A0", "+31", "-1", "@SOM(A1)", "\x00", "a\x00b"])
def test_a_cell_that_a_spreadsheet_would_work_out_is_its_text(cell: str) -> None:
    """What may stand there is for the contract to say; a reader computes nothing, and keeps a NUL to be refused."""
    (found,) = read(f"nr;naam\n1;{cell}\n".encode())
    assert found.values == {"nr": "1", "naam": cell}


def test_utf_8_for_windows_1252_is_refused_and_not_mangled() -> None:
    assert code("nr;naam\n1;x\n2;Zoë\n".encode(), form(encoding="windows-1252")) == "L013"


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_do_more_than_refuse(content: bytes) -> None:
    refused = ""
    try:
        read(b"nr;naam\n" + content, form(encoding="windows-1252"))
    except DeliveryRefused as caught:
        refused = caught.code
    assert refused in {"", "L001", "L013"}


CELL = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=12)
TABLE = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width).filter(lambda row: any(row)), max_size=20)
)


def written(rows: list[list[str]], delimiter: str) -> bytes:
    out = io.StringIO(newline="")
    width = len(rows[0]) if rows else 1
    csv.writer(out, delimiter=delimiter).writerows([[f"k{number}" for number in range(width)], *rows])
    return out.getvalue().encode()


@settings(max_examples=200, deadline=None)
@given(TABLE, st.sampled_from(";,\t|"), st.integers(1, 64))
def test_what_a_csv_writer_writes_is_read_back(rows: list[list[str]], delimiter: str, chunk: int) -> None:
    content = written(rows, delimiter)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("connectors.formats.csv_rows.CHUNK", chunk)
        found = read(content, form(delimiter))
    assert [list(record.values.values()) for record in found] == rows
    assert all(a.end <= b.start for a, b in pairwise(found))


@settings(max_examples=150, deadline=None)
@given(TABLE, st.integers(2, 4), st.integers(1, 64), st.sampled_from([b"", codecs.BOM_UTF8, b"sep=;\r\n"]))
def test_the_parts_together_are_the_whole(rows: list[list[str]], parts: int, chunk: int, before: bytes) -> None:
    content = before + written(rows, ";")
    whole = read(content)
    found: list[RawRecord] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("connectors.formats.split.CHUNK", chunk)
        patch.setattr("connectors.formats.split.MAX_HEAD", 32)
        for number in range(parts):
            part = split("csv", io.BytesIO(content), "aanmelding", len(content), number, parts)
            found += form().read(part, "aanmelding")
    assert [(r.values, r.start, r.end, r.wrong) for r in found] == [(r.values, r.start, r.end, r.wrong) for r in whole]


def test_two_parts_of_a_plain_file_are_about_equal_and_a_quoted_one_is_not_cut() -> None:
    plain = b"nr;naam\n" + b"".join(b"%d;x\n" % number for number in range(10_000))
    quoted = b'nr;naam\n0;"y"\n' + plain[8:]
    counts = {
        name: [
            len(list(form().read(split("csv", io.BytesIO(content), "aanmelding", len(content), part, 2), "aanmelding")))
            for part in range(2)
        ]
        for name, content in (("plain", plain), ("quoted", quoted))
    }
    assert sum(counts["plain"]) == 10_000
    assert abs(counts["plain"][0] - counts["plain"][1]) < 900
    assert counts["quoted"] == [10_001, 0]


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    def peak(number: int) -> int:
        path = tmp_path / f"{number}.csv"
        with path.open("wb") as out:
            out.write(b"nr;naam;plaats\n")
            for _ in range(number):
                out.write(b"1234567;een naam van iemand;een plaats\n" * 100)
        tracemalloc.start()
        with path.open("rb") as stream:
            assert sum(1 for _ in form().read(stream, "aanmelding")) == 100 * number
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    assert peak(800) < peak(200) * 1.3
