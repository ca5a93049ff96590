"""The file of the cliëntenorganisaties: the levering of the world, in the shape that the model of DDAS gives it.

Whether it is that shape is asked of the schema of DDAS itself, where that is at hand.
"""

import json
import os
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from connectors.connector import open_connector
from exchange.check import check
from exchange.context import Context
from exchange.mapping import Mapper
from exchange.region import load_regions
from kit.calendar import Calendar
from kit.faults import BESIDE
from kit.nights import NIGHTS
from kit.servers import ddas
from kit.servers.region import Region
from kit.world import Levering, World
from schemas.check import Checker
from tests.kit.test_generator_records import raw

pytestmark = pytest.mark.pure
NAME = "clientenorganisaties"
DRENTHE = next(region for region in load_regions() if region.name == "drenthe")
SOURCE = DRENTHE.sources[NAME]
EXAMPLE = Path(__file__).parents[2] / "docs" / "voorbeelden" / "aanmelding_ddas.json"


@pytest.fixture(scope="module")
def leveringen(world: World) -> list[Levering]:
    return [one for night in range(1, NIGHTS + 1) if (one := world.levering(NAME, "aanmelding", night))]


def test_a_file_read_and_mapped_as_its_source_declares_is_the_record_of_the_world_again(
    leveringen: list[Levering], world: World
) -> None:
    delivers = SOURCE.delivers["aanmelding"]
    mapper, checker = Mapper(delivers), Checker(delivers.contract, DRENTHE.codelists)
    connector = open_connector(SOURCE.connector, None, SOURCE.settings)
    seen = set()
    for levering in leveringen:
        packed = json.dumps(ddas.document(levering, world.parties[NAME])).encode()
        rows = list(connector.read("aanmelding", delivers.options, BytesIO(packed)))
        theirs = sorted(levering.regels, key=lambda regel: str(regel.record["gemeente_code"]))  # by part
        assert len(rows) == len(theirs)
        for row, regel in zip(rows, theirs, strict=True):
            assert (row.actie, row.wrong) == (regel.actie, "")
            seen.add((row.actie, bool(regel.faulty)))
            if row.actie == "record":
                checked = checker(mapper(row.values))
                codes = {fault.code for fault in checked.faults if fault.rejects}
                assert sorted(codes) == [code for code in regel.faulty if code not in BESIDE]
                assert checked.unknown == ()
                if not regel.faulty:  # names only, for a failing test is printed
                    expected = checker(raw(regel.record)).values
                    assert [name for name, value in expected.items() if checked.values[name] != value] == []
    assert seen == {("record", False), ("record", True), ("verwijderen", False)}


def test_one_file_is_of_all_gemeenten(leveringen: list[Levering], world: World) -> None:
    whole = ddas.document(leveringen[0], world.parties[NAME])
    codes = [one["aanleverende_organisatie"]["gemeentecode"] for one in whole["leveringen"]]
    assert codes == sorted(f"GM{code}" for code in DRENTHE.gemeenten)


def test_the_example_for_senders_is_sound_and_each_of_its_names_is_known(tmp_path: Path) -> None:
    file = tmp_path / "aanmelding_20150303.json"
    file.write_bytes(EXAMPLE.read_bytes())
    report = check(Context(DRENTHE, SOURCE, date(2015, 3, 3), "test"), file)
    assert (report.refused, report.received, report.rejected) == ("", 3, 0)
    assert report.warnings == {}


@pytest.mark.parametrize(
    ("illness", "change", "told"),
    [
        ("a gemeente of another region", {"gemeentecode": "GM0363"},
         "L018: Een deel van het bestand is van een gemeente of partij die niet bij deze bron hoort: "
         "aanleverende_organisatie.gemeentecode in leveringen 2. Er is niets verwerkt."),
        ("no gemeente", {},
         "L017: Het bestand heeft niet de opbouw die is afgesproken; ontbreekt of staat verkeerd: "
         "aanleverende_organisatie.gemeentecode in leveringen 2, voor aanmeldingen. Er is niets verwerkt."),
    ],
)  # fmt: skip
def test_one_wrong_head_is_told_with_its_place_and_nothing_of_the_file_is_taken(
    tmp_path: Path, illness: str, change: dict[str, str], told: str
) -> None:
    content = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    content["leveringen"][1]["aanleverende_organisatie"] = change
    file = tmp_path / "aanmelding_20150303.json"
    file.write_text(json.dumps(content))
    report = check(Context(DRENTHE, SOURCE, date(2015, 3, 3), "test"), file)
    assert (report.refused, report.received) == (told, 0)


def test_a_file_of_another_supplier_is_refused(tmp_path: Path) -> None:
    content = json.loads(EXAMPLE.read_text(encoding="utf-8")) | {"codeGegevensleverancier": "41018393"}
    file = tmp_path / "aanmelding_20150303.json"
    file.write_text(json.dumps(content))
    assert check(Context(DRENTHE, SOURCE, date(2015, 3, 3), "test"), file).refused.startswith("L004")


@pytest.fixture(scope="module")
def model() -> Any:
    """The published schema, where somebody has it: HUB_STANDARDS names the folder."""
    path = Path(os.environ.get("HUB_STANDARDS", "")) / "ddas" / "json_schema_Uitwisselmodel.json"
    if not os.environ.get("HUB_STANDARDS") or not path.is_file():
        pytest.skip("HUB_STANDARDS names no folder with the schema of DDAS")
    schema = json.loads(path.read_text(encoding="utf-8"))
    return jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())


def as_ddas(content: dict[str, Any]) -> dict[str, Any]:
    """The file with only what DDAS has a name for: each aanmelding as the traject of which it is the first part."""
    known = ("Burgerservicenummer", "Geboortedatum", "Geslachtsaanduiding", "Postcode", "Huisnummer",
             "Huisnummertoevoeging")  # fmt: skip
    leveringen = []
    for one in content["leveringen"]:
        trajecten = [
            {
                "gemeentecode": one["aanleverende_organisatie"]["gemeentecode"],
                "aanmelding": record["aanmelding"],
                "client": [{name: client[name] for name in known if name in client} for client in record["client"]],
            }
            for record in one["aanmeldingen"]
            if "client" in record
        ]
        frame = {name: value for name, value in one.items() if name != "aanmeldingen"}
        leveringen.append(frame | {"schuldhulptrajecten": trajecten})
    return content | {"leveringen": leveringen}


def test_where_ddas_has_a_name_the_example_and_a_night_say_it_as_ddas_does(
    model: Any, leveringen: list[Levering], world: World
) -> None:
    sound = [
        Levering(one.party, one.bericht, one.night, one.stand_op, one.omvang,
                 tuple(regel for regel in one.regels if not regel.faulty))
        for one in leveringen
    ]  # fmt: skip
    files = [json.loads(EXAMPLE.read_text(encoding="utf-8"))]
    files += [ddas.document(one, world.parties[NAME]) for one in sound if one.regels]
    for content in files:
        places = [error.json_path for error in model.iter_errors(as_ddas(content))]
        assert places == []


def test_the_shape_itself_is_not_that_of_ddas_and_only_for_the_list_that_ddas_lacks(model: Any) -> None:
    errors = list(model.iter_errors(json.loads(EXAMPLE.read_text(encoding="utf-8"))))
    assert {(error.validator, error.json_path) for error in errors} == {
        ("additionalProperties", "$.leveringen[0]"), ("additionalProperties", "$.leveringen[1]")
    }  # fmt: skip
    assert all("'aanmeldingen' was unexpected" in error.message for error in errors)


@pytest.mark.slow
def test_what_breaks_off_while_it_is_sent_is_refused_by_the_hub_and_lies_there_whole_the_next_night(
    world: World, tmp_path: Path
) -> None:
    night, region = world.cut_off(NAME, "aanmelding"), Region(tmp_path, latency=False)
    room = tmp_path / "kit" / "sftp" / NAME / "uit"
    context = Context(DRENTHE, SOURCE, date(2015, 3, 9), "check")
    region.move(Calendar(seed=1, night=night - 1))
    for path in room.iterdir():
        path.unlink()
    region.move(Calendar(seed=1, night=night))
    (broken,) = room.iterdir()
    assert check(context, broken).refused.startswith("L001")
    name = broken.name
    broken.unlink()
    region.move(Calendar(seed=1, night=night + 1))
    assert check(context, room / name).refused == ""
    assert check(context, room / name).received == len(world.sent(NAME, "aanmelding", night + 1)[0].regels)
