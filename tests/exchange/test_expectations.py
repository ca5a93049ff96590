"""What is expected is declared in layers, and a mistake in it is one line: file, key, cure."""

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from exchange import expectations
from exchange.declaration import read_toml
from exchange.errors import DeclarationError
from exchange.expectations import expected, marts, read_layers
from exchange.measure import measures
from exchange.region import ROOT, load_region, load_regions
from quality.expectations import OF_A_DELIVERY, OF_THE_MARTS, Expectations, Measure, Plausible
from schemas.contract import names
from warehouse.profile import Profile
from warehouse.scripts import FOLDER as SQL

pytestmark = pytest.mark.pure

DOCS = Path(__file__).resolve().parents[2] / "docs"


def layers(tmp_path: Path, text: str) -> Any:
    file = tmp_path / "quality.toml"
    file.write_text(text)
    return read_layers(read_toml(file), names())


@pytest.fixture
def afresh() -> Iterator[None]:
    """What was read before is forgotten, and so is what the test reads."""
    remembered = (expectations._general, expectations._every_delivery, expectations.marts)
    for one in remembered:
        one.cache_clear()
    yield
    for one in remembered:
        one.cache_clear()


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
        ("[verdwenen]\nhold_max = 1.0\n", "verdwenen", r"unknown.*\(known: .*\bkwijt\b.*\btraject\b.*\)"),
        ("[aanmeldingen.kwijt]\nhold_max = 1.0\n", "aanmeldingen", r"unknown.*\(known: aanmelding,"),
        ("[aanmelding.kwijd]\nhold_max = 1.0\n", "aanmelding.kwijd", r"unknown.*\(known: .*\bkwijt\b.*\)"),
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


@pytest.mark.parametrize(("file", "name"), [("levering.toml", "kwijt"), ("marts.toml", "ongelijk")])
@pytest.mark.parametrize("is_misspelt", [True, False])
def test_a_protection_is_never_switched_off_by_a_name(
    tmp_path: Path, afresh: None, monkeypatch: pytest.MonkeyPatch, file: str, name: str, is_misspelt: bool
) -> None:
    folder = tmp_path / "quality"
    shutil.copytree(expectations.FOLDER, folder)
    text = (folder / file).read_text()
    head, _, tail = text.partition(f"[{name}]\n")
    other = f"[{name}x]\n{tail}" if is_misspelt else tail.partition("\n\n")[2]
    (folder / file).write_text(head + other)
    monkeypatch.setattr(expectations, "FOLDER", folder)
    with pytest.raises(DeclarationError, match=rf"known: .*\b{name}\b" if is_misspelt else "is missing") as told:
        marts() if file == "marts.toml" else layers(tmp_path, "")
    assert (told.value.file, told.value.key) == (f"quality/{file}", f"{name}x" if is_misspelt else name)


def test_what_is_measured_and_what_is_expected_have_the_same_names() -> None:
    everything = Profile(
        is_whole=True, received=0, new=9, there=9, there_in_scope=9, gone=0, gemeenten_gone=0, other_gemeente=0,
        future=0, changed=9, shifted=0, days_old=0, days_behind=0.0, median=9.0, earlier=9,
        filled={"kanaal_code": (9, 9)}, unknown={"kanaal_code": (0, 9)}, odd=[(0, 9)],
    )  # fmt: skip
    known = Expectations({}, ("kanaal_code",), {"vreemd": Plausible("kanaal_code", codes=("1",))})
    taken = {
        measure.expectation.partition(".")[0]
        for profile in (everything, replace(everything, received=9, is_whole=False), replace(everything, received=9))
        for measure in measures(profile, known)
    }
    assert taken | {"geweigerd"} == set(OF_A_DELIVERY)
    asked = (SQL / "sql" / "quality" / "marts.sql").read_text()
    counted = re.findall(r"\('(\w+)', '.*?', \w+|'(?:mart|warehouse)[\w.]+', '(\w+)',", asked)
    assert {one or other for one, other in counted} | {"laadt_niet"} == set(OF_THE_MARTS)


def examples() -> list[Any]:
    """Each piece of TOML of docs/quality.md, with the file that it says it belongs to."""
    blocks = re.findall(r"^```toml\n# (\S+)\n(.*?)^```", (DOCS / "quality.md").read_text(), re.MULTILINE | re.DOTALL)
    assert len(blocks) == (DOCS / "quality.md").read_text().count("```toml")
    return [pytest.param(file, text, id=file) for file, text in blocks]


@pytest.mark.parametrize(("file", "text"), examples())
def test_the_examples_of_the_docs_load_where_they_say_they_belong(tmp_path: Path, file: str, text: str) -> None:
    shutil.copytree(ROOT, tmp_path / "regions")
    place = tmp_path / file
    place.write_text((place.read_text() if place.is_file() else "") + "\n" + text)
    loaded = load_region(tmp_path / "regions" / "drenthe")
    assert loaded.left_out == {}
    assert loaded.sources[place.stem].quality.keys() > {""} if "sources" in place.parts else loaded.quality


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
