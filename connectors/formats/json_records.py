"""Deliveries in JSON in which records lie two levels deep, as in the exchange model of DDAS.

    {"aanleverdatumEnTijd": …, "leveringen": [{"aanleverende_organisatie": {…}, "aanmeldingen": [{…}, {…}]}, …]}

What is declared says where the records are (`records = "leveringen.aanmeldingen"`), which word each levering says of
itself and its records carry (`head`), and where the file says its moment and its sender. The head of a levering stands
before its records: so a file is read in one pass, and memory holds one record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from connectors.connector import Head, Header, RawRecord
from connectors.errors import DeliveryRefused
from connectors.formats.json_text import UNREADABLE, Text
from connectors.formats.moment import moment_of
from connectors.formats.rows import Removal
from connectors.rest_record import at, flatten, text

WRONG_SHAPE = "L017"
NO = ("", "false")  # what a field says of which the record is not gone


@dataclass(frozen=True)
class JsonFormat:
    """One party's JSON. records, head, single, stand_op, afzender: paths, as in FileDropSettings."""

    records: str
    head: str
    single: str
    stand_op: str
    afzender: str
    removal: Removal

    def header(self, stream: BinaryIO) -> Header:
        """What the file and its leveringen say of themselves. Walks all of it, records too. Raises DeliveryRefused."""
        said: dict[str, Any] = {}
        heads: dict[str, Head] = {}
        for part in self._parts(stream, said):
            if isinstance(part, Head):
                heads.setdefault(part.value, part)
        return Header("", 0, moment_of(_word(said.get(self.stand_op))), _word(said.get(self.afzender)), "",
                      heads=tuple(heads.values()))  # fmt: skip

    def read(self, stream: BinaryIO, bericht: str) -> Iterator[RawRecord]:
        """All records, in the order of the file. Raises DeliveryRefused after the last that could be read."""
        if getattr(stream, "is_empty", False):
            return
        head, nummer = "", 0
        for part in self._parts(stream, {}):
            if isinstance(part, Head):
                head = part.value
            else:
                nummer += 1
                yield self._record(nummer, part[0], head)

    def _parts(self, stream: BinaryIO, said: dict[str, Any]) -> Iterator[Head | tuple[Any]]:
        """Each levering as its head, followed by its records in tuples of one; `said` gets what the file says."""
        outer = self.records.partition(".")[0]
        document, count = Text(stream), 0
        if document.peek() != "{":
            raise DeliveryRefused(UNREADABLE)
        for name in document.members():
            if name != outer:
                said[name] = document.value()
                continue
            if document.peek() != "[":
                raise DeliveryRefused(WRONG_SHAPE, outer)
            for _ in document.items():
                count += 1
                yield from self._levering(document, f"{outer} {count}")
        document.end()
        if not count:
            raise DeliveryRefused(WRONG_SHAPE, outer)

    def _levering(self, document: Text, place: str) -> Iterator[Head | tuple[Any]]:
        inner = self.records.partition(".")[2]
        if document.peek() != "{":
            raise DeliveryRefused(WRONG_SHAPE, place)
        said: dict[str, Any] = {}
        found = False
        for name in document.members():
            if name != inner:
                said[name] = document.value()
                continue
            head = _word(at(said, self.head))
            if not head:
                raise DeliveryRefused(WRONG_SHAPE, f"{self.head} in {place}, voor {inner}")
            if document.peek() != "[":
                raise DeliveryRefused(WRONG_SHAPE, f"{inner} in {place}")
            found = True
            yield Head(place, self.head, head)
            for _ in document.items():
                yield (document.value(),)
        if not found:
            raise DeliveryRefused(WRONG_SHAPE, f"{inner} in {place}")

    def _record(self, nummer: int, content: object, head: str) -> RawRecord:
        if not isinstance(content, Mapping):
            return RawRecord(nummer, {self.head: head}, wrong="het is geen object met velden")
        values, wrong = flatten(content), ""
        only = values.get(self.single)
        if isinstance(only, list):
            del values[self.single]
            if len(only) > 1:
                wrong = f"{self.single} noemt er meer dan één, en een record gaat over één"
            elif only and isinstance(only[0], Mapping):
                values |= {f"{self.single}.{name}": value for name, value in only[0].items()}
        values[self.head] = head
        said = str(values.pop(self.removal.column, None) or "").strip().casefold()
        actie = "verwijderen" if said and said == self.removal.word.casefold() else "record"
        if actie == "record" and said not in NO and not wrong:
            wrong = f"{self.removal.column} zegt iets anders dan is afgesproken"
        return RawRecord(nummer, values, actie=actie, wrong=wrong)


def _word(value: object) -> str:
    found = text(value)
    return found.strip() if isinstance(found, str) else ""
