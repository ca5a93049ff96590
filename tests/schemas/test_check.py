"""What the record check gives: canonical values, every fault at once, and no value of a person in a fault."""

from datetime import date
from typing import Any

import pytest

from schemas.check import Checker
from schemas.codelists import CodeLists
from schemas.contract import load
from schemas.errors import ContractError
from schemas.messages import fault_at
from schemas.types import elfproef
from tests.schemas.support import checker, codelists, codes, flat, good

pytestmark = pytest.mark.pure


def test_values_are_canonical_text_in_contract_order() -> None:
    raw = good(
        "aanmelding",
        persoon__postcode=" 7811 ab ",
        persoon__huisnummer="007",
        gewijzigd_op="2015-03-01T16:30:00+01:00",
    )
    checked = checker("aanmelding")(raw)
    assert tuple(checked.values) == load("aanmelding").paths
    assert checked.values["persoon.postcode"] == "7811AB"
    assert checked.values["persoon.huisnummer"] == "7"
    assert checked.values["gewijzigd_op"] == "2015-03-01T15:30:00Z"
    assert checked.values["persoon.is_anoniem"] == "false"
    assert checked.values["leefgebied_code"] == ["01", "02"]
    assert checked.faults == []


@pytest.mark.parametrize(
    ("delivered", "value"), [("7.90", "7.9"), ("10", "10"), ("10.0", "10"), ("01.5", "1.5"), ("1.000", "1")]
)
def test_a_number_has_one_spelling(delivered: str, value: str) -> None:
    checked = checker("inzet")(good("inzet", tevredenheid_gemiddelde=delivered))
    assert checked.values["tevredenheid_gemiddelde"] == value


def test_a_month_is_its_first_day() -> None:
    assert checker("inzet")(flat("inzet")).values["maand"] == "2015-02-01"


@pytest.mark.parametrize(
    ("delivered", "value", "precision"),
    [("1980-02-29", "1980-02-29", "D"), ("1980-02", "1980-02-01", "M"), ("1980", "1980-01-01", "J")],
)
def test_an_incomplete_date_keeps_its_precision(delivered: str, value: str, precision: str) -> None:
    values = checker("aanmelding")(good("aanmelding", persoon__geboortedatum=delivered)).values
    assert (values["persoon.geboortedatum"], values["persoon.geboortedatum_precisie"]) == (value, precision)


def test_a_field_has_three_states() -> None:
    checked = checker("aanmelding")(good("aanmelding", kanaal_code="", uitkomst_code=None, overdracht_kenmerk=...))
    assert set(checked.emptied) == {"kanaal_code", "uitkomst_code"}
    assert checked.values["overdracht_kenmerk"] is None
    assert checked.accepted


def test_every_fault_comes_at_once_and_one_for_each_field() -> None:
    checked = checker("aanmelding")(
        good("aanmelding", loket_code=..., datum_aanmelding="gisteren", persoon__bsn="123", clientrol_code="7")
    )
    assert [(f.code, f.field) for f in checked.faults] == [
        ("V005", "datum_aanmelding"),
        ("V001", "loket_code"),
        ("V020", "clientrol_code"),
        ("V011", "persoon.bsn"),
    ]
    assert not checked.accepted


def test_a_fault_in_a_repeated_field_tells_which_one() -> None:
    checked = checker("aanmelding")(good("aanmelding", leefgebied_code=["01", "77", "88"]))
    assert [(f.code, f.field, f.index) for f in checked.faults] == [
        ("V020", "leefgebied_code", 2),
        ("V020", "leefgebied_code", 3),
    ]
    assert "nummer 2" in checked.faults[0].text()


def test_a_fault_in_a_group_names_field_and_place() -> None:
    score = [
        {"leefgebied_code": "01", "instrument_code": "1"},
        {"leefgebied_code": "77", "eind": "9", "kleur": "x"},
    ]
    checked = checker("traject")(good("traject", score=score))
    assert {(f.code, f.field, f.index) for f in checked.faults} == {
        ("V020", "score.leefgebied_code", 2),
        ("V009", "score.eind", 2),
        ("V015", "score.kleur", 2),
        ("V001", "score.instrument_code", 2),
    }


def test_one_element_may_come_without_a_list() -> None:
    checked = checker("traject")(
        good("traject", leefgebied_code="01", score={"leefgebied_code": "01", "instrument_code": "1"})
    )
    assert checked.accepted
    assert checked.values["leefgebied_code"] == ["01"]
    assert len(checked.values["score"]) == 1


def test_the_text_of_a_fault_uses_the_senders_names() -> None:
    names = {"persoon.bsn": "rol.inpBsn", "datum_aanmelding": "startdatum", "datum_afgehandeld": "einddatum"}
    check = Checker(load("aanmelding"), codelists(), names)
    faults = check(good("aanmelding", persoon__bsn="123", datum_afgehandeld="2015-01-01")).faults
    assert {fault.field for fault in faults} == {"persoon.bsn", "datum_afgehandeld"}
    assert [fault.text() for fault in faults] == [
        "startdatum, einddatum: de tweede datum ligt vóór de eerste.",
        "rol.inpBsn bestaat niet uit negen cijfers; let op voorloopnullen.",
    ]


def test_a_stored_fault_can_be_told_again() -> None:
    check = checker("activiteit")
    for changes in ({"traject_nummer": ...}, {"minuten": "1441"}, {"dienst_code": "E"}, {"datum": "2015-13-01"}):
        for fault in check(good("activiteit", **changes)).faults:
            stored = fault.as_dict()
            told = fault_at(load("activiteit"), str(stored["code"]), str(stored["field"]))
            assert told.text() == fault.text()
            assert "…" not in told.text()


def test_no_fault_holds_a_value() -> None:
    secret = "Achternaam-die-niet-mag-lekken"
    contract = load("aanmelding")
    for field in contract.fields:
        for fault in checker("aanmelding")({**flat("aanmelding"), field.path: secret * 20}).faults:
            assert secret not in fault.text() + repr(fault) + str(fault.as_dict())


def test_codes_are_judged_on_the_date_of_the_record() -> None:
    checked = [
        checker("aanmelding")(
            good(
                "aanmelding",
                persoon__woongemeente_code=code,
                datum_aanmelding=day,
                datum_doorgestuurd=...,
                datum_overdracht_geaccepteerd=...,
                datum_afgehandeld=...,
                doorgestuurd_naar_loket_code=...,
            )
        )
        for code, day in (
            ("0951", "2018-12-31"),
            ("0951", "2019-01-01"),
            ("1954", "2018-12-31"),
            ("1954", "2019-01-01"),
        )
    ]
    assert [codes(one.faults) for one in checked] == [set(), {"V021"}, {"V021"}, set()]


def test_codes_in_a_group_and_in_a_repeated_field_are_judged_on_that_date_too() -> None:
    rows = [("0114", "x", None, None), ("41018393", "x", None, None), ("99000001", "x", None, date(2014, 12, 31))]
    lists = CodeLists.standard().with_list("organisatie", rows)
    inbreng = [{"partij_code": "0114", "stuk_code": "1"}, {"partij_code": "99000001", "stuk_code": "1"}]
    check = Checker(load("vroeghulp"), lists)
    late = check(good("vroeghulp", inbreng=inbreng))
    assert [(f.code, f.field, f.index) for f in late.faults] == [("V021", "inbreng.partij_code", 2)]
    early = check(good("vroeghulp", inbreng=inbreng, datum_stap="2014-12-31"))
    assert early.accepted
    assert [item["partij_code"] for item in early.values["inbreng"]] == ["0114", "99000001"]


def test_without_a_good_date_a_code_that_ever_existed_passes() -> None:
    checked = checker("aanmelding")(good("aanmelding", gemeente_code="0951", datum_aanmelding="gisteren"))
    assert codes(checked.faults) == {"V005"}


def test_a_special_bsn_counts_as_not_delivered() -> None:
    for special in ("000000000", "999999999"):
        checked = checker("aanmelding")(good("aanmelding", persoon__bsn=special))
        assert checked.values["persoon.bsn"] is None
        assert codes(checked.faults) == {"V023"}
        assert checked.accepted


def test_a_fault_in_a_field_causes_no_second_one_by_a_rule_or_condition() -> None:
    checked = checker("aanmelding")(good("aanmelding", doorgestuurd_naar_loket_code="niet-een-loket"))
    assert [(f.code, f.field) for f in checked.faults] == [("V020", "doorgestuurd_naar_loket_code")]
    checked = checker("traject")(good("traject", reden_einde_code="77"))
    assert [(f.code, f.field) for f in checked.faults] == [("V020", "reden_einde_code")]


def test_an_optional_block_asks_for_its_own_fields_once_it_is_there() -> None:
    check = checker("vroeghulp")
    nobody = {k: v for k, v in flat("vroeghulp").items() if not k.startswith("persoon.")}
    assert check(nobody).accepted
    empty = check({**nobody, "persoon": ""})
    assert empty.accepted
    assert set(empty.emptied) == {f.path for f in load("vroeghulp").fields if f.blok == "persoon"}
    half = check({**nobody, "persoon.voorvoegsel": ""}).faults
    assert {f.field for f in half if f.code == "V001"} == {
        "persoon.client_nummer_bron",
        "persoon.is_anoniem",
        "persoon.woongemeente_code",
        "persoon.is_geheim_adres",
    }


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("aanmelding_nummer", ["a", "b"], "V002"),
        ("aanmelding_nummer", {"a": "b"}, "V002"),
        ("kanaal_code", ["1", "2"], "V002"),
        ("persoon", "Jan", "V002"),
        ("persoon.geslachtsnaam", "a\x00b", "V004"),
        ("persoon.geslachtsnaam", "a\ud800b", "V004"),
        ("persoon.huisnummer", "12a", "V008"),
        ("persoon.is_anoniem", "ja", "V010"),
        ("leefgebied_code", {"01": "02"}, "V002"),
    ],
)
def test_what_no_schema_expects_is_a_fault_and_no_crash(path: str, value: Any, code: str) -> None:
    checked = checker("aanmelding")({**flat("aanmelding"), path: value})
    assert code in codes(checked.faults)
    assert not checked.accepted


def test_a_number_that_is_none_is_told_in_a_whole_sentence() -> None:
    (fault,) = checker("aanmelding")({**flat("aanmelding"), "persoon.huisnummer": "12a"}).faults
    assert fault.text() == "persoon.huisnummer is geen getal zoals afgesproken; verwacht: een heel getal, zoals 12."


def test_unknown_names_are_reported_and_dropped() -> None:
    checked = checker("aanmelding")({**flat("aanmelding"), "kleur": "rood", "persoon.schoenmaat": "44"})
    assert set(checked.unknown) == {"kleur", "persoon.schoenmaat"}
    assert checked.accepted
    assert "kleur" not in checked.values


def test_a_removal_needs_its_key_and_nothing_else() -> None:
    check = checker("inzet")
    raw = flat("inzet")
    key = {path: raw[path] for path in load("inzet").sleutel}
    assert check.removal(key).accepted
    assert check.structural(key, "verwijderen") == []
    assert check.removal({**key, "fte": "1"}).unknown == ("fte",)
    assert codes(check.structural({**key, "fte": "1"}, "verwijderen")) == {"V015"}
    del key["maand"]
    assert [(f.code, f.field) for f in check.removal(key).faults] == [("V001", "maand")]


def test_the_age_class_follows_from_the_birth_date() -> None:
    check = checker("aanmelding")
    values = check(good("aanmelding", persoon__geboortedatum="1997-02-13", persoon__leeftijdsklasse_code="12")).values
    assert values["persoon.leeftijdsklasse_code"] == "05"  # eighteen tomorrow
    values = check(good("aanmelding", persoon__geboortedatum="1997-02-12")).values
    assert values["persoon.leeftijdsklasse_code"] == "06"


def test_a_key_that_looks_like_a_bsn_is_a_warning() -> None:
    number = next(str(n) for n in range(999900006, 999900030) if elfproef(str(n)))
    checked = checker("aanmelding")(good("aanmelding", aanmelding_nummer=number))
    assert codes(checked.faults) == {"V026"}
    assert checked.accepted


def test_a_list_of_the_region_must_be_given() -> None:
    with pytest.raises(ContractError, match="organisatie"):
        Checker(load("aanmelding"), CodeLists.standard())


def test_the_memo_never_mixes_two_records() -> None:
    check, raw = checker("aanmelding"), flat("aanmelding")
    first = check(raw).values
    first["leefgebied_code"].append("12")
    assert check(raw).values["leefgebied_code"] == ["01", "02"]
