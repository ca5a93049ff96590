"""The rules between fields: each by a record that breaks it and one that only just does not."""

from typing import Any

import pytest

from schemas.contract import load_all
from schemas.faults import CATALOGUE
from schemas.rules import RULES
from tests.schemas.support import checker, codes, good

pytestmark = pytest.mark.pure

ANONYMOUS: dict[str, Any] = {
    f"persoon__{name}": ...
    for name in ("bsn", "geslachtsnaam", "voorvoegsel", "voorletters", "geboortedatum", "postcode", "huisnummer")
} | {"persoon__is_anoniem": "true", "persoon__leeftijdsklasse_code": "20"}

# rule: bericht, what breaks it, what is just allowed
CASES: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "aanmelding_na_geboorte": (
        "aanmelding",
        {"persoon__geboortedatum": "2015-02-13"},
        {"persoon__geboortedatum": "2015-02-12"},
    ),
    "melding_na_geboorte": ("onderzoek", {"persoon__geboortedatum": "2016"}, {"persoon__geboortedatum": "2015"}),
    "stap_na_geboorte": (
        "vroeghulp",
        {"persoon__geboortedatum": "2015-03"},
        {"persoon__geboortedatum": "2015-02"},
    ),
    "anoniem_zonder_identiteit": ("aanmelding", {**ANONYMOUS, "persoon__voorletters": "A."}, ANONYMOUS),
    "persoon_herkenbaar": (
        "aanmelding",
        {"persoon__bsn": ..., "persoon__geslachtsnaam": ...},
        {"persoon__bsn": ...},
    ),
    "afgehandeld_na_aanmelding": (
        "aanmelding",
        {"datum_afgehandeld": "2015-02-11"},
        {"datum_afgehandeld": "2015-02-12"},
    ),
    "doorgestuurd_na_aanmelding": (
        "aanmelding",
        {"datum_doorgestuurd": "2015-02-11"},
        {"datum_doorgestuurd": "2015-02-12"},
    ),
    "geaccepteerd_na_doorgestuurd": (
        "aanmelding",
        {"datum_overdracht_geaccepteerd": "2015-02-12"},
        {"datum_overdracht_geaccepteerd": "2015-02-13"},
    ),
    "doorgestuurd_met_loket": (
        "aanmelding",
        {"doorgestuurd_naar_loket_code": ...},
        {"doorgestuurd_naar_loket_code": ..., "datum_doorgestuurd": ...},
    ),
    "einde_na_start": (
        "traject",
        {"datum_einde": "2015-01-14", "datum_eerste_gesprek": ...},
        {"datum_einde": "2015-01-15", "datum_eerste_gesprek": ...},
    ),
    "gesprek_niet_na_einde": (
        "traject",
        {"datum_eerste_gesprek": "2015-02-28"},
        {"datum_eerste_gesprek": "2015-02-27"},
    ),
    "gesprek_voor_start": (
        "traject",
        {"datum_eerste_gesprek": "2015-01-14"},
        {"datum_eerste_gesprek": "2015-01-15"},
    ),
    "eigen_bijdrage_nul": ("traject", {"eigen_bijdrage_cent": "1"}, {"eigen_bijdrage_cent": "0"}),
    "dienst_e_bij_cursus": ("activiteit", {"dienst_code": "E"}, {"dienst_code": "D"}),
    "identiteit_met_toestemming": ("vroeghulp", {"toestemming_door_code": ...}, {"toestemming_door_code": "2"}),
    "volgende_stap_na_stap": (
        "vroeghulp",
        {"datum_volgende_stap": "2015-02-09"},
        {"datum_volgende_stap": "2015-02-10"},
    ),
    "toestemming_geldig": ("vroeghulp", {"datum_geldig_tot": "2015-02-09"}, {"datum_geldig_tot": "2015-02-10"}),
    "bevestiging_na_melding": (
        "onderzoek",
        {"datum_bevestiging": "2015-01-11"},
        {"datum_bevestiging": "2015-01-12"},
    ),
    "gesprek_na_melding": ("onderzoek", {"datum_gesprek": "2015-01-11"}, {"datum_gesprek": "2015-01-12"}),
    "onderzoek_gereed_na_melding": (
        "onderzoek",
        {"datum_onderzoek_gereed": "2015-01-11"},
        {"datum_onderzoek_gereed": "2015-01-12"},
    ),
    "besluit_na_aanvraag": ("onderzoek", {"datum_besluit": "2015-02-16"}, {"datum_besluit": "2015-02-17"}),
    "tevredenheid_samen": ("inzet", {"tevredenheid_aantal": "0"}, {"tevredenheid_aantal": "1"}),
}


@pytest.mark.parametrize("name", RULES)
def test_a_rule_finds_what_it_is_for_and_nothing_just_beside_it(name: str) -> None:
    rule = RULES[name]
    bericht, broken, allowed = CASES[name]
    faults = checker(bericht)(good(bericht, **broken)).faults
    assert [(f.code, f.field) for f in faults] == [(rule.code, rule.on)]
    assert "…" not in faults[0].text()
    assert rule.code not in codes(checker(bericht)(good(bericht, **allowed)).faults)


def test_every_rule_is_used_and_can_be_told_apart() -> None:
    used = set()
    for contract in load_all().values():
        used |= set(contract.regels)
        marks = [(RULES[name].code, RULES[name].on) for name in contract.regels]
        assert len(marks) == len(set(marks)), contract.bericht
    assert used == set(RULES)


@pytest.mark.parametrize(
    ("bericht", "changes", "field"),
    [
        ("aanmelding", {**ANONYMOUS, "persoon__leeftijdsklasse_code": ...}, "persoon.leeftijdsklasse_code"),
        ("aanmelding", {"datum_doorgestuurd": ..., "datum_overdracht_geaccepteerd": ...}, "datum_doorgestuurd"),
        ("traject", {"reden_einde_code": ...}, "reden_einde_code"),
        ("activiteit", {"traject_nummer": ""}, "traject_nummer"),
        ("activiteit", {"soort_code": "9"}, "dossier_nummer"),
        ("vroeghulp", {"stap_code": "15"}, "reden_afsluiting_code"),
        ("vroeghulp", {"discipline_code": []}, "discipline_code"),
    ],
)
def test_a_field_is_required_under_its_condition(bericht: str, changes: dict[str, Any], field: str) -> None:
    faults = checker(bericht)(good(bericht, **changes)).faults
    assert [(f.code, f.field) for f in faults] == [("V025", field)]


def test_practice_has_good_reasons_for_what_only_warns() -> None:
    warnings = {rule.name for rule in RULES.values() if CATALOGUE[rule.code].severity == "waarschuwing"}
    assert warnings == {"persoon_herkenbaar", "gesprek_voor_start", "gesprek_na_melding", "toestemming_geldig"}
