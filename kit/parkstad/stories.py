"""What happens to people in Parkstad: a desk of their gemeente, or the independent support of the region, or both.

Told in the years of the kit (2012 up to 2015); `kit.parkstad.world` moves all of it to its own.
"""

import csv
import tomllib
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from random import Random

from kit.chance import Weighted, after, rng, workday
from kit.parties import DATA, NOT_IN_ZGW, Loket, Party
from kit.people import Population
from kit.stories import AGE_CLASS, DOELGROEP, FIRST_DAY, KANAAL, LAST_DAY, LEEFGEBIED, REFERRER, Visit

YEARS = 11  # 2015-03-02 and 2026-03-02 are both a Monday
PROVIDER, OFFICE = "ondersteuning_parkstad", "OPS-HRL"
CASES_PER_YEAR, RETURNING, ANONYMOUS, MINORS = 420, 0.2, 0.05, 0.4
AGES = {"0-9": 9, "10-19": 10, "20-29": 12, "30-39": 11, "40-49": 12, "50-59": 15, "60-69": 14, "70-79": 11, "80-89": 5}
DESK = {True: Weighted({"JEU": 60, "SOC": 30, "WMO": 10}), False: Weighted({"WMO": 60, "SOC": 30, "WEI": 10})}
ENDS = {True: Weighted({"1": 30, "2": 55, "5": 8, "6": 7}), False: Weighted({"1": 60, "4": 20, "5": 10, "6": 10})}
HANDED_OVER = 0.25
DESKS = {
    "WMO": ("Wmo-loket", "01"), "JEU": ("Jeugdloket", "02"), "SOC": ("Sociaal team", "03"),
    "WEI": ("Werk en inkomen", "09"),
}  # fmt: skip
NOT_CONFIGURED = frozenset({"doelgroep_code", "persoon.huishouden_nummer_bron"})


@cache
def parties() -> dict[str, Party]:
    """The parties of Parkstad by name."""
    table = tomllib.loads((DATA / "parkstad" / "parties.toml").read_text(encoding="utf-8"))
    return {
        name: Party(
            name=name,
            financier={"1": 1} if row["kind"] == "gemeente" else {"1": 90, "2": 10},
            without=NOT_IN_ZGW | NOT_CONFIGURED if row["protocol"] == "zgw" else frozenset(),
            **{**row, "berichten": tuple(row["berichten"])},
        )
        for name, row in table.items()
    }


@cache
def gemeenten() -> dict[str, dict[str, str]]:
    """The rows of gemeenten.csv by code."""
    with (DATA / "parkstad" / "gemeenten.csv").open(encoding="utf-8", newline="") as stream:
        return {row["gemeente_code"]: row for row in csv.DictReader(stream)}


@cache
def desks() -> dict[str, Loket]:
    """The desks of the gemeenten and of the independent support, by code."""
    own = {
        f"{code}-{kind}": Loket(f"{code}-{kind}", f"{name} {row['gemeente']}", soort, code, code)
        for code, row in gemeenten().items()
        for kind, (name, soort) in DESKS.items()
    }
    office = Loket(OFFICE, "Cliëntondersteuning Parkstad, Heerlen", "04", parties()[PROVIDER].code, "0917")
    return {**own, OFFICE: office}


class Stories:
    """All visits, in the order in which their cases began: see kit.stories.Stories."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        total = sum(AGES.values())
        self.population = Population(
            seed,
            {
                code: {age: round(int(row["inwoners"]) * share / total) for age, share in AGES.items()}
                for code, row in gemeenten().items()
            },
            {code: (row["pc4"],) for code, row in gemeenten().items()},
        )
        self.visits: list[Visit] = []
        self._numbers: Counter[tuple[str, int]] = Counter()
        self._own = {party.code: party.name for party in parties().values() if party.kind == "gemeente"}
        days = (LAST_DAY - FIRST_DAY).days
        days_of = sorted(rng(seed, "parkstad").choices(range(days), k=round(CASES_PER_YEAR * days / 365)))
        for case, day in enumerate(days_of):
            self._case(rng(seed, "parkstad", case), case, workday(FIRST_DAY + timedelta(days=day)))

    def _case(self, r: Random, case: int, day: date) -> None:
        known = self.population.people
        person = r.choice(known) if known and r.random() < RETURNING else self.population.meet(r.random() < MINORS, day)
        gemeente, minor = person.gemeente_code, person.age(day) < 18
        own = self._own.get(gemeente)
        is_named = r.random() >= ANONYMOUS
        party = own if own and r.random() < 0.6 else PROVIDER
        done = after(r, day, 1, 40)
        visit = Visit(
            nummer=self._number(party, day), party=party, gemeente_code=gemeente, day=day,
            loket=OFFICE if party == PROVIDER else f"{gemeente}-{DESK[minor].pick(r)}",
            person=person if is_named else None, age=None if is_named else AGE_CLASS.pick(r),
            clientrol=r.choices("123", (15, 80, 5) if minor else (80, 8, 12))[0],
            kanaal=KANAAL.pick(r), verwijzer=REFERRER[minor].pick(r),
            leefgebieden=tuple(LEEFGEBIED[minor].some(r, r.choice((1, 1, 2)))),
            doelgroepen=tuple(DOELGROEP.some(r, r.choice((0, 1)))),
            kenmerk=None, overdracht=None, van_loket=None, naar_loket=None, doorgestuurd=None, geaccepteerd=None,
            uitkomst=ENDS[party == PROVIDER].pick(r) if is_named else "1", done=done,
        )  # fmt: skip
        if party != PROVIDER and is_named and r.random() < HANDED_OVER:
            self._hand_over(r, case, visit)
        elif done <= LAST_DAY or day <= LAST_DAY:
            self.visits.append(visit)

    def _hand_over(self, r: Random, case: int, visit: Visit) -> None:
        """Warm, from the desk of a gemeente to the independent support: two visits with one kenmerk."""
        there, kenmerk = after(r, visit.done, 1, 10), f"PKS-{case:05d}"
        self.visits.append(
            replace(visit, naar_loket=OFFICE, kenmerk=kenmerk, overdracht="1", doorgestuurd=visit.done,
                    geaccepteerd=there, uitkomst="3", done=there)
        )  # fmt: skip
        if there <= LAST_DAY:
            self.visits.append(
                replace(visit, nummer=self._number(PROVIDER, there), party=PROVIDER, loket=OFFICE, day=there,
                        verwijzer="08", kanaal="5", van_loket=visit.loket, kenmerk=kenmerk, overdracht="1",
                        uitkomst=ENDS[True].pick(r), done=after(r, there, 1, 40))
            )  # fmt: skip

    def _number(self, party: str, day: date) -> str:
        self._numbers[party, day.year] += 1
        return f"{parties()[party].prefix}-{day.year + YEARS}-A{self._numbers[party, day.year]:05d}"


@cache
def by_party(stories: Stories) -> dict[str, list[Visit]]:
    """The visits of each party."""
    found: dict[str, list[Visit]] = defaultdict(list)
    for visit in stories.visits:
        found[visit.party].append(visit)
    return found
