"""A wrong region is one line: file, key, cure. Nothing of it vanishes without a word."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import exchange.shell
from exchange.cli import app
from exchange.errors import DeclarationError
from exchange.region import ROOT, load_regions, read_regions

pytestmark = pytest.mark.pure


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The regions as they are, to spoil."""
    return shutil.copytree(ROOT, tmp_path / "regions")


def spoil(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_regions_as_they_are_load(root: Path) -> None:
    assert [(one.name, one.faults) for one in load_regions(root)] == [("drenthe", ()), ("parkstad", ())]


ASSEN = 'rsin  = "811401066"'


@pytest.mark.parametrize(
    ("illness", "old", "new", "line"),
    [
        ("SQL", '"hub_drenthe"', '"hub; drop"', 'database: "hub; drop" is no name for a database'),
        ("short RSIN", ASSEN, 'rsin = "123"', "organisaties.0106.rsin: 123 is no RSIN: nine digits"),
        ("mistyped RSIN", ASSEN, 'rsin = "811401067"', "organisaties.0106.rsin: 811401067 is no RSIN"),
        ("empty RSIN", ASSEN, 'rsin = "000000000"', "organisaties.0106.rsin: 000000000 is no RSIN"),
        ("neighbour's RSIN", ASSEN, 'rsin = "811401091"', "organisaties.0109.rsin: 811401091 is that of 0106 already"),
        ("gemeente twice", '    "1731",', '    "1731",\n    "0106",', "gemeenten: 0106 stands there twice; leave one"),
        ("no gemeente", '    "1731",', '    "1731",\n    "9999",', "gemeenten: 9999 is no gemeente; see schemas"),
        ("other name", '"drenthe"', '"drente"', 'name: must be "drenthe", the name of its folder'),
        ("contact is a name", "regiohub@drenthe.example", "Jan", "contact: must be one e-mail address"),
        ("strange name", '"drenthe"', '"Drenthe Zuid"', 'name: "Drenthe Zuid" is no name for a region'),
    ],
)  # fmt: skip
def test_a_wrong_key_in_region_toml_is_one_line_and_stops_no_other_region(
    root: Path, illness: str, old: str, new: str, line: str
) -> None:
    spoil(root / "drenthe" / "region.toml", old, new)
    regions, (fault,) = read_regions(root)
    assert [region.name for region in regions] == ["parkstad"], illness
    assert str(fault).startswith(f"regions/drenthe/region.toml: {line}")
    assert "\n" not in str(fault)


def test_of_two_regions_in_one_database_none_loads(root: Path) -> None:
    spoil(root / "drenthe" / "region.toml", '"hub_drenthe"', '"hub_parkstad"')
    regions, faults = read_regions(root)
    assert regions == []
    assert [str(fault) for fault in faults] == [
        "regions/drenthe/region.toml: database: hub_parkstad is the database of region parkstad too; give each its own",
        "regions/parkstad/region.toml: database: hub_parkstad is the database of region drenthe too; give each its own",
    ]


@pytest.mark.parametrize("is_empty", [False, True])
def test_a_folder_without_region_toml_is_told(root: Path, is_empty: bool) -> None:
    if is_empty:
        (root / "zeeland").mkdir()
    else:
        shutil.copytree(root / "drenthe", root / "zeeland", ignore=shutil.ignore_patterns("region.toml"))
    regions, (fault,) = read_regions(root)
    assert [region.name for region in regions] == ["drenthe", "parkstad"]
    assert str(fault) == "regions/zeeland/region.toml: file: does not exist; make it"
    with pytest.raises(DeclarationError, match="zeeland"):
        load_regions(root)


@pytest.mark.parametrize("name", [".git", ".ipynb_checkpoints", "__pycache__"])
def test_what_programs_leave_is_no_region(root: Path, name: str) -> None:
    (root / name).mkdir()
    assert read_regions(root)[1] == []


def test_no_regions_at_all_is_one_line(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nergens"):
        with pytest.raises(DeclarationError, match=r"make a folder with a region\.toml for your region"):
            load_regions(folder)


def test_two_sources_that_ask_the_same_of_one_connection_are_one_too_many(root: Path) -> None:
    sources = root / "drenthe" / "sources"
    shutil.copyfile(sources / "emmen.toml", sources / "emmen_wmo.toml")
    (drenthe, _), faults = read_regions(root)
    assert faults == []
    (fault,) = drenthe.faults
    assert str(fault) == (
        "regions/drenthe/sources/emmen_wmo.toml: delivers.aanmelding: source emmen asks the same of connection "
        "emmen_zgw; leave one of them out"
    )
    # A second system of the same gemeente is no mistake.
    spoil(sources / "emmen_wmo.toml", '"emmen_zgw"', '"emmen_wmo_zgw"')
    assert load_regions(root)[0].faults == ()


@pytest.mark.parametrize(
    ("illness", "old", "new", "line"),
    [
        ("gemeente as aanbieder", '"gemeente"', '"aanbieder"', 'kind: 0114 is a gemeente of region drenthe; make it "'),
        ("code of nobody", 'kind      = "gemeente"\ncode      = "0114"', 'kind = "aanbieder"\ncode = "41010000"',
         "code: 41010000 is no organisation of region.toml; add it there"),
    ],
)  # fmt: skip
def test_a_source_is_of_an_organisation_of_its_region(root: Path, illness: str, old: str, new: str, line: str) -> None:
    spoil(root / "drenthe" / "sources" / "emmen.toml", old, new)
    (fault,) = load_regions(root)[0].faults
    assert f"emmen.toml: {line}" in str(fault), illness


def test_a_folder_in_the_place_of_a_source_is_one_line(root: Path) -> None:
    (root / "drenthe" / "sources" / "map.toml").mkdir()
    (fault,) = load_regions(root)[0].faults
    assert str(fault) == "regions/drenthe/sources/map.toml: file: is a folder; rename it, or remove it"


def listed(root: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(exchange.shell, "load_regions", lambda: load_regions(root))
    return CliRunner().invoke(app, ["sources"])


def test_what_a_region_may_do_without_is_told_where_its_sources_are_listed(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "contract.toml" not in listed(root, monkeypatch).output
    (root / "drenthe" / "contract.toml").unlink()
    shutil.rmtree(root / "parkstad" / "sources")
    result = listed(root, monkeypatch)
    assert result.exit_code == 0
    assert "drenthe: no contract.toml, so no raamcontract: mart_contract stays empty" in result.output
    assert "parkstad: no sources; `hub new-source` drafts the first in its folder sources" in result.output


def test_a_region_that_lost_its_region_toml_is_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "drenthe" / "region.toml").unlink()
    result = listed(root, monkeypatch)
    assert result.exit_code == 2
    assert "DeclarationError: regions/drenthe/region.toml: file: does not exist; make it" in result.output
