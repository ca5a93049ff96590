"""Invented aanmeldingen of one gemeente, one after another, as fields under the names of our contract.

Most records are about another client; one in eight is about somebody who came before. BSNs are of the test range,
which holds about nine thousand, so they come back. One record in a hundred has a fault.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

#: (path, value) of each field, a repeated field more than once; the paths of the blok persoon come last.
Fields = list[tuple[str, str]]

BSN_FIRST, BSN_LAST = 999900006, 999999990
WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)
RETURNING, WITHOUT_BSN, FAULTY = 0.125, 0.06, 0.01
LOKETS = ("WMO", "JEU", "SOC", "WEI")
SURNAMES = ("Abbink", "Beuving", "Dijkstra", "Eising", "Hidding", "Kamping", "Mulder", "Oosting", "Veenstra")
PREFIXES = ("van der", "de", "van", "ten")
NAMES = ("Aaltje", "Bente", "Daniëlle", "Emre", "Geert", "Hendrik", "Janneke", "Lieke", "Noah", "Roelof", "Sanne")
LEEFGEBIED = tuple(f"{number:02d}" for number in range(1, 13))
DOELGROEP = tuple(f"{number:02d}" for number in range(1, 9))
REPEATED = ("leefgebied_code", "doelgroep_code")


@dataclass(frozen=True)
class Part:
    """Whose aanmeldingen these are, the number of the first one, and from which day on they came for how many days."""

    gemeente: str = "0109"
    first: int = 1
    since: date = date(2012, 1, 1)
    days: int = 1150

    @property
    def until(self) -> date:
        """The day on which all of them are told."""
        return self.since + timedelta(self.days + 5)


COEVORDEN = Part()


def aanmeldingen(records: int, seed: int = 1, faulty: float = FAULTY, part: Part = COEVORDEN) -> Iterator[Fields]:
    """The aanmeldingen of a gemeente; the same seed gives the same records. faulty: which share of them has a fault."""
    r = Random(seed)
    pool, people = bsns(), list[Fields]()
    for number in range(part.first, part.first + records):
        if people and r.random() < RETURNING:
            persoon = r.choice(people)
        else:
            persoon = _persoon(part.first + len(people), pool, r, part)
            people.append(persoon)
        record = _aanmelding(number, r, part) + persoon
        yield _spoiled(record, r) if r.random() < faulty else record


def bsns() -> list[str]:
    """Every number of the test range that passes the 11-proef."""
    numbers = map(str, range(BSN_FIRST, BSN_LAST + 1))
    return [n for n in numbers if sum(w * int(d) for w, d in zip(WEIGHTS, n, strict=True)) % 11 == 0]


def _aanmelding(number: int, r: Random, part: Part) -> Fields:
    day = part.since + timedelta(r.randrange(part.days))
    closed = min(day + timedelta(r.randrange(14)), part.until)
    fields = [("aanmelding_nummer", f"COE-{number:07d}")]
    fields += [(f"{role}_code", part.gemeente) for role in ("gemeente", "organisatie", "verantwoordelijke")]
    fields += [("financier_code", "1"), ("grondslag_code", "1")]
    fields += [("gewijzigd_op", f"{closed}T{r.randrange(8, 18):02d}:{r.randrange(60):02d}:{r.randrange(60):02d}Z")]
    fields += [("datum_aanmelding", str(day)), ("loket_code", f"{part.gemeente}-{r.choice(LOKETS)}")]
    fields += [("kanaal_code", r.choice("12345")), ("clientrol_code", r.choice("1123"))]
    fields += [("verwijzer_code", f"{r.randrange(1, 14):02d}")]
    fields += [("leefgebied_code", code) for code in r.sample(LEEFGEBIED, r.choice((1, 1, 2, 3)))]
    fields += [("doelgroep_code", code) for code in r.sample(DOELGROEP, r.choice((0, 1, 1, 2)))]
    if r.random() < 0.15:
        fields += [("overdracht_kenmerk", f"OVD-{number:07d}"), ("overdracht_code", r.choice("12"))]
        fields += [("doorgestuurd_naar_loket_code", f"{part.gemeente}-JEU"), ("datum_doorgestuurd", str(closed))]
    if r.random() < 0.8:
        fields += [("uitkomst_code", r.choice("1234567")), ("datum_afgehandeld", str(closed))]
    return fields


def _persoon(number: int, pool: list[str], r: Random, part: Part) -> Fields:
    first, last = r.choice(NAMES), r.choice(SURNAMES)
    fields = [("client_nummer_bron", f"COE-C{number:06d}"), ("is_anoniem", "false")]
    if r.random() >= WITHOUT_BSN:
        fields += [("bsn", pool[number % len(pool)])]
    fields += [("geslachtsnaam", last)]
    if r.random() < 0.3:
        fields += [("voorvoegsel", r.choice(PREFIXES))]
    fields += [("voornamen", first), ("voorletters", f"{first[0]}.")]
    fields += [("geboortedatum", str(date(1925, 1, 1) + timedelta(r.randrange(31_000))))]
    fields += [("geslacht_code", r.choice("12")), ("postcode", f"77{r.randrange(40, 60)}{r.choice('ABCDEF')}X")]
    fields += [("huisnummer", str(r.randrange(1, 300)))]
    if r.random() < 0.12:
        fields += [("toevoeging", r.choice("abc"))]
    fields += [("woongemeente_code", part.gemeente), ("is_geheim_adres", "false")]
    fields += [("huishouden_nummer_bron", f"COE-H{number // 2:06d}")]
    return [(f"persoon.{name}", value) for name, value in fields]


def _spoiled(record: Fields, r: Random) -> Fields:
    """The record with one fault: a day that does not exist, a code that does not exist, a field left out."""
    path, before = r.choice((("datum_aanmelding", "31-"), ("clientrol_code", "7"), ("persoon.is_geheim_adres", "")))
    if not before:
        return [(name, value) for name, value in record if name != path]
    return [(name, before + value if name == path else value) for name, value in record]
