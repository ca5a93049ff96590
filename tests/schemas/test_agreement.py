"""A good record, changed at random: XSD, JSON Schema and the structural check say the same."""

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.contract import Contract, load, names
from schemas.record import flatten
from tests.schemas.support import as_xml_raw, checker, example, verdicts_json, verdicts_xml

pytestmark = pytest.mark.pure

_TEXTS = st.one_of(
    st.sampled_from(
        [
            "",
            " ",
            "\t",
            "0",
            "1",
            "01",
            "1 ",
            " 1",
            "98",
            "99",
            "E",
            "true",
            "false",
            "TRUE",
            "ja",
            "0114",
            "114",
            "2015-02-28",
            "2015-02-29",
            "2016-02-29",
            "1900-02-29",
            "2000-02-29",
            "2015-04-31",
            "1799-12-31",
            "2099-12-31",
            "2100-01-01",
            "2015-2-1",
            "20150201",
            "2015-02-01Z",
            "2015-02-01\n",
            "2015-02",
            "2015-00",
            "2015",
            "0000",
            "2015-W01-1",
            "2015-03-01T24:00:00Z",
            "2015-03-01T23:59:59Z",
            "2015-03-01T23:59:60Z",
            "2015-03-01T10:00:00",
            "2015-03-01T10:00:00+14:00",
            "2015-03-01T10:00:00+14:01",
            "2015-02-30T10:00:00Z",
            "2015-03-01T10:00:00.1234567Z",
            "2015-03-01t10:00:00z",
            "-1",
            "+1",
            "1.0",
            "1.",
            ".5",
            "1e3",
            "007",
            "1441",
            "0.5",
            "10.01",
            "999990019",
            "99999001",
            "٩٩٩٩٩٠٠١٩",
            "1234AB",
            "1234 ab",
            "1234  AB",
            "0234AB",
            "x" * 40,
            "x" * 41,
            "é" * 40,
            "𝒳" * 41,
            "0114-WMO",
            "-0114",
            "a\u00a0b",
            "\u2003",
        ]
    ),
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\ufffe\uffff"),
        max_size=45,
    ),
)
_NUMBERS = st.one_of(
    st.integers(-5, 12), st.integers(-(10**6), 10**6), st.sampled_from([0.5, 1.0, 7.25, 1440, 1441, 10.01])
)
_VALUES: st.SearchStrategy[Any] = st.one_of(_TEXTS, _NUMBERS, st.booleans(), st.none())
# A new dictionary each time: what one example puts into it must not be there in the next.
_ANY = st.one_of(_VALUES, st.lists(_VALUES, max_size=5), st.builds(dict))


def _places(contract: Contract, nested: dict[str, Any]) -> list[tuple[str | int, ...]]:
    """Where a field stands, or could stand."""
    places: list[tuple[str | int, ...]] = [(field.name,) for field in contract.flat]
    for block in contract.blocks:
        if block.genest:
            places += [(block.name,), *((block.name, field.name) for field in block.fields)]
    for group in contract.groups:
        places += [(group.name,), *((group.name, 0, field.name) for field in group.fields)]
    return [*places, ("onbekend_veld",)]


@st.composite
def changed(draw: st.DrawFn, values: st.SearchStrategy[Any]) -> tuple[Contract, dict[str, Any]]:
    contract = load(draw(st.sampled_from(names())))
    nested = copy.deepcopy(example(contract.bericht, draw(st.sampled_from(["goed-1", "goed-2"]))))
    for _ in range(draw(st.integers(0, 3))):
        *path, last = draw(st.sampled_from(_places(contract, nested)))
        target: Any = nested
        for step in path:
            if isinstance(target, dict) and isinstance(target.get(step), dict | list):
                target = target[step]
            elif isinstance(target, list) and target and isinstance(target[0], dict):
                target = target[0]
            else:
                target = None
                break
        if not isinstance(target, dict):
            continue
        if draw(st.booleans()) and last in target:
            del target[last]
        else:
            target[last] = draw(values)
    return contract, nested


@settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))
@given(changed(_ANY))
def test_json_schema_and_check_agree(given_record: tuple[Contract, dict[str, Any]]) -> None:
    contract, nested = given_record
    by_schema, by_check = verdicts_json(contract, nested)
    assert by_schema == by_check, (contract.bericht, nested)


def _writable(contract: Contract, nested: dict[str, Any]) -> bool:
    """XML has no list where the contract has one value but repetition, and no value for a block or a group."""
    for block in contract.blocks:
        if block.genest and not isinstance(nested.get(block.name, {}), dict | None):
            return False
        if block.genest and any(isinstance(v, dict) for v in (nested.get(block.name) or {}).values()):
            return False
    for group in contract.groups:
        items = nested.get(group.name) or []
        if not isinstance(items, list) or not all(isinstance(item, dict | None) for item in items):
            return False
        if any(isinstance(v, dict | list) for item in items for v in (item or {}).values()):
            return False
    flat = {field.name for field in contract.flat}
    return not any(isinstance(nested.get(name), dict) for name in (*flat, "onbekend_veld"))


@settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))
@given(changed(st.one_of(_VALUES, st.lists(_VALUES, min_size=1, max_size=5), st.builds(dict))))
def test_xsd_and_check_agree(given_record: tuple[Contract, dict[str, Any]]) -> None:
    contract, nested = given_record
    if not _writable(contract, nested):
        return
    by_schema, by_check = verdicts_xml(contract, as_xml_raw(contract, nested))
    assert by_schema == by_check, (contract.bericht, nested)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(changed(_ANY))
def test_what_the_structure_allows_the_check_finds_no_structural_fault_in(
    given_record: tuple[Contract, dict[str, Any]],
) -> None:
    """Structurally good records only fail on codes, proofs, conditions and rules."""
    contract, nested = given_record
    raw = flatten(contract, nested)
    if not checker(contract.bericht).structural(raw):
        found = checker(contract.bericht)(raw).faults
        beyond = {"V020", "V021", "V022", "V023", "V024", "V025", "V026"}
        assert all(fault.code in beyond or fault.level == "record" for fault in found), found


@pytest.mark.parametrize(
    ("bericht", "changes"),
    [
        ("activiteit", {"minuten": True}),
        ("inzet", {"fte": False}),
        ("onderzoek", {"is_spoed": 1}),
        ("onderzoek", {"persoon.bsn": "999990019"}),
        ("traject", {"score": {"leefgebied_code": "01", "instrument_code": "1"}}),
        ("traject", {"leefgebied_code": "01"}),
        ("traject", {"leefgebied_code": ["01", None]}),
        ("traject", {"client_nummer_bron": 17}),
        ("vroeghulp", {"persoon": []}),
        ("vroeghulp", {"inbreng": ["0114"]}),
    ],
)
def test_a_json_value_of_the_wrong_kind_is_refused_by_both(bericht: str, changes: dict[str, Any]) -> None:
    contract = load(bericht)
    assert verdicts_json(contract, {**example(bericht, "goed-1"), **changes}) == (False, False)


@pytest.mark.parametrize("bericht", names())
def test_a_line_end_behind_a_value_is_no_part_of_it(bericht: str) -> None:
    """Python's $ also matches before a last line end; the schemas and the check do not."""
    contract, nested = load(bericht), example(bericht, "goed-1")
    for field in contract.flat:
        if field.type not in ("tekst", "geheel", "decimaal", "ja_nee") and not field.meervoud and field.name in nested:
            broken = {**nested, field.name: f"{nested[field.name]}\n"}
            assert verdicts_json(contract, broken) == (False, False), field.name
