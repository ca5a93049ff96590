"""The answers that lie in the rooms of the senders, held against the truth: one for each delivery, and of nobody else.

A failure names a source, a night and a code: never a key of a record.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from kit.parties import ANSWERS
from kit.records import Key
from kit.truth import DeliveryTruth
from kit.world import World

#: The counts of an answer, and what they are called in the truth.
COUNTED = {
    "ontvangen": "received",
    "aangenomen": "accepted",
    "afgekeurd": "rejected",
    "ongewijzigd": "unchanged",
    "achterhaald": "superseded",
    "verwijderd": "deleted",
    "ingetrokken": "withdrawn",
}
SOORT = {"held": "aangehouden", "merged": "definitief", "refused": "definitief", "duplicate": "definitief"}
TEST_BSN = re.compile(r"(?<![0-9])9999[0-9]{5}(?![0-9])")
COVER = "***"
LEDGER = "select delivery_id, state from exchange.delivery where source = %s"
Answer = dict[str, Any]


class AnswersVerifier:
    """Compares the rooms below `rooms` with the ledger and the truth of one night."""

    def __init__(
        self,
        world: World,
        night: int,
        rooms: Path,
        rows: Callable[..., list[tuple[Any, ...]]],
        check: Callable[[str, Any, Any], None],
    ) -> None:
        self.world, self.night, self.rooms = world, night, rooms
        self.rows, self.check = rows, check

    def run(self, sources: Iterable[str]) -> None:
        """Every source that has delivered."""
        for source in sources:
            where = f"retourbericht {source}"
            box = self.rooms / source / ANSWERS
            files = {path.name: path for path in box.iterdir()} if box.is_dir() else {}
            texts = {name: path.read_text(encoding="utf-8") for name, path in files.items()}
            found = [json.loads(text) for name, text in texts.items() if name.endswith(".json")]
            pages = {name.removesuffix(".html") for name in files if name.endswith(".html")}
            self.check(f"{where}: files that are no answer", 0, len(files) - len(found) - len(pages))
            self.check(f"{where}: answers with a page", len(found), len(pages & {Path(name).stem for name in files}))
            foreign = sum(answer["afzender"]["code"] != self.world.parties[source].code for answer in found)
            self.check(f"{where}: answers to another party", 0, foreign)
            self.check(f"{where}: numbers like a BSN", 0, sum(len(TEST_BSN.findall(text)) for text in texts.values()))
            self._once(where, source, found)
            for bericht in self.world.parties[source].berichten:
                for truth in self.world.truth.deliveries(source, bericht):
                    if truth.night <= self.night:
                        self._told(f"{where} {bericht} night {truth.night}", source, bericht, truth, found)

    def _once(self, where: str, source: str, found: list[Answer]) -> None:
        """Each delivery in the ledger has one answer, of the kind that fits its state; no answer is about another."""
        expected = Counter((number, SOORT.get(state, "ontvangen")) for number, state in self.rows(LEDGER, source))
        told = Counter((answer["levering"]["nummer"], answer["soort"]) for answer in found)
        self.check(f"{where}: deliveries without their answer", 0, (expected - told).total())
        self.check(f"{where}: answers too many", 0, (told - expected).total())

    def _told(self, where: str, source: str, bericht: str, truth: DeliveryTruth, found: list[Answer]) -> None:
        answer = self._of(source, bericht, truth, found)
        if answer is None:
            self.check(f"{where}: answers", 1, 0)
            return
        if truth.is_held:
            self.check(f"{where}: uitkomst", "aangehouden", answer["uitkomst"])
            self.check(f"{where}: says what is odd", True, bool(answer["kwaliteit"]))
        self.check(f"{where}: refused as a whole", truth.refused, (answer["weigering"] or {}).get("code", ""))
        if truth.refused:
            return
        for name, column in COUNTED.items():
            self.check(f"{where}: {name}", getattr(truth, column), (answer["aantallen"] or {}).get(name))
        self.check(f"{where}: refused records told", truth.rejected, len(answer["afgekeurde_records"]))
        told: dict[str, set[str]] = defaultdict(set)
        unknown: set[str] = set()  # without a sound key, or with one that looks like a BSN, a record is a number only
        for record in answer["afgekeurde_records"]:
            key = record["sleutel"]
            (unknown if key is None or COVER in key else told[key]).update(fault["code"] for fault in record["fouten"])
        missing: Counter[str] = Counter()
        for key, codes in self._faulty(source, bericht, truth).items():
            missing.update(set(codes) - told.get(" ".join(map(str, key)), unknown))
        for code in sorted(truth.faults):
            self.check(f"{where}: keys without their fault {code}", 0, missing[code])

    def _of(self, source: str, bericht: str, truth: DeliveryTruth, found: list[Answer]) -> Answer | None:
        """The answer about the pick-up of a night; a file says itself of which moment it is."""
        own = [one for one in found if one["levering"]["bericht"] == bericht and one["uitkomst"] != "dubbel"]
        is_file = self.world.parties[source].sends_file(bericht)
        for one in own:
            if (one["uitkomst"] == "geweigerd") != bool(truth.refused):
                continue
            of_that_moment = one["levering"]["stand_op"] == truth.stand_op
            of_that_night = one["levering"]["opgehaald_voor"] == self.world.vandaag(truth.night).isoformat()
            if of_that_night if truth.refused or not is_file else of_that_moment:
                return one
        return None

    def _faulty(self, source: str, bericht: str, truth: DeliveryTruth) -> dict[Key, set[str]]:
        """The records of a delivery that have to be refused, by their key, with their faults."""
        faulty: dict[Key, set[str]] = defaultdict(set)
        if self.world.parties[source].sends_file(bericht):
            for levering in self.world.sent(source, bericht, truth.night):
                for regel in levering.regels if levering.stand_op == truth.stand_op else ():
                    if regel.faulty and regel.actie == "record":
                        faulty[regel.key] |= set(regel.faulty)
            return faulty
        newest = {change.key: change for change in self.world.changes(source, bericht, truth.night)}
        return {key: set(change.faulty) for key, change in newest.items() if change.faulty}
