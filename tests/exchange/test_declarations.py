"""A wrong declaration fails at once, in one line: file, key, cure. It stops its own source and no other."""

import shutil
from pathlib import Path

import pytest

from bench.hub import DECLARATION
from exchange.errors import DeclarationError
from exchange.region import ROOT, Region, load_region, load_regions, read_regions

pytestmark = pytest.mark.pure

REGION = """
name = "proef"
title = "Proefregio"
database = "hub_proef"
contact = "regiohub@proef.example"
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
SOURCE = f"""{DECLARATION}
[delivers.aanmelding.vast]
financier_code = "1"
[delivers.aanmelding.codes.kanaal_code]
"balie" = "1"
"""


ANSWER = '[answer]\nchannel = "folder"\nconnection = "proef"\n'


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
        ("no such hour", '"0 1 * * *"', '"0 25 * * *"', "schedule", "no time of any night"),
        ("no such day", '"0 1 * * *"', '"0 1 31 2 *"', "schedule", "no time of any night"),
        ("nothing delivered", "[delivers.aanmelding]\ncontract = 1", "[geleverd]", "delivers", "is missing; add it"),
        ("unknown key in answer", 'channel = "folder"', 'channel = "folder"\nkanaal = 1', "answer.kanaal", "remove it"),
        ("no answer", ANSWER, "", "answer", "each delivery is answered"),
        ("box elsewhere", 'channel = "folder"', 'channel = "folder"\ndirectory = "../in"', "answer.directory", "below"),
        ("no such channel", 'channel = "folder"', 'channel = "duif"', "answer.channel", "choose from"),
        ("version to come", "contract = 1", "contract = 9", "delivers.aanmelding.contract", "9 cannot be used"),
        ("unknown bericht", "[delivers.aanmelding]", "[delivers.klacht]", "delivers.klacht", "no bericht"),
        ("code that does not exist", 'financier_code = "1"', 'financier_code = "7"', "vast.financier_code", "7"),
        ("word to no code", '"balie" = "1"', '"balie" = "77"', "codes.kanaal_code.balie", "does not exist"),
        ("unknown field", "financier_code =", "finacier_code =", "vast.finacier_code", "no field"),
        ("owner is a name", "gegevensbeheer@coevorden.example", "Jan", "owner", "must be one e-mail address"),
        ("two owners", "gegevensbeheer@c", "jan@x.example, piet@c", "owner", "must be one e-mail address"),
        ("a header in the owner", 'coevorden.example"', 'coevorden.example\\nBcc: x@y.example"', "owner", "one line"),
        ("grondslag of its own", "AVG6-1e/Wmo5.1.1", "iets", "verwerking.grondslag", '"iets" is no basis of AVG'),
        ("task without a law", "AVG6-1e/Wmo5.1.1", "AVG6-1e", "verwerking.grondslag", "as in AVG6-1e/Wmo5.1.1"),
        ("no such part of article 6", "AVG6-1e/W", "AVG6-1g/W", "verwerking.grondslag", "is no basis of AVG"),
        ("agreement with a time", "2014-12-15", "2014-12-15T10:00:00", "verwerkersovereenkomst", "date without a time"),
        ("title of two lines", '"Gemeente Coevorden"', '"""Gemeente\nCoevorden"""', "name", "on one line"),
        ("two columns to one field", "[delivers.aanmelding.vast]",
         '[delivers.aanmelding.rename]\na = "kanaal_code"\nb = "kanaal_code"\n[delivers.aanmelding.vast]',
         "delivers.aanmelding.rename.b", "kanaal_code is filled from a already"),
        ("nothing to split at", "[delivers.aanmelding.vast]",
         '[delivers.aanmelding.split]\nleefgebied_code = ""\n[delivers.aanmelding.vast]',
         "delivers.aanmelding.split.leefgebied_code", "is empty; give what stands between the values"),
        ("unknown key names all", 'kind = "gemeente"', 'kind = "gemeente"\nkleur = "rood"', "kleur",
         "(known: answer, based_on, code, connection, connector, delivers, kind, name, owner, proef, quality, schedule,"
         " shared, verwerking)"),
        ("unknown key of [answer] names all", 'channel = "folder"', 'channel = "folder"\nkanaal = 1', "answer.kanaal",
         "(known: channel, connection, directory)"),
        ("no TOML", 'name = "Gemeente Coevorden"', "name = Gemeente", "file", "is no TOML"),
    ],
)  # fmt: skip
def test_a_wrong_key_gives_one_line(tmp_path: Path, illness: str, old: str, new: str, key: str, cure: str) -> None:
    loaded = region(tmp_path, SOURCE.replace(old, new, 1))
    assert not loaded.sources, illness
    line = str(loaded.faults[0])
    assert line.startswith("regions/proef/sources/coevorden.toml: ")
    assert key in line
    assert cure in line
    assert "\n" not in line


OWN, NAMED = 'dpia = "DPIA-2014-07"', "verwerking.verantwoordelijken"


@pytest.mark.parametrize(
    ("illness", "old", "new", "key", "cure"),
    [
        ("a controller that nobody knows", OWN, f'{OWN}\nverantwoordelijken = ["9999"]', NAMED,
         "9999 is no organisation of region.toml; add it there"),
        ("no controller at all", OWN, f"{OWN}\nverantwoordelijken = []", NAMED, "is empty"),
        ("a constant that is another's", 'financier_code = "1"', 'verantwoordelijke_code = "0109"',
         "delivers.aanmelding.vast.verantwoordelijke_code", "0109 is none of the verantwoordelijken of this source"),
    ],
)  # fmt: skip
def test_whose_records_a_source_carries_is_held_against_the_region(
    tmp_path: Path, illness: str, old: str, new: str, key: str, cure: str
) -> None:
    told = REGION + '[organisaties."41018393"]\nnaam = "MEE Drenthe"\nsoort = "aanbieder"\n'
    other = SOURCE.replace('code = "0109"', 'code = "41018393"').replace('"gemeente"', '"aanbieder"')
    assert region(tmp_path, other, region=told).sources["coevorden"].verwerking.verantwoordelijken == ("41018393",)
    assert old in other
    (fault,) = region(tmp_path, other.replace(old, new), region=told).faults
    assert fault.key == key
    assert cure in str(fault)


def test_answers_go_beside_the_files_of_a_source_and_else_to_a_box_that_it_names(tmp_path: Path) -> None:
    beside = SOURCE.replace(ANSWER, '[answer]\nchannel = "folder"\n').replace('id = "proef"', 'id = "hier"')
    assert region(tmp_path, beside).sources["coevorden"].answer.connection_id == "hier"
    (fault,) = region(tmp_path, beside.replace('"filedrop"', '"rest"')).faults
    assert (fault.key, "the box of this sender" in fault.cure) == ("answer.connection", True)


@pytest.mark.parametrize(
    ("name", "cure"),
    [
        ("publish_proef", 'names that begin with "publish" are those of the hub'),
        ("housekeeping", 'names that begin with "housekeeping" are those of the hub'),
        ("De Wolden", "rename it with a-z, 0-9 and _"),
        ("Coevorden", "rename it with a-z, 0-9 and _"),
        ("1e_lijn", "a letter first"),
    ],
)
def test_a_file_name_that_cannot_be_a_source_is_one_line(tmp_path: Path, name: str, cure: str) -> None:
    region(tmp_path)
    folder = tmp_path / "regions" / "proef"
    (folder / "sources" / f"{name}.toml").write_text(SOURCE)
    loaded = load_region(folder)
    assert list(loaded.sources) == ["coevorden"]
    assert str(loaded.faults[0]).startswith(f"regions/proef/sources/{name}.toml: file name: ")
    assert cure in str(loaded.faults[0])


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('soort = "01"', 'soort = "77"', "loket.0109-WMO.soort: code 77 does not exist in the list soort_loket"),
        ('organisatie_code = "0109"', 'organisatie_code = "0999"', "organisatie_code: 0999 is no organisation"),
        ('gemeente_code = "0109"', 'gemeente_code = "0363"', "gemeente_code: 0363 is no gemeente"),
    ],
)
def test_a_desk_that_cannot_be_is_one_line(tmp_path: Path, old: str, new: str, line: str) -> None:
    with pytest.raises(DeclarationError, match=r"regions/proef/lokets\.toml: ") as caught:
        region(tmp_path, lokets=LOKETS.replace(old, new))
    assert line in str(caught.value)


@pytest.mark.parametrize(
    ("shared", "key"),
    [
        ('[shared.vast]\nschoenmaat = "44"\n', "shared.vast.schoenmaat"),
        ('[shared.rename]\n"rol.x" = "schoenmaat"\n', "shared.rename.rol.x"),
        ("[connection]\nhaast = true\n", "connection.haast"),
        ('kleur = "rood"\n', "kleur"),
        ("kleur = rood\n", "file"),
    ],
)
def test_a_mistake_in_a_shared_file_is_told_once_and_of_that_file(tmp_path: Path, shared: str, key: str) -> None:
    folder = tmp_path / "regions" / "proef"
    (folder / "shared").mkdir(parents=True)
    (folder / "shared" / "suite.toml").write_text(shared)
    region(tmp_path, 'based_on = "suite"\n' + SOURCE)
    (folder / "sources" / "tweede.toml").write_text('based_on = "suite"\n' + SOURCE)
    loaded = load_region(folder)
    (fault,) = loaded.faults
    assert str(fault).startswith(f"regions/proef/shared/suite.toml: {key}: ")
    assert loaded.left_out.keys() == {"coevorden", "tweede"}


def test_a_mistake_of_its_own_is_told_of_the_source_that_stands_on_another_file(tmp_path: Path) -> None:
    folder = tmp_path / "regions" / "proef"
    (folder / "shared").mkdir(parents=True)
    (folder / "shared" / "suite.toml").write_text('[shared.vast]\nkanaal_code = "1"\n')
    loaded = region(tmp_path, 'based_on = "suite"\n' + SOURCE + '[shared.vast]\nschoenmaat = "44"\n')
    assert str(loaded.faults[0]).startswith("regions/proef/sources/coevorden.toml: shared.vast.schoenmaat: ")


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
    assert second.left_out == {"coevorden": fault}


def test_a_region_that_does_not_load_stops_no_other(tmp_path: Path) -> None:
    region(tmp_path)
    second_region(tmp_path, REGION.replace("gemeenten", "gemeentes"))
    regions, faults = read_regions(tmp_path / "regions")
    assert [found.name for found in regions] == ["proef"]
    assert "regions/tweede/region.toml: gemeenten: is missing" in str(faults[0])
    with pytest.raises(DeclarationError, match="gemeenten"):
        load_regions(tmp_path / "regions")


def test_drenthe_loads_without_a_fault() -> None:
    (drenthe,) = [region for region in load_regions() if region.name == "drenthe"]
    assert drenthe.faults == ()
    assert {"assen", "coevorden", "de_wolden", "emmen", "hoogeveen", "midden_drenthe"} <= drenthe.sources.keys()


def test_a_source_on_a_shared_server_cannot_take_the_records_of_its_neighbour(tmp_path: Path) -> None:
    folder = shutil.copytree(ROOT, tmp_path / "regions") / "drenthe"
    file = folder / "sources" / "de_wolden.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("811416902", "811401182"), encoding="utf-8")
    loaded = load_region(folder)
    (fault,) = loaded.faults
    assert (Path(fault.file).name, fault.key) == ("de_wolden.toml", "connection.bronorganisatie")
    assert "is the RSIN of 0118, and this source is of 1690; make it 811416902" in str(fault)
    assert "de_wolden" not in loaded.sources
    assert "hoogeveen" in loaded.sources


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


def test_a_source_may_name_another_column_than_the_file_that_it_stands_on(tmp_path: Path) -> None:
    shared = tmp_path / "regions" / "proef" / "shared"
    shared.mkdir(parents=True)
    (shared / "suite.toml").write_text('[shared.rename]\nkanaal = "kanaal_code"\n')
    own = '[shared.rename]\nweg = "kanaal_code"\n'
    assert region(tmp_path, 'based_on = "suite"\n' + SOURCE + own).faults == ()
    (shared / "suite.toml").write_text('[shared.rename]\nkanaal = "kanaal_code"\nvia = "kanaal_code"\n')
    (fault,) = region(tmp_path, 'based_on = "suite"\n' + SOURCE + own).faults
    assert str(fault) == (
        "regions/proef/shared/suite.toml: shared.rename.via: kanaal_code is filled from kanaal already;"
        " leave one of them out"
    )


@pytest.mark.parametrize("grondslag", ["AVG6-1a", "AVG6-1c/Wpg5", "AVG6-1e/Jeugdwet7.4.0"])
def test_each_basis_of_article_6_can_be_named(tmp_path: Path, grondslag: str) -> None:
    assert region(tmp_path, SOURCE.replace("AVG6-1e/Wmo5.1.1", grondslag)).faults == ()


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
