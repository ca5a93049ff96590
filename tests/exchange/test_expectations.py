"""What is expected is declared in layers, and a mistake in it is one line: file, key, cure."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from exchange import expectations
from exchange.declaration import read_toml
from exchange.errors import DeclarationError
from exchange.expectations import expected, marts, read_layers
from exchange.region import load_regions
from quality.expectations import Measure
from schemas.contract import names

pytestmark = pytest.mark.pure


def layers(tmp_path: Path, text: str) -> Any:
    file = tmp_path / "quality.toml"
    file.write_text(text)
    return read_layers(read_toml(file), names())


def test_every_bericht_has_a_brake_on_what_disappears() -> None:
    for bericht in names():
        bounds = expected(bericht).bounds["kwijt"]
        assert bounds.hold_max is not None
        assert bounds.hold_max <= 0.25


def test_a_source_goes_over_its_region_and_that_over_the_rest(tmp_path: Path) -> None:
    region = layers(tmp_path, "[kwijt]\nhold_max = 0.5\nwarn_max = 0.4\n[traject.kwijt]\nhold_max = 0.6\n")
    source = layers(tmp_path, "[aanmelding.kwijt]\nhold_max = 0.9\n[aanmelding.gevuld.kanaal_code]\nwarn_min = 0.8\n")
    found = expected("aanmelding", region, source)
    assert (found.bounds["kwijt"].warn_max, found.bounds["kwijt"].hold_max) == (0.4, 0.9)
    assert found.bounds["kwijt"].wat == expected("aanmelding").bounds["kwijt"].wat
    assert (found.gevuld, found.bounds["gevuld.kanaal_code"].warn_min) == (("kanaal_code",), 0.8)
    assert found.bounds["gevuld.kanaal_code"].vanaf == found.bounds["gevuld"].vanaf
    assert expected("traject", region, source).bounds["kwijt"].hold_max == 0.6


@pytest.mark.parametrize(
    ("text", "key", "cure"),
    [
        ("[verdwenen]\nhold_max = 1.0\n", "verdwenen", "unknown"),
        ("[kwijt]\nhold_maximum = 1.0\n", "kwijt.hold_maximum", "unknown"),
        ('[kwijt]\nhold_max = "veel"\n', "kwijt.hold_max", "must be a number"),
        ("[volume]\nwarn_min = 2.0\nwarn_max = 1.0\n", "volume.warn_min", "swap"),
        ("[aanmelding.gevuld.hobby]\nwarn_min = 0.5\n", "aanmelding.gevuld.hobby", "no column"),
        ("[aanmelding.gevuld.bsn]\nwarn_min = 0.5\n", "aanmelding.gevuld.bsn", "no column"),
        ('[activiteit.plausibel.x]\nveld = "minuten"\n', "activiteit.plausibel.x.boven", "either codes"),
        ('[activiteit.plausibel.x]\nveld = "datum"\nboven = 3\n', "activiteit.plausibel.x.veld", "no number"),
        (
            '[activiteit.plausibel.x]\nveld = "minuten"\nna = "datum"\nboven = 3\n',
            "activiteit.plausibel.x.na",
            "two dates",
        ),
    ],
)
def test_a_mistake_is_told_with_its_key_and_cure(tmp_path: Path, text: str, key: str, cure: str) -> None:
    with pytest.raises(DeclarationError, match=cure) as told:
        layers(tmp_path, text)
    assert told.value.key == key


def test_the_declared_regions_and_marts_load() -> None:
    assert load_regions()
    assert {"ongelijk", "wees", "toekomst"} <= set(marts().bounds)
    assert all(bounds.hold_max is None and bounds.hold_min is None for bounds in marts().bounds.values())


def test_what_holds_for_every_delivery_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    files: Counter[str] = Counter()

    def counted(path: Path) -> Any:
        files[path.name] += 1
        return read_toml(path)

    monkeypatch.setattr(expectations, "read_toml", counted)
    for remembered in (expectations._general, expectations._every_delivery):
        remembered.cache_clear()
    load_regions()
    assert expected("traject").bounds
    assert files["levering.toml"] == 1


def test_too_few_records_are_not_judged() -> None:
    known = expected("aanmelding")
    assert known.judged([Measure("kwijt", 1.0, 19), Measure("wat_niemand_vraagt", 1.0, 500)]) == []
    assert known.judged([Measure("kwijt", 1.0, 20)]) != []
