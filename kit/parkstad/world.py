"""The world of Parkstad, eleven years on: made as that of Drenthe is, with every day of its records moved.

A day stays the day of the week that it was; 29 February of a year without one is the 28th. What is wrong on purpose
stays wrong: Beekdaelen, which Drenthe cannot know in 2015, is here the gemeente of today, and Nuth that of before 2019.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar, cast

from kit.faults import ANOTHER
from kit.nights import Change
from kit.parkstad.stories import YEARS, Stories, by_party, desks, parties
from kit.parties import Loket
from kit.records import Key, Record
from kit.stories import Visit
from kit.terms import Terms, of_parkstad
from kit.world import Levering, World

DAYS = ("datum", "geboortedatum", "gewijzigd_op", "maand")
MEE, OURS = "41018393", "00000201"
# Who gives independent support, and whom a sender names by mistake as the controller: organisations of this region.
ORGANISATIONS = {MEE: OURS, ANOTHER: OURS}
BEEKDAELEN, NUTH, EXPIRED = "1954", "0951", "V021"


@dataclass
class Parkstad(World):
    """See kit.world.World; every date that goes out is of its own years."""

    name: ClassVar[str] = "parkstad"
    database: ClassVar[str] = "hub_parkstad"
    rooms: ClassVar[str] = "parkstad/sftp"

    @classmethod
    def build(cls, seed: int = 1) -> "Parkstad":
        return cls(seed, parties(), cast(Any, Stories(seed)))

    @property
    def terms(self) -> Terms:
        return of_parkstad()

    @property
    def desks(self) -> Mapping[str, Loket]:
        return desks()

    def visits(self, party: str) -> list[Visit]:
        return by_party(cast(Any, self.stories))[party]

    def vandaag(self, night: int) -> date:
        """2026-03-02 for night 1."""
        day = super().vandaag(night)
        return day.replace(year=day.year + YEARS)

    def changes(self, party: str, bericht: str, night: int) -> list[Change]:
        return [_later(change) for change in super().changes(party, bericht, night)]

    def sender_state(self, party: str, bericht: str, night: int) -> dict[Key, Record]:
        held = self._held(party, bericht, night)
        return {key: _later(change).record for key, change in held.items()}

    def state(self, party: str, bericht: str, night: int) -> dict[Key, Record]:
        found = super().state(party, bericht, night)
        return {key: later(record) for key, record in found.items()}

    def levering(self, party: str, bericht: str, night: int) -> Levering | None:
        found = World.levering(cast(Any, _AsTold(self)), party, bericht, night)
        if found is None:
            return None
        regels = tuple(replace(regel, record=later(regel.record, EXPIRED in regel.faulty)) for regel in found.regels)
        return replace(found, stand_op=f"{self.vandaag(night)}T00:00:00Z", regels=regels)


class _AsTold:
    """The same world before its days are moved."""

    def __init__(self, world: Parkstad) -> None:
        self._world = world
        self.parties = world.parties

    def changes(self, party: str, bericht: str, night: int) -> list[Change]:
        return World.changes(self._world, party, bericht, night)

    def _held(self, party: str, bericht: str, night: int) -> dict[Key, Change]:
        return self._world._held(party, bericht, night)


def _later(change: Change) -> Change:
    return replace(change, record=later(change.record, EXPIRED in change.faulty))


def later(record: Mapping[str, Any], is_expired: bool = False) -> Record:
    """A record with its days eleven years on. is_expired: a code in it must be one that is valid no more."""
    return {name: _moved(name, value, is_expired) for name, value in record.items()}


def _moved(name: str, value: Any, is_expired: bool) -> Any:
    if isinstance(value, Mapping):
        return later(value, is_expired)
    if not isinstance(value, str):
        return value
    if value in ORGANISATIONS:
        return ORGANISATIONS[value]
    if is_expired and name == "woongemeente_code" and value == BEEKDAELEN:
        return NUTH
    if name.startswith(DAYS) and value[:4].isdigit():
        moved = f"{int(value[:4]) + YEARS}{value[4:]}"
        year = int(moved[:4])
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        return f"{moved[:8]}28{moved[10:]}" if moved[4:10] == "-02-29" and not leap else moved
    return value
