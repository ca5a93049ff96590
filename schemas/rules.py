"""Rules over more than one field of one record, by the name under which a contract calls them.

A rule sees the checked values (canonical text, None where a field is absent or faulty) and gives a fault or
None. It needs nothing but the record; what reads the past or the warehouse can warn elsewhere, never reject.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from schemas.faults import CATALOGUE, Fault

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """A named rule. `fields` are the contract paths it reads, in the order in which its text names them.

    The fault stands on the field `on`; in one contract no two rules share both code and `on`, so that a stored
    fault (code, field) can always be told again.
    """

    name: str
    code: str
    fields: tuple[str, ...]
    on: str
    omschrijving: str
    broken: Callable[[Values], bool]

    def fault(self, names: Mapping[str, str] | None = None) -> Fault:
        spelled = [(names or {}).get(path, path) for path in self.fields]
        return Fault(self.code, self.on, CATALOGUE[self.code].level, None, {"velden": ", ".join(spelled)})

    def __call__(self, values: Values) -> Fault | None:
        return self.fault() if self.broken(values) else None


def _order(name: str, first: str, second: str, omschrijving: str, code: str = "R002", on: str = "") -> Rule:
    """`second` may not lie before `first`. ISO dates compare as text."""

    def broken(values: Values) -> bool:
        late = values[second]
        if late is None:
            return False
        early = values[first]
        return early is not None and late < early

    return Rule(name, code, (first, second), on or second, omschrijving, broken)


def _birth(name: str, day: str) -> Rule:
    def broken(values: Values) -> bool:
        born, on = values["persoon.geboortedatum"], values[day]
        return born is not None and on is not None and on < born

    fields = (day, "persoon.geboortedatum")
    return Rule(name, "R001", fields, fields[1], "De datum van een record ligt niet vóór de geboorte.", broken)


_IDENTITY = (
    "persoon.bsn", "persoon.geslachtsnaam", "persoon.voorvoegsel", "persoon.voornamen", "persoon.voorletters",
    "persoon.geboortedatum", "persoon.postcode", "persoon.huisnummer", "persoon.toevoeging",
)  # fmt: skip


def _named_while_anonymous(values: Values) -> bool:
    if values["persoon.is_anoniem"] != "true":
        return False
    return any(values[path] is not None for path in _IDENTITY)


def _not_recognisable(values: Values) -> bool:
    if values["persoon.bsn"] is not None or values["persoon.is_anoniem"] != "false":
        return False
    return values["persoon.geslachtsnaam"] is None or values["persoon.geboortedatum"] is None


def _own_contribution(values: Values) -> bool:
    return values["eigen_bijdrage_cent"] not in (None, "0")


def _identity_without_consent(values: Values) -> bool:
    """Every step that carries a person says who consented; code lists decide which answers exist."""
    return values["persoon.client_nummer_bron"] is not None and values["toestemming_door_code"] is None


def _course_without_e(values: Values) -> bool:
    soort, dienst = values["soort_code"], values["dienst_code"]
    return soort is not None and dienst is not None and (soort == "4") != (dienst == "E")


def _mean_without_count(values: Values) -> bool:
    return values["tevredenheid_gemiddelde"] is not None and values["tevredenheid_aantal"] in (None, "0")


def _forwarded_nowhere(values: Values) -> bool:
    return values["datum_doorgestuurd"] is not None and values["doorgestuurd_naar_loket_code"] is None


_ALL = (
    _birth("aanmelding_na_geboorte", "datum_aanmelding"),
    _birth("melding_na_geboorte", "datum_melding"),
    _birth("stap_na_geboorte", "datum_stap"),
    Rule("anoniem_zonder_identiteit", "R003", ("persoon.is_anoniem", *_IDENTITY), "persoon.is_anoniem",
         "Wie anoniem blijft, wordt zonder naam, BSN, geboortedatum en adres geleverd.", _named_while_anonymous),
    Rule("persoon_herkenbaar", "R020",
         ("persoon.bsn", "persoon.geslachtsnaam", "persoon.geboortedatum"), "persoon.bsn",
         "Wie niet anoniem is, is herkenbaar aan bsn, of aan geslachtsnaam met geboortedatum.", _not_recognisable),
    _order("afgehandeld_na_aanmelding", "datum_aanmelding", "datum_afgehandeld",
           "Een aanmelding wordt niet afgesloten vóór zij binnenkwam."),
    _order("doorgestuurd_na_aanmelding", "datum_aanmelding", "datum_doorgestuurd",
           "Doorsturen gebeurt niet vóór de aanmelding."),
    _order("geaccepteerd_na_doorgestuurd", "datum_doorgestuurd", "datum_overdracht_geaccepteerd",
           "Een overdracht wordt niet aangenomen vóór het doorsturen."),
    Rule("doorgestuurd_met_loket", "R008", ("datum_doorgestuurd", "doorgestuurd_naar_loket_code"),
         "doorgestuurd_naar_loket_code",
         "Bij een datum van doorsturen hoort een loket.", _forwarded_nowhere),
    _order("einde_na_start", "datum_start", "datum_einde", "Een traject eindigt niet vóór het begint."),
    _order("gesprek_niet_na_einde", "datum_eerste_gesprek", "datum_einde",
           "Het eerste gesprek is niet na het einde van het traject.", on="datum_eerste_gesprek"),
    _order("gesprek_voor_start", "datum_start", "datum_eerste_gesprek",
           "Een gesprek vóór de start is ongewoon (kennismaking).", "R021"),
    Rule("eigen_bijdrage_nul", "R004", ("eigen_bijdrage_cent",), "eigen_bijdrage_cent",
         "Cliëntondersteuning is kosteloos.", _own_contribution),
    Rule("dienst_e_bij_cursus", "R006", ("soort_code", "dienst_code"), "dienst_code",
         "Een cursusbijeenkomst (4) hoort bij dienst E, en omgekeerd.", _course_without_e),
    Rule("identiteit_met_toestemming", "R005", ("toestemming_door_code", "persoon.client_nummer_bron"),
         "toestemming_door_code",
         "De persoon wordt alleen meegeleverd met toestemming van wie gezag heeft.", _identity_without_consent),
    _order("volgende_stap_na_stap", "datum_stap", "datum_volgende_stap",
           "De volgende stap ligt niet vóór deze stap."),
    _order("toestemming_geldig", "datum_stap", "datum_geldig_tot",
           "De toestemming geldt nog op de dag van de stap.", "R022"),
    _order("bevestiging_na_melding", "datum_melding", "datum_bevestiging",
           "Een melding wordt niet bevestigd vóór zij binnenkwam."),
    _order("gesprek_na_melding", "datum_melding", "datum_gesprek",
           "Een gesprek vóór de melding is ongewoon (kennismaking).", "R021"),
    _order("onderzoek_gereed_na_melding", "datum_melding", "datum_onderzoek_gereed",
           "Een onderzoek is niet gereed vóór de melding."),
    _order("besluit_na_aanvraag", "datum_aanvraag", "datum_besluit", "Een besluit volgt op een aanvraag."),
    Rule("tevredenheid_samen", "R007", ("tevredenheid_gemiddelde", "tevredenheid_aantal"), "tevredenheid_aantal",
         "Een gemiddelde heeft een aantal.", _mean_without_count),
)  # fmt: skip

RULES: Mapping[str, Rule] = {rule.name: rule for rule in _ALL}
