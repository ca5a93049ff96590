"""What a gemeente asks beyond the contract: for its own records, in its own period, and of nobody else."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.arrangement import CODES, Arrangement, Arrangements
from schemas.check import Checker
from schemas.contract import load
from tests.schemas.support import checker, codelists, good

pytestmark = pytest.mark.pure
EMMEN, ASSEN = "0114", "0106"


def asks(bericht: str = "aanmelding", **changes: Any) -> Arrangement:
    """Emmen, from 2015 on, asks for kanaal_code."""
    told: dict[str, Any] = {
        "gemeente_code": EMMEN, "gemeente": "Emmen", "van": date(2015, 1, 1), "tot_en_met": None,
        "known_from": date(2014, 12, 1), "verplicht": ("kanaal_code",),
    }  # fmt: skip
    return Arrangement(bericht, 1, **told | changes)


def arranged(*arrangements: Arrangement, bericht: str = "aanmelding", **names: str) -> Checker:
    return Checker(load(bericht), codelists(), names, arrangements=Arrangements(arrangements))


def found(check: Checker, bericht: str = "aanmelding", **changes: Any) -> list[tuple[str, str]]:
    return [(fault.code, fault.field) for fault in check(good(bericht, **changes)).faults]


def test_a_required_field_is_missed_in_records_of_that_gemeente_only() -> None:
    check = arranged(asks())
    assert found(check) == []
    assert found(check, kanaal_code=...) == [("V028", "kanaal_code")]
    assert found(check, kanaal_code="") == [("V028", "kanaal_code")]  # emptied is not filled
    assert found(check, kanaal_code=..., gemeente_code=ASSEN) == []
    assert found(checker("aanmelding"), kanaal_code=...) == []


@pytest.mark.parametrize(
    ("day", "is_asked"), [("2014-12-31", False), ("2015-01-01", True), ("2015-06-30", True), ("2015-07-01", False)]
)
def test_the_date_of_the_record_decides_and_both_ends_belong_to_it(day: str, is_asked: bool) -> None:
    check = arranged(asks(tot_en_met=date(2015, 6, 30)))
    late = {"datum_doorgestuurd": ..., "doorgestuurd_naar_loket_code": ..., "datum_overdracht_geaccepteerd": ...}
    record = found(check, kanaal_code=..., datum_aanmelding=day, datum_afgehandeld=..., **late)
    assert record == ([("V028", "kanaal_code")] if is_asked else [])


def test_without_a_sound_gemeente_or_date_the_contract_alone_judges() -> None:
    check = arranged(asks())
    for broken in ({"gemeente_code": "9999"}, {"gemeente_code": ...}, {"datum_aanmelding": "2015-02-30"}):
        assert not CODES & {code for code, _ in found(check, kanaal_code=..., **broken)}


def test_a_shortened_list_refuses_what_it_leaves_out() -> None:
    check = arranged(asks(verplicht=(), alleen={"kanaal_code": ("1", "2"), "leefgebied_code": ("01", "02")}))
    assert found(check, kanaal_code="1", leefgebied_code=["02", "01"]) == []
    assert found(check, kanaal_code=..., leefgebied_code=...) == []  # shortened is not required
    assert found(check, kanaal_code="3", leefgebied_code="02") == [("V029", "kanaal_code")]
    # one fault of a repeated field, whichever of its codes it is
    assert found(check, kanaal_code="1", leefgebied_code=["02", "11", "12"]) == [("V029", "leefgebied_code")]
    both = [("V029", "kanaal_code"), ("V029", "leefgebied_code")]
    assert found(check, kanaal_code="98", leefgebied_code=["99"]) == both


def test_a_field_with_a_fault_of_its_own_gets_no_second_one() -> None:
    check = arranged(asks(alleen={"kanaal_code": ("1",)}))
    assert found(check, kanaal_code="77") == [("V020", "kanaal_code")]
    # a warning is no reason to look away
    twice = arranged(asks(verplicht=(), alleen={"leefgebied_code": ("01",)}))
    assert found(twice, leefgebied_code=["02", "02"]) == [("V024", "leefgebied_code"), ("V029", "leefgebied_code")]


def test_the_text_names_gemeente_and_day_in_the_senders_words_and_no_value() -> None:
    check = arranged(asks(alleen={"kanaal_code": ("1", "2")}), kanaal_code="Kanaal")
    missing = check(good("aanmelding", kanaal_code=...)).faults[0].text()
    assert missing == (
        "Volgens de invulling van de gemeente Emmen vanaf 2015-01-01 is Kanaal verplicht; het ontbreekt of is leeg."
    )
    other = check(good("aanmelding", kanaal_code="98")).faults[0].text()
    assert other == (
        "Volgens de invulling van de gemeente Emmen vanaf 2015-01-01 is de code in Kanaal niet toegestaan; "
        "kies uit 1, 2."
    )


def test_of_two_about_one_day_the_last_known_holds() -> None:
    first, second = asks(), asks(known_from=date(2015, 6, 1), van=date(2015, 6, 1), verplicht=("clientrol_code",))
    known = Arrangements([first, second])
    assert known.voor(EMMEN, "2015-05-31") is first
    assert known.voor(EMMEN, "2015-06-01") is second
    assert Arrangements([second, first]).voor(EMMEN, "2015-06-01") is second
    assert known.voor(ASSEN, "2015-06-01") is None
    withdrawn = asks(known_from=date(2015, 7, 1), verplicht=())
    assert found(arranged(first, withdrawn), kanaal_code=...) == []


def test_a_removal_is_never_refused_by_an_arrangement() -> None:
    key = {"gemeente_code": EMMEN, "maand": "2015-02", "organisatie_code": EMMEN, "loket_code": "0114-WMO"}
    check = arranged(asks("inzet", verplicht=("fte",), alleen={"loket_code": ("0114-MEE",)}), bericht="inzet")
    assert {fault.code for fault in check(key).faults} >= CODES
    assert check.removal(key).faults == []


def test_a_field_of_a_block_that_may_be_left_out_is_asked_for_once_the_block_is_there() -> None:
    check = arranged(asks("vroeghulp", verplicht=("persoon.geslacht_code",)), bericht="vroeghulp")
    day = {"datum_stap": "2015-02-10", "datum_volgende_stap": ..., "datum_geldig_tot": ...}
    assert found(check, "vroeghulp", persoon__geslacht_code=..., **day) == [("V028", "persoon.geslacht_code")]
    person = {f"persoon__{f.name}": ... for f in load("vroeghulp").fields if f.blok == "persoon"}
    assert found(check, "vroeghulp", **person, **day) == []


def test_a_group_can_be_required_as_a_whole() -> None:
    check = arranged(asks("traject", verplicht=("score",)), bericht="traject")
    rest = {"datum_start": "2015-02-10", "datum_eerste_gesprek": ...}
    assert found(check, "traject", score=..., **rest) == [("V028", "score")]
    assert found(check, "traject", **rest) == []


def test_the_structure_stays_that_of_the_contract() -> None:
    """What is published holds for every gemeente alike."""
    assert arranged(asks()).structural(good("aanmelding", kanaal_code=...)) == []


def test_the_digest_tells_one_set_from_another_and_is_empty_for_none() -> None:
    others = (
        asks(), asks(verplicht=()), asks(van=date(2015, 1, 2)), asks(tot_en_met=date(2016, 1, 1)),
        asks(known_from=date(2015, 1, 1)), asks(alleen={"kanaal_code": ("1",)}), asks(gemeente_code=ASSEN),
    )  # fmt: skip
    digests = [Arrangements([one]).digest for one in others]
    assert len(set(digests)) == len(digests)
    assert Arrangements(others).digest == Arrangements(reversed(others)).digest
    assert Arrangements().digest == ""


DAYS = st.dates(date(2014, 1, 1), date(2016, 12, 31))
FIELDS = st.sampled_from(["kanaal_code", "leefgebied_code", "doelgroep_code", "uitkomst_code"])


@given(DAYS, st.none() | DAYS, st.sets(FIELDS), st.sets(FIELDS), st.sampled_from([EMMEN, ASSEN]))
def test_an_arrangement_only_ever_adds_faults_of_its_own_and_changes_no_value(
    van: date, tot: date | None, verplicht: set[str], left_out: set[str], gemeente: str
) -> None:
    one = asks(van=van, tot_en_met=tot, verplicht=tuple(sorted(verplicht)))
    record = good("aanmelding", gemeente_code=gemeente, **dict.fromkeys(left_out, ...))
    plain, checked = checker("aanmelding")(record), arranged(one)(record)
    assert checked.values == plain.values
    assert [fault for fault in checked.faults if fault.code not in CODES] == plain.faults
    day = date.fromisoformat(plain.values["datum_aanmelding"])
    holds = gemeente == EMMEN and van <= day and (tot is None or day <= tot)
    expected = {path for path in verplicht if plain.values[path] is None} if holds else set()
    faulty = {fault.field for fault in plain.faults if fault.rejects}
    assert {fault.field for fault in checked.faults if fault.code in CODES} == expected - faulty
