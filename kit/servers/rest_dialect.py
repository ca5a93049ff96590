"""Where the case system of a provider keeps each field in its JSON, and in which words: dialects/mee.toml.

A record of a bericht (nested, in JSON-Schema form) becomes the object that the API shows. Fields that are not named
keep their name; a value without a word of its own goes in as it is, for people type things that are in no list.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from kit.servers.dialect import FOLDER, flatten


@dataclass(frozen=True)
class RestDialect:
    """How one list of the API holds one bericht. `path`: the name of the list."""

    path: str
    places: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]]
    left_out: frozenset[str]

    def content(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """The record as the API shows it."""
        shown: dict[str, Any] = {}
        for path, value in flatten(record):
            if path not in self.left_out:
                _put(shown, self.places.get(path, path), self._value(path, value))
        return shown

    def _value(self, path: str, value: Any) -> Any:
        if isinstance(value, list):
            return [self._value(path, item) for item in value]
        return self._element(path, value) if isinstance(value, Mapping) else self._word(path, value)

    def _element(self, group: str, element: Mapping[str, Any]) -> dict[str, Any]:
        """One element of a group: its fields are named <group>.<field>, and stand below the place of the group."""
        place = self.places.get(group, group)
        shown: dict[str, Any] = {}
        for name, value in element.items():
            path = f"{group}.{name}"
            _put(shown, self.places.get(path, name).removeprefix(f"{place}."), self._word(path, value))
        return shown

    def _word(self, path: str, value: Any) -> Any:
        words = self.words.get(path, {})
        return words.get(value, value) if isinstance(value, str) else value


def _put(shown: dict[str, Any], place: str, value: Any) -> None:
    *above, name = place.split(".")
    for each in above:
        shown = shown.setdefault(each, {})
    shown[name] = value


@cache
def rest_dialects(system: str) -> Mapping[str, RestDialect]:
    """The dialects of a provider's system ("mee") by bericht."""
    table = tomllib.loads((FOLDER / f"{system}.toml").read_text(encoding="utf-8"))
    shared = table.pop("shared")
    return {
        bericht: RestDialect(
            path=row["path"],
            places={**shared["places"], **row.get("places", {})},
            words={**shared["words"], **row.get("words", {})},
            left_out=frozenset(shared["left_out"]),
        )
        for bericht, row in table.items()
    }
