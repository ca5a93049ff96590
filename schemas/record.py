"""The two forms of a record: nested, as the JSON Schema describes it, and flat, as the check reads it.

Flat: contract path -> text, list of texts, or list of dicts (group). A name that is not there was not
delivered; None or "" empties the field.
"""

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from schemas.contract import Contract, Field


class NotText:
    """Stands in a flat record for a JSON value of the wrong kind: the check makes it fault V002."""

    def __repr__(self) -> str:
        return "NotText"


NOT_TEXT = NotText()


def flatten(contract: Contract, nested: Mapping[str, Any]) -> dict[str, Any]:
    """From a parsed JSON object to a flat record. Numbers and booleans become text.

    What has the wrong JSON kind becomes NOT_TEXT, what has a name that the contract does not know gets None:
    the check reports both.
    """
    flat = {field.path: field for field in contract.flat}
    blocks = {block.name: block for block in contract.blocks if block.genest}
    groups = {group.name: {field.path: field for field in group.fields} for group in contract.groups}
    raw: dict[str, Any] = {}
    for name, value in nested.items():
        if name in flat:
            raw[name] = _value(flat[name], value)
        elif name in blocks and isinstance(value, Mapping) and value:
            inside = {field.name: field for field in blocks[name].fields}
            for inner, content in value.items():
                known = inside.get(inner)
                raw[f"{name}.{inner}"] = None if known is None else _value(known, content)
        elif name in blocks:
            raw[name] = None if value is None or value == {} else NOT_TEXT
        elif name in groups:
            raw[name] = _group(groups[name], value)
        else:
            raw[name if "." not in name else f"/{name}"] = None
    return raw


def _group(fields: Mapping[str, Field], value: Any) -> Any:
    if value is None:
        return None
    if not isinstance(value, list):
        return NOT_TEXT
    elements: list[Any] = []
    for item in value:
        if item is None or item == {}:
            elements.append(None)
        elif isinstance(item, Mapping):
            elements.append({n: _value(fields[n], v) if n in fields else None for n, v in item.items()})
        else:
            elements.append(NOT_TEXT)
    return elements


def _value(field: Field, value: Any) -> Any:
    if value is None:
        return None
    if field.meervoud:
        return [_single(field, item) for item in value] if isinstance(value, list) else NOT_TEXT
    return _single(field, value)


def _single(field: Field, value: Any) -> Any:
    if value is None:
        return None
    if field.type == "ja_nee":
        return ("true" if value else "false") if isinstance(value, bool) else NOT_TEXT
    if field.type not in ("geheel", "decimaal"):
        return value if isinstance(value, str) else NOT_TEXT
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal) or not math.isfinite(value):
        return NOT_TEXT
    if value == int(value):
        return str(int(value))
    return format(Decimal(str(value)), "f") if field.type == "decimaal" else NOT_TEXT
