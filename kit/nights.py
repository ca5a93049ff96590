"""Thirty nights: what each system holds new, changed, late, withdrawn or wrong since the night before.

`vandaag(1)` is 2015-03-02: night 1 shows everything up to and including 2015-03-01. Every later night n shows what
was written down up to the day before `vandaag(n)` and not shown before.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from random import Random
from typing import Literal

from kit.chance import rng
from kit.faults import is_arranged, spoil
from kit.parties import Party
from kit.records import KEY_FIELDS, Key, Record, Thing, moment, versions

HISTORY_END, NIGHTS = date(2015, 3, 1), 30
# The night, after the first, with everything in one file; an API forgets its cursors then, and is read anew.
FULL_FILE = {
    "coevorden": 15, "midden_drenthe": 20, "mee_drenthe": 12, "jgz_drenthe": 10, "jeugdhulp_drenthe": 18,
    "welzijn_drenthe": 5,
}  # fmt: skip
# The night of a "complete" file on which somebody left a filter: nearly all seems gone, and it must be held. The
# complete file of the next night is right.
SHRUNKEN = {"welzijn_drenthe": 4}
FILTER = "0106"  # the only gemeente that came through
UNUSED_TO = 0.25  # of the new records that are wrong where a gemeente asks more than it did before
# A file that breaks off while it is sent, in the first night from this one on with anything to send: it must be refused
# as a whole. Its sender reads so in the answer, and sends it once more the next night.
CUT_OFF = {"clientenorganisaties": 7}
SILENT = (2, 3, 4, 5)  # nights without anything to say, of the thirty
Kind = Literal["nieuw", "gewijzigd", "laat", "ingetrokken", "fout", "dubbel"]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened to one record in the system of a party, shown to the hub in this night.

    kind     nieuw        the record exists for the first time
             gewijzigd    a newer state of it, a repaired one too
             laat         it comes after newer ones: written down long ago, sent now; for a file party also an
                          older state of a record of which a newer state was sent before
             ingetrokken  it is gone: a delete message, a deleted zaak, or absence from a full file
             fout         a state (new or newer) with the faults named in `faulty`
             dubbel       the same state once more, in the same file or a later one (file parties only)
    key      the values of the key fields, in the order of the contract
    record   the full state, nested, in JSON-Schema form; of `ingetrokken` the key fields, and where it stood
    faulty   the fault codes with which it must be refused, sorted; () for a good record
    """

    night: int
    party: str
    bericht: str
    kind: Kind
    key: Key
    record: Record
    faulty: tuple[str, ...] = ()


def vandaag(night: int) -> date:
    """The day of a night: 2015-03-02 for night 1."""
    return HISTORY_END + timedelta(days=night)


def speaking(seed: int, party: Party) -> tuple[int, ...]:
    """The nights in which a party has anything to say; the other nights nothing moves in its system."""
    r = rng(seed, "nights", party.name)
    whole = (FULL_FILE.get(party.name), SHRUNKEN.get(party.name))
    quiet = r.sample([n for n in range(3, NIGHTS + 1) if n not in whole], r.choice(SILENT))
    return tuple(n for n in range(1, NIGHTS + 1) if n not in quiet)


def correct(party: Party, bericht: str, record: Record, r: Random, avoid: Record | None = None) -> Record:
    """What a desk mends afterwards: one field with another good value, also unlike that of `avoid`."""
    mend: dict[str, tuple[str, tuple[object, ...]]] = {
        "aanmelding": ("verwijzer_code", ("01", "03", "04", "07", "98")),
        "onderzoek": ("dagen_opgeschort", (3, 5, 7, 10, 14)),
        "traject": ("netwerk_code", ("1", "2", "3")),
        "activiteit": ("minuten", (25, 50, 65, 80)),
        "vroeghulp": ("zorggebied_code", (["1", "3"], ["2"], ["1", "4", "7"])),
        "inzet": ("wachtenden", (1, 2, 3, 4, 6)),
    }
    field, values = mend[bericht]
    if bericht == "aanmelding" and r.random() < 0.4 and avoid is None and "leefgebied_code" not in party.without:
        field, values = "leefgebied_code", (["01"], ["02", "11"], ["04", "03"], ["07", "12", "08"])
    taken = [record.get(field), (avoid or {}).get(field)]
    return record | {field: r.choice([value for value in values if value not in taken])}


class Nights:
    """The thirty nights of one bericht of one party, made from the lives of its records."""

    def __init__(self, seed: int, party: Party, bericht: str, things: Sequence[Thing]) -> None:
        self.party, self.bericht = party, bericht
        self.r = rng(seed, party.name, bericht, "nights")
        self.speaking = speaking(seed, party)
        self.by_night: dict[int, list[Change]] = defaultdict(list)
        self.is_file = party.sends_file(bericht)
        quiet: list[tuple[Key, Record]] = []
        for thing in things:
            states = [(self._night(day), record) for day, record in versions(thing, party, HISTORY_END)]
            if len(states) == 1 and states[0][0] == 1:
                quiet.append((thing.key, states[0][1]))
            else:
                self._live(thing.key, [(night, record) for night, record in states if night])
        self._disturb(quiet)
        for changes in self.by_night.values():
            # stable: states of one record without a moment of their own stay in the order in which they came
            changes.sort(key=lambda change: (change.key, change.record.get("gewijzigd_op", "")))

    def _night(self, day: date) -> int:
        """The night that shows what was written on a day; 0 when no night of the world does."""
        first = max(1, (day - HISTORY_END).days + 1)
        return next((night for night in self.speaking if night >= first), 0)

    def _add(self, night: int, kind: Kind, key: Key, record: Record, faulty: tuple[str, ...] = ()) -> None:
        self.by_night[night].append(Change(night, self.party.name, self.bericht, kind, key, record, faulty))

    def _live(self, key: Key, states: list[tuple[int, Record]]) -> None:
        """A record that is still growing: its states as they come, some wrong at first, some sent twice."""
        r = self.r
        for index, (night, record) in enumerate(states):
            kind: Kind = "gewijzigd" if index else "nieuw"
            often = UNUSED_TO if is_arranged(record, self.bericht) else 0.07
            wrong = night > 1 and r.random() < (often if not index else 0.03 if self.is_file else 0)
            if not wrong:
                self._add(night, kind, key, record)
                if night > 1 and self.is_file and r.random() < 0.05:
                    self._add(night, "dubbel", key, record)
                continue
            spoiled, faults = spoil(record, self.party, self.bericht, r)
            self._add(night, "fout", key, spoiled, faults)
            later = [n for n in self.speaking if night < n <= night + 5]
            if index == len(states) - 1 and later and r.random() < 0.7:
                repaired = r.choice(later)
                self._add(repaired, "gewijzigd", key, self._at(repaired, key, record))

    def _at(self, night: int, key: Key, record: Record) -> Record:
        """The record as written on the day before a night."""
        if "gewijzigd_op" not in record:
            return dict(record)
        return record | {"gewijzigd_op": moment(vandaag(night - 1), *key)}

    def _disturb(self, quiet: list[tuple[Key, Record]]) -> None:
        """What happens to old records: a few a night, in proportion to how many there are."""
        r, size = self.r, min(max(len(quiet) / 500, 0.4), 4.0)
        r.shuffle(quiet)
        later = [night for night in self.speaking if night > 1]

        def take(mean: float) -> Iterator[tuple[Key, Record]]:
            count = int(mean) + (r.random() < mean % 1)
            for _ in range(min(count, len(quiet))):
                yield quiet.pop()

        for night in later:
            for key, record in take(1.6 * size):
                self._add(1, "nieuw", key, record)
                mended = correct(self.party, self.bericht, record, r)
                self._add(night, "gewijzigd", key, self._at(night, key, mended))
            for key, record in take(0.8 * size):
                self._add(night, "laat", key, record)
            # what is gone when a full file comes, shows by its absence alone
            for key, record in take(0.55 * size + (night == FULL_FILE.get(self.party.name))):
                self._add(1, "nieuw", key, record)
                self._add(night, "ingetrokken", key, self._key_only(record))
            for key, record in take(0.7 * size if self.is_file or night >= 9 else 0):
                self._add(1, "nieuw", key, record)
                self._wrong(night, key, self._at(night, key, correct(self.party, self.bericht, record, r)), later)
            if self.is_file:
                for key, record in take(0.2 * size):
                    self._add(1, "nieuw", key, record)
                    self._add(night, "dubbel", key, record)
                for key, record in take(0.2 * size if night < later[-1] else 0):
                    self._overtaken(night, key, record, later)
        for key, record in take(0.012 * len(quiet)):
            self._wrong(1, key, record, later)
        unused = [pair for pair in quiet if is_arranged(pair[1], self.bericht)]
        for key, record in unused[: ceil(UNUSED_TO * len(unused))]:
            quiet.remove((key, record))
            self._wrong(1, key, record, later)
        for key, record in take(0.004 * len(quiet) if self.is_file else 0):
            self._add(1, "nieuw", key, record)
            self._add(1, "dubbel", key, record)
        for key, record in quiet:
            self._add(1, "nieuw", key, record)

    def _wrong(self, night: int, key: Key, record: Record, later: Sequence[int]) -> None:
        """A faulty state, mended in a later night by about half of the senders."""
        spoiled, faults = spoil(record, self.party, self.bericht, self.r)
        self._add(night, "fout", key, spoiled, faults)
        after = [n for n in later if n > night]
        if after and self.r.random() < 0.55:
            mended = self.r.choice(after[:12])
            self._add(mended, "gewijzigd", key, self._at(mended, key, record))

    def _overtaken(self, night: int, key: Key, record: Record, later: Sequence[int]) -> None:
        """A state that is sent after the newer one that followed it: it must not come back as the current one."""
        newer = correct(self.party, self.bericht, record, self.r, avoid=record)
        older = correct(self.party, self.bericht, newer, self.r, avoid=record)
        older["gewijzigd_op"] = f"{vandaag(night - 1)}T06:00:00Z"
        self._add(1, "nieuw", key, record)
        self._add(night, "gewijzigd", key, self._at(night, key, newer))
        self._add(self.r.choice([n for n in later if n > night]), "laat", key, older)

    def _key_only(self, record: Record) -> Record:
        """What is said of a record that is gone: its key, and in a file with a part per gemeente also in which part."""
        part = ("gemeente_code",) if self.party.protocol == "json" else ()
        return {name: record[name] for name in (*KEY_FIELDS[self.bericht], *part)}
