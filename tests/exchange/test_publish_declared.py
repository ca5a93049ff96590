"""What a region expects of its sources outlives a declaration that does not load, and publish says so."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from exchange.publish import publish
from exchange.region import ROOT, Region, load_region
from tests.exchange.hub import NIGHT, Hub
from tests.exchange.test_cli import as_json, run

__all__ = ["run"]

FILE = "regions/drenthe/sources/coevorden.toml"
Load = Callable[[], Region]


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """The sources folder of a copy of Drenthe."""
    for folder in ("drenthe", "shared"):
        shutil.copytree(ROOT / folder, tmp_path / "regions" / folder)
    return tmp_path / "regions" / "drenthe" / "sources"


@pytest.fixture
def load(hub: Hub, sources: Path) -> Load:
    """The region as its files are now, in the database of the test."""
    return lambda: replace(load_region(sources.parent), database=hub.region.database)


def delivering(hub: Hub) -> list[Any]:
    """Who is to deliver what, as the analyst reads it."""
    return hub.rows("select source, bericht, naam, gemeente_code from mart_contract.aanlevering order by 1, 2")


def unknown_key(file: Path) -> None:
    file.write_text(file.read_text() + "\n[quality.kwijd]\n")


def no_toml(file: Path) -> None:
    file.write_text("name = Coevorden")


def no_file(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize(
    ("spoil", "key"),
    [
        pytest.param(unknown_key, "quality.kwijd", id="unknown key"),
        pytest.param(no_toml, "file", id="no TOML"),
        pytest.param(no_file, "file", id="no file"),
    ],
)
def test_a_source_that_does_not_load_any_more_is_still_expected_and_named(
    hub: Hub, sources: Path, load: Load, spoil: Callable[[Path], None], key: str
) -> None:
    publish(load(), NIGHT)
    before = delivering(hub)
    spoil(sources / "coevorden.toml")
    published = publish(load(), NIGHT)
    assert [row for row in before if row[0] == "coevorden"]
    assert delivering(hub) == before
    assert f"coevorden: declaratie laadt niet ({FILE}: {key})" in published.line()


def test_a_source_whose_file_is_gone_is_expected_no_more(hub: Hub, sources: Path, load: Load) -> None:
    publish(load(), NIGHT)
    before = delivering(hub)
    (sources / "coevorden.toml").unlink()
    published = publish(load(), NIGHT)
    assert delivering(hub) == [row for row in before if row[0] != "coevorden"]
    assert "coevorden" not in published.line()


def test_a_mended_declaration_says_itself_what_is_expected(hub: Hub, sources: Path, load: Load) -> None:
    publish(load(), NIGHT)
    file = sources / "coevorden.toml"
    right = file.read_text()
    no_toml(file)
    publish(load(), NIGHT)
    file.write_text(right.replace("[delivers.onderzoek]\ncontract = 1\n", ""))
    publish(load(), NIGHT)
    assert {bericht for source, bericht, *_ in delivering(hub) if source == "coevorden"} == {"aanmelding", "inzet"}


def test_a_source_that_never_loaded_is_named_too(hub: Hub, sources: Path, load: Load) -> None:
    (sources / "nieuw.toml").write_text("kind = 1")
    published = publish(load(), NIGHT)
    assert "nieuw: declaratie laadt niet (regions/drenthe/sources/nieuw.toml: " in published.line()
    assert "nieuw" not in {source for source, *_ in delivering(hub)}


def test_with_a_source_that_does_not_load_not_all_is_as_expected(hub: Hub, sources: Path, load: Load, run: Any) -> None:
    hub.region = load()
    assert as_json(run("publish", "--vandaag", "2015-03-02", "--json"))[0]["not_as_expected"] == []
    no_toml(sources / "coevorden.toml")
    hub.region = load()
    (told,) = as_json(run("publish", "--vandaag", "2015-03-02", "--json"))
    assert told["not_as_expected"] == ["laadt_niet warehouse.verwachte_levering source"]
    shown = run("publish", "--vandaag", "2015-03-02").output
    assert "all as expected" not in shown
    assert "coevorden: declaratie laadt niet" in shown
