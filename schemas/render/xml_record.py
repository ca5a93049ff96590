"""One record in XML form, as the XSD describes it: for examples, documentation and tests."""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from schemas.contract import Contract, Field

Raw = Mapping[str, Any]


def write_record(contract: Contract, raw: Raw, actie: str = "record", indent: str = "") -> str:
    """The element of one flat record, its fields in contract order. None and "" become an empty element."""
    attribute = f' actie="{actie}"' if actie != "record" else ""
    lines = [f"{indent}<{contract.bericht}{attribute}>"]
    inner = f"{indent}  "
    written = set()
    for field in contract.flat:
        if field.path in raw:
            written.add(field.path)
            lines += _elements(field.name, raw[field.path], inner)
    for block in contract.blocks:
        if not block.genest:
            continue
        present = [field for field in block.fields if field.path in raw]
        if present:
            lines.append(f"{inner}<{block.name}>")
            for field in present:
                lines += _elements(field.name, raw[field.path], f"{inner}  ")
            lines.append(f"{inner}</{block.name}>")
        elif block.name in raw:
            lines += _elements(block.name, raw[block.name], inner)
        written |= {block.name, *(field.path for field in present)}
    for group in contract.groups:
        if group.name in raw:
            written.add(group.name)
            lines += _group(group.name, group.fields, raw[group.name], inner)
    for name in raw:
        if name not in written:
            lines += _elements(name.replace("/", "_"), raw[name], inner)
    lines.append(f"{indent}</{contract.bericht}>")
    return "\n".join(lines)


def _elements(name: str, value: Any, indent: str) -> list[str]:
    items = value if isinstance(value, list) else [value]
    return [f"{indent}<{name}>{escape(item)}</{name}>" if item else f"{indent}<{name}/>" for item in items]


def _group(name: str, fields: Iterable[Field], value: Any, indent: str) -> list[str]:
    lines = []
    for item in value or [None]:
        if not item:
            lines.append(f"{indent}<{name}/>")
            continue
        lines.append(f"{indent}<{name}>")
        known = [field.path for field in fields if field.path in item]
        for key in (*known, *(key for key in item if key not in known)):
            lines += _elements(key, item[key], f"{indent}  ")
        lines.append(f"{indent}</{name}>")
    return lines


def write_delivery(
    contract: Contract,
    records: Iterable[str],
    stand_op: str,
    afzender: str,
    omvang: str = "wijzigingen",
) -> str:
    """A whole `<levering>` of records written by `write_record`."""
    head = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<levering xmlns="{contract.namespace}"'
        f' stand_op="{stand_op}" afzender="{afzender}" omvang="{omvang}">'
    )
    return "\n".join([head, *records, "</levering>", ""])


def read_record(contract: Contract, element: ElementTree.Element) -> dict[str, Any]:
    """The flat record of an element. White space in values that are no text collapses, as the XSD says."""
    fields = {field.path: field for field in contract.fields}
    nested = {block.name for block in contract.blocks if block.genest}
    groups = {group.name: {field.path: field for field in group.fields} for group in contract.groups}
    raw: dict[str, Any] = {}

    def add(path: str, field: Field | None, child: ElementTree.Element) -> None:
        text = _text(field, child)
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
                item[key] = _text(groups[name].get(key), inner)
            raw.setdefault(name, []).append(item)
        else:
            add(name, fields.get(name), child)
    return raw


def _text(field: Field | None, element: ElementTree.Element) -> str:
    text = element.text or ""
    return text if field is None or field.type == "tekst" else re.sub("[ \t\n\r]+", " ", text).strip(" ")
