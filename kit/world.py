"""The synthetic region: one seed, all parties of Drenthe, three years of history and thirty nights.

    world = World.build(seed=1)
    world.parties["emmen"].berichten             -> ("aanmelding", "onderzoek")
    world.changes("emmen", "aanmelding", 2)      -> [Change, …]: what moved in its system since night 1
    world.sender_state("emmen", "aanmelding", 2) -> {key: record}: what its system holds, faulty records too
    world.levering("coevorden", "inzet", 2)      -> what that night has to tell in a file, or None
    world.sent("coevorden", "inzet", 2)          -> the files that are put ready in that night, as they arrive
    world.state("emmen", "aanmelding", 2)        -> {key: record}: the valid state that a reader must find

The people and what happened to them are made at once, the records of a bericht when they are first asked for;
the answers do not depend on the order of asking.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import ClassVar, Literal

from kit.dossiers import collective, inzet, ondersteuning, voluntary
from kit.faults import AHEAD
from kit.nights import CUT_OFF, FILTER, FULL_FILE, NIGHTS, SHRUNKEN, Change, Nights, vandaag
from kit.parties import Loket, Party, lokets, parties
from kit.records import Key, Record, Thing, aanmelding, onderzoeken
from kit.stories import Stories, Visit
from kit.terms import Terms, of_drenthe
from kit.truth import Truth
from kit.vroeghulp import IVH, stappen
from kit.vroeghulp_others import help_given, signals


@dataclass(frozen=True, slots=True)
class Regel:
    """One line of a file: a record, or (actie "verwijderen") a message that the record with this key is gone."""

    actie: Literal["record", "verwijderen"]
    key: Key
    record: Record
    faulty: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Levering:
    """What a file party puts ready in one night: `stand_op` is 2015-03-02T00:00:00Z in night 1.

    omvang "wijzigingen" holds what changed; "volledig" holds all, and what is absent from it is withdrawn. A shrunken
    one says "volledig" and is not: it must be held, and change nothing. One that is cut off breaks off half-way.
    """

    party: str
    bericht: str
    night: int
    stand_op: str
    omvang: Literal["volledig", "wijzigingen"]
    regels: tuple[Regel, ...]
    is_shrunken: bool = False
    is_cut_off: bool = False


@dataclass
class World:
    """See the module; `seed` decides everything."""

    name: ClassVar[str] = "drenthe"
    database: ClassVar[str] = "hub_drenthe"
    rooms: ClassVar[str] = "sftp"  # the rooms of its senders, below the folder of the kit

    seed: int
    parties: Mapping[str, Party]
    stories: Stories
    _nights: dict[tuple[str, str], Nights] = field(default_factory=dict)
    _visits: dict[str, list[Visit]] = field(default_factory=lambda: defaultdict(list))
    _support: dict[str, dict[str, list[Thing]]] = field(default_factory=dict)

    @classmethod
    def build(cls, seed: int = 1) -> "World":
        """The world of a seed: the same on every machine, in about a second."""
        world = cls(seed, parties(), Stories(seed))
        for visit in world.stories.visits:
            world._visits[visit.party].append(visit)
        return world

    def vandaag(self, night: int) -> date:
        """The day of a night."""
        return vandaag(night)

    @property
    def terms(self) -> Terms:
        """The raamcontract of its region."""
        return of_drenthe()

    @property
    def desks(self) -> Mapping[str, Loket]:
        """The desks of its region by code."""
        return lokets()

    def visits(self, party: str) -> list[Visit]:
        """The visits at the desks of a party, in the order of their numbers."""
        return self._visits[party]

    def nights(self, party: str, bericht: str) -> Nights:
        """The nights of one bericht of one party. Raises KeyError for a bericht that it does not deliver."""
        if bericht not in self.parties[party].berichten:
            raise KeyError(f"{party} delivers no {bericht}")
        if (party, bericht) not in self._nights:
            things = self._things(self.parties[party], bericht)
            self._nights[party, bericht] = Nights(self.seed, self.parties[party], bericht, things)
        return self._nights[party, bericht]

    def changes(self, party: str, bericht: str, night: int) -> list[Change]:
        """What moved in the system of a party since the night before, by key; night 1 holds the whole history.

        Several changes of one key stand in the order in which they happened. The records are shared: copy
        before changing one.
        """
        return list(self.nights(party, bericht).by_night.get(night, ()))

    def sender_state(self, party: str, bericht: str, night: int) -> dict[Key, Record]:
        """What the system of a party holds in a night: its newest state of every record, right or wrong."""
        return {key: change.record for key, change in self._held(party, bericht, night).items()}

    def _held(self, party: str, bericht: str, night: int) -> dict[Key, Change]:
        held: dict[Key, Change] = {}
        for earlier in range(1, night + 1):
            for change in self.nights(party, bericht).by_night.get(earlier, ()):
                if change.kind == "ingetrokken":
                    held.pop(change.key, None)
                elif not _is_older(change, held.get(change.key)):
                    held[change.key] = change
        return held

    def levering(self, party: str, bericht: str, night: int) -> Levering | None:
        """The file of a night; None where there is nothing to say, or for a zaak system."""
        changes = self.changes(party, bericht, night)
        is_shrunken = SHRUNKEN.get(party) == night
        full = night == 1 or FULL_FILE.get(party) == night or is_shrunken
        if not self.parties[party].sends_file(bericht) or not (changes or full):
            return None
        regels = [
            Regel("verwijderen" if c.kind == "ingetrokken" else "record", c.key, c.record, c.faulty) for c in changes
        ]
        if full and self.parties[party].protocol == "rest":  # an API shows each record once, as it now is
            held = self._held(party, bericht, night).values()
            regels = [Regel("record", c.key, c.record, c.faulty) for c in held]
        elif full:  # whatever did not change stands in it too, and what was withdrawn does not
            regels = [regel for regel in regels if regel.actie == "record"]
            regels += [
                Regel("record", c.key, c.record, c.faulty)
                for c in self._held(party, bericht, night).values()
                if c.night != night
            ]
            regels.sort(key=lambda regel: (regel.key, regel.record.get("gewijzigd_op", "")))
        if is_shrunken:
            regels = [regel for regel in regels if regel.record["gemeente_code"] == FILTER]
        return Levering(
            party,
            bericht,
            night,
            f"{vandaag(night)}T00:00:00Z",
            "volledig" if full else "wijzigingen",
            tuple(regels),
            is_shrunken,
        )

    def sent(self, party: str, bericht: str, night: int) -> list[Levering]:
        """The files that are put ready in a night: its own, and that of the night before where it broke off."""
        cut, own = self.cut_off(party, bericht), self.levering(party, bericht, night)
        found = [replace(own, is_cut_off=night == cut)] if own else []
        again = self.levering(party, bericht, cut) if cut and night == cut + 1 else None
        return [replace(again, night=night), *found] if again else found

    def cut_off(self, party: str, bericht: str) -> int:
        """The night in which a file of a party breaks off while it is sent; 0 where none does."""
        nights = range(CUT_OFF.get(party, NIGHTS), NIGHTS)
        return next((night for night in nights if self.changes(party, bericht, night)), 0)

    def state(self, party: str, bericht: str, night: int) -> dict[Key, Record]:
        """The current valid state after a night: a refused newer state leaves the earlier valid one current."""
        return self.truth.current(party, bericht, night)

    @cached_property
    def truth(self) -> Truth:
        """What must be found in the hub, computed from the changes alone."""
        return Truth(self)

    def _supported(self, party: Party) -> dict[str, list[Thing]]:
        """What a party does beside registering visits, by bericht; made once."""
        if party.name not in self._support:
            found = self._support[party.name] = defaultdict(list)
            for thing in self._work(party):
                found[thing.bericht].append(thing)
        return self._support[party.name]

    def _work(self, party: Party) -> Iterator[Thing]:
        for visit in self.visits(party.name):
            if visit.loket == IVH:
                yield from stappen(self.seed, party, visit)
            elif visit.uitkomst == "2" and "traject" in party.berichten:
                yield from ondersteuning(self.seed, party, visit)
        if party.name == "mee_drenthe":
            yield from collective(self.seed, party)
        elif party.name == "ouderenbonden":
            yield from voluntary(self.seed, party)
        elif party.name == "jgz_drenthe":
            yield from signals(self.seed, party, self.stories.visits)
        elif party.name == "jeugdhulp_drenthe":
            yield from help_given(self.seed, party, self.stories.visits)

    def _things(self, party: Party, bericht: str) -> list[Thing]:
        visits = self.visits(party.name)
        if bericht == "aanmelding":
            things = [aanmelding(self.seed, party, visit) for visit in visits]
        elif bericht == "onderzoek":
            things = list(onderzoeken(self.seed, party, visits))
        elif bericht == "inzet":
            things = list(inzet(self.seed, party))
        else:
            things = self._supported(party)[bericht]
        return sorted(things, key=lambda thing: thing.key)


def _is_older(change: Change, held: Change | None) -> bool:
    """Whether a state came after a newer one (only where records have a moment of their own that can be true)."""
    if held is None or AHEAD in held.faulty:
        return False
    return str(change.record.get("gewijzigd_op", "")) < str(held.record.get("gewijzigd_op", ""))
