"""Integrale Vroeghulp as other parties report it: the youth health care that saw it first, the help that followed.

Each keeps a file of its own, under a number and a reference that say nothing of those of MEE; only the number of a
referral is known on both sides of it. The person travels with consent given to that party, and never without.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from random import Random

from kit.chance import after, rng
from kit.parties import Party
from kit.records import Thing
from kit.stories import FIRST_DAY, VROEGHULP_AGE, Visit
from kit.vroeghulp import IVH, ZORGGEBIED, Step, agreed, course_of, dossier

MEE, JEUGDHULP = "41018393", "3"
SENT_ON, ALONE = 0.3, 0.08  # children that others brought to IVH and JGZ knew too; signals that went no further
AGREES, TAKES_BACK, EVALUATED = 0.8, 0.06, 0.6
OURS = 0.85  # of the referrals to jeugdhulp, those to this provider


def signals(seed: int, party: Party, visits: Iterable[Visit]) -> Iterator[Thing]:
    """What JGZ reports: a signal, with consent a hand-over to the desk of IVH, and afterwards how the child does."""
    numbers: Counter[int] = Counter()
    for visit in visits:
        r = rng(seed, party.name, visit.nummer)
        if visit.person is None or visit.person.age(visit.day) > VROEGHULP_AGE:
            continue
        seen = after(r, visit.day, -30, -3)
        came_in = visit.loket == IVH
        knows = ALONE if not came_in else 1 if visit.verwijzer == "05" else SENT_ON
        if seen < max(FIRST_DAY, visit.person.born) or r.random() >= knows:
            continue
        number = _number(party, seen, numbers)
        course = list(_to_ivh(r, seen, visit.day) if came_in else _alone(r, seen))
        yield from dossier(r, party, visit, number, course)


def _to_ivh(r: Random, seen: date, day: date) -> Iterator[Step]:
    verwijzer, gebieden = r.choice(("02", "05")), list(ZORGGEBIED.some(r, r.choice((1, 2))))
    yield seen, {"stap_code": "01", "verwijzer_code": verwijzer, "zorggebied_code": gebieden}
    asked, agrees = after(r, seen, 0, 3), r.random() < AGREES
    if agrees:
        yield asked, {"stap_code": "20", **agreed(r, asked, MEE, "13")}
    sent = max(day, asked)
    yield sent, {"stap_code": "02", "verwijzer_code": "05", "zorggebied_code": gebieden}
    if not agrees:
        return
    yield (handed := after(r, sent, 0, 10)), {"stap_code": "17", "eigenaar_organisatie_code": MEE}
    if r.random() < TAKES_BACK:
        yield after(r, handed, 5, 60), {"stap_code": "21", "toestemming_voor_partij_code": MEE}
    elif r.random() < EVALUATED:
        yield after(r, handed, 150, 240), {"stap_code": "14", "oordeel_code": r.choices("123", (20, 40, 40))[0]}


def _alone(r: Random, seen: date) -> Iterator[Step]:
    """A signal that the parents and JGZ could do something about themselves."""
    gebieden = list(ZORGGEBIED.some(r, 1))
    yield seen, {"stap_code": "01", "verwijzer_code": "05", "zorggebied_code": gebieden}
    yield after(r, seen, 14, 90), {"stap_code": "15", "reden_afsluiting_code": r.choices("27", (25, 75))[0]}


def help_given(seed: int, party: Party, visits: Iterable[Visit]) -> Iterator[Thing]:
    """What a provider of jeugdhulp reports of the children that IVH referred: taken on, and that the help runs."""
    numbers: Counter[int] = Counter()
    for visit in visits:
        if visit.loket != IVH or visit.person is None:
            continue
        r = rng(seed, party.name, visit.nummer)
        steps = list(course_of(seed, visit))
        referred = next((known for _, known in steps if known.get("verwezen_naar_code") == JEUGDHULP), None)
        taken = next((day for day, known in steps if known["stap_code"] == "12"), None)
        if referred is None or taken is None or r.random() >= OURS:
            continue
        number = _number(party, taken, numbers)
        yield from dossier(r, party, visit, number, list(_helped(r, taken, str(referred["verwijzing_nummer"]))))


def _helped(r: Random, taken: date, verwijzing: str) -> Iterator[Step]:
    if r.random() < AGREES:
        yield taken, {"stap_code": "20", **agreed(r, taken, MEE, "4")}
    yield taken, {"stap_code": "12", "verwijzing_nummer": verwijzing, "volgende_stap_code": "18"}
    runs = after(r, taken, 5, 42)
    yield runs, {"stap_code": "18", "verwijzing_nummer": verwijzing}
    if r.random() < EVALUATED:
        yield after(r, runs, 60, 150), {"stap_code": "14", "oordeel_code": r.choices("123", (20, 40, 40))[0]}


def _number(party: Party, day: date, numbers: Counter[int]) -> str:
    numbers[day.year] += 1
    return f"{party.prefix}-{day.year}-D{numbers[day.year]:04d}"
