"""Settings of a connector as a dataclass: every key known, every value of the right type and in range.

@dataclass(frozen=True)
class ZgwSettings(HttpSettings):
    window_days: int = setting(14, low=1, high=366)
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, TypeVar

from connectors.errors import DeclarationError

T = TypeVar("T")

_NAMES = {str: "a text in quotes", int: "a whole number", float: "a number"}


def setting(default: Any, low: float | None = None, high: float | None = None) -> Any:
    """A dataclass field with a default and, for numbers, the range that makes sense."""
    return dataclasses.field(default=default, metadata={"low": low, "high": high})


def build(cls: type[T], table: Mapping[str, Any], file: str, prefix: str = "connection") -> T:
    """`table` as an instance of the settings dataclass `cls`.

    Raises DeclarationError (file, key, cure) for an unknown key, a missing one or a value out of range.
    """
    known = {item.name: item for item in dataclasses.fields(cls)}  # type: ignore[arg-type]
    for key, value in table.items():
        if key not in known:
            raise DeclarationError(file, f"{prefix}.{key}", f"is unknown; known are {', '.join(known)}")
        _check(known[key], value, file, f"{prefix}.{key}")
    for name, item in known.items():
        if item.default is dataclasses.MISSING and name not in table:
            raise DeclarationError(file, f"{prefix}.{name}", "is missing; add it")
    return cls(**table)


def _check(item: dataclasses.Field[Any], value: object, file: str, key: str) -> None:
    kind = {"str": str, "int": int, "float": float}[str(item.type)]
    fits = isinstance(value, (int, float)) if kind is float else isinstance(value, kind)
    if not fits or isinstance(value, bool):
        raise DeclarationError(file, key, f"must be {_NAMES[kind]}")
    low, high = item.metadata.get("low"), item.metadata.get("high")
    if isinstance(value, (int, float)) and not ((low is None or value >= low) and (high is None or value <= high)):
        raise DeclarationError(file, key, f"must lie between {low} and {high}")
