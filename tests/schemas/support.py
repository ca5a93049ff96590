"""What the tests of the contracts share: code lists of a small region, the three verdicts, the examples."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
from lxml import etree

from schemas.check import Checker
from schemas.codelists import CodeLists
from schemas.contract import ROOT, Contract, Field, load
from schemas.record import flatten
from schemas.render import json_schema, xsd
from schemas.render.xml_record import write_delivery, write_record

EXAMPLES = sorted((ROOT / "examples").glob("*/*.json"))


@cache
def codelists() -> CodeLists:
    lokets = [(code, code, None, None) for code in ("0114-WMO", "0114-SCH", "0114-MEE")]
    parties = [(code, code, None, None) for code in ("0114", "41018393")]
    return CodeLists.standard().with_list("loket", lokets).with_list("organisatie", parties)


@cache
def checker(bericht: str) -> Checker:
    return Checker(load(bericht), codelists())


@cache
def xml_schema(bericht: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.fromstring(xsd.render(load(bericht)).encode()))


@cache
def json_validator(bericht: str) -> jsonschema.Draft202012Validator:
    schema = json.loads(json_schema.render(load(bericht)))
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


def example(bericht: str, start: str) -> dict[str, Any]:
    """The first example of a bericht whose name starts so, nested."""
    file = next(path for path in EXAMPLES if path.parent.name == bericht and path.name.startswith(start))
    nested: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return nested


def flat(bericht: str, start: str = "goed-1") -> dict[str, Any]:
    return flatten(load(bericht), example(bericht, start))


def good(bericht: str, **changes: Any) -> dict[str, Any]:
    """The full good record, flat, with changes; `persoon__bsn` is the path persoon.bsn, ... leaves out."""
    raw = flat(bericht)
    for name, value in changes.items():
        path = name.replace("__", ".")
        if value is ...:
            raw.pop(path, None)
        else:
            raw[path] = value
    return raw


def as_xml_raw(contract: Contract, nested: dict[str, Any]) -> dict[str, Any]:
    """The record as somebody would type it in XML: every value as text, whatever its JSON kind."""
    raw: dict[str, Any] = {}
    blocks = {block.name for block in contract.blocks if block.genest}
    groups = {group.name for group in contract.groups}
    for name, value in nested.items():
        if name in blocks and isinstance(value, dict) and value:
            raw |= {f"{name}.{inner}": _text(content) for inner, content in value.items()}
        elif name in blocks:
            raw[name] = ""
        elif name in groups:
            raw[name] = [{n: _text(v) for n, v in (item or {}).items()} for item in value or []]
        else:
            raw[name] = _text(value)
    return raw


def _text(value: Any) -> Any:
    if isinstance(value, list):
        return [_text(item) for item in value] or ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def xml_of(contract: Contract, raw: dict[str, Any], actie: str = "record") -> bytes:
    record = write_record(contract, raw, actie)
    return write_delivery(contract, [record], "2015-03-02T00:00:00Z", "0114").encode()


def read_record(contract: Contract, element: etree._Element) -> dict[str, Any]:
    """The flat record of an element. White space in values that are no text collapses, as the XSD says."""
    fields = {field.path: field for field in contract.fields}
    nested = {block.name for block in contract.blocks if block.genest}
    groups = {group.name: {field.path: field for field in group.fields} for group in contract.groups}
    raw: dict[str, Any] = {}

    def add(path: str, field: Field | None, child: etree._Element) -> None:
        text = _trimmed(field, child)
        if path in raw:
            raw[path] = [*(raw[path] if isinstance(raw[path], list) else [raw[path]]), text]
        else:
            raw[path] = text

    for child in element:
        name = child.tag.rpartition("}")[2]
        if name in nested and len(child):
            for inner in child:
                path = f"{name}.{inner.tag.rpartition('}')[2]}"
                add(path, fields.get(path), inner)
        elif name in groups:
            item = {}
            for inner in child:
                key = inner.tag.rpartition("}")[2]
                item[key] = _trimmed(groups[name].get(key), inner)
            raw.setdefault(name, []).append(item)
        else:
            add(name, fields.get(name), child)
    return raw


def _trimmed(field: Field | None, element: etree._Element) -> str:
    text = element.text or ""
    return text if field is None or field.type == "tekst" else re.sub("[ \t\n\r]+", " ", text).strip(" ")


def verdicts_xml(contract: Contract, raw: dict[str, Any]) -> tuple[bool, bool]:
    """What the XSD and the structural check say of the record in XML."""
    document = etree.fromstring(xml_of(contract, raw))
    read = read_record(contract, document[0])
    return xml_schema(contract.bericht).validate(document), not checker(contract.bericht).structural(read)


def verdicts_json(contract: Contract, nested: dict[str, Any]) -> tuple[bool, bool]:
    """What the JSON Schema and the structural check say of the record in JSON."""
    read = flatten(contract, nested)
    valid = json_validator(contract.bericht).is_valid(nested)
    return valid, not checker(contract.bericht).structural(read)


def codes(faults: list[Any]) -> set[str]:
    return {fault.code for fault in faults}


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"
