"""From what happened to what a desk writes down: the records of the berichten, as they grow from day to day.

A `Thing` is one record with its life: steps of (day, what became known that day). `versions` turns it into the
full states that its system holds, in JSON-Schema form: a nested dict with the field names of the contract, text
for texts, codes, dates and moments, numbers for numbers, booleans for yes and no, lists for repeated fields.
A field that its system does not hold is absent.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from zlib import crc32

from kit.chance import Weighted, after, rng
from kit.parties import Party
from kit.people import Person
from kit.stories import Visit

Record = dict[str, Any]
Key = tuple[str, ...]

KEY_FIELDS: dict[str, tuple[str, ...]] = {
    "aanmelding": ("aanmelding_nummer",),
    "traject": ("traject_nummer",),
    "activiteit": ("activiteit_nummer",),
    "vroeghulp": ("stap_nummer",),
    "onderzoek": ("onderzoek_nummer",),
    "inzet": ("gemeente_code", "maand", "organisatie_code", "loket_code"),
}
ONDERZOEK_AFTER = {"WMO": 0.40, "JEU": 0.22, "SOC": 0.18, "WEI": 0.10}
AGE_CLASS = {14: "04", 45: "08", 72: "11"}  # the ages that an anonymous visitor is estimated at


@dataclass(frozen=True, slots=True)
class Thing:
    """One record and its life: `steps` are (day, fields that became known), oldest first, days not decreasing."""

    bericht: str
    key: Key
    steps: tuple[tuple[date, Record], ...]


def moment(day: date, *names: str) -> str:
    """A moment in office hours of a day, the same for the same names: 2015-03-02T10:15:30Z."""
    seconds = crc32(":".join(names).encode()) % 32400
    return datetime.combine(day, time(7)).__add__(timedelta(seconds=seconds)).isoformat() + "Z"


def versions(thing: Thing, party: Party, until: date) -> list[tuple[date, Record]]:
    """The full states of a record as (day, record): the one on `until`, then one for each later day of change."""
    found: list[tuple[date, Record]] = []
    state: Record = {}
    for day, known in thing.steps:
        state = state | known
        fresh = {name: value for name, value in state.items() if value is not None}
        if "gewijzigd_op" not in party.without:
            fresh["gewijzigd_op"] = moment(day, *thing.key)
        if found and (found[-1][0] == day or day <= until):
            found[-1] = (day, fresh)
        else:
            found.append((day, fresh))
    return [(day, hide(record, party)) for day, record in found]


def hide(record: Record, party: Party) -> Record:
    """The record without the fields that the system of this party does not hold."""
    for path in party.without:
        name, _, inner = path.partition(".")
        if not inner:
            record.pop(name, None)
        elif isinstance(record.get(name), dict):
            record[name] = {key: value for key, value in record[name].items() if key != inner}
    return record


def algemeen(party: Party, gemeente_code: str, r: Random) -> Record:
    """The fields that every record has."""
    return {
        "gemeente_code": gemeente_code,
        "organisatie_code": party.code,
        "verantwoordelijke_code": party.code,
        "financier_code": Weighted(party.financier).pick(r),
        "grondslag_code": party.grondslag,
    }


def client_number(party: Party, person: Person) -> str:
    """The number under which a party knows a person: another one at every party, nothing of the person in it."""
    return f"{party.prefix}-C{person.number * 7919 % 99991:05d}"


def born(person: Person) -> str:
    """The date of birth as far as it is known: 1950-03-04, 1950-03 or 1950."""
    return person.born.isoformat()[: {"D": 10, "M": 7, "J": 4}[person.birth_known]]


def persoon(party: Party, person: Person) -> Record:
    """The block of who it is about. Whoever has no BSN is known by name, birth and address."""
    block: Record = {
        "client_nummer_bron": client_number(party, person),
        "is_anoniem": False,
        "bsn": person.bsn,
        "geslachtsnaam": person.achternaam,
        "voorvoegsel": person.voorvoegsel,
        "voornamen": person.voornamen,
        "voorletters": "".join(f"{name[0]}." for name in person.voornamen.split()),
        "geboortedatum": born(person),
        "geslacht_code": person.geslacht,
        "postcode": person.postcode,
        "huisnummer": person.huisnummer,
        "toevoeging": person.toevoeging,
        "woongemeente_code": person.gemeente_code,
        "is_geheim_adres": person.is_geheim,
        "huishouden_nummer_bron": f"{party.prefix}-H{person.huishouden * 7907 % 99989:05d}",
    }
    return {name: value for name, value in block.items() if value is not None}


def anonymous(party: Party, visit: Visit) -> Record:
    """The block of somebody who asked a question and gave no name."""
    return {
        "client_nummer_bron": f"{visit.nummer}-X",
        "is_anoniem": True,
        "leeftijdsklasse_code": AGE_CLASS[visit.age or 45],
        "woongemeente_code": visit.gemeente_code,
        "is_geheim_adres": False,
    }


def aanmelding(seed: int, party: Party, visit: Visit) -> Thing:
    """One visit as the desk registers it: what is known on the day, then the hand-over, then the end."""
    r = rng(seed, party.name, visit.nummer)
    first = algemeen(party, visit.gemeente_code, r) | {
        "aanmelding_nummer": visit.nummer,
        "persoon": persoon(party, visit.person) if visit.person else anonymous(party, visit),
        "datum_aanmelding": visit.day.isoformat(),
        "loket_code": visit.loket,
        "kanaal_code": visit.kanaal,
        "clientrol_code": visit.clientrol,
        "verwijzer_code": visit.verwijzer,
        "leefgebied_code": list(visit.leefgebieden),
        "doelgroep_code": list(visit.doelgroepen) or None,
    }
    if visit.van_loket:
        first |= {
            "ontvangen_van_loket_code": visit.van_loket,
            "overdracht_kenmerk": visit.kenmerk,
            "overdracht_code": visit.overdracht if not visit.naar_loket else None,
        }
    steps = [(visit.day, first)]
    if visit.doorgestuurd:
        steps.append(
            (
                visit.doorgestuurd,
                {
                    "doorgestuurd_naar_loket_code": visit.naar_loket,
                    "datum_doorgestuurd": visit.doorgestuurd.isoformat(),
                    "overdracht_code": visit.overdracht,
                    "overdracht_kenmerk": visit.kenmerk,
                },
            )
        )
    end: Record = {"uitkomst_code": visit.uitkomst, "datum_afgehandeld": visit.done.isoformat()}
    if visit.geaccepteerd:
        end["datum_overdracht_geaccepteerd"] = visit.geaccepteerd.isoformat()
    return Thing("aanmelding", (visit.nummer,), (*steps, (visit.done, end)))


def onderzoeken(seed: int, party: Party, visits: list[Visit]) -> Iterator[Thing]:
    """The investigations that follow some of the visits to the desks of a gemeente, with their statutory dates."""
    for number, visit in enumerate(visits, 1):
        r = rng(seed, party.name, "onderzoek", visit.nummer)
        kind = visit.loket.split("-")[1]
        if visit.person is None or r.random() >= ONDERZOEK_AFTER[kind]:
            continue
        melding = after(r, visit.day, 0, 8)
        bevestigd, gesprek = after(r, melding, 1, 6), after(r, melding, 7, 30)
        gereed = after(r, gesprek, 2, 25)
        aanvraag, is_spoed = after(r, gereed, 0, 7), r.random() < 0.04
        besluit = after(r, aanvraag, 1, 18)
        helped = r.random() < 0.35
        uitkomst = r.choices("12345", (20, 18, 50, 7, 5))[0]
        key = f"{visit.nummer[:-6]}O{number:05d}"
        steps: list[tuple[date, Record]] = [
            (
                melding,
                algemeen(party, visit.gemeente_code, r)
                | {
                    "onderzoek_nummer": key,
                    "persoon": persoon(party, visit.person),
                    "aanmelding_nummer": visit.nummer,
                    "wet_code": {"JEU": "2", "WEI": "3"}.get(kind, "1"),
                    "datum_melding": melding.isoformat(),
                    "is_spoed": is_spoed,
                },
            ),
            (
                bevestigd,
                {
                    "datum_bevestiging": bevestigd.isoformat(),
                    "datum_gewezen": bevestigd.isoformat(),
                    "gewezen_wijze_code": r.choices("123", (80, 10, 10))[0],
                    "is_mantelzorger_gewezen": r.random() < 0.5,
                },
            ),
            (
                gesprek,
                {
                    "datum_gesprek": gesprek.isoformat(),
                    "gesprek_organisatie_code": "41018393" if r.random() < 0.15 else party.code,
                    "is_clientondersteuner_aanwezig": helped,
                    "ondersteuner_organisatie_code": "41018393" if helped else None,
                    "datum_persoonlijk_plan": after(r, melding, 1, 7).isoformat() if r.random() < 0.1 else None,
                },
            ),
            (
                gereed,
                {
                    "datum_onderzoek_gereed": gereed.isoformat(),
                    "dagen_opgeschort": r.randint(3, 30) if r.random() < 0.08 else None,
                    "uitkomst_code": uitkomst,
                },
            ),
        ]
        if uitkomst == "3":
            steps.append((aanvraag, {"datum_aanvraag": aanvraag.isoformat()}))
            steps.append((besluit, {"datum_besluit": besluit.isoformat()}))
        yield Thing("onderzoek", (key,), tuple(steps))
