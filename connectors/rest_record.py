"""From one JSON object of an API to flat paths.

    {"client": {"naam": "x"}}         client.naam -> "x"
    {"gebieden": ["a", "b"]}          gebieden -> ["a", "b"]           a repeated field
    {"metingen": [{"begin": 1}]}      metingen -> [{"begin": "1"}]     a group
    null, true, 7.0, 0.25             None (emptied), "true", "7", "0.25"

Nothing is judged here: what has no place in a contract (a list in a list, an object nested without end) is handed
on as it is, and the check refuses it under the sender's name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

DEPTH = 8  # objects in objects; a contract knows two levels


def flatten(record: Mapping[str, Any]) -> dict[str, object]:
    """One record as path -> text, None, list of texts, or list of dict (path -> text)."""
    return dict(_leaves(record, "", DEPTH))


def at(content: object, path: str) -> object:
    """What stands at a dotted path below JSON objects; None where there is nothing. The empty path is all of it."""
    for name in path.split(".") if path else ():
        content = content.get(name) if isinstance(content, Mapping) else None
    return content


def _leaves(node: Mapping[str, Any], prefix: str, depth: int) -> Iterator[tuple[str, object]]:
    for name, value in node.items():
        path = prefix + name
        if isinstance(value, Mapping) and value and depth:
            yield from _leaves(value, f"{path}.", depth - 1)
        elif isinstance(value, list):
            yield path, [dict(_leaves(item, "", depth)) if isinstance(item, Mapping) else text(item) for item in value]
        else:
            yield path, text(value)


def text(value: object) -> object:
    """A JSON value as the text that it stands for: whole numbers without a point, never with an exponent."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else _plain(value)
    return str(value) if isinstance(value, int) else value


def _plain(number: float) -> str:
    exact = Decimal(repr(number))
    return f"{exact:f}" if exact.is_finite() and abs(exact) < Decimal(10) ** 18 else str(number)
