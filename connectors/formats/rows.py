"""What CSV and XLSX share: a row of names, and then a row per record.

    persoon.bsn          the blok persoon, by a path
    score.1.begin        the first element of the group score; an element without any value is not there
    (removal column)     the column that says that a record is gone, as the declaration names it

A column that is there and has an empty cell is a field that was emptied; a column that is not there was not
delivered. A row that has more or fewer cells than names cannot be trusted: only its first cell cannot have shifted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.connector import Header, RawRecord
from connectors.errors import DeliveryRefused

NO_NAMES = "L014"
_GROUP = re.compile(r"([a-z][a-z0-9_]*)\.([1-9][0-9]?)\.(.+)")


@dataclass(frozen=True)
class Removal:
    """How a row says that its record is gone: this word in this column. column "" means that no row ever says so."""

    column: str = ""
    word: str = ""


class Columns:
    """How the cells of a row become a record. Raises DeliveryRefused where the names cannot be used."""

    def __init__(self, names: Sequence[str], removal: Removal) -> None:
        names = [name.strip() for name in names]
        while names and not names[-1]:
            names.pop()
        known = [name for name in names if name]
        if not known:
            raise DeliveryRefused(NO_NAMES, "de eerste regel is leeg")
        if len(set(known)) < len(known):
            raise DeliveryRefused(NO_NAMES, "een naam komt twee keer voor")
        self.names = tuple(name for name in known if name != removal.column)
        self._all = names
        self.width = len(names)
        self._word = removal.word.casefold()
        self._removal = names.index(removal.column) if removal.column in known else -1
        self._groups = {name: match.groups() for name in known if (match := _GROUP.fullmatch(name))}
        self._is_plain = len(known) == len(names) and not self._groups and self._removal < 0

    def name(self, place: int) -> str:
        """What to call a column (from 0) that may have no name."""
        return (self._all[place] if place < self.width else "") or f"(kolom {place + 1})"

    def header(self) -> Header:
        """A table says of itself how its columns are called; all else is known from where it was found."""
        return Header("", 0, None, "", "", columns=self.names)

    def record(self, nummer: int, cells: Sequence[str], start: int = -1, end: int = -1, wrong: str = "") -> RawRecord:
        """One row. `wrong` says what is the matter with it, where its reader found that out."""
        if len(cells) != self.width:
            odd = cells[self.width :]
            if len(cells) < self.width or any(odd):
                form = f"de regel heeft {len(cells)} cellen en de eerste regel {self.width} kolomnamen"
                return RawRecord(nummer, {self._all[0]: cells[0]}, start, end, wrong=wrong or form)
            cells = cells[: self.width]
        values: dict[str, object] = dict(zip(self._all, cells, strict=True))
        if self._is_plain:
            return RawRecord(nummer, values, start, end, wrong=wrong)
        values.pop("", None)
        for place, name in enumerate(self._all):
            if not name and cells[place]:
                values[self.name(place)] = cells[place]
        actie = "record"
        if self._removal >= 0:
            said = str(values.pop(self._all[self._removal])).strip().casefold()
            actie = "verwijderen" if said == self._word else "record"
            if said and actie == "record" and not wrong:
                wrong = f"de kolom {self._all[self._removal]} zegt iets anders dan is afgesproken"
        if self._groups:
            self._gather(values)
        return RawRecord(nummer, values, start, end, actie, wrong=wrong)

    def _gather(self, values: dict[str, object]) -> None:
        """The columns of a group become a list of its elements, in the order of their numbers."""
        elements: dict[str, dict[int, dict[str, object]]] = {}
        for name, (group, number, field) in self._groups.items():
            elements.setdefault(group, {}).setdefault(int(number), {})[field] = values.pop(name)
        for group, numbered in elements.items():
            values[group] = [numbered[number] for number in sorted(numbered) if any(numbered[number].values())]
