"""The mistakes that senders make: each turns a good record into a faulty one, with the fault codes to expect.

The codes are those of the published fault catalogue. `ZGW` holds the few that a zaak can carry: a zaak system
guards its own dates and lengths, but not the words that people type in an eigenschap.
"""

from collections.abc import Callable
from copy import deepcopy
from datetime import date, timedelta
from random import Random
from typing import Any

from kit.parties import Party
from kit.people import BSN_FIRST, BSN_LAST, passes_11_proef
from kit.records import Record

AHEAD = "R034"  # a moment from the future; a system that sends messages by itself stamps them by its own clock
BY_MACHINE = ("stuf", "rest")
NOT_OURS = "R031"  # the controller is another one than who delivers; only who writes it down can get it wrong
NOT_FILLED, NOT_ALLOWED = "V028", "V029"  # only where the arrangement of the gemeente asks for it
Mistake = tuple[str, str, Callable[[Record, Random], bool]]  # fault code, field, what goes wrong


def _absent(name: str) -> Callable[[Record, Random], bool]:
    return lambda record, r: record.pop(name, None) is not None


def _put(name: str, *values: Any, where: Callable[[Record], bool] = bool) -> Callable[[Record, Random], bool]:
    def mistake(record: Record, r: Random) -> bool:
        if not where(record):
            return False
        record[name] = r.choice(values)
        return True

    return mistake


def _before(name: str, start: str) -> Callable[[Record, Random], bool]:
    def mistake(record: Record, r: Random) -> bool:
        if name not in record:
            return False
        record[name] = (date.fromisoformat(record[start]) - timedelta(days=r.randint(2, 40))).isoformat()
        return True

    return mistake


def _bsn(record: Record, r: Random) -> bool:
    """A digit typed wrong: still in the test range, and nobody's, for it fails the 11-proef."""
    if "bsn" not in record.get("persoon", {}):
        return False
    wrong = next(n for _ in range(99) if not passes_11_proef(n := str(r.randint(BSN_FIRST, BSN_LAST))))
    record["persoon"]["bsn"] = wrong
    return True


def _in_person(name: str, *values: Any) -> Callable[[Record, Random], bool]:
    def mistake(record: Record, r: Random) -> bool:
        if name not in record.get("persoon", {}):
            return False
        record["persoon"][name] = r.choice(values)
        return True

    return mistake


def _no_such_birthday(record: Record, r: Random) -> bool:
    known = record.get("persoon", {}).get("geboortedatum", "")
    if len(known) != 10:
        return False
    record["persoon"]["geboortedatum"] = f"{known[:4]}-{r.choice(('02-30', '04-31', '11-31'))}"
    return True


def _no_consent(record: Record, r: Random) -> bool:
    if "persoon" not in record or record["stap_code"] == "20":
        return False
    return record.pop("toestemming_door_code", None) is not None


def _next_century(record: Record, r: Random) -> bool:
    """A wrong year (a leap year: 29 February stays a day). Whoever believes it takes no later state any more."""
    if "gewijzigd_op" not in record:
        return False
    record["gewijzigd_op"] = f"20{r.choice((52, 64, 88))}{record['gewijzigd_op'][4:]}"
    return True


PERSON: tuple[Mistake, ...] = (("V022", "bsn", _bsn), ("V005", "geboortedatum", _no_such_birthday))
ZGW: dict[str, tuple[Mistake, ...]] = {
    "aanmelding": (
        ("V001", "clientrol_code", _absent("clientrol_code")),
        ("V020", "verwijzer_code", _put("verwijzer_code", "77")),
        ("V020", "loket_code", _put("loket_code", "ONBEKEND")),
        *PERSON,
    ),
    "onderzoek": (
        ("V001", "wet_code", _absent("wet_code")),
        ("V020", "wet_code", _put("wet_code", "77")),
        *PERSON,
    ),
}
FILE: dict[str, tuple[Mistake, ...]] = {
    "aanmelding": (
        *ZGW["aanmelding"],
        ("R002", "datum_afgehandeld", _before("datum_afgehandeld", "datum_aanmelding")),
        (
            "V003",
            "overdracht_kenmerk",
            _put("overdracht_kenmerk", "overgedragen door het wijkteam na overleg met de ouders"),
        ),
        (
            "V013",
            "leefgebied_code",
            _put("leefgebied_code", ["01", "02", "05", "11"], where=lambda r: "leefgebied_code" in r),
        ),
        ("V021", "woongemeente_code", _in_person("woongemeente_code", "1954")),  # Beekdaelen: not before 2019
        ("V012", "postcode", _in_person("postcode", "94 AB", "onbekend")),
        ("V008", "huisnummer", _in_person("huisnummer", "tien")),
        (AHEAD, "gewijzigd_op", _next_century),
    ),
    "onderzoek": (
        *ZGW["onderzoek"],
        ("R002", "datum_onderzoek_gereed", _before("datum_onderzoek_gereed", "datum_melding")),
    ),
    "traject": (
        ("V001", "rol_code", _absent("rol_code")),
        ("V020", "dienst_code", _put("dienst_code", "Z9")),
        ("V009", "tevredenheid", _put("tevredenheid", 11)),
        ("V025", "reden_einde_code", _absent("reden_einde_code")),
        ("R004", "eigen_bijdrage_cent", _put("eigen_bijdrage_cent", 1500, 1940)),
        ("R002", "datum_einde", _before("datum_einde", "datum_start")),
    ),
    "activiteit": (
        ("V009", "minuten", _put("minuten", 0, 2000)),
        ("V008", "minuten", _put("minuten", "een uur")),
        ("V005", "datum", _put("datum", "2015-02-30")),
        ("V025", "traject_nummer", _absent("traject_nummer")),
        ("R006", "dienst_code", _put("dienst_code", "E", where=lambda r: r["soort_code"] in "123")),
    ),
    "vroeghulp": (
        ("R005", "toestemming_door_code", _no_consent),
        ("V025", "triage_code", _absent("triage_code")),
        ("V025", "kernteam_nummer", _absent("kernteam_nummer")),
        ("V020", "eigenaar_organisatie_code", _put("eigenaar_organisatie_code", "00000999")),
    ),
    "inzet": (
        ("V008", "fte", _put("fte", "veel")),
        ("V009", "klachten", _put("klachten", -1)),
        ("R007", "tevredenheid_aantal", _absent("tevredenheid_aantal")),
    ),
}
TWICE = 0.15
ANOTHER = "00000110"  # an organisation of the region that delivers nothing
# What no record shows by itself: it takes the delivery, the declaration of the source, or an arrangement.
BESIDE = (AHEAD, NOT_OURS, NOT_FILLED, NOT_ALLOWED)
# The gemeenten that published an arrangement about aanmeldingen, and its first day (in the years of the kit): they ask
# by which way people come, and take no "other" or "unknown" for an answer.
ARRANGED = {"1731": "2015-01-01", "0917": "2015-01-01"}
ARRANGED_MISTAKES: tuple[Mistake, ...] = (
    (NOT_FILLED, "kanaal_code", _absent("kanaal_code")),
    (NOT_ALLOWED, "kanaal_code", _put("kanaal_code", "98", "99")),
)
ARRANGED_SHARE = 0.7  # of the mistakes in records under an arrangement


def spoil(record: Record, party: Party, bericht: str, r: Random) -> tuple[Record, tuple[str, ...]]:
    """A faulty copy of a record and the fault codes that it must be answered with, sorted, each once.

    Sometimes two mistakes in one record: a sender is told of both.
    """
    mistakes = list((FILE if party.sends_file(bericht) else ZGW)[bericht])
    if party.protocol in BY_MACHINE:
        mistakes = [mistake for mistake in mistakes if mistake[0] != AHEAD]
    if party.protocol == "xml":
        mistakes.append((NOT_OURS, "verantwoordelijke_code", _put("verantwoordelijke_code", ANOTHER)))
    r.shuffle(mistakes)
    if is_arranged(record, bericht) and r.random() < ARRANGED_SHARE:
        mistakes = [r.choice(ARRANGED_MISTAKES), *mistakes]
    spoiled, codes, fields = deepcopy(record), set[str](), set[str]()
    wanted = 2 if r.random() < TWICE else 1
    for code, field, mistake in mistakes:
        if code not in codes and field not in fields and mistake(spoiled, r):
            codes.add(code)
            fields.add(field)
            if len(codes) == wanted:
                break
    return spoiled, tuple(sorted(codes))


def is_arranged(record: Record, bericht: str) -> bool:
    """Whether the arrangement of its gemeente holds for a record: elsewhere, and before it, it asks for nothing."""
    return bericht == "aanmelding" and record["datum_aanmelding"] >= ARRANGED.get(record["gemeente_code"], "9999")
