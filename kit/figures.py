"""The truth as figures: what a reader must count in the tables of the hub, with bounds where a source lags.

A figure is a `Span`: of a file source both bounds are equal; of a zaak source they differ by the records that the
hub may not have read again yet.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, TypeVar

from kit.records import Record
from kit.truth import Truth

Options = tuple[Record | None, ...]
Desk = tuple[str, str, date]  # gemeente_code, loket_code, first day of the month
Cell = TypeVar("Cell", bound=Hashable)

# What belongs in the KLUIS and must not stand in any other table.
IDENTITY = frozenset(
    {
        "client_nummer_bron", "bsn", "geslachtsnaam", "voorvoegsel", "voornamen", "voorletters",
        "geboortedatum", "postcode", "huisnummer", "toevoeging", "huishouden_nummer_bron",
    }
)  # fmt: skip
DERIVED = frozenset({"leeftijdsklasse_code"})  # the hub makes it from the date of birth
GROUPS = frozenset({"score", "inbreng"})
HASHED = ("consulent_code", "casemanager_code")


@dataclass(frozen=True, slots=True)
class Span:
    """A figure between two bounds."""

    lo: int
    hi: int

    def holds(self, found: int) -> bool:
        """Whether a found figure is true."""
        return self.lo <= found <= self.hi

    def __str__(self) -> str:
        return str(self.lo) if self.lo == self.hi else f"{self.lo} to {self.hi}"


def count(options: Iterable[Options], figures: Callable[[Record], Mapping[Cell, int]]) -> dict[Cell, Span]:
    """Add up what each record contributes per cell; a record with several possible states gives bounds."""
    lows: dict[Cell, int] = defaultdict(int)
    highs: dict[Cell, int] = defaultdict(int)
    for states in options:
        given = [figures(record) if record is not None else {} for record in states]
        for cell in {cell for each in given for cell in each}:
            lows[cell] += min(each.get(cell, 0) for each in given)
            highs[cell] += max(each.get(cell, 0) for each in given)
    return {cell: Span(lows[cell], highs[cell]) for cell in highs}


def distinct(options: Iterable[Options], who: Callable[[Record], Mapping[Cell, str]]) -> dict[Cell, Span]:
    """Count different people per cell. `who` gives the person of a record per cell in which it counts."""
    certain: dict[Cell, dict[str, bool]] = defaultdict(dict)
    for states in options:
        given = [who(record) if record is not None else {} for record in states]
        for cell, person in {item for each in given for item in each.items()}:
            sure = all(each.get(cell) == person for each in given)
            certain[cell][person] = certain[cell].get(person, False) or sure
    return {cell: Span(sum(people.values()), len(people)) for cell, people in certain.items()}


def client(record: Record) -> str | None:
    """The number of the person that a record is about, if it is about one."""
    number = record.get("persoon", record).get("client_nummer_bron")
    return str(number) if number is not None else None


def flat(record: Record) -> Iterator[tuple[str, Any]]:
    """The fields of a record by column name, without groups."""
    for name, value in record.items():
        if isinstance(value, dict):
            yield from value.items()
        elif name not in GROUPS:
            yield name, value


def shown(column: str, value: Any) -> str:
    """The form in which the values of a column are counted: codes as they are, days per month, own numbers not."""
    if column in HASHED or column.endswith(("_nummer", "_kenmerk")):
        return "filled"
    if column.startswith("datum") or column in ("gewijzigd_op", "maand"):
        return str(value)[:7]
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"{value:g}"
    return str(value)


def contents(truth: Truth, party: str, bericht: str, night: int) -> dict[str, dict[str, Span]]:
    """Column of `warehouse.actueel_<bericht>` -> value as shown -> how many current records have it.

    "" stands for the number of records.
    """

    def figures(record: Record) -> dict[tuple[str, str], int]:
        found = {("", ""): 1}
        for column, value in flat(record):
            if column not in IDENTITY and column not in DERIVED:
                for item in dict.fromkeys(value) if isinstance(value, list) else [value]:
                    found[column, shown(column, item)] = 1
        return found

    columns: dict[str, dict[str, Span]] = defaultdict(dict)
    for (column, value), span in count(truth.possible(party, bericht, night), figures).items():
        columns[column][value] = span
    return dict(columns)


def clients(truth: Truth, party: str, bericht: str, night: int) -> Span | None:
    """How many different people the current records are about; None for a bericht without people."""

    def who(record: Record) -> dict[str, str]:
        number = client(record)
        return {"": number} if number else {}

    return distinct(truth.possible(party, bericht, night), who).get("")


def loket_months(truth: Truth, party: str, night: int) -> dict[Desk, dict[str, Span]]:
    """The rows of mart_loket.aanmeldingen of one source: desk and month -> column -> figure."""
    options = list(truth.possible(party, "aanmelding", night))
    rows: dict[Desk, dict[str, Span]] = defaultdict(dict)
    for name, counts in MART.items():
        for desk, span in count(options, partial(_once, counts)).items():
            rows[desk][name] = span
    people = distinct(options, _someone)
    for desk, columns in rows.items():
        columns["unieke_clienten"] = people.get(desk, Span(0, 0))
    return dict(rows)


def _desk(record: Record) -> Desk:
    month = date.fromisoformat(record["datum_aanmelding"]).replace(day=1)
    return str(record["gemeente_code"]), str(record["loket_code"]), month


def _once(counts: Callable[[Record], bool], record: Record) -> dict[Desk, int]:
    return {_desk(record): int(counts(record))}


def _someone(record: Record) -> dict[Desk, str]:
    return {} if record["persoon"]["is_anoniem"] else {_desk(record): str(client(record))}


def ages(record: Record) -> tuple[int, int]:
    """The lowest and the highest age on the day that the date of birth, perhaps incomplete, leaves open."""
    on, born = record["datum_aanmelding"], record["persoon"]["geboortedatum"]

    def age(day: str) -> int:
        return int(on[:4]) - int(day[:4]) - (on[5:] < day[5:])

    return age((born + "-12-31")[:10] if len(born) == 4 else (born + "-31")[:10]), age((born + "-01-01")[:10])


def is_minor(record: Record) -> bool:
    """Whether the visitor was certainly under 18 on the day."""
    return ages(record)[1] < 18


def is_age_unknown(record: Record) -> bool:
    """Whether an incomplete date of birth leaves open if the visitor was under 18."""
    if record["persoon"]["is_anoniem"]:
        return False
    youngest, oldest = ages(record)
    return youngest < 18 <= oldest


def _has(name: str, *codes: str) -> Callable[[Record], bool]:
    return lambda record: record.get(name) in codes


MART: dict[str, Callable[[Record], bool]] = {
    "aanmeldingen": lambda record: True,
    "anoniem": lambda record: bool(record["persoon"]["is_anoniem"]),
    "beantwoord": _has("uitkomst_code", "1"),
    "naar_traject": _has("uitkomst_code", "2"),
    "warm_overgedragen": _has("uitkomst_code", "3"),
    "doorverwezen": _has("uitkomst_code", "4"),
    "overige_uitkomst": _has("uitkomst_code", "5", "6", "7", "98"),
    "uitkomst_onbekend": lambda record: record.get("uitkomst_code") in (None, "99"),
    "koud_overgedragen": lambda record: (
        record.get("overdracht_code") == "2" and "doorgestuurd_naar_loket_code" in record
    ),
    "leeftijd_onbekend": is_age_unknown,
    "leefgebied_onbekend": lambda record: set(record.get("leefgebied_code") or ["99"]) == {"99"},
}
