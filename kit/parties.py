"""Who delivers, and at which desks: the parties of Drenthe as their own systems know themselves."""

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

DATA = Path(__file__).parent / "data"
Protocol = Literal["zgw", "xml", "stuf", "csv", "xlsx", "rest", "json"]

ANSWERS = "in"  # the folder of a room in which answers to its sender come
ZAAK_SYSTEMS = ("zgw", "stuf")
TELLS_CHANGES = frozenset({"tynaarlo"})

# What the case system of a gemeente does not hold, because it was never configured as an eigenschap; and
# a zaak has no moment of change that can be trusted.
NOT_IN_ZGW = frozenset({"gewijzigd_op"})
NOT_CONFIGURED: dict[str, frozenset[str]] = {
    "assen": frozenset({"doelgroep_code", "persoon.huishouden_nummer_bron"}),
    "hoogeveen": frozenset({"kanaal_code"}),
    "de_wolden": frozenset({"kanaal_code"}),
    "noordenveld": frozenset({"doelgroep_code", "leefgebied_code"}),
}


@dataclass(frozen=True)
class Loket:
    """A desk where a resident can turn up."""

    code: str
    naam: str
    soort: str
    organisatie_code: str
    gemeente_code: str


@dataclass(frozen=True)
class Party:
    """One gemeente or aanbieder that delivers.

    `name` is the name of its source, `code` its CBS code or KvK number, `rsin` its number in a ZGW system,
    `protocol` how its system talks, `berichten` what it delivers, `prefix` how its record numbers begin
    (Hoogeveen and De Wolden share one system, and so one range of numbers that is not unique over the two).
    `financier` says who pays for its work: code -> weight; `grondslag` on what basis it may know people.
    `without` names the contract fields that its system does not hold (paths such as "persoon.bsn").
    """

    name: str
    title: str
    kind: Literal["gemeente", "aanbieder"]
    code: str
    protocol: Protocol
    prefix: str
    financier: Mapping[str, float]
    berichten: tuple[str, ...]
    without: frozenset[str]
    rsin: str = ""
    grondslag: str = "1"

    @property
    def is_file(self) -> bool:
        """Whether all that it delivers comes in files, which stand as they were made."""
        return all(map(self.sends_file, self.berichten))

    def sends_file(self, bericht: str) -> bool:
        """Whether a bericht comes in files; a zaak system shows only how things are now, and inzet is no zaak."""
        return self.protocol not in ZAAK_SYSTEMS or bericht == "inzet"

    @property
    def tells_changes(self) -> bool:
        """Whether its zaak system puts a message ready about every zaak that changed."""
        return self.name in TELLS_CHANGES


@cache
def parties() -> dict[str, Party]:
    """All parties by name."""
    table = tomllib.loads((DATA / "parties.toml").read_text(encoding="utf-8"))
    return {
        name: Party(
            name=name,
            without=NOT_CONFIGURED.get(name, frozenset()) | (NOT_IN_ZGW if row["protocol"] == "zgw" else frozenset()),
            **{**row, "berichten": tuple(row["berichten"])},
        )
        for name, row in table.items()
    }


@cache
def lokets() -> dict[str, Loket]:
    """All desks of the region by code."""
    table = tomllib.loads((DATA / "lokets.toml").read_text(encoding="utf-8"))
    return {code: Loket(code=code, **row) for code, row in table["loket"].items()}


@cache
def gemeente_party() -> dict[str, str]:
    """Name of the party per gemeente_code."""
    return {party.code: party.name for party in parties().values() if party.kind == "gemeente"}


@cache
def inhabitants() -> dict[str, dict[str, int]]:
    """Inhabitants per gemeente_code per ten-year class ("0-9" … "90+"), 2020."""
    with (DATA / "inwoners.csv").open(encoding="utf-8", newline="") as stream:
        return {
            row.pop("gemeente_code"): {age: int(count) for age, count in row.items() if age != "gemeente"}
            for row in csv.DictReader(stream)
        }


@cache
def postcodes() -> dict[str, tuple[str, ...]]:
    """Four-digit postcodes per gemeente_code."""
    found: dict[str, list[str]] = {}
    with (DATA / "pc4.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            found.setdefault(row["gemeente_code"], []).append(row["pc4"])
    return {code: tuple(values) for code, values in found.items()}
