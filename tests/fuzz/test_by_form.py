"""Hypothesis, in the form of each delivery: all of it is judged or refused by name; what was found stays mended."""

from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.errors import DeliveryRefused, SourceRefused
from connectors.formats import jsonl
from tests.connectors.formats.test_xml import DOCUMENTS
from tests.fuzz import party, readers
from tests.fuzz.conftest import FOUND, TIMES
from tests.fuzz.readers import READERS

EACH = 600 * TIMES
SLOW = {"xlsx": 10, "sheet": 10}  # a workbook takes as long as fifty lines


@cache
def seeds(name: str) -> list[bytes]:
    return READERS[name].seeds()


@pytest.mark.parametrize("name", [name for name, reader in READERS.items() if reader.change])
def test_a_delivery_that_keeps_its_form_is_judged_or_refused(name: str, tried: Callable[[str, int], None]) -> None:
    reader, cases = READERS[name], 0
    assert reader.change is not None

    @settings(max_examples=EACH // SLOW.get(name, 1), deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def judged(data: st.DataObject) -> None:
        nonlocal cases
        seed = data.draw(st.sampled_from([one for one in seeds(name) if one]))
        assert reader.change is not None
        reader.run(reader.change(seed, data.draw(st.binary(min_size=1, max_size=60))))
        cases += 1

    judged()
    tried("by form", cases)
    assert cases >= EACH // SLOW.get(name, 1) // 2


def test_the_two_readers_of_xml_agree_on_documents_that_only_look_like_ours(tried: Callable[[str, int], None]) -> None:
    cases = 0

    @settings(max_examples=EACH, deadline=None, suppress_health_check=list(HealthCheck))
    @given(DOCUMENTS)
    def agree(text: str) -> None:
        nonlocal cases
        readers.run_xml(text.encode())
        cases += 1

    agree()
    tried("by form", cases)


@pytest.mark.parametrize("name", ["xml", "csv", "xlsx", "stuf", "zgw", "rest", "json"])
def test_what_is_fuzzed_begins_with_a_delivery_that_is_taken(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else all that follows would be refused at the door, and nothing behind it tried."""
    taken: list[bool] = []
    original = party.StageWriter.accepted

    def accepted(*args: Any) -> str:
        taken.append(True)
        return original(*args)

    monkeypatch.setattr(party.StageWriter, "accepted", accepted)
    for seed in seeds(name):
        READERS[name].run(seed)
    assert taken


@pytest.mark.parametrize("file", sorted(FOUND.glob("*/*")), ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_what_was_found_once_stays_mended(file: Path) -> None:
    READERS[file.parent.name].run(file.read_bytes())


@pytest.mark.parametrize("depth", [50, 500, 900, 940, 980, 990, 1100, 5000])
def test_lists_in_lists_without_end_are_refused_by_name(depth: int) -> None:
    deep = b"[" * depth + b"]" * depth
    for name, place in (("zgw", b'"Klaar"'), ("zgw", b'"loket"'), ("rest", b'"T-2015-'), ("zgw", b'"2015-02-12"')):
        for seed in seeds(name)[:2]:
            READERS[name].run(seed.replace(place, deep, 1))
    try:
        list(jsonl.read(BytesIO(b'{"a":' + deep + b"}\n")))
        jsonl.line({"a": {"b": {"c": "d"}}})
    except (DeliveryRefused, SourceRefused) as named:
        party.must_be_silent(named)
