"""A sender's words become ours as the source declares; what cannot be read is handed on unchanged."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.mapping import FORMATS, REPAIRS, Mapper
from exchange.region import Delivers
from schemas.contract import load

pytestmark = pytest.mark.pure


def mapper(**declared: Any) -> Mapper:
    empty: dict[str, Any] = {"options": {}, "vast": {}, "rename": {}, "codes": {}, "formats": {}, "split": {}}
    return Mapper(Delivers(load("aanmelding", 1), **(empty | declared)))


def test_without_a_declaration_a_record_passes_untouched() -> None:
    assert mapper()({"aanmelding_nummer": "1", "iets": "x"}) == {"aanmelding_nummer": "1", "iets": "x"}


def test_names_codes_notations_and_separators_are_translated_together() -> None:
    mapped = mapper(
        rename={"eigenschap.gebied": "leefgebied_code", "rol.geboortedatum": "persoon.geboortedatum"},
        split={"leefgebied_code": ";"},
        codes={"leefgebied_code": {"wonen": "02", "financiën": "01"}},
        formats={"persoon.geboortedatum": "yyyymmdd"},
        vast={"financier_code": "1"},
    )({"eigenschap.gebied": "Wonen; financiën;", "rol.geboortedatum": "19800517"})
    assert mapped == {
        "leefgebied_code": ["02", "01"],
        "persoon.geboortedatum": "1980-05-17",
        "financier_code": "1",
    }


def test_a_constant_does_not_overrule_what_the_source_does_deliver() -> None:
    assert mapper(vast={"financier_code": "1"})({"financier_code": "3"})["financier_code"] == "3"


def test_a_word_without_a_code_is_handed_on_so_that_the_check_refuses_it() -> None:
    assert mapper(codes={"kanaal_code": {"balie": "1"}})({"kanaal_code": "duif"}) == {"kanaal_code": "duif"}


@pytest.mark.parametrize(
    ("notation", "theirs", "ours"),
    [
        ("yyyymmdd", "20150302", "2015-03-02"),
        ("yyyymmdd", "20150300", "2015-03"),
        ("yyyymmdd", "20150000", "2015"),
        ("dd-mm-yyyy", "2-3-2015", "2015-03-02"),
        ("dd-mm-yyyy", "00-03-2015", "2015-03"),
        ("dd-mm-yyyy", "00-00-2015", "2015"),
        ("tijdstip_als_datum", "2015-03-02T09:00:00Z", "2015-03-02"),
        ("tijdstip_lokaal", "02-03-2015 10:15:30", "2015-03-02T10:15:30+01:00"),
        ("tijdstip_lokaal", "2-7-2015 10:15", "2015-07-02T10:15:00+02:00"),
        ("tijdstip_lokaal", "2015-03-02T10:15:30", "2015-03-02T10:15:30+01:00"),
        ("tijdstip_lokaal", "2015-03-02", "2015-03-02T00:00:00+01:00"),
        ("tijdstip_lokaal", "2015-03-02T10:15:30Z", "2015-03-02T10:15:30Z"),
        ("tijdstip_lokaal", "maandag", "maandag"),
        ("decimale_komma", "1.234,50", "1234.50"),
        ("decimale_komma", "12.5", "12.5"),
        ("decimale_komma", "veel", "veel"),
    ],
)
def test_a_notation_is_read_as_declared(notation: str, theirs: str, ours: str) -> None:
    assert FORMATS[notation](theirs) == ours


@pytest.mark.parametrize(
    ("name", "theirs", "ours"),
    [
        ("nullen_2", "1", "01"),
        ("nullen_2", "11", "11"),
        ("nullen_4", "106", "0106"),
        ("nullen_4", "1060", "1060"),
        ("nullen_9", "0", "000000000"),
        ("nullen_9", "onbekend", "onbekend"),
        ("nullen_2", "1.0", "1.0"),
        ("nullen_2", "-1", "-1"),
        ("excel_datum", "42065", "2015-03-02"),
        ("excel_datum", "1950", "1950"),  # a year as well as a day of 1905: not for us to say
        ("excel_datum", "2015-03-02", "2015-03-02"),
    ],
)
def test_a_repair_undoes_what_a_spreadsheet_did_and_says_so(name: str, theirs: str, ours: str) -> None:
    repaired: list[str] = []
    mapped = mapper(repair={"overdracht_kenmerk": name})({"overdracht_kenmerk": theirs}, repaired)
    assert mapped == {"overdracht_kenmerk": ours}
    assert repaired == (["overdracht_kenmerk"] if ours != theirs else [])


def test_every_value_of_a_repeated_field_is_repaired_before_its_words_are_translated() -> None:
    repaired: list[str] = []
    mapped = mapper(split={"leefgebied_code": ","}, repair={"leefgebied_code": "nullen_2"})(
        {"leefgebied_code": "1, 11"}, repaired
    )
    assert (mapped, repaired) == ({"leefgebied_code": ["01", "11"]}, ["leefgebied_code"])


@given(st.sampled_from(sorted(REPAIRS)), st.text())
def test_no_repair_stumbles_over_any_text(name: str, theirs: str) -> None:
    assert isinstance(REPAIRS[name](theirs), str)


@given(st.dates(date(1927, 5, 18), date(2090, 1, 1)))
def test_the_number_that_excel_keeps_for_a_day_is_that_day_again(day: date) -> None:
    assert REPAIRS["excel_datum"](str((day - date(1899, 12, 30)).days)) == day.isoformat()


@given(st.sampled_from(sorted(FORMATS)), st.text())
def test_no_notation_stumbles_over_any_text(notation: str, theirs: str) -> None:
    assert isinstance(FORMATS[notation](theirs), str)
