"""One record in XML form, as the XSD describes it: for examples, documentation and tests."""

from collections.abc import Iterable, Mapping
from typing import Any
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
