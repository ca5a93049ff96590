"""The people of the region: invented, with the ages and places of the real figures.

BSNs come from the test range 999900006-999999990, pass the 11-proef, and no two people have the same one.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from random import Random

from kit.chance import Weighted, rng
from kit.parties import DATA, inhabitants, postcodes

Inhabitants = Mapping[str, Mapping[str, int]]
BSN_FIRST, BSN_LAST = 999900006, 999999990
UNDER_18_OF_10_19 = 0.8  # the one assumption: within ten years every year of age is equally large
WITHOUT_BSN, SECRET_ADDRESS, VAGUE_BIRTH = 0.06, 0.015, 0.01


@dataclass(frozen=True, slots=True)
class Person:
    """A resident. `birth_known` is D, M or J: how much of the date of birth the desks know."""

    number: int
    gemeente_code: str
    born: date
    birth_known: str
    geslacht: str
    voornamen: str
    voorvoegsel: str | None
    achternaam: str
    bsn: str | None
    postcode: str
    huisnummer: int
    toevoeging: str | None
    is_geheim: bool
    huishouden: int

    def age(self, on: date) -> int:
        """Age in whole years on a day."""
        return on.year - self.born.year - ((on.month, on.day) < (self.born.month, self.born.day))


def passes_11_proef(number: str) -> bool:
    """Whether nine digits pass the 11-proef of a BSN: weights 9 to 2, and -1 for the last."""
    total = sum(weight * int(digit) for weight, digit in zip((9, 8, 7, 6, 5, 4, 3, 2, -1), number, strict=True))
    return total % 11 == 0


@cache
def bsn_range() -> tuple[str, ...]:
    """Every valid BSN of the test range."""
    return tuple(str(n) for n in range(BSN_FIRST, BSN_LAST + 1) if passes_11_proef(str(n)))


@cache
def _names() -> dict[str, list[str]]:
    return tomllib.loads((DATA / "namen.toml").read_text(encoding="utf-8"))


def _letters(r: Random) -> str:
    return "".join(r.choices("ABCDEGHJKLMNPRTVWXZ", k=2))


def _age_weights(classes: Inhabitants, minor: bool) -> Iterator[tuple[tuple[str, int, int], float]]:
    """((gemeente_code, lowest age, highest age), inhabitants) of those under 18, or of the others."""
    for gemeente, counts in classes.items():
        for name, count in counts.items():
            low = int(name.rstrip("+").split("-")[0])
            if low == 10:
                share = UNDER_18_OF_10_19 if minor else 1 - UNDER_18_OF_10_19
                yield (gemeente, *((10, 17) if minor else (18, 19))), count * share
            elif minor == (low < 10):
                yield (gemeente, low, low + (6 if low == 90 else 9)), count


class Population:
    """People are met when they first turn up; some share a household with someone who came before."""

    def __init__(
        self,
        seed: int,
        classes: Inhabitants | None = None,
        pc4: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """classes: inhabitants per gemeente and ten-year class; pc4: its postcodes. Without: those of Drenthe."""
        self.seed = seed
        self.people: list[Person] = []
        classes = classes or inhabitants()
        self._postcodes: Mapping[str, Sequence[str]] = pc4 or postcodes()
        self._bsns = list(bsn_range())
        rng(seed, "bsn").shuffle(self._bsns)
        self._minors = Weighted(dict(_age_weights(classes, minor=True)))
        self._adults = Weighted(dict(_age_weights(classes, minor=False)))
        self._recent: dict[str, list[Person]] = {}

    def meet(self, minor: bool, on: date) -> Person:
        """A new person who is under 18 or not on the day `on`."""
        number = len(self.people) + 1
        r = rng(self.seed, "person", number)
        gemeente, low, high = (self._minors if minor else self._adults).pick(r)
        age = r.randint(low, high)
        # at most 360 days back from a 28th: never a year too old, whatever the month or a leap year
        born = date(on.year - age, on.month, min(on.day, 28)) - timedelta(days=r.randint(0, 360))
        recent = self._recent.setdefault(gemeente, [])
        shared = r.choice(recent[-40:]) if recent and r.random() < (0.16 if minor else 0.08) else None
        person = self._person(r, number, gemeente, born, minor, shared)
        self.people.append(person)
        recent.append(person)
        return person

    def moved(self, r: Random, person: Person) -> Person:
        """The same person, who has gone to live in another gemeente of the region."""
        gemeente = r.choice(sorted(set(self._postcodes) - {person.gemeente_code}))
        postcode = r.choice(self._postcodes[gemeente]) + _letters(r)
        return replace(person, gemeente_code=gemeente, postcode=postcode, huisnummer=r.randint(1, 240), toevoeging=None)

    def _person(self, r: Random, number: int, gemeente: str, born: date, minor: bool, shared: Person | None) -> Person:
        names = _names()
        geslacht = r.choices(("1", "2", "0"), (49, 49, 2))[0]
        either = [*names["man"], *names["vrouw"]]
        first = {"1": names["man"], "2": names["vrouw"]}.get(geslacht, either)
        infix = r.choice(names["voorvoegsel"]) if r.random() < 0.2 else None
        letters = _letters(r)
        return Person(
            number=number,
            gemeente_code=gemeente,
            born=born,
            birth_known=r.choice("MJ") if not minor and r.random() < VAGUE_BIRTH else "D",
            geslacht=geslacht,
            voornamen=" ".join(r.sample(first, 2 if r.random() < 0.3 else 1)),
            voorvoegsel=shared.voorvoegsel if shared else infix,
            achternaam=shared.achternaam if shared else r.choice(names["achternaam"]),
            bsn=None if r.random() < WITHOUT_BSN else self._bsns[number],
            postcode=shared.postcode if shared else r.choice(self._postcodes[gemeente]) + letters,
            huisnummer=shared.huisnummer if shared else r.randint(1, 240),
            toevoeging=shared.toevoeging if shared else r.choice("ABC") if r.random() < 0.06 else None,
            is_geheim=shared.is_geheim if shared else r.random() < SECRET_ADDRESS,
            huishouden=shared.huishouden if shared else number,
        )
