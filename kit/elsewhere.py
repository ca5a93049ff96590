"""Who begins at another desk than that of a gemeente or of MEE: at a social team, a bond, a cliëntenraad.

Most are people who came to a first desk earlier in the same year, with another question: a resident is known at
several desks, each with an idea of its own of who it is. Many who call the ouderenbonden give no name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kit.chance import Weighted, rng, workday
from kit.people import Person

SENIOR = 65
WELZIJN, OUDEREN, CLIENTEN = "WEL", "REG-OUD", "REG-CLI"
# Of the cases at a first desk, the share whose person comes to this desk later in the year.
SHARE: Mapping[str, float] = {WELZIJN: 0.14, OUDEREN: 0.30, CLIENTEN: 0.12}
UNNAMED: Mapping[str, float] = {WELZIJN: 0.01, OUDEREN: 0.09, CLIENTEN: 0.005}  # beside those: questions without a name
AGES: Mapping[str, Weighted[int]] = {
    WELZIJN: Weighted({14: 15, 45: 65, 72: 20}),
    OUDEREN: Weighted({45: 15, 72: 85}),
    CLIENTEN: Weighted({14: 10, 45: 70, 72: 20}),
}


@dataclass(frozen=True)
class Case:
    """A question and the desk that it begins at: "" is not decided yet. `age` is that of who gave no name."""

    day: date
    person: Person | None
    gemeente_code: str
    desk: str = ""
    age: int | None = None


def cases(seed: int, first: Sequence[Case], until: date) -> list[Case]:
    """The cases at these desks, by day. Who was a client in a year stays one of that year."""
    found: list[Case] = []
    for index, case in enumerate(first):
        for desk, share in SHARE.items():
            r = rng(seed, "elsewhere", desk, index)
            day = workday(case.day + timedelta(days=r.randint(5, 200)))
            if day.year != case.day.year or day > until:
                continue
            if case.person and r.random() < share and (desk != OUDEREN or case.person.age(day) >= SENIOR):
                found.append(Case(day, case.person, case.gemeente_code, desk))
            if r.random() < UNNAMED[desk]:
                found.append(Case(day, None, case.gemeente_code, desk, AGES[desk].pick(r)))
    return sorted(found, key=lambda case: case.day)
