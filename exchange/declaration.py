"""Reading a declaration strictly: every key is asked for by name, and what nobody asked for is a mistake."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import UnionType
from typing import Any

from croniter import CroniterError, croniter

from exchange.errors import DeclarationError

CRON = re.compile(r"^(\S+ ){4}\S+$")
# One address, as HTML's input of type email takes it: nothing in it can begin a second one, or a header.
EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@([A-Za-z0-9-]+\.)+[A-Za-z]{2,63}")
OPEN = "INVULLEN"  # in a draft: nobody but the region can know this
FIRST_DAY = datetime(2015, 1, 1)  # from here on a schedule must come to a next time

Layers = tuple[tuple[str, Mapping[str, Any]], ...]


@dataclass
class Table:
    """One table of a TOML file; remembers which keys were read, so that `end` can refuse the others."""

    file: str
    values: Mapping[str, Any]
    path: str = ""
    layers: Layers = ()  # a declaration over others: (file, its own values), the uppermost first
    _read: set[str] = field(default_factory=set)
    _optional: set[str] = field(default_factory=set)
    _tables: dict[str, "Table"] = field(default_factory=dict)

    def wrong(self, key: str, cure: str) -> DeclarationError:
        """The error to raise: this file, this key, and what to do."""
        place = ".".join(part for part in (self.path, key) if part)
        return DeclarationError(self.file_of(key), place, cure)

    def file_of(self, key: str) -> str:
        """The file that says this key: of a declaration that stands on others the uppermost that does."""
        place = ".".join(part for part in (self.path, key) if part)
        return next((file for file, values in self.layers if _says(values, place)), self.file)

    def _get(self, key: str, kind: type | UnionType, what: str, cure: str = "") -> Any:
        self._read.add(key)
        if key not in self.values:
            raise self.wrong(key, f"is missing; add it ({cure or what})")
        value = self.values[key]
        self._refuse_open(key, value, cure or what)
        if not isinstance(value, kind) or (kind is not bool and isinstance(value, bool)):
            raise self.wrong(key, f"must be {what}")
        return value

    def _refuse_open(self, key: str, value: Any, what: str = "") -> None:
        """What `hub new-source` could not know keeps a declaration from loading until somebody filled it in."""
        if value == OPEN:
            raise self.wrong(key, f"is still {OPEN}; fill it in" + (f" ({what})" if what else ""))

    def has(self, key: str) -> bool:
        """Whether it says a key that it may leave out."""
        self._optional.add(key)
        return key in self.values

    def text(self, key: str, cure: str = "") -> str:
        """A text that is not empty, on one line."""
        value: str = self._get(key, str, 'a text in quotes: codes too, as in "0106"', cure)
        if not value.strip():
            raise self.wrong(key, "is empty; fill it in")
        if not value.isprintable():
            raise self.wrong(key, "holds a line end or another sign that is no text; write it on one line")
        return value

    def email(self, key: str, cure: str = "") -> str:
        """One e-mail address, to which the hub may write."""
        value = self.text(key, cure)
        if not EMAIL.fullmatch(value):
            raise self.wrong(key, "must be one e-mail address, as in gegevensbeheer@assen.example")
        return value

    def number(self, key: str) -> int:
        """A whole number."""
        value: int = self._get(key, int, "a whole number")
        return value

    def real(self, key: str) -> float:
        """A number, with or without decimals."""
        return float(self._get(key, float | int, "a number, as in 0.25"))

    def share(self, key: str) -> Decimal:
        """A part of a whole: above 0, at most 1."""
        value = Decimal(str(self._get(key, float | int, "a part of 1, as in 0.75")))
        if not 0 < value <= 1:
            raise self.wrong(key, "must be above 0 and at most 1, as in 0.75")
        return value

    def flag(self, key: str) -> bool:
        """true or false."""
        value: bool = self._get(key, bool, "true or false, without quotes")
        return value

    def date(self, key: str) -> str:
        """A date, given back as yyyy-mm-dd."""
        value: date = self._get(key, date, "a date without quotes, as in 2014-12-15")
        if isinstance(value, datetime):
            raise self.wrong(key, "must be a date without a time, as in 2014-12-15")
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
        try:
            croniter(value, FIRST_DAY).get_next()
        except CroniterError as error:
            raise self.wrong(key, f"is no time of any night; mend it ({error})") from None
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
            self._tables[key] = Table(self.file, value, f"{self.path}.{key}" if self.path else key, self.layers)
        return self._tables[key]

    def tables(self, key: str, cure: str) -> list["Table"]:
        """The tables of a list, each told of with its number: invulling.1. At least one."""
        value: list[Any] = self._get(key, list, f"a list of tables: [[{key}]]", cure)
        if not value or not all(isinstance(item, Mapping) for item in value):
            raise self.wrong(key, f"must be a list of tables, at least one: [[{key}]]")
        place = f"{self.path}.{key}" if self.path else key
        return [Table(self.file, item, f"{place}.{number}", self.layers) for number, item in enumerate(value, 1)]

    def strings(self, key: str) -> dict[str, str]:
        """A table of texts, empty where absent."""
        table = self.table(key)
        for name, value in table.values.items():
            table._refuse_open(name, value)
            if not isinstance(value, str):
                raise table.wrong(name, 'must be a text in quotes: codes too, as in "1"')
        return dict(table.values)

    def rest(self) -> dict[str, Any]:
        """What nobody asked for by name: settings that the connector knows."""
        rest = {key: value for key, value in self.values.items() if key not in self._read}
        for key, value in rest.items():
            self._refuse_open(key, value)
        self._read.update(rest)
        return rest

    def end(self) -> None:
        """Refuse the keys that nobody asked for. Raises DeclarationError."""
        unknown = sorted(set(self.values) - self._read)
        if unknown:
            raise self.wrong(unknown[0], f"is unknown; remove it or mend the spelling (known: {self._known()})")

    def _known(self) -> str:
        return ", ".join(sorted(self._read | self._optional))


BASE = "based_on"


def read_toml(path: Path, bases: Sequence[Path] = ()) -> Table:
    """A declaration as a strict table. Raises DeclarationError when it is absent or no TOML.

    With `bases`, a declaration may say `based_on = "<name>"`: it then only says what differs from <name>.toml in the
    first of these folders that has it, table by table, key by key. What is wrong in a base is told of that file.
    """
    name, values = _short(path), _read(path)
    layers: list[tuple[str, Mapping[str, Any]]] = [(name, values)]
    while bases and BASE in values:
        base = values.pop(BASE)
        known = {file.stem: file for folder in reversed(bases) for file in sorted(folder.glob("*.toml"))}
        if not isinstance(base, str) or base not in known:
            there = ", ".join(sorted(known)) or "nothing yet"
            raise DeclarationError(name, BASE, f"{base!r} is not in {_short(bases[0])}; there is {there}")
        below = _read(known[base])
        layers.append((_short(known[base]), below))
        values = _over(values, below)
        name = f"{name} (on {base})"
    table = Table(name, values, layers=tuple(layers) if len(layers) > 1 else ())
    if bases:
        table.has(BASE)
    return table


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DeclarationError(_short(path), "file", "does not exist; make it") from None
    except IsADirectoryError:
        raise DeclarationError(_short(path), "file", "is a folder; rename it, or remove it") from None
    except OSError as error:
        raise DeclarationError(_short(path), "file", f"cannot be read: {error.strerror}; mend its rights") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DeclarationError(_short(path), "file", f"is no TOML: {error}") from None


def _over(values: dict[str, Any], base: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in values.items():
        below = merged.get(key)
        merged[key] = _over(value, below) if isinstance(value, dict) and isinstance(below, dict) else value
    return merged


def _says(values: Mapping[str, Any], place: str) -> bool:
    """Whether a declaration says something at this place; a key may hold dots itself."""
    for key, value in values.items():
        if key == place or (
            place.startswith(f"{key}.") and isinstance(value, Mapping) and _says(value, place[len(key) + 1 :])
        ):
            return True
    return False


def _short(path: Path) -> str:
    parts = path.resolve().parts
    begin = next((folder for folder in ("regions", "quality") if folder in parts), None)
    return "/".join(parts[parts.index(begin) :]) if begin else str(path)
