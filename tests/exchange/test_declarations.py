"""A wrong declaration fails at once, in one line: file, key, cure. It stops its own source and no other."""

from pathlib import Path

import pytest

from exchange.errors import DeclarationError
from exchange.region import Region, load_region, load_regions, read_regions

pytestmark = pytest.mark.pure

REGION = """
name = "proef"
title = "Proefregio"
database = "hub_proef"
gemeenten = ["0109"]
[organisaties."0109"]
naam = "Gemeente Coevorden"
soort = "gemeente"
"""
LOKETS = """
[loket."0109-WMO"]
naam = "Wmo-loket"
soort = "01"
organisatie_code = "0109"
gemeente_code = "0109"
"""
SOURCE = """
name = "Gemeente Coevorden"
kind = "gemeente"
code = "0109"
connector = "filedrop"
schedule = "0 1 * * *"
owner = "gegevensbeheer@coevorden.example"
[verwerking]
grondslag = "AVG6-1e/Wmo5.1.1"
verwerkersovereenkomst = 2014-12-15
dpia = "DPIA-2014-07"
[connection]
id = "coevorden_drop"
[delivers.aanmelding]
contract = 1
[delivers.aanmelding.vast]
financier_code = "1"
[delivers.aanmelding.codes.kanaal_code]
"balie" = "1"
"""


def region(root: Path, source: str = SOURCE, **files: str) -> Region:
    folder = root / "regions" / "proef"
    (folder / "sources").mkdir(parents=True, exist_ok=True)
    (folder / "region.toml").write_text(files.get("region", REGION))
    (folder / "lokets.toml").write_text(files.get("lokets", LOKETS))
    (folder / "sources" / "coevorden.toml").write_text(source)
    return load_region(folder)


def test_a_sound_declaration_loads(tmp_path: Path) -> None:
    loaded = region(tmp_path)
    assert loaded.faults == ()
    source = loaded.sources["coevorden"]
    assert (source.title, source.verwerking.verwerkersovereenkomst) == ("Gemeente Coevorden", "2014-12-15")
    assert source.delivers["aanmelding"].vast == {"financier_code": "1"}
    assert "DPIA-2014-07" in source.markdown()


@pytest.mark.parametrize(
    ("illness", "old", "new", "key", "cure"),
    [
        ("unknown key", 'kind = "gemeente"', 'kind = "gemeente"\nkleur = "rood"', "kleur", "remove it"),
        ("missing grondslag", 'grondslag = "AVG6-1e/Wmo5.1.1"', "", "verwerking.grondslag", "name the article"),
        ("no basis at all", "[verwerking]", "[verwerkt]", "verwerking", "without a legal basis"),
        ("agreement as text", "2014-12-15", '"2014-12-15"', "verwerking.verwerkersovereenkomst", "date"),
        ("foreign gemeente", 'code = "0109"', 'code = "0363"', "code", "no gemeente of region proef"),
        ("code as number", 'code = "0109"', "code = 109", "code", "in quotes"),
        ("unknown connector", '"filedrop"', '"postduif"', "connector", "choose from"),
        ("no cron", '"0 1 * * *"', '"elke nacht"', "schedule", "five parts"),
        ("version to come", "contract = 1", "contract = 9", "delivers.aanmelding.contract", "9 cannot be used"),
        ("unknown bericht", "[delivers.aanmelding]", "[delivers.klacht]", "delivers.klacht", "no bericht"),
        ("code that does not exist", 'financier_code = "1"', 'financier_code = "7"', "vast.financier_code", "7"),
        ("word to no code", '"balie" = "1"', '"balie" = "77"', "codes.kanaal_code.balie", "does not exist"),
        ("unknown field", "financier_code =", "finacier_code =", "vast.finacier_code", "no field"),
        ("no TOML", 'name = "Gemeente Coevorden"', "name = Gemeente", "file", "is no TOML"),
    ],
)
def test_a_wrong_key_gives_one_line(tmp_path: Path, illness: str, old: str, new: str, key: str, cure: str) -> None:
    loaded = region(tmp_path, SOURCE.replace(old, new, 1))
    assert not loaded.sources, illness
    line = str(loaded.faults[0])
    assert line.startswith("regions/proef/sources/coevorden.toml: ")
    assert key in line
    assert cure in line
    assert "\n" not in line


def test_a_source_that_does_not_load_stops_no_other(tmp_path: Path) -> None:
    folder = tmp_path / "regions" / "proef"
    region(tmp_path)
    (folder / "sources" / "kapot.toml").write_text("kind = 1")
    loaded = load_region(folder)
    assert list(loaded.sources) == ["coevorden"]
    assert len(loaded.faults) == 1


def second_region(tmp_path: Path, declared: str = REGION) -> Path:
    other = tmp_path / "regions" / "tweede"
    (other / "sources").mkdir(parents=True)
    (other / "region.toml").write_text(declared.replace("proef", "tweede"))
    (other / "lokets.toml").write_text(LOKETS)
    (other / "sources" / "coevorden.toml").write_text(SOURCE)
    return other


def test_of_two_sources_of_one_name_the_second_is_left_out_with_a_fault(tmp_path: Path) -> None:
    region(tmp_path)
    second_region(tmp_path)
    first, second = load_regions(tmp_path / "regions")
    assert (list(first.sources), list(second.sources)) == (["coevorden"], [])
    (fault,) = second.faults
    assert "regions/tweede/sources/coevorden.toml: file name: region proef has a source of this name" in str(fault)


def test_a_region_that_does_not_load_stops_no_other(tmp_path: Path) -> None:
    region(tmp_path)
    second_region(tmp_path, REGION.replace("gemeenten", "gemeentes"))
    regions, faults = read_regions(tmp_path / "regions")
    assert [found.name for found in regions] == ["proef"]
    assert "regions/tweede/region.toml: gemeenten: is missing" in str(faults[0])
    with pytest.raises(DeclarationError, match="gemeenten"):
        load_regions(tmp_path / "regions")


def test_drenthe_loads_without_a_fault() -> None:
    (drenthe,) = load_regions()
    assert drenthe.faults == ()
    assert {"assen", "coevorden", "de_wolden", "emmen", "hoogeveen", "midden_drenthe"} <= drenthe.sources.keys()


def test_a_source_based_on_another_file_only_says_what_differs(tmp_path: Path) -> None:
    shared = tmp_path / "regions" / "proef" / "shared"
    shared.mkdir(parents=True)
    (shared / "suite.toml").write_text(
        '[shared.rename]\n"eigenschap.kanaal" = "kanaal_code"\n"eigenschap.wie" = "clientrol_code"\n'
        '[delivers.aanmelding.codes.kanaal_code]\n"post" = "3"\n"balie" = "3"\n'
    )
    own = '[delivers.aanmelding.rename]\n"eigenschap.rol" = "clientrol_code"\n'
    loaded = region(tmp_path, 'based_on = "suite"\n' + SOURCE + own)
    assert loaded.faults == ()
    delivers = loaded.sources["coevorden"].delivers["aanmelding"]
    assert delivers.rename == {"eigenschap.kanaal": "kanaal_code", "eigenschap.rol": "clientrol_code"}
    assert delivers.codes == {"kanaal_code": {"post": "3", "balie": "1"}}


def test_a_base_that_does_not_exist_is_one_line(tmp_path: Path) -> None:
    loaded = region(tmp_path, 'based_on = "suite"\n' + SOURCE)
    assert "based_on: 'suite' is not in regions/proef/shared; there is nothing yet" in str(loaded.faults[0])


def test_words_for_all_berichten_reach_only_those_that_have_the_field(tmp_path: Path) -> None:
    loaded = region(
        tmp_path,
        SOURCE + '[delivers.inzet]\ncontract = 1\n[shared.vast]\nfinancier_code = "2"\nkanaal_code = "1"\n',
    )
    assert loaded.faults == ()
    delivers = loaded.sources["coevorden"].delivers
    assert delivers["aanmelding"].vast == {"financier_code": "1", "kanaal_code": "1"}
    assert delivers["inzet"].vast == {"financier_code": "2"}


def test_a_shared_word_for_a_field_that_no_bericht_has_is_one_line(tmp_path: Path) -> None:
    loaded = region(tmp_path, SOURCE + '[shared.vast]\nschoenmaat = "44"\n')
    assert "shared.vast.schoenmaat: aanmelding v1.0 has no field schoenmaat" in str(loaded.faults[0])
