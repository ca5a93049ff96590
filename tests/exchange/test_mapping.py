"""A sender's words become ours as the source declares; what cannot be read is handed on unchanged."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.mapping import FORMATS, Mapper
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
        ("tijdstip_als_datum", "2015-03-02T09:00:00Z", "2015-03-02"),
    ],
)
def test_a_notation_is_read_as_declared(notation: str, theirs: str, ours: str) -> None:
    assert FORMATS[notation](theirs) == ours


@given(st.sampled_from(sorted(FORMATS)), st.text())
def test_no_notation_stumbles_over_any_text(notation: str, theirs: str) -> None:
    assert isinstance(FORMATS[notation](theirs), str)
