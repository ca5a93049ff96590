"""What happens to people: who turns up at which desk, is handed over to whom, and how it ends.

A `Visit` is what one desk will register as one aanmelding. Visits of one question at several desks carry one
`kenmerk`. Everything later (trajecten, onderzoeken, vroeghulp) hangs on a visit.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from kit import elsewhere
from kit.chance import Weighted, after, rng, workday
from kit.elsewhere import Case
from kit.parties import gemeente_party, parties
from kit.people import Person, Population

FIRST_DAY, LAST_DAY = date(2012, 1, 1), date(2015, 3, 30)
CLIENTS_PER_YEAR = {2012: 2545, 2013: 2560, 2014: 2575, 2015: 2590}  # people; 2015 in proportion
MINORS, RETURNING, ANONYMOUS, VROEGHULP, VROEGHULP_AGE = 0.52, 0.25, 0.07, 0.32, 6
MOVED = 0.1  # of those who come once more: they live in another gemeente of the region by then
SLOW = 0.12  # of the cold hand-overs: about three months or more before somebody turns up at the next desk

MEE_OFFICE = {
    **dict.fromkeys(("0106", "1680", "1699", "1730", "1731"), "MEE-ASS"),
    **dict.fromkeys(("0114", "1681", "0109"), "MEE-EMM"),
    **dict.fromkeys(("0118", "0119", "1690", "1701"), "MEE-HGV"),
}
FIRST_DESK = {True: Weighted({"JEU": 34, "SOC": 14, "MEE": 46, "WMO": 6}),
              False: Weighted({"WMO": 42, "SOC": 18, "WEI": 6, "MEE": 34})}  # fmt: skip
ELSEWHERE = Weighted({"WEL": 3, "JGZ": 1, "REG-OUD": 1, "REG-CLI": 1, "REG-UWV": 2, "REG-ZKD": 2})
GEMEENTE_ENDS = Weighted({"1": 46, "3": 20, "4": 19, "2": 4, "5": 4, "6": 5, "7": 2})
ENDS = {
    "mee_drenthe": Weighted({"1": 30, "2": 52, "3": 2, "4": 5, "5": 4, "6": 4, "7": 3}),
    "welzijn_drenthe": Weighted({"1": 38, "2": 30, "3": 10, "4": 10, "5": 4, "6": 5, "7": 3}),
    "ouderenbonden": Weighted({"1": 66, "3": 10, "4": 17, "5": 2, "6": 5}),
    "clientenorganisaties": Weighted({"1": 54, "3": 14, "4": 20, "5": 4, "6": 4, "7": 4}),
}
REFERS_AS = {
    "mee_drenthe": "11",
    "welzijn_drenthe": "07",
    "ouderenbonden": "10",
    "clientenorganisaties": "10",
}  # and a gemeente as 08
REGIONAL = {"REG-OUD": "ouderenbonden", "REG-CLI": "clientenorganisaties"}
KANAAL = Weighted({"1": 30, "2": 40, "3": 20, "4": 10})
REFERRER = {True: Weighted({"02": 45, "04": 12, "05": 12, "06": 4, "07": 6, "09": 16, "12": 3, "99": 2}),
            False: Weighted({"01": 48, "03": 14, "04": 12, "06": 3, "07": 8, "08": 5, "10": 6,
                             "13": 4})}  # fmt: skip
LEEFGEBIED = {True: Weighted({"03": 28, "04": 30, "06": 8, "07": 12, "08": 10, "12": 4, "01": 4, "11": 4}),
              False: Weighted({"01": 24, "02": 16, "05": 14, "06": 8, "07": 8, "08": 8, "09": 10, "10": 4,
                               "11": 8})}  # fmt: skip
DOELGROEP = Weighted({"01": 44, "02": 10, "03": 4, "04": 10, "05": 14, "06": 8, "07": 5, "08": 5})
AGE_CLASS = Weighted({14: 20, 45: 60, 72: 20})


@dataclass(frozen=True, slots=True)
class Visit:
    """One person, or one anonymous question, at one desk. `done` and what follows are None until it ended."""

    nummer: str
    party: str
    loket: str
    gemeente_code: str
    day: date
    person: Person | None
    age: int | None  # of an anonymous visitor, as estimated
    clientrol: str
    kanaal: str
    verwijzer: str
    leefgebieden: tuple[str, ...]
    doelgroepen: tuple[str, ...]
    kenmerk: str | None
    overdracht: str | None
    van_loket: str | None
    naar_loket: str | None
    doorgestuurd: date | None
    geaccepteerd: date | None
    uitkomst: str
    done: date

    @property
    def is_minor(self) -> bool:
        """Whether the visitor is under 18 on the day."""
        return (self.person.age(self.day) if self.person else self.age or 0) < 18


class Stories:
    """All visits of the region from 2012-01-01 to 2015-03-30, in the order in which their cases began."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.population = Population(seed)
        self.visits: list[Visit] = []
        self._numbers: Counter[tuple[str, int]] = Counter()
        first = self._cases()
        for number, case in enumerate([*first, *elsewhere.cases(seed, first, LAST_DAY)]):
            self.visits += self._case(rng(seed, "case", number), number, case)

    def _cases(self) -> list[Case]:
        cases: list[Case] = []
        for year, clients in CLIENTS_PER_YEAR.items():
            r = rng(self.seed, "year", year)
            end = min(date(year, 12, 31), LAST_DAY)
            days = (end - date(year, 1, 1)).days
            known = list(self.population.people)
            count = round(clients * (days + 1) / 365)
            back = r.sample(known, round(count * RETURNING)) if known else []
            for index in range(count):
                day = workday(date(year, 1, 1) + timedelta(days=r.randint(0, days - 2)))
                person = (
                    self._later(back[index], year, index)
                    if index < len(back)
                    else self.population.meet(r.random() < MINORS, day)
                )
                cases.append(Case(day, person, person.gemeente_code))
                for turn in range(r.choices((0, 1, 2), (80, 16, 4))[0]):
                    again = day + timedelta(days=r.randint(20, 200))
                    if again <= end:
                        person = self._later(person, year, index, turn)
                        cases.append(Case(workday(again), person, person.gemeente_code))
                if r.random() < ANONYMOUS:
                    cases.append(Case(day, None, person.gemeente_code))
        return sorted((case for case in cases if case.day <= LAST_DAY), key=lambda case: case.day)

    def _later(self, person: Person, *when: int) -> Person:
        """Who comes once more, by then."""
        r = rng(self.seed, "moved", *when)
        return self.population.moved(r, person) if r.random() < MOVED else person

    def _number(self, party: str, day: date) -> str:
        self._numbers[party, day.year] += 1
        return f"{parties()[party].prefix}-{day.year}-A{self._numbers[party, day.year]:05d}"

    def _case(self, r: Random, number: int, case: Case) -> Iterator[Visit]:
        day, person, gemeente = case.day, case.person, case.gemeente_code
        age = None if person else case.age or AGE_CLASS.pick(r)
        minor = (person.age(day) if person else age or 0) < 18
        child = person is not None and person.age(day) <= VROEGHULP_AGE and r.random() < VROEGHULP
        desk = case.desk or ("MEE-IVH" if child else FIRST_DESK[minor].pick(r))
        loket = MEE_OFFICE[gemeente] if desk == "MEE" else desk if "-" in desk else f"{gemeente}-{desk}"
        visit = Visit(
            nummer="", party=party_of(loket, gemeente) or "", loket=loket, gemeente_code=gemeente, day=day,
            person=person, age=age,
            clientrol=r.choices("123", (10, 85, 5) if minor else (80, 6, 14))[0],
            kanaal=KANAAL.pick(r),
            verwijzer=REFERRER[minor].pick(r),
            leefgebieden=LEEFGEBIED[minor].some(r, r.choice((1, 1, 2, 3))),
            doelgroepen=DOELGROEP.some(r, r.choice((0, 1, 1, 2))),
            kenmerk=None, overdracht=None, van_loket=None, naar_loket=None, doorgestuurd=None,
            geaccepteerd=None, uitkomst="", done=day,
        )  # fmt: skip
        for hop in range(3):
            visit = self._end(r, replace(visit, nummer=self._number(visit.party, visit.day)), number, hop)
            yield visit
            following = self._handed_over(r, visit)
            if following is None or following.day > LAST_DAY:
                return
            visit = following

    def _end(self, r: Random, visit: Visit, case: int, hop: int) -> Visit:
        """How it ends at this desk. Anonymous questions are answered or pointed elsewhere."""
        end = ENDS.get(visit.party, GEMEENTE_ENDS).pick(r)
        if visit.person is None:
            end = r.choice("1114")
        elif visit.loket == "MEE-IVH":
            end = "2"
        if hop == 2 and end in "34":
            end = "1"
        if end not in "34":
            done = after(r, visit.day, 0, 5 if visit.person is None else 45 if end == "2" else 21)
            return replace(visit, uitkomst=end, done=done)
        sent = after(r, visit.day, 0, 9)
        to = r.choice([loket for loket in self._onward(r, visit, end) if loket != visit.loket])
        accepted = after(r, sent, 0, 6) if end == "3" else None
        return replace(
            visit, uitkomst=end, done=accepted or sent, naar_loket=to, doorgestuurd=sent, geaccepteerd=accepted,
            overdracht="1" if end == "3" else "2", kenmerk=visit.kenmerk or f"OV-{visit.day.year}-{case:06d}",
        )  # fmt: skip

    def _onward(self, r: Random, visit: Visit, end: str) -> list[str]:
        """The desks that this one sends people on to, some more often than others."""
        own = [f"{visit.gemeente_code}-{kind}" for kind in ("WMO", "JEU", "SOC", "WEI")]
        mee, welzijn = MEE_OFFICE[visit.gemeente_code], f"{visit.gemeente_code}-WEL"
        if visit.party == "mee_drenthe":
            return [*own, welzijn]
        if visit.party in ENDS:
            return [mee] * 4 + own[:3] + [welzijn]
        other = ELSEWHERE.pick(r)
        other = other if other.startswith("REG") else f"{visit.gemeente_code}-{other}"
        return [mee] * 9 + own[:3] + [welzijn] + [other] * (2 if end == "4" else 0)

    def _handed_over(self, r: Random, visit: Visit) -> Visit | None:
        """The same question at the next desk: always after a warm hand-over, often after a referral."""
        if not visit.naar_loket or not visit.doorgestuurd or not visit.person:
            return None
        party = party_of(visit.naar_loket, visit.gemeente_code)
        if party is None or (visit.overdracht == "2" and r.random() < 0.35):
            return None
        day = visit.geaccepteerd or after(r, visit.doorgestuurd, 1, 60)
        slow = rng(self.seed, "slow", visit.nummer)
        if visit.overdracht == "2" and slow.random() < SLOW:
            late = after(slow, visit.doorgestuurd, 88, 150)
            day = late if late.year == day.year and late <= LAST_DAY else day  # its number stays in its year
        return replace(
            visit, party=party, loket=visit.naar_loket, day=day, van_loket=visit.loket, naar_loket=None,
            doorgestuurd=None, geaccepteerd=None, kanaal="5" if visit.overdracht == "1" else KANAAL.pick(r),
            verwijzer=REFERS_AS.get(visit.party, "08"),
        )  # fmt: skip


def party_of(loket: str, gemeente_code: str) -> str | None:
    """The party that registers what happens at a desk, or None where nobody delivers for it yet."""
    if loket.startswith("MEE-"):
        return "mee_drenthe"
    if loket in REGIONAL:
        return REGIONAL[loket]
    if loket.endswith("-WEL"):
        return "welzijn_drenthe"
    own = loket.split("-")[1] in ("WMO", "JEU", "SOC", "WEI") and loket.startswith(gemeente_code)
    return gemeente_party()[gemeente_code] if own else None
