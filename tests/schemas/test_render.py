"""What is derived: published copies are fresh, valid, and compatible; the XML form holds; the tables follow."""

import json
from collections.abc import Callable
from copy import deepcopy
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from lxml import etree

from schemas import publish
from schemas.compatible import compare
from schemas.contract import load, load_all, names
from schemas.faults import CATALOGUE
from schemas.render import odcs
from schemas.render.tables import columns, group_columns
from schemas.render.xml_record import write_delivery, write_record
from tests.schemas.support import flat, xml_schema

pytestmark = pytest.mark.pure


def test_the_published_files_are_fresh() -> None:
    rendered = publish.rendered(load_all())
    stale = [str(path) for path, text in rendered.items() if not path.exists() or path.read_text("utf-8") != text]
    assert stale == [], "run python -m schemas.publish"
    committed = {path for folder in (publish.PUBLISHED, publish.DOCS) for path in folder.rglob("*.*")}
    assert committed == set(rendered)


@pytest.mark.parametrize("bericht", names())
def test_odcs_is_valid_against_its_own_schema(bericht: str) -> None:
    schema = json.loads(files("open_data_contract_standard").joinpath("schema.json").read_text("utf-8"))
    errors = jsonschema.Draft201909Validator(schema).iter_errors(json.loads(odcs.render(load(bericht))))
    assert [error.message for error in errors] == []


@pytest.mark.parametrize("bericht", names())
def test_a_published_contract_does_not_break_the_frozen_one(bericht: str) -> None:
    frozen = json.loads((publish.PUBLISHED / bericht / "v1.odcs.json").read_text("utf-8"))
    assert compare(frozen, json.loads(odcs.render(load(bericht)))) == []


def _aanmelding() -> Any:
    return json.loads(odcs.render(load("aanmelding")))


def _field(document: Any, path: str) -> Any:
    fields = document["schema"][0]["properties"]
    for name in path.split("."):
        found = next(field for field in fields if field["name"] == name)
        fields = found.get("properties", [])
    return found


def _own(field: Any, name: str, value: str) -> None:
    field["customProperties"] = [one for one in field["customProperties"] if one["property"] != name]
    field["customProperties"].append({"property": name, "value": value})


def _drop(document: Any, name: str) -> None:
    document["schema"][0]["properties"] = [f for f in document["schema"][0]["properties"] if f["name"] != name]


def _add(document: Any, **field: Any) -> None:
    document["schema"][0]["properties"].append({"name": "nieuw", "logicalType": "string", **field})


BREAKING: dict[str, tuple[Callable[[Any], Any], str]] = {
    "field gone": (lambda d: _drop(d, "kanaal_code"), "kanaal_code is gone"),
    "new required field": (lambda d: _add(d, required=True), "nieuw is new and required"),
    "became required": (lambda d: _field(d, "kanaal_code").update(required=True), "kanaal_code became required"),
    "in a block": (lambda d: _field(d, "persoon.bsn").update(required=True), "persoon.bsn became required"),
    "shorter": (
        lambda d: _field(d, "overdracht_kenmerk")["logicalTypeOptions"].update(maxLength=39),
        "overdracht_kenmerk has a lower maxLength",
    ),
    "narrower": (
        lambda d: _field(d, "persoon.huisnummer")["logicalTypeOptions"].update(minimum=2),
        "persoon.huisnummer has a higher minimum",
    ),
    "fewer times": (
        lambda d: _field(d, "leefgebied_code")["logicalTypeOptions"].update(maxItems=2),
        "leefgebied_code has a lower maxItems",
    ),
    "code gone": (lambda d: _field(d, "kanaal_code")["enum"].pop(0), "kanaal_code lost codes: 1"),
    "code of a list gone": (
        lambda d: _field(d, "leefgebied_code")["items"]["enum"].pop(0),
        "leefgebied_code lost codes: 01",
    ),
    "other type": (
        lambda d: _field(d, "kanaal_code").update(logicalType="integer"),
        "kanaal_code changed its type",
    ),
    "other column": (
        lambda d: _field(d, "kanaal_code").update(physicalType="integer"),
        "kanaal_code changed its type",
    ),
    "complete dates only": (
        lambda d: _own(_field(d, "persoon.geboortedatum"), "type", "datum"),
        "persoon.geboortedatum changed its type",
    ),
    "other list": (
        lambda d: _own(_field(d, "loket_code"), "codelijst", "organisatie"),
        "loket_code changed its codelijst",
    ),
    "new condition": (
        lambda d: _own(_field(d, "kanaal_code"), "vereist_als", "loket_code gevuld"),
        "kanaal_code has another vereist_als",
    ),
    "new rule": (lambda d: d["schema"][0]["quality"].append({"name": "x"}), "rule x is new"),
    "other key": (
        lambda d: _field(d, "loket_code").update(primaryKey=True, primaryKeyPosition=2),
        "the key changed",
    ),
}


@pytest.mark.parametrize("change", BREAKING)
def test_a_breaking_change_is_found(change: str) -> None:
    breaks, told = BREAKING[change]
    new = _aanmelding()
    breaks(new)
    assert told in compare(_aanmelding(), new)


@pytest.mark.parametrize(
    "widens",
    [
        lambda d: _add(d, required=False),
        lambda d: _field(d, "loket_code").update(required=False),
        lambda d: _field(d, "overdracht_kenmerk")["logicalTypeOptions"].update(maxLength=80),
        lambda d: _field(d, "kanaal_code")["enum"].append({"value": "6"}),
        lambda d: d["schema"][0]["quality"].pop(),
        lambda d: _field(d, "kanaal_code").update(description="anders gezegd"),
    ],
)
def test_a_widening_is_not_breaking(widens: Callable[[Any], Any]) -> None:
    new = deepcopy(_aanmelding())
    widens(new)
    assert compare(_aanmelding(), new) == []


def test_publish_writes_nothing_when_a_contract_breaks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(publish, "PUBLISHED", tmp_path / "published")
    monkeypatch.setattr(publish, "DOCS", tmp_path / "docs")
    assert publish.main() == 0
    frozen = tmp_path / "published" / "inzet" / "v1.odcs.json"
    document = json.loads(frozen.read_text("utf-8"))
    document["schema"][0]["properties"].append({"name": "weg", "logicalType": "string"})
    frozen.write_text(json.dumps(document), encoding="utf-8")
    page = tmp_path / "docs" / "inzet.md"
    page.write_text("oud", encoding="utf-8")
    assert publish.main() == 1
    assert "inzet: weg is gone" in capsys.readouterr().err
    assert page.read_text("utf-8") == "oud"


@pytest.mark.parametrize("bericht", names())
def test_a_removal_carries_its_key_and_nothing_else(bericht: str) -> None:
    contract, raw = load(bericht), flat(bericht)
    key = {path: raw[path] for path in contract.sleutel}

    def valid(record: dict[str, Any], actie: str) -> bool:
        text = write_delivery(contract, [write_record(contract, record, actie)], "2015-03-02T00:00:00Z", "0114")
        return xml_schema(bericht).validate(etree.fromstring(text.encode()))

    assert valid(raw, "record")
    assert valid(key, "verwijderen")
    assert not valid(key, "record")
    assert not valid(raw, "verwijderen")
    assert not valid(dict(list(key.items())[1:]), "verwijderen")
    assert not valid(key, "weggooien")


def test_a_delivery_may_be_empty_and_hold_a_key_more_than_once() -> None:
    contract, raw = load("aanmelding"), flat("aanmelding")
    record = write_record(contract, raw)
    schema = xml_schema("aanmelding")
    for records in ([], [record, record]):
        text = write_delivery(contract, records, "2015-03-02T00:00:00+01:00", "41018393", "volledig")
        assert schema.validate(etree.fromstring(text.encode()))


@pytest.mark.parametrize(
    ("stand_op", "afzender", "omvang"),
    [
        ("2015-03-02T00:00:00", "0114", "volledig"),
        ("2015-02-30T00:00:00Z", "0114", "volledig"),
        ("2015-03-02T00:00:00Z", "114", "volledig"),
        ("2015-03-02T00:00:00Z", "0114", "alles"),
    ],
)
def test_the_envelope_is_checked(stand_op: str, afzender: str, omvang: str) -> None:
    text = write_delivery(load("aanmelding"), [], stand_op, afzender, omvang)
    assert not xml_schema("aanmelding").validate(etree.fromstring(text.encode()))


@pytest.mark.parametrize("bericht", names())
def test_no_identity_has_a_column(bericht: str) -> None:
    contract = load(bericht)
    found = {column.name for column in columns(contract)}
    assert not found & {field.column for field in contract.fields if field.kluis}
    assert all(column.comment for column in columns(contract))
    assert {column.path for column in columns(contract)} - {""} <= set(contract.paths)
    has_person = any(field.name == "client_nummer_bron" for field in contract.fields)
    assert ("client_ref" in found) == has_person


def test_columns_have_the_type_of_their_field() -> None:
    kinds = {column.name: (column.pg_type, column.not_null) for column in columns(load("aanmelding"))}
    assert kinds["client_ref"] == ("uuid", True)
    assert kinds["leefgebied_code"] == ("text[]", False)
    assert kinds["datum_aanmelding"] == ("date", True)
    assert kinds["gewijzigd_op"] == ("timestamptz", False)
    assert kinds["is_anoniem"] == ("boolean", True)
    assert {c.name: c.not_null for c in columns(load("vroeghulp"))}["client_ref"] is False
    assert {c.name: c.pg_type for c in columns(load("inzet"))}["maand"] == "date"
    traject = load("traject")
    assert [c.name for c in group_columns(traject, traject.groups[0])] == [
        "leefgebied_code",
        "instrument_code",
        "begin",
        "eind",
    ]


@pytest.mark.parametrize("bericht", names())
def test_the_page_tells_every_field_and_every_rule(bericht: str) -> None:
    contract = load(bericht)
    page = (publish.DOCS / f"{bericht}.md").read_text("utf-8")
    for field in contract.fields:
        assert f"| `{field.name}` |" in page
    for group in contract.groups:
        assert f"Groep `{group.name}`" in page
    assert page.count("fouten.md#R") == len(contract.regels)
    assert 'actie="verwijderen"' in page


def test_a_text_leaves_the_cure_to_the_cure() -> None:
    twice = [
        code
        for code, known in CATALOGUE.items()
        for said in known.tekst.split(". ")
        if said.split()[:3] == known.herstel.split()[:3]
    ]
    assert twice == []
