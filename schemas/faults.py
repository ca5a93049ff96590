"""Faults are data: a stable code, the field, and a text in plain Dutch. The catalogue is `faults.toml`.

A fault never holds a value of a record, so it may be stored, logged and sent back.
"""

import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Literal, get_args

from schemas.errors import ContractError

Level = Literal["veld", "record", "levering"]
Severity = Literal["afkeur", "waarschuwing"]

FILE = Path(__file__).parent / "faults.toml"

#: What a text may mention. Each comes from a contract, a rule, an arrangement or a declaration; none from a
#: record.
PLACEHOLDERS = frozenset(
    {
        "veld", "velden", "lijst", "lengte", "min", "max", "meervoud", "vorm", "voorwaarde", "gemeente", "vanaf",
        "codes",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    code: str
    tekst: str
    herstel: str
    level: Level
    severity: Severity
    bron: str
    vernietigen: bool = False  # the bytes of the record may not be kept either


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a record or a delivery.

    `field` is the contract path (`persoon.bsn`, `score.begin`), empty for a delivery. `index` is the 1-based
    place in a repeated field or group. `details` fill the text: names and limits, never a value of a record.
    """

    code: str
    field: str = ""
    level: Level = "veld"
    index: int | None = None
    details: Mapping[str, str] = dataclasses.field(default_factory=dict, compare=False, repr=False)

    @property
    def severity(self) -> Severity:
        return CATALOGUE[self.code].severity

    @property
    def rejects(self) -> bool:
        return CATALOGUE[self.code].severity == "afkeur"

    def text(self) -> str:
        """The fault in Dutch, in the sender's field names where those are known."""
        details = {"veld": self.field, "velden": self.field, **self.details}
        if self.index is not None:
            details["veld"] = f"{details['veld']} (nummer {self.index})"
        return CATALOGUE[self.code].tekst.format_map(_Dots(details))

    def as_dict(self) -> dict[str, str | int | None]:
        """What is stored of a fault: code, field and index."""
        return {"code": self.code, "field": self.field, "index": self.index}


class _Dots(dict[str, str]):
    """A detail that is not known reads as dots, so that an answer never fails on its own text."""

    def __missing__(self, key: str) -> str:
        return "…"


def fault(code: str, **details: str) -> Fault:
    """A fault of a delivery or a record as a whole. Raises KeyError for a code that is not in the catalogue."""
    return Fault(code, "", CATALOGUE[code].level, None, details)


def load_catalogue(file: Path = FILE) -> dict[str, Entry]:
    """The catalogue by code. Raises ContractError with file, key and cure."""
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ContractError(file.name, "", f"is not TOML ({error})") from None
    entries = {}
    for code, table in tables.items():
        if not isinstance(table, dict) or table.keys() - {"vernietigen"} != {
            "tekst", "herstel", "level", "severity", "bron"
        }:  # fmt: skip
            raise ContractError(file.name, code, "give tekst, herstel, level, severity, bron; vernietigen where needed")
        for key, allowed in (("level", get_args(Level)), ("severity", get_args(Severity))):
            if table[key] not in allowed:
                raise ContractError(file.name, f"{code}.{key}", f"choose from {', '.join(allowed)}")
        unknown = {name for _, name, _, _ in Formatter().parse(table["tekst"]) if name} - PLACEHOLDERS
        if unknown:
            raise ContractError(file.name, f"{code}.tekst", f"{{{sorted(unknown)[0]}}} is unknown to a text")
        entries[code] = Entry(code=code, **table)
    return entries


CATALOGUE: Mapping[str, Entry] = load_catalogue()
