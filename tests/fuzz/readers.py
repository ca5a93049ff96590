"""What is fuzzed: per form the seeds, made of the committed examples, and what has to hold of any bytes at all."""

import csv
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO, StringIO
from types import SimpleNamespace
from typing import Any, cast

from openpyxl import Workbook

from connectors.answers import Passing
from connectors.bodies import as_json
from connectors.client import Client
from connectors.connector import Request
from connectors.errors import DeliveryRefused
from connectors.formats import jsonl, xml, xml_tree
from connectors.formats.xml_tree import MAX_RECORD
from connectors.pagination import rows
from connectors.rest_feed import Feed, RestSettings
from connectors.rest_landing import Writer
from connectors.stuf_answer import page
from connectors.stuf_landing import write as write_stuf
from connectors.stuf_xml import Unreadable, written
from connectors.zgw import ZAKEN, ZgwConnector
from schemas.contract import load, names
from schemas.record import flatten
from schemas.render.xml_record import write_delivery, write_record
from tests.connectors.zaaksysteem import EMPTY, enveloped
from tests.fuzz import changes
from tests.fuzz.changes import Drawn
from tests.fuzz.party import MOMENT, NAMED, SECRET, Party, examples, must_be_silent, nested
from tests.schemas.support import checker, example

UNKNOWN_IN_GROUP = "V015"
SHEET = "xl/worksheets/sheet1.xml"
_STUF = (
    'xmlns="http://www.egem.nl/StUF/sector/zkn/0310" xmlns:StUF="http://www.egem.nl/StUF/StUF0301"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)


@dataclass(frozen=True)
class Reader:
    """One thing that reads bytes of others. `run` raises on whatever may not happen.

    seeds: sound and faulty deliveries. cases: how many of them one run tries; a workbook costs fifty lines of CSV.
    change: another delivery of the same form, as drawn bytes decide. words: what a fuzzer would not find by itself.
    """

    run: Callable[[bytes], object]
    seeds: Callable[[], list[bytes]]
    cases: int
    change: Callable[[bytes, bytes], bytes] | None = None
    words: tuple[str, ...] = ()
    longest: int = field(default=4096)


# ---- XML: two readers that must say the same


@cache
def coevorden() -> Party:
    return Party("coevorden")


def xml_seeds() -> list[bytes]:
    contract = coevorden().delivers.contract
    found = []
    for name in examples("aanmelding"):
        raw = {path: _texts(value) for path, value in flatten(contract, example("aanmelding", name)).items()}
        if raw.get("persoon.geslachtsnaam"):
            raw["persoon.geslachtsnaam"] = SECRET
        records = [write_record(contract, raw), write_record(contract, {"aanmelding_nummer": "A2"}, "verwijderen")]
        text = write_delivery(contract, records, "2015-03-02T00:00:00Z", "0109")
        found.append(coevorden().here(text).encode())
    return found


def _texts(value: Any) -> Any:
    if isinstance(value, list):
        return [_texts(item) for item in value]
    if isinstance(value, dict):
        return {name: _texts(item) for name, item in value.items()}
    return "" if value is None else str(value)


def run_xml(content: bytes) -> None:
    coevorden().deliver(content)
    try:
        header = xml.header(BytesIO(content))
    except DeliveryRefused:
        return
    namespace = f"urn:nl:regiohub:{header.bericht}:{header.versie}"
    fast = _until_refused((r.values, r.actie) for r in xml.read(BytesIO(content), header.bericht))
    tree = _until_refused(xml_tree.records([content], namespace, header.bericht))
    assert fast == tree or len(content) > MAX_RECORD, "the fast lane and the tree do not agree"


def _until_refused(records: Any) -> tuple[list[Any], str]:
    found: list[Any] = []
    try:
        for record in records:
            found.append(record)
    except DeliveryRefused as refused:
        return found, refused.code
    return found, ""


# ---- tables


@cache
def borger_odoorn() -> Party:
    return Party("borger_odoorn")


@cache
def westerveld() -> Party:
    return Party("westerveld")


def _rows(party: Party) -> list[list[str]]:
    """The names of all columns, and a row per example."""
    records = [party.in_their_words(name) for name in examples(party.bericht) if name.startswith("goed")]
    heads = list(dict.fromkeys(name for record in records for name in record))
    return [heads, *([_cell(record.get(name)) for name in heads] for record in records)]


def _cell(value: Any) -> str:
    return ",".join(value) if isinstance(value, list) else str(value or "")


def csv_seeds() -> list[bytes]:
    heads, *rows = _rows(borger_odoorn())
    found = []
    for row in rows:
        text = StringIO()
        csv.writer(text, delimiter=";").writerows([heads, row])
        found.append(text.getvalue().encode("cp1252"))
    return [*found, b"\xef\xbb\xbf" + found[0], b"sep=;\r\n" + found[0], found[0] + b'"open', found[0] + b"A1;\r\n"]


@cache
def xlsx_seeds() -> list[bytes]:
    heads, *rows = _rows(westerveld())
    found = []
    for row in rows[:2]:
        book, out = Workbook(), BytesIO()
        for cells in (heads, row, ["=1+1", "#REF!", 3, 4.5, True]):
            book.active.append(cells)
        book.save(out)
        found.append(out.getvalue())
    return found


def sheet_seeds() -> list[bytes]:
    """The sheets alone: what a fuzzer does to a packed workbook hardly ever unpacks."""
    with_sheet = [zipfile.ZipFile(BytesIO(book)).read(SHEET) for book in xlsx_seeds()]
    return [*with_sheet, b"", b"<worksheet/>"]


def run_sheet(content: bytes) -> None:
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(xlsx_seeds()[0])) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as new:
        for name in old.namelist():
            new.writestr(name, content if name == SHEET else old.read(name))
    westerveld().deliver(out.getvalue())


# ---- what is asked over HTTP: an answer, its landing, its records


class _Given:
    """In the place of a Client: the answers are given, by the end of their path. No bytes left to be read wrongly."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self._answers = answers

    def get(self, address: str, *_: Any, **__: Any) -> Any:
        return SimpleNamespace(status=200, body=self._answers.get(address.rpartition("/")[2]), moment=MOMENT)

    def close(self) -> None:
        """Nothing is open."""


def _given(answers: Mapping[str, Any]) -> Client:
    return cast(Client, _Given(answers))


class _Zgw(ZgwConnector):
    def __init__(self, answers: Mapping[str, Any]) -> None:
        super().__init__(None, {})
        self._kept = _given(answers)


@cache
def emmen() -> Party:
    return Party("emmen")


def zgw_seeds() -> list[bytes]:
    """One document for the answers to all questions about the zaken of a page."""
    theirs = emmen().in_their_words()
    parts = nested({name: value for name, value in theirs.items() if name.startswith(("zaak.", "rol."))})
    zaak = {"url": "https://zaken.example/zaken/1", "uuid": "1", "bronorganisatie": "1"} | parts.get("zaak", {})
    rol = {"url": "rol", "roltype": "t", "omschrijvingGeneriek": "initiator"} | parts.get("rol", {})
    status = {"url": "status", "statustype": "s", "datumStatusGezet": "2015-02-28T23:30:00Z"}
    properties = [
        {"url": name, "eigenschap": "e", "naam": name.removeprefix("eigenschap."), "waarde": value}
        for name, value in theirs.items()
        if name.startswith("eigenschap.")
    ]
    types = {"s": {"volgnummer": 1, "omschrijving": "Klaar"}}
    document = {
        "zaken": _page(zaak),
        "rollen": _page(rol),
        "statussen": _page(status, status | {"indicatieLaatstGezetteStatus": True}),
        "zaakeigenschappen": properties,
        "catalogus": {"statustypen": types, "roltypen": {"t": "initiator"}, "eigenschappen": {"e": "loket"}},
    }
    return [json.dumps(document).encode(), json.dumps(document | {"rollen": _page(), "statussen": _page()}).encode()]


def _page(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"count": len(rows), "next": None, "previous": None, "results": list(rows)}


def run_zgw(content: bytes) -> None:
    try:
        answers = as_json(content)
        if not isinstance(answers, dict):
            return
        connector = _Zgw(answers)
        head = {"bericht": "aanmelding", "stand_op": MOMENT.isoformat(), "omvang": "wijzigingen", "scope": []}
        lines = [jsonl.line(head | {"catalogus": json.loads(zgw_seeds()[0])["catalogus"]})]
        for zaak in rows(_given(answers), ZAKEN + "zaken"):
            if (composite := connector._composite(zaak)) is not None:
                lines.append(jsonl.line(composite))
    except (*NAMED, Passing) as named:
        must_be_silent(named)
        return
    emmen().deliver(b"".join(lines))


@cache
def mee_drenthe() -> Party:
    return Party("mee_drenthe", "traject")  # the one with a group


def rest_seeds() -> list[bytes]:
    found = []
    for name in examples(mee_drenthe().bericht):
        if name.startswith("goed"):
            gegevens = nested(mee_drenthe().in_their_words(name))
            items = [
                {"id": "1", "verwijderd": None, "gegevens": gegevens},
                {"id": "2", "verwijderd": "2015-03-01", "gegevens": {"traject": "T2"}},
                {"id": "1", "verwijderd": True, "gegevens": {"traject": "T1"}},
            ]
            found.append(json.dumps({"items": items, "paginering": {"cursor": "7", "meer": False}}).encode())
    return found


def run_rest(content: bytes) -> None:
    settings = cast(RestSettings, mee_drenthe().connector._settings)  # type: ignore[attr-defined]
    landed = BytesIO()
    try:
        feed = Feed(_given({"lijst": as_json(content)}), "lijst", settings)
        writer = Writer(landed, settings)
        writer.begin(mee_drenthe().bericht, MOMENT, whole=False)
        for entry in feed.entries():
            writer.add(entry)
    except (*NAMED, Passing) as named:
        must_be_silent(named)
        return
    mee_drenthe().deliver(landed.getvalue())


@cache
def meppel() -> Party:
    return Party("meppel")


def stuf_seeds() -> list[bytes]:
    theirs = meppel().in_their_words()
    extra = "".join(
        f'<StUF:extraElement naam="{name.removeprefix("extraElement.")}">{value}</StUF:extraElement>'
        for name, value in theirs.items()
        if name.startswith("extraElement.")
    )
    person = "".join(
        f"<{name.rpartition('.')[2]}>{value}</{name.rpartition('.')[2]}>"
        for name, value in theirs.items()
        if name.startswith("heeftAlsInitiator.natuurlijkPersoon.") and name.count(".") < 4
    )
    zaak = (
        "<object><identificatie>Z1</identificatie><startdatum>20150210</startdatum>"
        f'<einddatum {EMPTY}/><startdatumGepland StUF:indOnvolledigeDatum="M">20150200</startdatumGepland>'
        f"<StUF:tijdstipRegistratie>20150301180000</StUF:tijdstipRegistratie>"
        f"<StUF:extraElementen>{extra}</StUF:extraElementen>"
        "<isVan><gerelateerde><code>B1301</code></gerelateerde></isVan>"
        f"<heeftAlsInitiator><gerelateerde><natuurlijkPersoon>{person}</natuurlijkPersoon></gerelateerde>"
        "</heeftAlsInitiator><heeft><gerelateerde><volgnummer>1</volgnummer><omschrijving>Doorgestuurd</omschrijving>"
        "</gerelateerde><datumStatusGezet>2015021012</datumStatusGezet></heeft></object>"
    )
    parameters = "<parameters><StUF:indicatorVervolgvraag>false</StUF:indicatorVervolgvraag></parameters>"
    answer = f"<zakLa01 {_STUF}>{parameters}<antwoord>{zaak}</antwoord></zakLa01>"
    fault = (
        f"<StUF:Fo03Bericht {_STUF}><StUF:body><StUF:code>StUF058</StUF:code><StUF:plek>server</StUF:plek>"
        f"<StUF:omschrijving>{SECRET}</StUF:omschrijving></StUF:body></StUF:Fo03Bericht>"
    )
    return [enveloped(answer), answer.encode(), enveloped(fault)]


def run_stuf(content: bytes) -> None:
    landed = BytesIO()
    request = Request("aanmelding", meppel().delivers.options)
    try:
        zaken = [{"zaak": written(zaak)} for zaak in page(content).zaken]
        write_stuf(landed, request, MOMENT, (), False, zaken)
    except (*NAMED, Unreadable) as named:
        must_be_silent(named)
        return
    meppel().deliver(landed.getvalue())


# ---- JSON as the platforms of aanbieders leave it: leveringen in a file, records in a levering


@cache
def clientenorganisaties() -> Party:
    return Party("clientenorganisaties")


@cache
def json_seeds() -> list[bytes]:
    records, constants = [], clientenorganisaties().delivers.vast
    for name in examples("aanmelding"):
        if name.startswith("goed"):
            flat = clientenorganisaties().in_their_words(name)
            theirs = nested({path: value for path, value in flat.items() if path not in constants})
            head = theirs.pop("aanleverende_organisatie")
            records.append(theirs | {"client": [theirs.get("client", {})]})
    gone = {"aanmeldingnummer": "A2", "vervallen": True}
    levering = {"teller": 1, "aanleverende_organisatie": head, "aanmeldingen": [*records, gone]}
    document = {
        "startdatumLevering": "2015-03-02",
        "aanleverdatumEnTijd": "2015-03-02T00:00:00Z",
        "codeGegevensleverancier": clientenorganisaties().source.code,
        "leveringen": [levering, levering | {"teller": 2, "aanmeldingen": []}],
    }
    whole = json.dumps(document).encode()
    return [whole, json.dumps(document, indent=1).encode()]


# ---- landing lines and the contract check


def jsonl_seeds() -> list[bytes]:
    head = {"bericht": "aanmelding", "stand_op": MOMENT.isoformat(), "omvang": "volledig", "scope": [""]}
    return [b"".join(map(jsonl.line, (head, {"naam": SECRET, "lijst": [1, None, {"a": 0.5}]}))) + b"   \n"]


def run_jsonl(content: bytes) -> None:
    for read in (lambda stream: list(jsonl.read(stream)), jsonl.header):
        try:
            read(BytesIO(content))
        except DeliveryRefused as refused:
            must_be_silent(refused)


def run_check(content: bytes) -> None:
    """Any JSON-like record, of any contract: faults as data, each with a text, and none with a value."""
    source = Drawn(content)
    bericht = names()[source.number(len(names()))]
    known = _records(bericht)
    record, check = changes.record(known[source.number(len(known))], source), checker(bericht)
    for checked in (check(record), check.removal(record)):
        for fault in checked.faults:
            if fault.code == UNKNOWN_IN_GROUP:
                continue  # it names what a sender calls a field, and that may be anything
            assert SECRET not in f"{fault.text()} {json.dumps(fault.as_dict())}", "a fault tells the name of a person"
    check.structural(record)


@cache
def _records(bericht: str) -> tuple[dict[str, Any], ...]:
    return tuple(flatten(load(bericht), example(bericht, name)) for name in examples(bericht))


def check_seeds() -> list[bytes]:
    return [
        bytes([bericht, 0, place, kind, 5, 40])
        for bericht in range(len(names()))
        for place, kind in enumerate(range(12))
    ]


XML_WORDS = (
    "<!DOCTYPE x [<!ENTITY a '&a;'>]>", "<![CDATA[", "]]>", "<!--", "-->", "<?x?>", "&amp;", "&#233;", "&#0;", "\x00",
    "&#xD800;", "</aanmelding>", "<aanmelding>", " actie=\"verwijderen\"", "encoding=\"utf-16\"", " xmlns=\"urn:x\"",
    "<persoon>", "</persoon>", "<persoon/>", "omvang=\"volledig\"", "<score>", "\xa0", "\r\n", "xsi:nil=\"true\"",
)  # fmt: skip
CSV_WORDS = ('"', '""', ";", "\r\n", "\r", "\x00", "sep=;", "\ufeff", "verwijderd", "persoon.", ".1.", "42045")
JSON_WORDS = (
    "null", "true", "1e999", "-0", "NaN", "[]", "{}", '""', "\\ud800", "\\u0000", '"results"', '"next"', '"url"',
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "1" * 30, "[[[[[[[[",
)  # fmt: skip

READERS: Mapping[str, Reader] = {
    "xml": Reader(run_xml, xml_seeds, 15_000, changes.xml_document, XML_WORDS),
    "csv": Reader(lambda content: borger_odoorn().deliver(content), csv_seeds, 10_000, changes.table, CSV_WORDS),
    "xlsx": Reader(lambda content: westerveld().deliver(content), xlsx_seeds, 500, changes.workbook, longest=16384),
    "sheet": Reader(run_sheet, sheet_seeds, 500, changes.xml_document, XML_WORDS, longest=16384),
    "stuf": Reader(run_stuf, stuf_seeds, 15_000, changes.xml_document, XML_WORDS),
    "zgw": Reader(run_zgw, zgw_seeds, 15_000, changes.json_document, JSON_WORDS),
    "rest": Reader(run_rest, rest_seeds, 15_000, changes.json_document, JSON_WORDS),
    "json": Reader(
        lambda content: clientenorganisaties().deliver(content), json_seeds, 12_000, changes.json_document, JSON_WORDS
    ),
    "jsonl": Reader(run_jsonl, jsonl_seeds, 7_000, None, JSON_WORDS),
    "check": Reader(run_check, check_seeds, 10_000),
}
