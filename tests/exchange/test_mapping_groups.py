"""Words for the elements of a group are those that a source declares as <group>.<field>."""

from typing import Any

import pytest

from exchange.mapping import Mapper
from exchange.source import Delivers
from schemas.contract import load

pytestmark = pytest.mark.pure


def mapper(**declared: Any) -> Mapper:
    empty: dict[str, Any] = {"options": {}, "vast": {}, "rename": {}, "codes": {}, "formats": {}, "split": {}}
    return Mapper(Delivers(load("traject", 1), **(empty | declared)))


def test_a_group_and_its_fields_are_renamed_and_translated() -> None:
    mapped = mapper(
        rename={"metingen": "score", "metingen.gebied": "score.leefgebied_code"},
        codes={"score.instrument_code": {"zrm": "1"}},
    )({"metingen": [{"gebied": "02", "instrument_code": "ZRM", "begin": "1"}, {"gebied": None, "x": "y"}]})
    assert mapped["score"] == [
        {"leefgebied_code": "02", "instrument_code": "1", "begin": "1"},
        {"leefgebied_code": None, "x": "y"},
    ]


def test_a_group_that_is_ours_already_may_have_words_of_its_own() -> None:
    mapped = mapper(codes={"score.instrument_code": {"gas": "2"}})({"score": [{"instrument_code": "gas"}]})
    assert mapped["score"] == [{"instrument_code": "2"}]


@pytest.mark.parametrize("odd", ["tekst", None, [], ["tekst"], [None]])
def test_what_is_no_group_is_handed_on_for_the_check_to_refuse(odd: Any) -> None:
    assert mapper(codes={"score.instrument_code": {"gas": "2"}})({"score": odd})["score"] == odd


def test_a_field_of_the_record_is_not_taken_for_one_of_the_group() -> None:
    mapped = mapper(codes={"score.leefgebied_code": {"wonen": "02"}})({"leefgebied_code": ["wonen"]})
    assert mapped["leefgebied_code"] == ["wonen"]
