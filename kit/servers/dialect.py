"""Where a case system keeps each field, and in which words: a record of a bericht becomes the parts of a zaak.

A dialect is a TOML in dialects/: per bericht `places` (contract field -> "zaak.<attribute>",
"eigenschap.<name>", "status.<statustype>" or "rol.betrokkeneIdentificatie.<path>"), `words` (code -> the word
that people of this gemeente use), `notations` of dates and `separators` of repeated values. A value without a
word of its own goes in as it is: people type things that are in no list.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "dialects"
SYSTEM_OF: Mapping[str, str] = {
    "emmen": "emmen",
    "assen": "assen",
    "hoogeveen": "zuidwest",
    "de_wolden": "zuidwest",
}
EIGENSCHAP_NAME = 20  # characters: what the Catalogi API allows


@dataclass
class Parts:
    """What one record says, sorted by the resource of the Zaken API that holds it. All values are text."""

    zaak: dict[str, str] = field(default_factory=dict)
    eigenschappen: dict[str, str] = field(default_factory=dict)
    statussen: dict[str, str] = field(default_factory=dict)
    persoon: dict[str, str] = field(default_factory=dict)  # path below betrokkeneIdentificatie -> text


@dataclass(frozen=True)
class Dialect:
    """How one system holds one bericht."""

    bericht: str
    zaaktype: str
    places: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]]
    notations: Mapping[str, str]
    separators: Mapping[str, str]

    def parts(self, record: Mapping[str, Any]) -> Parts:
        """The record (nested, in JSON-Schema form) as parts of a zaak; a field without a place is not held."""
        parts = Parts()
        for path, value in flatten(record):
            kind, _, name = self.places.get(path, "").partition(".")
            match kind:
                case "zaak":
                    parts.zaak[name] = self.text(path, value)
                case "eigenschap":
                    parts.eigenschappen[name] = self.text(path, value)
                case "status":
                    parts.statussen[name] = self.text(path, value)
                case "rol":
                    parts.persoon[name.removeprefix("betrokkeneIdentificatie.")] = self.text(path, value)
        return parts

    def names(self, kind: str) -> list[str]:
        """The names of all places of a kind: "eigenschap" or "status"."""
        return [place.partition(".")[2] for place in self.places.values() if place.startswith(f"{kind}.")]

    def text(self, path: str, value: Any) -> str:
        """A value in the words and the notation of this system."""
        if value is None:
            return ""
        if isinstance(value, list):
            return self.separators[path].join(self.text(path, item) for item in value)
        plain = str(value).lower() if isinstance(value, bool) else str(value)
        return self.words.get(path, {}).get(plain, notation(self.notations.get(path, ""), plain))


def flatten(record: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """(path, value) of each field; the block persoon gives persoon.bsn and so on."""
    for name, value in record.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}.{inner}", part) for inner, part in value.items())
        else:
            yield name, value


def notation(kind: str, text: str) -> str:
    """An ISO date in another notation; what does not look like one stays as it is.

    yyyymmdd has 00 for an unknown day or month, as the Zaken API and StUF do.
    """
    match = re.fullmatch(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", text) if kind else None
    if match is None:
        return text
    year, month, day = match[1], match[2] or "00", match[3] or "00"
    return f"{day}-{month}-{year}" if kind == "dd-mm-yyyy" else f"{year}{month}{day}"


@cache
def dialects(system: str) -> Mapping[str, Dialect]:
    """The dialects of a system ("emmen", "assen", "zuidwest") by bericht."""
    table = tomllib.loads((FOLDER / f"{system}.toml").read_text(encoding="utf-8"))
    return {
        bericht: Dialect(
            bericht=bericht,
            zaaktype=row["zaaktype"],
            places=row["places"],
            words=row.get("words", {}),
            notations=row.get("notations", {}),
            separators=row.get("separators", {}),
        )
        for bericht, row in table.items()
    }
