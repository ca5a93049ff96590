"""Deliveries that mean harm, or look like it: refused in plain Dutch, the bytes kept, yesterday's data as it was."""

import gzip
import io
import os
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from bench.hub import TEMPLATE
from connectors.errors import DeliveryRefused
from connectors.formats import xml as xml_format
from connectors.formats.csv_rows import CsvFormat
from connectors.formats.rows import Removal
from exchange.region import load_source
from tests.exchange.hub import Hub
from tests.exchange.levering import aanmelding, xml

YESTERDAY, TOMORROW = date(2015, 3, 1), date(2015, 3, 3)
SOUND = xml([aanmelding("A")])
BOMB = "".join(f'<!ENTITY b{n} "{f"&b{n - 1};" * 10}">' for n in range(1, 9))
NAMES = [name for name in aanmelding("A") if name != "persoon"]
CELLS = [
    value if isinstance(value, str) else ",".join(value) for name, value in aanmelding("A").items() if name in NAMES
]
PERSON = {f"persoon.{name}": value for name, value in aanmelding("A")["persoon"].items()}


def with_dtd(dtd: str, text: str = "&b8;") -> bytes:
    body = SOUND.replace('<?xml version="1.0" encoding="UTF-8"?>\n', "").replace("Toverstaf", text)
    return f'<?xml version="1.0"?><!DOCTYPE levering [{dtd}]>{body}'.encode()


XML = {
    "cut off": (SOUND[:-60].encode(), "L001"),
    "another namespace": (SOUND.replace("regiohub", "elders").encode(), "L002"),
    "a blank line above the declaration": (b"\n" + SOUND.encode(), "L001"),
    "a bomb of entities": (with_dtd('<!ENTITY b0 "ha">' + BOMB), "L010"),
    "an entity outside": (with_dtd('<!ENTITY b8 SYSTEM "file:///etc/passwd">'), "L010"),
    "a DTD outside": (SOUND.replace("?>", '?><!DOCTYPE levering SYSTEM "http://127.0.0.1:9/x.dtd">').encode(), "L010"),
    "nothing": (b"", "L005"),
    "of another gemeente": (xml([aanmelding("A")], afzender="0114").encode(), "L004"),
    "NUL bytes": (SOUND.replace("Toverstaf", "Tover\0staf").encode(), "L001"),
    "all NUL bytes": (bytes(5000), "L001"),
    "packed": (gzip.compress(SOUND.encode()), "L001"),
    "a packed bomb": (gzip.compress(bytes(50 << 20)), "L001"),
    "a field of 20 MB": (SOUND.replace("Toverstaf", "x" * (20 << 20)).encode(), "L006"),
    "a million elements in one record": (SOUND.replace("<persoon>", "<a/>" * 1_000_000 + "<persoon>").encode(), "L006"),
    "elements in elements without end": (SOUND.replace("<persoon>", "<a>" * 5000 + "<persoon>").encode(), "L001"),
}


def test_what_calls_itself_utf_8_and_is_utf_16_is_read_as_what_it_is(hub: Hub) -> None:
    """Its byte order mark goes before what it says (XML 1.0, appendix F)."""
    (hub.folder / "uit").mkdir(parents=True)
    (hub.folder / "uit" / "aanmelding_1.xml").write_bytes(SOUND.encode("utf-16"))
    assert [counts.accepted for counts in hub.night()] == [1]


def workbook(*rows: list[Any]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in ([*NAMES, *PERSON], *rows):
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def zip_bomb() -> bytes:
    """A sheet of 600 MB of blanks in less than one."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if not name.startswith("xl/worksheets"):
                new.writestr(name, old.read(name))
        with new.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            for _ in range(600):
                sheet.write(b" " * (1 << 20))
    return out.getvalue()


#: What Excel writes with a password is no ZIP but an OLE2 compound file ([MS-CFB] 2.2: its first eight bytes).
LOCKED = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(4088)
XLSX = {
    "with a password": (lambda: LOCKED, "L001"),
    "a packed bomb": (zip_bomb, "L006"),
    "a CSV by another name": (lambda: ";".join(NAMES).encode(), "L001"),
    "nothing": (lambda: b"", "L005"),
}
CSV = {
    "UTF-16": (";".join(NAMES).encode("utf-16"), "L013"),
    "a line without end": ((";".join([*NAMES, *PERSON]) + "\n").encode() + b"x" * (3 << 20), "L001"),
    "NUL bytes": ((";".join(NAMES) + "\n\0;\0\n").encode(), "L015"),
    "XML by another name": (SOUND.encode(), "L014"),
    "nothing": (b"", "L005"),
}


@pytest.fixture
def form(hub: Hub, tmp_path: Path) -> Callable[[str], Hub]:
    """The hub with its source delivering files of a form."""

    def of(name: str) -> Hub:
        file = tmp_path / "proef.toml"
        settings = f'settle_seconds = 0.0\nformat = "{name}"'
        words = '[delivers.aanmelding.split]\nleefgebied_code = ","'
        file.write_text(TEMPLATE.format(connector="filedrop", connection=settings, delivers=words))
        source = load_source(file, hub.region.name, hub.region.gemeenten, hub.region.codelists)
        hub.source, hub.region = source, replace(hub.region, sources={source.id: source})
        return hub

    return of


def refused(hub: Hub, name: str, content: bytes, code: str) -> None:
    """A night with a bad file: what has to hold of it, whatever is wrong."""
    path = hub.folder / "uit" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    hub.night()
    ((state, fault, landed, sha256),) = hub.rows(
        "select state, fault_code, landing_path, sha256 from exchange.delivery order by delivery_id desc limit 1"
    )
    assert (state, fault) == ("refused", code)
    with hub.context().landing.open(landed, bytes(sha256)) as stream:
        assert stream.read() == content
    answer = list(hub.answer().values())[-1]
    assert answer["uitkomst"] == "geweigerd"
    told = answer["weigering"]
    assert told["code"] == code
    assert told["tekst"].endswith((".", ")"))
    assert told["herstel"]
    assert not {"Toverstaf", "Traceback", "passwd"} & set(str(answer).replace('"', " ").split())
    assert hub.value("select count(*) from pg_tables where schemaname = 'stage'") == 0


@pytest.mark.parametrize("illness", XML)
def test_a_hostile_xml_is_refused_and_yesterday_stays(hub: Hub, illness: str) -> None:
    hub.deliver("aanmelding_0.xml", [aanmelding("A")], YESTERDAY, stand_op="2015-03-01T00:00:00Z", omvang="volledig")
    before = hub.current()
    refused(hub, "aanmelding_1.xml", *XML[illness])
    assert hub.current() == before
    assert hub.deliver("aanmelding_2.xml", [aanmelding("B")], TOMORROW, stand_op="2015-03-03T00:00:00Z").accepted == 1


@pytest.mark.parametrize("illness", XLSX)
def test_a_hostile_workbook_is_refused_and_yesterday_stays(form: Callable[[str], Hub], illness: str) -> None:
    hub, (make, code) = form("xlsx"), XLSX[illness]
    sound = workbook([*CELLS, *PERSON.values()])
    (hub.folder / "uit").mkdir(parents=True)
    (hub.folder / "uit" / "aanmelding_20150301.xlsx").write_bytes(sound)
    assert [counts.accepted for counts in hub.night(YESTERDAY)] == [1]
    refused(hub, "aanmelding_20150302_volledig.xlsx", make(), code)
    assert len(hub.current()) == 1


@pytest.mark.parametrize("illness", CSV)
def test_a_hostile_csv_is_refused(form: Callable[[str], Hub], illness: str) -> None:
    refused(form("csv"), "aanmelding_20150302_volledig.csv", *CSV[illness])


COMMAND = "=cmd|'/c calc'!A1"


@pytest.mark.parametrize("name", ["xlsx", "csv"])
def test_a_formula_is_not_run_and_not_repeated(form: Callable[[str], Hub], name: str) -> None:
    """As a key it would come back in the answer: there it is text in JSON and in a page that runs nothing."""
    hub = form(name)
    key, other = [COMMAND, *CELLS[1:], *PERSON.values()], ["B", COMMAND, *CELLS[2:], *PERSON.values()]
    content = workbook(key, other)
    if name == "csv":
        content = "\n".join(";".join(row) for row in ([*NAMES, *PERSON], key, other)).encode()
    (hub.folder / "uit").mkdir(parents=True)
    (hub.folder / "uit" / f"aanmelding_20150302.{name}").write_bytes(content)
    hub.night()
    answer = next(iter(hub.answer().values()))
    page = next((hub.folder / "in").glob("*.html")).read_text("utf-8")
    if name == "xlsx":  # a formula that nobody computed: both rows are told so, and what it says is not read
        assert [fault["code"] for one in answer["afgekeurde_records"] for fault in one["fouten"]] == ["R032", "R032"]
        assert COMMAND not in str(answer)
    else:
        ((number,),) = hub.rows("select aanmelding_nummer from warehouse.actueel_aanmelding")
        assert number == COMMAND  # a text like any other
        assert [one["sleutel"] for one in answer["afgekeurde_records"]] == ["B"]
    assert "cmd|" not in page


@pytest.mark.parametrize(
    "name",
    [
        b"aanmelding_..\\..\\etc\\passwd.xml",
        b"aanmelding_\n2015.xml",
        b"aanmelding_\x1b[2J.xml",
        b"aanmelding_\xff\xfe.xml",
        "aanmelding_\u202elmx.xml".encode(),
        b"aanmelding_" + b"x" * 240 + b".xml",
    ],
)
def test_a_name_that_is_a_trick_harms_nothing_and_holds_up_nobody(hub: Hub, name: bytes) -> None:
    folder = hub.folder / "uit"
    folder.mkdir(parents=True)
    with open(os.fsencode(folder) + b"/" + name, "wb") as out:
        out.write(xml([aanmelding("B")]).encode())
    hub.deliver("aanmelding_1.xml", [aanmelding("A")])
    kept = dict(hub.rows("select name, state from exchange.delivery"))
    assert kept.pop("aanmelding_1.xml") == "merged"
    ((shown, state),) = kept.items()
    assert shown.isprintable()
    assert state in ("refused", "merged")
    assert ("A", "2015-02-10") in hub.current()
    assert hub.answer()
    outside = {path.name for path in hub.folder.parent.rglob("*passwd*")} - {os.fsdecode(name)}
    assert outside == set()


class Endless(io.RawIOBase):
    """A delivery with one field of a gigabyte, made while it is read."""

    def __init__(self, begin: bytes, size: int = 1 << 30) -> None:
        self._begin, self._left = begin, size
        self.given = 0

    def read(self, size: int = -1) -> bytes:
        piece, self._begin = self._begin[:size], self._begin[size:]
        if not piece and self._left > 0:
            piece = b"x" * min(size, self._left)
            self._left -= len(piece)
        self.given += len(piece)
        return piece


def peak() -> int:
    """The most memory of this process since the last call, in bytes."""
    status = Path("/proc/self/status").read_text()
    Path("/proc/self/clear_refs").write_text("5")
    return int(status.split("VmHWM:")[1].split()[0]) << 10


@pytest.mark.skipif(not os.access("/proc/self/clear_refs", os.W_OK), reason="only Linux tells the peak of its memory")
@pytest.mark.parametrize("name", ["xml", "csv"])
def test_a_field_of_a_gigabyte_costs_no_memory(name: str) -> None:
    begin = SOUND[: SOUND.index("Toverstaf")].encode() if name == "xml" else (";".join(NAMES) + "\n").encode()
    stream = Endless(begin)
    peak()
    idle = peak()
    reader: Any = xml_format if name == "xml" else CsvFormat(";", "utf-8", Removal())
    with pytest.raises(DeliveryRefused) as told:
        list(reader.read(stream, "aanmelding"))
    assert told.value.code in ("L001", "L006")
    assert stream.given < 8 << 20
    assert peak() - idle < 32 << 20


def test_a_file_of_a_gigabyte_that_was_not_agreed_stays_where_it_is(hub: Hub) -> None:
    """A hole on a disk: a gigabyte that takes no room."""
    (hub.folder / "uit").mkdir(parents=True)
    with (hub.folder / "uit" / "aanmelding_1.xml").open("wb") as out:
        out.truncate(1 << 30)
    hub.source = replace(hub.source, settings={**hub.source.settings, "max_megabytes": 64})
    hub.region = replace(hub.region, sources={hub.source.id: hub.source})
    hub.deliver("aanmelding_2.xml", [aanmelding("A")])
    assert hub.rows("select name, state, fault_code, bytes from exchange.delivery order by bytes desc") == [
        ("aanmelding_1.xml", "refused", "L006", 1 << 30),
        ("aanmelding_2.xml", "merged", None, hub.value("select min(bytes) from exchange.delivery")),
    ]
    assert (hub.folder / "uit" / "aanmelding_1.xml").exists()
    assert "L006" in {one["weigering"]["code"] for one in hub.answer().values() if one["weigering"]}
