"""What must be found in the hub, computed while generating and from the generated changes alone.

The words are those of the hub, the arithmetic is our own:
- a faulty state is `rejected`, and leaves the earlier valid state current;
- of several good states of one key in one file the newest counts, the others are `superseded`;
- a state that is older than the newest known one is `superseded`; one equal to it is `unchanged`; else `accepted`;
- a delete message is `deleted`; what is absent from a full file is `withdrawn`, outside the sum;
- a shrunken file is held: it is counted as if it were taken, and moves nothing;
- a file that breaks off is refused as a whole: nothing of it is counted, and what it says is known when it comes again.

A zaak system shows only how things are at the end of a night. The hub re-reads recent zaken every night and the
others once in seven nights, so of an older zaak the state of six nights ago, or any later one, will do; unless the
system tells of every change.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from kit.nights import NIGHTS
from kit.records import Key, Record

if TYPE_CHECKING:
    from kit.world import Levering, World

LAG_NIGHTS, WINDOW_DAYS = 6, 14
UNREADABLE = "L001"  # what cannot be read to its end


@dataclass
class DeliveryTruth:
    """The figures of one file. received = accepted + rejected + unchanged + superseded + deleted."""

    night: int
    stand_op: str
    received: int = 0
    accepted: int = 0
    rejected: int = 0
    unchanged: int = 0
    superseded: int = 0
    deleted: int = 0
    withdrawn: int = 0
    is_held: bool = False
    refused: str = ""  # the fault for which it must be refused as a whole
    faults: Counter[str] = field(default_factory=Counter)  # refused records per fault code


@dataclass
class History:
    """One bericht of one party: every valid state of every key by night (None: gone), and the files.

    held: what was sound in a file that must be held, with its night; nobody reads it, but it was let in.
    """

    states: dict[Key, list[tuple[int, Record | None]]] = field(default_factory=lambda: defaultdict(list))
    deliveries: list[DeliveryTruth] = field(default_factory=list)
    held: list[tuple[int, Record]] = field(default_factory=list)

    def at(self, key: Key, night: int) -> Record | None:
        """The valid state of a key after a night."""
        return next((record for since, record in reversed(self.states[key]) if since <= night), None)


class Truth:
    """The truth of a world; each history is computed when first asked for."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self._histories: dict[tuple[str, str], History] = {}

    def history(self, party: str, bericht: str) -> History:
        """All valid states and deliveries of one bericht of one party."""
        if (party, bericht) not in self._histories:
            make = self._from_files if self.world.parties[party].sends_file(bericht) else self._from_zaken
            self._histories[party, bericht] = make(party, bericht)
        return self._histories[party, bericht]

    def current(self, party: str, bericht: str, night: int) -> dict[Key, Record]:
        """The valid state of every record after a night."""
        history = self.history(party, bericht)
        return {key: record for key in history.states if (record := history.at(key, night)) is not None}

    def possible(self, party: str, bericht: str, night: int) -> Iterable[tuple[Record | None, ...]]:
        """Per key the states that a hub may hold after a night: one, or for an old closed zaak those of a week."""
        history = self.history(party, bericht)
        source = self.world.parties[party]
        lagging = not source.sends_file(bericht) and not source.tells_changes
        for key, states in history.states.items():
            now = history.at(key, night)
            recent = [record for since, record in states if night - LAG_NIGHTS < since <= night]
            if lagging and recent and night > 1 and not self._is_watched(bericht, recent, night):
                before = history.at(key, max(night - LAG_NIGHTS, 1))
                yield tuple(_unlike([*recent, before]))
            else:
                yield (now,)

    def _is_watched(self, bericht: str, records: list[Record | None], night: int) -> bool:
        """Whether the hub reads this zaak every night: it began within the window."""
        start = {"aanmelding": "datum_aanmelding", "onderzoek": "datum_melding"}[bericht]
        oldest = (self.world.vandaag(night) - timedelta(days=WINDOW_DAYS)).isoformat()
        return all(record is not None and record[start] > oldest for record in records)

    def deliveries(self, party: str, bericht: str) -> list[DeliveryTruth]:
        """The figures of every file; of a zaak system only of night 1, when all is read."""
        return self.history(party, bericht).deliveries

    def _from_zaken(self, party: str, bericht: str) -> History:
        history, valid = History(), dict[Key, Record]()
        for night in range(1, NIGHTS + 1):
            newest = {change.key: change for change in self.world.changes(party, bericht, night)}
            for key, change in newest.items():
                if change.kind == "ingetrokken":
                    if valid.pop(key, None) is not None:
                        history.states[key].append((night, None))
                elif not change.faulty:
                    valid[key] = change.record
                    history.states[key].append((night, change.record))
            if night == 1:
                first = DeliveryTruth(
                    1, f"{self.world.vandaag(1)}T00:00:00Z", len(newest), len(valid), len(newest) - len(valid)
                )
                first.faults.update(code for change in newest.values() for code in change.faulty)
                history.deliveries.append(first)
        return history

    def _from_files(self, party: str, bericht: str) -> History:
        history = History()
        known: dict[Key, Record] = {}  # the newest good state, also of a key that is gone
        valid: dict[Key, Record] = {}
        for night in range(1, NIGHTS + 1):
            for levering in self.world.sent(party, bericht, night):
                if levering.is_cut_off:
                    history.deliveries.append(DeliveryTruth(night, levering.stand_op, refused=UNREADABLE))
                elif levering.is_shrunken:
                    history.deliveries.append(_judge_held(levering, dict(known), dict(valid), history))
                else:
                    history.deliveries.append(_judge(levering, known, valid, history))
        return history


def _judge(levering: "Levering", known: dict[Key, Record], valid: dict[Key, Record], history: History) -> DeliveryTruth:
    """Judge one file line by line; moves `known`, `valid` and the history on."""
    truth = DeliveryTruth(levering.night, levering.stand_op, received=len(levering.regels))
    good: dict[Key, list[Record]] = defaultdict(list)
    for regel in levering.regels:
        if regel.actie == "verwijderen":
            truth.deleted += 1
            known.pop(regel.key, None)
            if valid.pop(regel.key, None) is not None:
                history.states[regel.key].append((levering.night, None))
        elif regel.faulty:
            truth.rejected += 1
            truth.faults.update(regel.faulty)
        else:
            good[regel.key].append(regel.record)
    for key, records in good.items():
        newest = max(records, key=lambda record: str(record["gewijzigd_op"]))
        truth.superseded += len(records) - 1
        before = known.get(key)
        if before is not None and newest["gewijzigd_op"] < before["gewijzigd_op"]:
            truth.superseded += 1
        elif before == newest:
            truth.unchanged += 1
        else:
            truth.accepted += 1
            known[key] = valid[key] = newest
            history.states[key].append((levering.night, newest))
    if levering.omvang == "volledig":
        present = {regel.key for regel in levering.regels}
        for key in [key for key in valid if key not in present]:
            del valid[key], known[key]
            truth.withdrawn += 1
            history.states[key].append((levering.night, None))
    return truth


def _judge_held(
    levering: "Levering", known: dict[Key, Record], valid: dict[Key, Record], history: History
) -> DeliveryTruth:
    """Judge a file that must be held, on copies of what is known."""
    tried = History()
    truth = _judge(levering, known, valid, tried)
    truth.is_held = True
    history.held += [(night, record) for states in tried.states.values() for night, record in states if record]
    return truth


def _unlike(records: Iterable[Record | None]) -> list[Record | None]:
    found: list[Record | None] = []
    for record in records:
        if record not in found:
            found.append(record)
    return found
