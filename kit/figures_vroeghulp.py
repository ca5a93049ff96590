"""What must be found of Integrale Vroeghulp: the clock of every file, day by day, from the generated steps.

The warehouse adds up stretches between steps; here every single day is asked whether it ran, paused or was closed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from statistics import median
from typing import Any

from kit.records import Record
from kit.truth import Truth

PHASES = (
    "triage", "huisbezoek", "informatie", "kernteam", "advies", "verwijzing", "aanname", "evaluatie", "afsluiting",
)  # fmt: skip
REACHED = {"03": 1, "05": 2, "07": 3, "09": 4, "10": 5, "11": 6, "12": 7, "18": 7, "14": 8}
STEPS = {
    "01": "signaal", "02": "aanmelding", "03": "triage", "04": "casemanager", "05": "huisbezoek", "07": "informatie",
    "09": "kernteam", "10": "advies", "11": "verwijzing", "12": "geaccepteerd", "14": "evaluatie",
    "15": "afsluiting", "16": "heropend",
}  # fmt: skip
ENDS = {"10": "advies", "15": "afsluiting"}
LEAST = 5
Row = dict[str, Any]


@dataclass
class Course:
    """One file up to a day. `ended` holds (traject, day, gemeente, days without pauses)."""

    steps: list[Record]
    today: date
    closed: bool = False
    paused: bool = False
    running: int = 0
    pausing: int = 0
    shut: int = 0
    waiting: int = 0
    phase: int = 0
    in_phase: int = 0
    ended: list[tuple[str, date, str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        by_day: dict[date, list[Record]] = defaultdict(list)
        for step in self.steps:
            by_day[date.fromisoformat(step["datum_stap"])].append(step)
        day, since, done = min(by_day), 0, set[str]()
        while day <= self.today:
            for step in by_day.get(day, ()):
                code = step["stap_code"]
                if code in ENDS and code not in done:
                    done.add(code)
                    self.ended.append((ENDS[code], day, step["gemeente_code"], self.running - since))
                if code == "16":
                    self.phase, self.in_phase, since = 0, 0, self.running
                    done.clear()
                if REACHED.get(code, 0) > self.phase:
                    self.phase, self.in_phase = REACHED[code], 0
                if code not in ("20", "21", "30", "31"):
                    self.waiting = 0
                self.closed = {"15": True, "16": False}.get(code, self.closed)
                self.paused = {"30": True, "31": False, "16": False}.get(code, self.paused)
            if day < self.today:
                ran = not self.closed and not self.paused
                self.running += ran
                self.waiting += ran
                self.in_phase += ran
                self.shut += self.closed
                self.pausing += self.paused and not self.closed
            day += timedelta(days=1)

    @property
    def has_consent(self) -> bool:
        """Whether some party has consent today: given, not taken back that day or later, not run out."""
        given: dict[str, Record] = {}
        for step in self.steps:
            if step["stap_code"] == "20":
                given[step["toestemming_voor_partij_code"]] = step
            elif step["stap_code"] == "21":
                party = step.get("toestemming_voor_partij_code")
                given = {} if party is None else {name: each for name, each in given.items() if name != party}
        return any(each.get("datum_geldig_tot", "9") >= self.today.isoformat() for each in given.values())

    def row(self, norms: Mapping[str, int]) -> Row:
        """The line of the coordinator, without what the hub made up itself (client_ref, hashes)."""
        own = [step for step in self.steps if step["stap_code"] not in ("20", "21")]
        plans = [s for s in own if s["stap_code"] not in ("30", "31") or "volgende_stap_code" in s]
        plan = {} if self.closed or not plans else plans[-1]
        last = own[-1] if own else {}
        phase = None if self.closed else PHASES[self.phase]
        late = self.in_phase > norms.get(phase or "", self.in_phase)
        late = late or plan.get("datum_volgende_stap", "9") < self.today.isoformat()
        pause = self.paused and not self.closed
        return {
            "stappen": len(self.steps),
            "laatste_stap_code": last.get("stap_code"),
            "datum_laatste_stap": last.get("datum_stap"),
            "volgende_stap_code": plan.get("volgende_stap_code"),
            "datum_volgende_stap": plan.get("datum_volgende_stap"),
            "eigenaar_organisatie_code": last.get("eigenaar_organisatie_code"),
            "datum_begin": self.steps[0]["datum_stap"],
            "is_afgesloten": self.closed,
            "reden_afsluiting_code": self._latest("15", "reden_afsluiting_code") if self.closed else None,
            "is_pauze": pause,
            "pauze_code": self._latest("30", "pauze_code") if pause else None,
            "dagen_in_proces": self.running,
            "dagen_gepauzeerd": self.pausing,
            "dagen_gesloten": self.shut,
            "dagen_wachtend": None if self.closed else self.waiting,
            "fase": phase,
            "dagen_in_fase": None if self.closed else self.in_phase,
            "is_over_tijd": late and not self.paused and not self.closed,
        } | {f"datum_{name}": self._latest(code, "datum_stap") for code, name in STEPS.items()}

    def _latest(self, code: str, name: str) -> Any:
        return next((step.get(name) for step in reversed(self.steps) if step["stap_code"] == code), None)


def courses(truth: Truth, night: int, sources: Iterable[str]) -> dict[str, Course]:
    """Every file that has begun at one of these sources, by its number; no two sources of this world share one."""
    today = truth.world.vandaag(night)
    steps: dict[str, list[Record]] = defaultdict(list)
    for source in sources:
        for record in truth.current(source, "vroeghulp", night).values():
            if record["datum_stap"] <= today.isoformat():
                steps[record["dossier_nummer"]].append(record)
    for each in steps.values():
        each.sort(key=lambda step: (step["datum_stap"], step["stap_code"], step["stap_nummer"]))
    return {number: Course(each, today) for number, each in steps.items()}


def lines(found: Mapping[str, Course], norms: Mapping[str, int]) -> dict[str, Row]:
    """File -> its line; of a file without consent only that it is there, and of a closed one not even that."""
    return {
        number: course.row(norms) if course.has_consent else {}
        for number, course in found.items()
        if course.has_consent or not course.closed
    }


def lead_times(found: Iterable[Course], today: date) -> dict[tuple[str, str, str, str], tuple[int, int, int] | None]:
    """(traject, niveau, area, first day) -> number, mean and median in whole days; None where it must be hidden."""
    cells: dict[tuple[str, str, str, str], list[int]] = defaultdict(list)
    for course in found:
        for traject, day, gemeente, days in course.ended:
            quarter = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
            if (quarter + timedelta(days=95)).replace(day=1) <= today:
                cells[traject, "regio", "regio", quarter.isoformat()].append(days)
            if day.year < today.year:
                cells[traject, "gemeente", gemeente, f"{day.year}-01-01"].append(days)
    hidden = _hidden({cell: len(days) for cell, days in cells.items()})
    return {
        cell: None if cell in hidden else (len(days), _whole(sum(days) / len(days)), _whole(median(days)))
        for cell, days in cells.items()
    }


def _whole(days: float) -> int:
    return int(days + 0.5)


def _hidden(sizes: Mapping[tuple[str, str, str, str], int]) -> set[tuple[str, str, str, str]]:
    """The small cells of a year, and one that is not small with them, so that no sum tells them."""
    hidden = {cell for cell, size in sizes.items() if size < LEAST}
    for traject, year in {(cell[0], cell[3][:4]) for cell in sizes}:
        mine = [cell for cell in sizes if cell[0] == traject and cell[3].startswith(year)]
        large = {level: sorted((sizes[c], c[2], c[3], c) for c in mine if c[1] == level and sizes[c] >= LEAST)
                 for level in ("regio", "gemeente")}  # fmt: skip
        small = {level: any(c in hidden and sizes[c] < LEAST for c in mine if c[1] == level) for level in large}
        lost = small["gemeente"] and not large["gemeente"]
        for level in large:
            if large[level] and (small[level] or (level == "regio" and lost)):
                hidden.add(large[level][0][3])
        if small["regio"] and not large["regio"]:
            hidden |= {cell for cell in mine if cell[1] == "gemeente"}
    return hidden
