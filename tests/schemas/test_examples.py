"""Every committed example does what its name says, and the three structural verdicts on it agree."""

import json
import re
from pathlib import Path

import pytest

from schemas.contract import load
from schemas.faults import CATALOGUE
from schemas.record import flatten
from tests.schemas.support import (
    EXAMPLES,
    as_xml_raw,
    checker,
    codes,
    flat,
    name_of,
    verdicts_json,
    verdicts_xml,
)

pytestmark = pytest.mark.pure
each_example = pytest.mark.parametrize("path", EXAMPLES, ids=name_of)

#: The faults that the published schemas see too.
STRUCTURAL = re.compile(r"V0(0\d|1\d)")


@each_example
def test_an_example_is_what_its_name_says(path: Path) -> None:
    contract, check = load(path.parent.name), checker(path.parent.name)
    raw = flatten(contract, json.loads(path.read_text(encoding="utf-8")))
    checked, structural = check(raw), check.structural(raw)
    named = re.match(r"(goed|fout)-(?:met-)?([VR]\d{3})?", path.stem)
    assert named, path.stem
    kind, code = named.groups()
    found = codes(checked.faults) | codes(structural)
    if kind == "goed":
        assert checked.accepted
        assert found == ({code} if code else set())
    else:
        assert code in found
        assert bool(structural) == bool(STRUCTURAL.match(code) or code == "V020") or "loket" in path.stem
    assert all(fault.text() and "…" not in fault.text() for fault in [*checked.faults, *structural])


@each_example
def test_xsd_json_schema_and_check_agree_on_an_example(path: Path) -> None:
    contract = load(path.parent.name)
    nested = json.loads(path.read_text(encoding="utf-8"))
    by_json = verdicts_json(contract, nested)
    by_xml = verdicts_xml(contract, as_xml_raw(contract, nested))
    assert by_json[0] == by_json[1]
    assert by_xml[0] == by_xml[1]
    assert by_json[0] == by_xml[0]


@pytest.mark.parametrize("bericht", ["aanmelding", "traject", "activiteit", "vroeghulp", "onderzoek", "inzet"])
def test_each_bericht_has_a_full_example_and_one_with_only_what_is_required(bericht: str) -> None:
    contract, least = load(bericht), flat(bericht, "goed-2")
    required = {field.path for field in contract.fields if field.verplicht}
    required -= {f.path for b in contract.blocks if not b.verplicht for f in b.fields}
    assert required <= least.keys()
    assert len(flat(bericht)) > len(least)
    for path in required:
        without = {name: value for name, value in least.items() if name != path}
        assert codes(checker(bericht)(without).faults) & {"V001"}, path


def test_the_examples_show_every_fault_that_a_contract_can_give() -> None:
    shown = {code for path in EXAMPLES for code in re.findall(r"[VR]\d{3}", path.stem)}
    # V004, V008, V010 and V014 need what JSON cannot express, or a contract with a patroon: tested elsewhere.
    # V028 and V029 take an arrangement; V027, V030 and R030-R036 are judged outside the contract.
    elsewhere = {
        "V004",
        "V008",
        "V010",
        "V014",
        "V027",
        "V028",
        "V029",
        "V030",
        "R030",
        "R031",
        "R032",
        "R033",
        "R034",
        "R035",
        "R036",
    }
    assert {code for code in CATALOGUE if code[0] in "VR"} - shown == elsewhere
