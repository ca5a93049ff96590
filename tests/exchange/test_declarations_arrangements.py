"""The arrangement of a gemeente is declared in a file of its own; what is wrong in it is one line: file, key, cure."""

from datetime import date
from pathlib import Path

import pytest

from exchange.errors import DeclarationError
from exchange.invullingen import PAGE, page
from exchange.region import Region, load_regions
from tests.exchange.test_declarations import SOURCE, region

pytestmark = pytest.mark.pure
FILE = "regions/proef/arrangements/coevorden.toml"
SOUND = """
gemeente_code = "0109"
[[invulling]]
van = 2015-01-01
tot_en_met = 2015-12-31
known_from = 2014-12-15
[invulling.aanmelding]
contract = 1
verplicht = ["kanaal_code"]
[invulling.aanmelding.alleen]
kanaal_code = ["1", "2"]
"""
LATER = """
[[invulling]]
van = 2015-06-01
known_from = {}
[invulling.aanmelding]
contract = 1
"""
ASKED, LEFT = "invulling.1.aanmelding.verplicht", "invulling.1.aanmelding.alleen"


def arranged(root: Path, text: str = SOUND, name: str = "coevorden", source: str = SOURCE) -> Region:
    folder = root / "regions" / "proef" / "arrangements"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.toml").write_text(text)
    return region(root, source)


def test_a_sound_arrangement_loads(tmp_path: Path) -> None:
    (one,) = arranged(tmp_path).arrangements
    assert (one.bericht, one.major, one.gemeente_code, one.gemeente) == ("aanmelding", 1, "0109", "Coevorden")
    assert (one.van, one.tot_en_met, one.known_from) == (date(2015, 1, 1), date(2015, 12, 31), date(2014, 12, 15))
    assert (one.verplicht, one.alleen) == (("kanaal_code",), {"kanaal_code": ("1", "2")})


@pytest.mark.parametrize(
    ("illness", "old", "new", "key", "cure"),
    [
        ("foreign gemeente", '"0109"', '"0363"', "gemeente_code", "0363 is no gemeente of region.toml"),
        ("code as number", '"0109"', "109", "gemeente_code", "in quotes"),
        ("unknown key", 'gemeente_code = "0109"', 'gemeente_code = "0109"\nkleur = 1', "kleur", "remove it"),
        ("one table", "[[invulling]]", "[invulling]", "invulling", "a list of tables: [[invulling]]"),
        ("no first day", "van = 2015-01-01\n", "", "invulling.1.van", "is missing"),
        ("day as text", "2014-12-15", '"2014-12-15"', "invulling.1.known_from", "without quotes"),
        ("ends before it begins", "2015-12-31", "2014-12-31", "invulling.1.tot_en_met", "choose 2015-01-01 or later"),
        ("unknown bericht", "[invulling.aanmelding]", "[invulling.klacht]", "invulling.1.klacht", "name a bericht"),
        ("version to come", "contract = 1", "contract = 9", "invulling.1.aanmelding.contract", "9 cannot be used"),
        ("unknown key of a bericht", "contract = 1", 'contract = 1\nrood = ""', "invulling.1.aanmelding.rood", "it"),
        ("unknown field", '["kanaal_code"]', '["kanal_code"]', ASKED, "has no field kanal_code; it can add none"),
        ("required already", '["kanaal_code"]', '["loket_code"]', ASKED, "by the contract already; remove it"),
        ("identity", '["kanaal_code"]', '["persoon.bsn"]', ASKED, "who stays anonymous has none"),
        ("twice", '["kanaal_code"]', '["kanaal_code", "kanaal_code"]', ASKED, "stands there twice"),
        ("no list of fields", '["kanaal_code"]', '"kanaal_code"', ASKED, "a list of texts"),
        ("list of nothing", "kanaal_code = [", "kanal_code = [", f"{LEFT}.kanal_code", "has no field kanal_code"),
        ("no code list", "kanaal_code = [", "overdracht_kenmerk = [", f"{LEFT}.overdracht_kenmerk", "no code list"),
        ("code that does not exist", '"2"]', '"77"]', f"{LEFT}.kanaal_code", "which can only be shortened"),
        ("code twice", '["1", "2"]', '["1", "1"]', f"{LEFT}.kanaal_code", "names a code twice"),
        ("nothing left", '["1", "2"]', "[]", f"{LEFT}.kanaal_code", "nothing could be delivered"),
        ("nothing left out", '["1", "2"]', '["1", "2", "3", "4", "5", "98", "99"]', f"{LEFT}.kanaal_code", "as it is"),
        ("against a constant", "kanaal_code = [", 'financier_code = ["2"]\nkanaal_code = [',
         f"{LEFT}.financier_code", "coevorden.toml gives every record code 1 (vast)"),
        ("no TOML", "van = 2015-01-01", "van = vandaag", "file", "is no TOML"),
    ],
)  # fmt: skip
def test_a_wrong_key_is_one_line(tmp_path: Path, illness: str, old: str, new: str, key: str, cure: str) -> None:
    assert old in SOUND
    with pytest.raises(DeclarationError) as wrong:
        arranged(tmp_path, SOUND.replace(old, new, 1))
    assert (wrong.value.file, wrong.value.key) == (FILE, key), illness
    assert cure in str(wrong.value)
    assert "\n" not in str(wrong.value)


def test_a_part_of_a_group_cannot_be_required_and_the_group_can(tmp_path: Path) -> None:
    traject = SOUND.replace("aanmelding", "traject").replace("kanaal_code", "score", 1).partition("[invulling.traject.")
    assert arranged(tmp_path, traject[0]).arrangements[0].verplicht == ("score",)
    with pytest.raises(DeclarationError, match="only the group as a whole"):
        arranged(tmp_path, traject[0].replace('"score"', '"score.begin"'))


def test_a_file_says_what_is_asked_and_of_which_bericht(tmp_path: Path) -> None:
    with pytest.raises(DeclarationError, match=r"invulling: is missing; add it \(what the gemeente"):
        arranged(tmp_path, 'gemeente_code = "0109"\n')
    with pytest.raises(DeclarationError, match=r"invulling\.1: says nothing of any bericht"):
        arranged(tmp_path, SOUND.partition("[invulling.aanmelding]")[0])


def test_of_one_gemeente_there_is_one_file(tmp_path: Path) -> None:
    arranged(tmp_path)
    with pytest.raises(DeclarationError, match=r"0109 has coevorden\.toml already; add the \[\[invulling\]\] there"):
        arranged(tmp_path, name="nog_een")


def test_a_later_one_comes_below_and_two_of_one_day_cannot_be_told_apart(tmp_path: Path) -> None:
    first, second = arranged(tmp_path, SOUND + LATER.format("2015-05-15")).arrangements
    assert (first.verplicht, second.verplicht) == (("kanaal_code",), ())
    with pytest.raises(DeclarationError, match="two about aanmelding overlap and are both known from 2014-12-15"):
        arranged(tmp_path, SOUND + LATER.format("2014-12-15"))


def test_a_night_knows_what_was_known_then_and_a_gemeente_what_is_its_own(tmp_path: Path) -> None:
    loaded = arranged(tmp_path)
    source, contract = loaded.sources["coevorden"], loaded.sources["coevorden"].delivers["aanmelding"].contract
    assert not loaded.arrangements_on(contract, source, date(2014, 12, 14))
    assert loaded.arrangements_on(contract, source, date(2014, 12, 15)).voor("0109", "2015-01-01")
    (drenthe,) = [one for one in load_regions() if one.name == "drenthe"]
    by_name = {
        name: drenthe.arrangements_on(contract, drenthe.sources[name], date(2015, 3, 2)) for name in drenthe.sources
    }
    assert {"midden_drenthe", "mee_drenthe"} <= {name for name, known in by_name.items() if known}
    assert not any(by_name[name] for name in ("assen", "coevorden", "emmen"))


def test_the_page_for_senders_is_fresh_and_names_every_code() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m exchange.invullingen"
    assert "| `kanaal_code` | ja | `1` balie, `2` telefoon, `3` digitaal, `4` huisbezoek, `5` overdracht |" in page()


def test_both_regions_have_an_arrangement_of_their_own() -> None:
    of_region = {one.name: {each.gemeente_code for each in one.arrangements} for one in load_regions()}
    assert of_region == {"drenthe": {"1731"}, "parkstad": {"0917"}}
