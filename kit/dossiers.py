"""What MEE and a social team write down after a visit: trajecten and the time spent; and what organisations count.

`ondersteuning` hangs on a visit that ended in support. Group courses, information meetings, the work of volunteers
and IVH coordination have no client. `inzet` is counted per month and desk, and known in the first days of the next.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from kit.chance import Weighted, after, rng, workday
from kit.parties import Loket, Party, lokets
from kit.records import Record, Thing, algemeen, client_number
from kit.stories import FIRST_DAY, LAST_DAY, LEEFGEBIED, MEE_OFFICE, Visit

DIENST = Weighted({"A": 26, "B1": 24, "B2": 18, "B3": 5, "B4": 7, "B5": 3, "C": 7, "D": 10})
DAYS = {"A": (0, 20), "B1": (14, 60), "B2": (30, 150), "B3": (20, 120), "B4": (30, 200), "B5": (3, 30),
        "C": (30, 90), "D": (20, 90)}  # fmt: skip
COLLECTIVE = Weighted({"5": 3, "6": 2, "7": 5})
# Who does it and in which role: of a social team many are volunteers, and it works for the gemeente more often.
UITVOERDER = {"mee_drenthe": (90, 6, 4), "welzijn_drenthe": (58, 36, 6)}
ROL = {"mee_drenthe": (80, 12, 8), "welzijn_drenthe": (42, 40, 18)}


def ondersteuning(seed: int, party: Party, visit: Visit) -> Iterator[Thing]:
    """The support of one client after a visit: a traject per dienst, each with the activiteiten spent on it."""
    if visit.person is None:
        return
    r = rng(seed, "traject", visit.nummer)
    start = visit.done
    for number in range(1, r.choices((1, 2, 3), (70, 22, 8))[0] + 1):
        key = f"{visit.nummer}-T{number}"
        dienst = DIENST.pick(r)
        gesprek, einde = after(r, start, 0, 18), after(r, start, *DAYS[dienst])
        gebieden = list(visit.leefgebieden) or [LEEFGEBIED[visit.is_minor].pick(r)]
        first = algemeen(party, visit.gemeente_code, r) | {
            "traject_nummer": key,
            "dossier_nummer": f"{visit.nummer}-D",
            "aanmelding_nummer": visit.nummer,
            "client_nummer_bron": client_number(party, visit.person),
            "dienst_code": dienst,
            "uitvoerder_code": r.choices("123", UITVOERDER.get(party.name, UITVOERDER["mee_drenthe"]))[0],
            "rol_code": r.choices("123", ROL.get(party.name, ROL["mee_drenthe"]))[0],
            "datum_start": start.isoformat(),
            "netwerk_code": r.choices("123", (45, 35, 20))[0],
            "complexiteit_code": r.choices("123", (50, 35, 15))[0],
            "leefgebied_code": gebieden,
            "eigen_bijdrage_cent": 0 if r.random() < 0.2 else None,
        }
        begin = r.randint(1, 3)
        score = {"leefgebied_code": gebieden[0], "instrument_code": r.choice("12"), "begin": begin}
        last: Record = {
            "datum_einde": einde.isoformat(),
            "reden_einde_code": r.choices("1234567", (78, 8, 3, 4, 1, 1, 5))[0],
            "resultaat_code": r.choices("123", (60, 30, 10))[0],
            "tevredenheid": r.choice((6, 7, 7, 8, 8, 9)) if r.random() < 0.4 else None,
        }
        steps: list[tuple[date, Record]] = [(start, first)]
        if gesprek <= einde:
            steps.append((gesprek, {"datum_eerste_gesprek": gesprek.isoformat()}))
        if r.random() < 0.3:
            steps[0][1]["score"] = [score]
            last["score"] = [score | {"eind": begin + r.randint(0, 2)}]
        steps.append((max(einde, steps[-1][0]), last))
        yield Thing("traject", (key,), tuple(steps))
        for turn in range(r.randint(2, 6)):
            day = after(r, start, 0, max((einde - start).days, 1))
            yield _activiteit(
                r, party, visit.gemeente_code, f"{key}-{turn + 1:02d}", day,
                {"soort_code": r.choices("123", (60, 28, 12))[0], "traject_nummer": key, "dienst_code": dienst},
            )  # fmt: skip
        start = after(r, einde, 0, 20)
        if start > LAST_DAY:
            return


def _activiteit(r: Random, party: Party, gemeente: str, nummer: str, day: date, known: Record) -> Thing:
    key = f"{nummer}-U"
    record = algemeen(party, gemeente, r) | {
        "activiteit_nummer": key,
        "datum": day.isoformat(),
        "minuten": r.choice((15, 20, 30, 30, 45, 45, 60, 60, 75, 90, 120)),
        "uitvoerder_code": r.choices("123", (92, 5, 3))[0],
        "consulent_code": f"K{r.randint(1, 85):03d}",
    }
    return Thing("activiteit", (key,), ((day + timedelta(days=r.choice((0, 0, 0, 1, 2))), record | known),))


def collective(seed: int, party: Party) -> Iterator[Thing]:
    """Time without a client: courses, information, signals and networks per gemeente, and IVH coordination."""
    for gemeente in MEE_OFFICE:
        for month in months():
            r = rng(seed, "collectief", gemeente, month)
            for number in range(r.randint(2, 4)):
                known: Record = {"soort_code": COLLECTIVE.pick(r)}
                if r.random() < 0.25:
                    known = {
                        "soort_code": "4",
                        "dienst_code": "E",
                        "cursus_nummer": f"CUR-{gemeente}-{month:%Y%m}",
                        "aantal_deelnemers": r.randint(4, 12),
                    }
                day = after(r, month, 1, 26)
                yield _activiteit(r, party, gemeente, f"{party.prefix}-G{gemeente}-{month:%Y%m}-{number}", day, known)
    day = FIRST_DAY + timedelta(days=1)
    while day <= LAST_DAY:
        r = rng(seed, "coordinatie", day)
        yield _activiteit(r, party, "0106", f"MEE-IVHC-{day:%Y%m%d}", day, {"soort_code": "8"})
        day += timedelta(days=7)


def voluntary(seed: int, party: Party) -> Iterator[Thing]:
    """The time of volunteers, who keep no names: information, signals, and the network around a gemeente."""
    for gemeente in MEE_OFFICE:
        for month in months():
            r = rng(seed, "vrijwillig", gemeente, month)
            for number in range(r.randint(1, 4)):
                known = {
                    "soort_code": COLLECTIVE.pick(r),
                    "uitvoerder_code": r.choices("23", (94, 6))[0],
                    "consulent_code": f"V{r.randint(1, 60):03d}",
                }
                nummer = f"{party.prefix}-G{gemeente}-{month:%Y%m}-{number}"
                yield _activiteit(r, party, gemeente, nummer, after(r, month, 1, 26), known)


def months() -> Iterator[date]:
    """The first day of every month of the world."""
    month = FIRST_DAY
    while month <= LAST_DAY:
        yield month
        month = (month + timedelta(days=32)).replace(day=1)


def inzet(seed: int, party: Party) -> Iterator[Thing]:
    """The monthly figures: of a gemeente for its own desks, of MEE for every gemeente at its office."""
    desks = lokets()
    if party.kind == "gemeente":
        own = [(party.code, loket) for loket in desks.values() if loket.organisatie_code == party.code]
    else:
        own = [(gemeente, desks[office]) for gemeente, office in MEE_OFFICE.items()]
        own.append(("0106", desks["MEE-IVH"]))
    for month in months():
        for gemeente, loket in own:
            yield _inzet(seed, party, gemeente, loket, month)


def _inzet(seed: int, party: Party, gemeente: str, loket: Loket, month: date) -> Thing:
    r = rng(seed, "inzet", party.name, gemeente, loket.code, month)
    key = (gemeente, f"{month:%Y-%m}", party.code, loket.code)
    answers = r.randint(0, 25)
    record = algemeen(party, gemeente, r) | {
        "financier_code": "1",
        "maand": key[1],
        "loket_code": loket.code,
        "fte": r.randint(4, 48) / 4,
        "spreekuur_uren": float(r.randint(4, 90)),
        "wachtenden": r.choice((0, 0, 0, 1, 2, 3, 5, 8)),
        "klachten": r.choice((0, 0, 0, 0, 0, 1, 1, 2)),
    }
    if answers:
        record |= {"tevredenheid_aantal": answers, "tevredenheid_gemiddelde": r.randint(60, 92) / 10}
    known = workday((month + timedelta(days=32)).replace(day=r.randint(2, 6)))
    return Thing("inzet", key, ((known, record),))
