"""Reading a declaration strictly: every key is asked for by name, and what nobody asked for is a mistake."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from exchange.errors import DeclarationError

CRON = re.compile(r"^(\S+ ){4}\S+$")


@dataclass
class Table:
    """One table of a TOML file; remembers which keys were read, so that `end` can refuse the others."""

    file: str
    values: Mapping[str, Any]
    path: str = ""
    _read: set[str] = field(default_factory=set)
    _tables: dict[str, "Table"] = field(default_factory=dict)

    def wrong(self, key: str, cure: str) -> DeclarationError:
        """The error to raise: this file, this key, and what to do."""
        return DeclarationError(self.file, ".".join(part for part in (self.path, key) if part), cure)

    def _get(self, key: str, kind: type, what: str, cure: str = "") -> Any:
        self._read.add(key)
        if key not in self.values:
            raise self.wrong(key, f"is missing; add it ({cure or what})")
        value = self.values[key]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.wrong(key, f"must be {what}")
        return value

    def text(self, key: str, cure: str = "") -> str:
        """A text that is not empty."""
        value: str = self._get(key, str, 'a text in quotes: codes too, as in "0106"', cure)
        if not value.strip():
            raise self.wrong(key, "is empty; fill it in")
        return value

    def number(self, key: str) -> int:
        """A whole number."""
        value: int = self._get(key, int, "a whole number")
        return value

    def date(self, key: str) -> str:
        """A date, given back as yyyy-mm-dd."""
        value: date = self._get(key, date, "a date without quotes, as in 2014-12-15")
        return value.isoformat()

    def texts(self, key: str) -> list[str]:
        """A list of texts."""
        value: list[str] = self._get(key, list, 'a list of texts, as in ["0106", "0114"]')
        if not all(isinstance(item, str) for item in value):
            raise self.wrong(key, 'must be a list of texts in quotes, as in ["0106", "0114"]')
        return value

    def choice(self, key: str, choices: tuple[str, ...]) -> str:
        """One of some words."""
        value = self.text(key)
        if value not in choices:
            raise self.wrong(key, f'"{value}" is unknown; choose from {", ".join(choices)}')
        return value

    def cron(self, key: str) -> str:
        """A cron expression of five parts."""
        value = self.text(key)
        if not CRON.match(value):
            raise self.wrong(key, 'must be a cron expression of five parts, as in "0 1 * * *"')
        return value

    def names(self) -> list[str]:
        """The keys of a table of tables."""
        return list(self.values)

    def table(self, key: str, cure: str = "") -> "Table":
        """A table inside this one; an optional one may be absent (then empty) when no cure is given."""
        self._read.add(key)
        if key not in self._tables:
            value = self.values.get(key, {})
            if not isinstance(value, Mapping):
                raise self.wrong(key, f"must be a table: [{key}]")
            if key not in self.values and cure:
                raise self.wrong(key, f"is missing; add it ({cure})")
            self._tables[key] = Table(self.file, value, f"{self.path}.{key}" if self.path else key)
        return self._tables[key]

    def strings(self, key: str) -> dict[str, str]:
        """A table of texts, empty where absent."""
        table = self.table(key)
        for name, value in table.values.items():
            if not isinstance(value, str):
                raise table.wrong(name, 'must be a text in quotes: codes too, as in "1"')
        return dict(table.values)

    def rest(self) -> dict[str, Any]:
        """What nobody asked for by name: settings that the connector knows."""
        rest = {key: value for key, value in self.values.items() if key not in self._read}
        self._read.update(rest)
        return rest

    def end(self) -> None:
        """Refuse the keys that nobody asked for. Raises DeclarationError."""
        unknown = sorted(set(self.values) - self._read)
        if unknown:
            raise self.wrong(unknown[0], f"is unknown; remove it or mend the spelling (known: {self._known()})")

    def _known(self) -> str:
        return ", ".join(sorted(self._read))


BASE = "based_on"


def read_toml(path: Path, bases: Path | None = None) -> Table:
    """A declaration as a strict table. Raises DeclarationError when it is absent or no TOML.

    With `bases`, a declaration may say `based_on = "<name>"`: it then only says what differs from
    <bases>/<name>.toml, table by table, key by key.
    """
    name, values = _short(path), _read(path)
    while bases and BASE in values:
        base = values.pop(BASE)
        if not isinstance(base, str) or not (bases / f"{base}.toml").is_file():
            known = ", ".join(sorted(file.stem for file in bases.glob("*.toml"))) or "nothing yet"
            raise DeclarationError(name, BASE, f"{base!r} is not in {_short(bases)}; there is {known}")
        values = _over(values, _read(bases / f"{base}.toml"))
        name = f"{name} (on {base})"
    return Table(name, values)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DeclarationError(_short(path), "file", "does not exist; make it") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DeclarationError(_short(path), "file", f"is no TOML: {error}") from None


def _over(values: dict[str, Any], base: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in values.items():
        below = merged.get(key)
        merged[key] = _over(value, below) if isinstance(value, dict) and isinstance(below, dict) else value
    return merged


def _short(path: Path) -> str:
    parts = path.resolve().parts
    return "/".join(parts[parts.index("regions") :]) if "regions" in parts else str(path)
