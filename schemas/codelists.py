"""Code lists with validity dates: the standard ones from `codelists/*.csv`, and those that a region adds.

A CSV has the columns `code;naam;geldig_van;geldig_tot` and may have more (kept out of the judgement). Both
dates are inclusive; an empty date means without limit. A code may have several rows with different periods.
"""

import csv
import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path
from typing import Literal, NamedTuple

from schemas.errors import ContractError

FOLDER = Path(__file__).parent / "codelists"

#: Lists that each region declares itself; a contract may name them, the published schemas do not enumerate them.
REGION_LISTS = frozenset({"loket", "organisatie"})

#: Lists that consist of another list and some codes of their own.
EXTENDS: Mapping[str, str] = {"woongemeente": "gemeente", "dienst": "dienst_individueel"}

#: Lists whose codes come and go by law, year by year: the published schemas give their form, not their codes.
DATED = frozenset({"gemeente", "woongemeente"})

Verdict = Literal["ok", "unknown", "expired"]


class Code(NamedTuple):
    code: str
    naam: str
    geldig_van: date | None = None
    geldig_tot: date | None = None

    def valid_on(self, on: date) -> bool:
        return (self.geldig_van is None or self.geldig_van <= on) and (self.geldig_tot is None or on <= self.geldig_tot)


Rows = Iterable[tuple[str, str, date | None, date | None]]


class CodeLists:
    """A set of named code lists. Immutable: `with_list` gives a new set."""

    def __init__(self, lists: Mapping[str, tuple[Code, ...]]) -> None:
        self._lists = dict(lists)
        self._periods: dict[str, dict[str, tuple[Code, ...]]] = {}
        for name, rows in self._lists.items():
            periods: dict[str, tuple[Code, ...]] = {}
            for row in rows:
                periods[row.code] = (*periods.get(row.code, ()), row)
            self._periods[name] = periods

    @staticmethod
    def standard() -> "CodeLists":
        """The lists in `schemas/codelists`: those of the six berichten and the gemeenten."""
        return _standard()

    def with_list(self, name: str, rows: Rows) -> "CodeLists":
        """The same set with one list more. Raises ContractError where that list exists already."""
        if name in self._lists:
            raise ContractError(f"codelists/{name}.csv", name, "is a standard list; give the list another name")
        return CodeLists({**self._lists, name: tuple(Code(*row) for row in rows)})

    def names(self) -> tuple[str, ...]:
        return tuple(self._lists)

    def rows(self, name: str) -> tuple[Code, ...]:
        return self._lists[name]

    def knows(self, name: str, code: str) -> bool:
        """Whether the code exists in the list at any moment. False for a list that is not there."""
        return code in self._periods.get(name, {})

    def periods(self, name: str) -> Mapping[str, tuple[Code, ...]]:
        """code -> its rows, one for each period."""
        return self._periods[name]

    def lookup(self, name: str, code: str, on: date) -> Verdict:
        rows = self._periods[name].get(code)
        if rows is None:
            return "unknown"
        return "ok" if any(row.valid_on(on) for row in rows) else "expired"

    @cached_property
    def digest(self) -> str:
        """sha256 in hex over all lists: part of the `regelset` that stands on every judged row."""
        hashed = hashlib.sha256()
        for name in sorted(self._lists):
            for row in sorted(self._lists[name], key=lambda r: (r.code, str(r.geldig_van), str(r.geldig_tot))):
                hashed.update(repr((name, row.code, row.naam, str(row.geldig_van), str(row.geldig_tot))).encode())
        return hashed.hexdigest()


def read_rows(name: str) -> list[dict[str, str]]:
    """The rows of `codelists/<name>.csv` as text, with every column it has."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def _day(name: str, code: str, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        cure = "write a date as yyyy-mm-dd, or leave it empty"
        raise ContractError(f"codelists/{name}.csv", code, cure) from None


def read_list(name: str) -> tuple[Code, ...]:
    """One list from its CSV. Raises ContractError for an empty or doubled code, or periods that overlap."""
    file, codes = f"codelists/{name}.csv", []
    for row in read_rows(name):
        if not row.get("code") or not row.get("naam"):
            raise ContractError(file, row.get("code") or "?", "give every row a code and a naam")
        van = _day(name, row["code"], row["geldig_van"])
        tot = _day(name, row["code"], row["geldig_tot"])
        codes.append(Code(row["code"], row["naam"], van, tot))
    ordered = sorted(codes, key=lambda c: (c.code, c.geldig_van or date.min))
    for before, after in pairwise(ordered):
        overlap = before.geldig_tot is None or before.geldig_tot >= (after.geldig_van or date.min)
        if before.code == after.code and overlap:
            raise ContractError(file, after.code, "stands twice in one period; end one row before the next")
    return tuple(codes)


@cache
def _standard() -> CodeLists:
    lists = {path.stem: read_list(path.stem) for path in sorted(FOLDER.glob("*.csv")) if "_naar_" not in path.stem}
    for name, base in EXTENDS.items():
        lists[name] = lists[base] + lists[name]
    return CodeLists(lists)


@cache
def list_names() -> frozenset[str]:
    """Every list that a contract may name."""
    return frozenset(_standard().names()) | REGION_LISTS
