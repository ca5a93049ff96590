"""Integrale Vroeghulp: the steps of one child's file as a party reports them, and its course at MEE, with pauses.

The person travels only with steps taken while the parents' consent holds; a step before it, or in a file
without consent, carries the file number and the party's own reference and nothing of who the child is.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from random import Random

from kit.chance import Weighted, after, rng
from kit.parties import Party
from kit.records import Record, Thing, algemeen, client_number, persoon
from kit.stories import LAST_DAY, Visit

IVH = "MEE-IVH"  # the desk where a file begins
REVALIDATIE, KDC, JGZ = "00000109", "00000110", "00000101"
ZORGGEBIED = Weighted({"1": 30, "2": 14, "3": 26, "4": 12, "5": 6, "6": 6, "7": 6})
VOORZIENING = Weighted({"1": 16, "2": 12, "3": 20, "4": 8, "5": 14, "6": 16, "7": 8, "8": 6})
DISCIPLINES = ("01", "02", "03", "04", "05", "06", "07", "08")
TRIAGE = Weighted({"1": 12, "2": 62, "3": 20, "4": 6})
WITHOUT_CONSENT, WITHDRAWN_CONSENT, PAUSED, REOPENED = 0.12, 0.05, 0.28, 0.14
SECOND_CONSENT, PAUSED_AGAIN, STUCK = 0.12, 0.3, 0.12
Step = tuple[date, Record]  # the day, and the fields of the step


def stappen(seed: int, party: Party, visit: Visit) -> Iterator[Thing]:
    """The steps of the file of a child that came in at the IVH desk, one record each."""
    r = rng(seed, "casemanager", visit.nummer)
    course = course_of(seed, visit)
    for _, known in course[3:]:
        known["casemanager_code"] = f"K{r.randint(1, 20):03d}"
    yield from dossier(r, party, visit, f"{visit.nummer}-IVH", course)


def dossier(r: Random, party: Party, visit: Visit, number: str, course: Iterable[Step]) -> Iterator[Thing]:
    """One child's file at one party as records: whoever consent was given for knows the child, and nobody else."""
    if visit.person is None:
        return
    consent: Record = {}
    for place, (day, known) in enumerate(course, 1):
        if day > LAST_DAY:
            return
        code = known["stap_code"]
        if code == "20":
            consent = {"toestemming_door_code": known["toestemming_door_code"]}
        elif code == "21" and "toestemming_voor_partij_code" not in known:
            consent = {}
        key = f"{number}-S{place:02d}"
        record = algemeen(party, visit.gemeente_code, r) | {
            "financier_code": min(party.financier),
            "stap_nummer": key,
            "dossier_nummer": number,
            "partij_code": party.code,
            "partij_kenmerk": client_number(party, visit.person),
            "datum_stap": day.isoformat(),
            "eigenaar_organisatie_code": party.code,
        }
        if consent:
            record |= consent | {"persoon": persoon(party, visit.person)}
        yield Thing("vroeghulp", (key,), ((day, record | known),))


def course_of(seed: int, visit: Visit) -> list[Step]:
    """The whole course of a child's file at MEE, in the order of the days; also what lies beyond the world."""
    r = rng(seed, "vroeghulp", visit.nummer)
    day = visit.day
    verwijzer = visit.verwijzer
    gebieden = list(ZORGGEBIED.some(r, r.choice((1, 2, 2, 3))))
    course: list[Step] = []

    def step(code: str, low: int, high: int, **known: object) -> None:
        nonlocal day
        day = after(r, day, low, high)
        course.append((day, {"stap_code": code, **known}))

    step("01", 0, 2, verwijzer_code=verwijzer, zorggebied_code=gebieden)
    step("02", 0, 7, verwijzer_code=verwijzer, zorggebied_code=gebieden)
    has_consent = r.random() >= WITHOUT_CONSENT
    if has_consent:
        step("20", 0, 10, **agreed(r, day, r.choice((REVALIDATIE, KDC)), r.sample("1234", r.randint(2, 4))))
    triage = TRIAGE.pick(r) if has_consent else r.choice("14")
    step("03", 1, 14, triage_code=triage)
    if triage == "3":
        step("11", 1, 10, verwezen_naar_code=VOORZIENING.pick(r), verwijzing_nummer=f"{visit.nummer}-V1")
        step("12", 3, 40, verwijzing_nummer=f"{visit.nummer}-V1")
    if triage != "2":
        step("15", 1, 60, reden_afsluiting_code="7" if triage == "1" else "1" if triage == "3" else "5")
        return course
    if r.random() < SECOND_CONSENT:
        step(
            "20",
            0,
            5,
            toestemming_voor_partij_code=JGZ,
            toestemming_omvang_code=["2"],
            toestemming_door_code="1",
            datum_geldig_tot=(day + timedelta(days=r.choice((60, 180)))).isoformat(),
        )
        if r.random() < 0.5:
            step("21", 5, 40, toestemming_voor_partij_code=JGZ)  # for that party only
    step("04", 1, 10)
    huisbezoek = day + timedelta(days=14)
    course[-1][1].update(volgende_stap_code="05", datum_volgende_stap=huisbezoek.isoformat())
    step("05", 4, 28, oordeel_code=r.choices("123", (55, 35, 10))[0], zorggebied_code=gebieden)
    step("06", 0, 6)
    step(
        "07",
        7,
        35,
        inbreng=[{"partij_code": REVALIDATIE, "stuk_code": "1"}, {"partij_code": KDC, "stuk_code": "2"}],
    )
    pauses = 0 if r.random() >= PAUSED else 2 if r.random() < PAUSED_AGAIN else 1
    for _ in range(pauses):
        step("30", 0, 5, pauze_code=r.choices("1234", (40, 30, 20, 10))[0])
        if r.random() < STUCK:  # nobody takes it up again
            if r.random() < 0.5:
                step("15", 60, 200, reden_afsluiting_code="2")
            return course
        step("31", 7, 42)
    if r.random() < WITHDRAWN_CONSENT:
        step("21", 1, 30)
        step("15", 1, 30, reden_afsluiting_code="2")
        return course
    kernteam = f"KT-{visit.nummer}"
    step("08", 1, 14, kernteam_nummer=kernteam)
    step("09", 7, 35, kernteam_nummer=kernteam,
         discipline_code=sorted(r.sample(DISCIPLINES, r.randint(3, 5))))  # fmt: skip
    step("10", 0, 10, advies_code=VOORZIENING.pick(r))
    step("11", 1, 14, verwezen_naar_code=VOORZIENING.pick(r), verwijzing_nummer=f"{visit.nummer}-V1")
    step("13" if r.random() < 0.08 else "12", 5, 60, verwijzing_nummer=f"{visit.nummer}-V1")
    step("14", 60, 120)
    step("15", 0, 30, reden_afsluiting_code=r.choices("1347", (70, 12, 6, 12))[0])
    if r.random() < REOPENED:
        step("16", 30, 150)
        step("20", 0, 3, **agreed(r, day, r.choice((REVALIDATIE, KDC)), r.sample("1234", r.randint(2, 4))))
        if r.random() < 0.6:
            step("03", 1, 14, triage_code="1")
            step("15", 1, 30, reden_afsluiting_code="7")
    return course


def agreed(r: Random, day: date, party: str, scope: Iterable[str]) -> Record:
    """The consent of the parents for a party and some purposes, for a year."""
    return {
        "toestemming_voor_partij_code": party,
        "toestemming_omvang_code": sorted(scope),
        "toestemming_door_code": r.choices("1234", (70, 18, 8, 4))[0],
        "gezag_code": r.choices("123", (74, 22, 4))[0],
        "datum_geldig_tot": (day + timedelta(days=365)).isoformat(),
    }
