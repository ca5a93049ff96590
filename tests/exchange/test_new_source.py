"""`hub new-source`: a draft comes close to what somebody once wrote by hand, and holds nothing of a person.

The known answers are the declarations of the region. Each source is drafted without its own words, from files as its
sender makes them; a column is right when every value in it ends in the same field, written in the same way.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

import exchange.shell
from connectors.connection import Connection
from connectors.connector import open_connector
from exchange.cli import app
from exchange.declaration import OPEN
from exchange.drafting.heads import values_for_names
from exchange.drafting.sample import read_file
from exchange.errors import DeclarationError
from exchange.mapping import Mapper
from exchange.new_source import Drafted, new_source
from exchange.region import Region, Source, load_regions, load_source
from exchange.words import fields_of
from kit.connections import connection_env
from kit.serve import running
from kit.servers import files, tables
from kit.world import World
from tests.exchange.levering import BSN

NIGHTS = (1, 2, 3, 4, 5, 6, 8, 9)
TABLES = {"aa_en_hunze": "1680", "borger_odoorn": "1681", "westerveld": "1701"}
SETTINGS = ("format", "delimiter", "encoding", "removed_column", "removed_word")
FILLED_IN = {
    "owner": '"gegevensbeheer@x.example"',
    "grondslag": '"AVG6-1e/Wmo5.1.1"',
    "verwerkersovereenkomst": "2014-12-18",
    "financier_code": '"1"',
    "grondslag_code": '"1"',
}


@pytest.fixture(scope="module")
def drenthe() -> Region:
    return next(region for region in load_regions() if region.name == "drenthe")


@pytest.fixture(scope="module")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[Path]]:
    """The files of a few nights, as each sender of tables makes them."""
    world, root = World.build(1), tmp_path_factory.mktemp("geleverd")
    found: dict[str, list[Path]] = {}
    for name in (*TABLES, "coevorden"):
        party = world.parties[name]
        (root / name).mkdir()
        for bericht in party.berichten:
            for night in NIGHTS:
                if levering := world.levering(name, bericht, night):
                    is_table = party.protocol in tables.FORMATS
                    file = (
                        tables.file_name(levering, party.protocol)
                        if is_table
                        else files.file_name(bericht, levering.stand_op[:10])
                    )
                    if is_table:
                        tables.write(levering, name, root / name / file)
                    else:
                        files.write(levering, party.code, root / name / file)
                    found.setdefault(name, []).append(root / name / file)
    return found


@dataclass
class Share:
    """How many lines of a draft say what the real declaration says; `wrong` names the others."""

    right: int
    wrong: list[str]

    @property
    def of_all(self) -> float:
        return self.right / (self.right + len(self.wrong))


def fill_in(text: str) -> str:
    """What a person adds: something on each open line, of the kind that the line asks for."""
    for name, value in FILLED_IN.items():
        text = re.sub(rf'^("?[a-z_.]*{name}"? *= *)"{OPEN}"', rf"\g<1>{value}", text, flags=re.M)
    return text.replace(f'"{OPEN}"', '"in orde"')


def loaded(drafted: Drafted, folder: Path) -> Source:
    region = drafted.party.region
    file = folder / f"{drafted.party.name}.toml"
    file.write_text(fill_in(drafted.text), encoding="utf-8")
    return load_source(file, region.name, region.gemeenten, region.codelists)


def compared(real: Source, mine: Source, paths: list[Path]) -> Share:
    """Column by column, by what becomes of every value."""
    share = Share(0, [])

    def count(what: str, is_right: bool) -> None:
        share.right += is_right
        share.wrong += [] if is_right else [what]

    for key in SETTINGS:
        count(key, real.settings.get(key) == mine.settings.get(key))
    for bericht in real.delivers:
        one, other = real.delivers[bericht], mine.delivers[bericht]
        for path in ("gemeente_code", "organisatie_code", "verantwoordelijke_code"):
            count(f"{bericht} {path}", one.vast.get(path) == other.vast.get(path))
        both = Mapper(one), Mapper(other)
        seen: dict[str, list[bool]] = {}
        for path_ in (path for path in paths if path.name.startswith(bericht)):
            connector = open_connector("filedrop", None, real.settings)
            with path_.open("rb") as stream:
                for record in connector.read(bericht, {}, stream):
                    for column, value in record.values.items():
                        ours, theirs = (_mapped(map_, column, value) for map_ in both)
                        seen.setdefault(column, []).append(ours == theirs)
        for column, same in seen.items():
            if one.rename.get(column, column) in fields_of(one.contract):
                count(f"{bericht} {column} ({same.count(False)} of {len(same)} values)", all(same))
    return share


def _mapped(mapper: Mapper, column: str, value: object) -> dict[str, Any]:
    constants = mapper({})
    return {path: given for path, given in mapper({column: value}).items() if path not in constants}


@pytest.mark.parametrize(("name", "least"), [("aa_en_hunze", 0.97), ("borger_odoorn", 0.97), ("westerveld", 0.9)])
def test_a_draft_comes_close_to_the_declaration_that_somebody_wrote(
    name: str, least: float, drenthe: Region, delivered: Mapping[str, list[Path]], tmp_path: Path, capsys: Any
) -> None:
    drafted = new_source([drenthe], drenthe, name, TABLES[name], delivered[name], without={name})
    share = compared(drenthe.sources[name], loaded(drafted, tmp_path), delivered[name])
    with capsys.disabled():
        total = share.right + len(share.wrong)
        print(
            f"\n  {name}: {share.right} of {total} right ({share.of_all:.1%}); not: {', '.join(share.wrong) or 'none'}"
        )
    assert share.of_all >= least


def test_a_file_after_the_published_schema_needs_no_words(
    drenthe: Region, delivered: Mapping[str, list[Path]], tmp_path: Path
) -> None:
    drafted = new_source([drenthe], drenthe, "coevorden", "0109", delivered["coevorden"], without={"coevorden"})
    mine, real = loaded(drafted, tmp_path), drenthe.sources["coevorden"]
    assert mine.delivers == real.delivers
    assert (mine.connector, mine.settings) == ("filedrop", {})


@pytest.mark.parametrize("name", TABLES)
def test_no_value_of_a_person_is_in_a_draft(name: str, drenthe: Region, delivered: Mapping[str, list[Path]]) -> None:
    drafted = new_source([drenthe], drenthe, name, TABLES[name], delivered[name])
    real = drenthe.sources[name]
    personal: set[str] = set()
    for bericht, one in real.delivers.items():
        secret = {field.path for field in one.contract.fields if field.kluis}
        for file in (path for path in delivered[name] if path.name.startswith(bericht)):
            for column in read_file(file).columns.values():
                if one.rename.get(column.name, column.name) in secret:
                    personal.update(column.values)
    assert len(personal) > 300
    texts = {row.naam for name in drenthe.codelists.names() for row in drenthe.codelists.rows(name)}
    telling = {value for value in personal - texts if len(value) > 3}  # a house number of two digits is everywhere
    assert not telling & set(_leaves(tomllib.loads(drafted.text)))
    comments = " ".join(line.partition("#")[2] for line in drafted.text.splitlines())
    assert not [value for value in telling if re.search(rf"\b{re.escape(value)}\b", comments)]


def _leaves(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield key
            yield from _leaves(value)
    else:
        yield str(node)


def test_a_draft_does_not_load_until_the_lines_of_the_law_are_filled_in(
    drenthe: Region, delivered: Mapping[str, list[Path]], tmp_path: Path
) -> None:
    drafted = new_source([drenthe], drenthe, "aa_en_hunze", "1680", delivered["aa_en_hunze"])
    file, text = tmp_path / "regions" / "x.toml", drafted.text
    file.parent.mkdir()
    for key, value in [
        ("owner", '"beheer@x.example"'), ("verwerking.grondslag", '"AVG6-1e/Wmo5.1.1"'),
        ("verwerking.verwerkersovereenkomst", "2014-12-18"), ("verwerking.dpia", '"D"'),
        ("shared.vast.financier_code", '"1"'), ("shared.vast.grondslag_code", '"1"'),
    ]:  # fmt: skip
        file.write_text(text, encoding="utf-8")
        leaf = key.rpartition(".")[2]
        with pytest.raises(DeclarationError, match=rf"^regions/x\.toml: .*is still {OPEN}; fill it in") as caught:
            load_source(file, "drenthe", drenthe.gemeenten, drenthe.codelists)
        assert "\n" not in str(caught.value)
        text = re.sub(rf'^({leaf} *= *)"{OPEN}"', rf"\g<1>{value}", text, flags=re.M)
    file.write_text(text, encoding="utf-8")
    assert load_source(file, "drenthe", drenthe.gemeenten, drenthe.codelists).is_proef


def test_a_page_of_an_api_says_where_its_records_are(drenthe: Region, tmp_path: Path) -> None:
    page = {
        "items": [
            {"nummer": f"A{number}", "aanmelding": f"M-{number}", "datum": "2015-02-10", "gemeente": "0106",
             "loket": "MEE-ASS", "hoedanigheid": "ouder", "verwijzer": "02", "client": {"nummer": f"C{number}",
             "anoniem": False, "bsn": "999900006", "geboren": "1980-05-17",
             "adres": {"gemeente": "0106", "geheim": False}}}
            for number in range(20)
        ],
        "paginering": {"cursor": "x", "meer": False},
    }  # fmt: skip
    file = tmp_path / "aanmeldingen.json"
    file.write_text(json.dumps(page))
    drafted = new_source([drenthe], drenthe, "mee_twee", "41018393", [file])
    told = tomllib.loads(drafted.text)
    assert (told["connector"], told["connection"]["records"]) == ("rest", "items")
    words = told["delivers"]["aanmelding"]["rename"]
    assert words["client.bsn"] == "persoon.bsn"
    assert words["client.adres.gemeente"] == "persoon.woongemeente_code"
    assert words["hoedanigheid"] == "clientrol_code"


def test_a_folder_is_asked_for_its_newest_files(
    drenthe: Region, delivered: Mapping[str, list[Path]], tmp_path: Path
) -> None:
    (tmp_path / "uit").mkdir()
    for file in delivered["borger_odoorn"]:
        (tmp_path / "uit" / file.name).write_bytes(file.read_bytes())
    connection = Connection("borger_fs", "fs", extra={"path": str(tmp_path)})
    drafted = new_source([drenthe], drenthe, "borger_twee", "1681", [], connection)
    told = tomllib.loads(drafted.text)
    assert (told["connection"]["id"], told["connection"]["directory"]) == ("borger_fs", "uit")
    assert set(told["delivers"]) == {"aanmelding", "inzet", "onderzoek"}
    assert len(list((tmp_path / "uit").iterdir())) == len(delivered["borger_odoorn"])


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("kennisgeving.xml", "<zakLk01 xmlns='http://www.egem.nl/StUF/sector/zkn/0310'/>", 'based_on = "stuf"'),
        ("leeg.csv", "", "L005: Het bestand is leeg"),
        ("niets.json", '{"items": []}', "holds no list of records"),
        ("kapot.json", '{"items": [', "is no JSON: Expecting value on line 1"),
        ("regels.json", '{"a": 1}\n{"a": 2}\n', "is JSON lines"),
        ("kapot.xml", "<levering><aanmelding></levering>", r"L001: Het bestand is niet te lezen .* \(regel 1\)"),
        ("foto.csv", "\xff\xd8\xff\xe0\x00\x10JFIF\x00", "is no CSV, XLSX, XML or JSON"),
        ("brief.csv", "Geachte heer,\nhierbij de cijfers, zoals beloofd.\n", "the names of the columns"),
        ("excel.csv", "\ufeffAanmeldnummer;BSN", "L013: Het bestand is niet opgeslagen in de tekenset"),
    ],
)
def test_what_cannot_be_drafted_says_what_to_do(
    name: str, content: str, said: str, drenthe: Region, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-16" if name.startswith("excel") else "utf-8")
    with pytest.raises(DeclarationError, match=said) as caught:
        new_source([drenthe], drenthe, "nieuw", "0106", [tmp_path / name])
    assert "\n" not in str(caught.value)


def test_a_sample_beside_a_connection_says_what_and_the_connection_how(
    drenthe: Region, delivered: Mapping[str, list[Path]], tmp_path: Path
) -> None:
    empty = Connection("borger_fs", "fs", extra={"path": str(tmp_path)})
    told = tomllib.loads(new_source([drenthe], drenthe, "twee", "1681", delivered["borger_odoorn"], empty).text)
    assert (told["connection"]["id"], told["answer"]["channel"]) == ("borger_fs", "folder")
    assert set(told["delivers"]) == {"aanmelding", "inzet", "onderzoek"}
    with pytest.raises(DeclarationError, match=r"conn_type: is http, and what .* holds comes by sftp or fs"):
        new_source([drenthe], drenthe, "twee", "1681", delivered["borger_odoorn"], Connection("een_api", "http", "h"))


def test_a_desk_is_drafted_for_the_gemeente_that_has_it(drenthe: Region, tmp_path: Path) -> None:
    said = ("Wmo-loket", "Jeugdloket", "Sociaal team")  # so say Assen, Emmen and, of Parkstad, Kerkrade
    rows = [row.replace("0106-WMO", said[number % 3]) for number, row in enumerate(ROWS)]
    file = tmp_path / "aanmelding.csv"
    file.write_text("\n".join([HEADS, *rows]))
    for code, own in (("0106", {"0106-WMO", "0106-JEU", "0106-SOC"}), ("1699", set())):
        drafted = new_source(load_regions(), drenthe, "nieuw", code, [file])
        desks = tomllib.loads(drafted.text)["delivers"]["aanmelding"].get("codes", {}).get("loket_code", {})
        assert set(desks.values()) == own
        (loket,) = [one for one in drafted.matched[0].matches if one.column == "Loket"]
        assert (loket.path, loket.certainty) == ("loket_code", "zeker" if own else "gok")


def test_a_name_of_another_region_is_taken(delivered: Mapping[str, list[Path]]) -> None:
    everywhere = load_regions()
    (drenthe,) = [region for region in everywhere if region.name == "drenthe"]
    with pytest.raises(DeclarationError, match='region parkstad has a source "kerkrade"'):
        new_source(everywhere, drenthe, "kerkrade", "0106", delivered["borger_odoorn"])


def test_what_is_left_to_do_keeps_its_brackets(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "aanmelding.csv"
    file.write_text("\n".join([HEADS, *ROWS]))
    shown = run("nieuw", str(file), "--code", "0059", "--out", str(tmp_path / "nieuw.toml"))
    for words in ('add [organisaties."0059"] with naam', '[loket."0059-WMO"]', "[inwoners.gemeente]"):
        assert words in shown.output


def test_a_place_that_cannot_be_written_is_one_line(run: Any, tmp_path: Path) -> None:
    file = tmp_path / "aanmelding.csv"
    file.write_text("\n".join([HEADS, *ROWS]))
    shown = run("nieuw", str(file), "--code", "1680", "--out", str(tmp_path / "nergens" / "x.toml"))
    assert (shown.exit_code, "give a file in a folder that exists" in shown.output) == (2, True), shown.output


def odd(tmp_path: Path, heads: str) -> Path:
    file = tmp_path / "aanmelding.csv"
    file.write_text("\n".join([heads, *ROWS]))
    return file


def test_names_as_systems_use_them_are_likely_and_not_sure(drenthe: Region, tmp_path: Path) -> None:
    file = odd(tmp_path, "Meldingsnr;Ingekomen d.d.;Balie;Sofinr;Familienaam;Geboren op")
    (found,) = new_source([drenthe], drenthe, "nieuw", "0106", [file]).matched
    taken = {one.column: (one.path, one.certainty) for one in found.matches}
    for column, path in (
        ("Meldingsnr", "aanmelding_nummer"), ("Ingekomen d.d.", "datum_aanmelding"), ("Balie", "loket_code"),
        ("Sofinr", "persoon.bsn"), ("Familienaam", "persoon.geslachtsnaam"),
    ):  # fmt: skip
        assert taken[column] == (path, "waarschijnlijk"), column


def test_the_only_column_of_days_is_the_day_that_is_needed(drenthe: Region, tmp_path: Path) -> None:
    (found,) = new_source(
        [drenthe], drenthe, "nieuw", "0106", [odd(tmp_path, HEADS.replace("Gemeld op", "Xyz"))]
    ).matched
    (one,) = [one for one in found.matches if one.column == "Xyz"]
    assert (one.path, one.certainty) == ("datum_aanmelding", "gok")


def test_of_two_columns_of_days_none_is_guessed(drenthe: Region, tmp_path: Path) -> None:
    heads = HEADS.replace("Gemeld op", "Xyz").replace("Geboren op", "Zyx")
    drafted = new_source([drenthe], drenthe, "nieuw", "0106", [odd(tmp_path, heads)])
    assert [column.name for column in drafted.matched[0].unknown] == ["Xyz", "Zyx"]
    assert "# datum_aanmelding: is verplicht en in geen kolom gevonden: zeg het in rename, hieronder" in drafted.text


def test_the_required_fields_that_no_column_holds_are_named(run: Any, tmp_path: Path) -> None:
    file = odd(tmp_path, HEADS.replace("Loket", "Xyz"))
    shown = run("nieuw", str(file), "--code", "1680", "--out", str(tmp_path / "nieuw.toml"))
    (line,) = [line for line in shown.output.splitlines() if "required, and in no column of aanmelding" in line]
    assert "loket_code" in line
    assert "aanmelding_nummer" not in line


HEADS = "Aanmeldnummer;Gemeld op;Loket;BSN;Achternaam;Geboren op"
ROWS = [
    f"SK-{number:04d};{number + 1:02d}-02-2015;0106-WMO;{BSN[number % 4]};Verzonnen;17-05-1980" for number in range(9)
]
WORDS = [f"Verzonnen;ouder;{kind};huisarts" for kind in ("wonen", "financiën", "wonen")]


def workbook(path: Path, rows: list[str]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row.split(";"))
    book.save(path)
    return path


@pytest.mark.parametrize(
    "rows",
    [
        ROWS,
        WORDS,
        [HEADS.replace("BSN", BSN[0]), *ROWS],
        [HEADS.replace("Geboren op", "17 mei 1980"), *ROWS],
        [HEADS.replace("Achternaam", ""), *ROWS],
        [HEADS.replace("Achternaam", "BSN"), *ROWS],
        ["Aanmeldingen februari", HEADS, *ROWS],
        ["Aanmeldingen februari", "", HEADS, *ROWS],
    ],
    ids=[
        "no names",
        "no names, words only",
        "a bsn",
        "a day",
        "no name",
        "a name twice",
        "a title",
        "a title and a gap",
    ],
)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_table_without_a_line_of_names_reaches_no_draft(
    kind: str, rows: list[str], drenthe: Region, tmp_path: Path
) -> None:
    file = tmp_path / f"aanmelding.{kind}"
    workbook(file, rows) if kind == "xlsx" else file.write_text("\n".join(rows))
    with pytest.raises(DeclarationError, match=r"names of the columns|namen van de kolommen") as caught:
        new_source([drenthe], drenthe, "nieuw", "0106", [file])
    said = str(caught.value)
    assert "\n" not in said
    assert not [value for value in (*BSN, "Verzonnen", "1980", "ouder", "0106-WMO") if value in said]


def test_names_of_senders_are_no_values() -> None:
    names = [
        *HEADS.split(";"),
        "M/V",
        "score.1.begin",
        "1e gesprek",
        "Ingekomen d.d.",
        "#",
        "persoon.bsn",
    ]
    assert values_for_names(dict.fromkeys(names, ())) == []
    values = [
        BSN[0],
        "0106",
        "2015-02-10",
        "7741AB",
        "7741 AB",
        "12",
        "7,5",
        "a@b.example",
        "06-12345678",
        "nee",
        "K00012",
    ]
    assert values_for_names(dict.fromkeys(values, ())) == list(range(1, len(values) + 1))


def test_a_json_that_keeps_records_by_a_value_reaches_no_draft(drenthe: Region, tmp_path: Path) -> None:
    file = tmp_path / "aanmeldingen.json"
    for content in ([{BSN[0]: {"naam": "Verzonnen"}}], {BSN[1]: [{"naam": "Verzonnen"}]}):
        file.write_text(json.dumps(content))
        with pytest.raises(DeclarationError, match="look like values") as caught:
            new_source([drenthe], drenthe, "nieuw", "41018393", [file])
        assert "Verzonnen" not in str(caught.value)
        assert BSN[0] not in str(caught.value)


def test_a_name_of_a_file_is_written_down_without_a_number_of_a_person(drenthe: Region, tmp_path: Path) -> None:
    file = tmp_path / f"aanmelding_{BSN[0]}.csv"
    file.write_text("\n".join([HEADS, *ROWS]))
    assert BSN[0] not in new_source([drenthe], drenthe, "nieuw", "0106", [file]).text


@pytest.mark.slow
def test_a_zaaksysteem_is_asked_for_its_zaaktypen_and_some_zaken(
    drenthe: Region, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    (tmp_path / "vandaag").write_text("2015-03-02")
    monkeypatch.setenv("HUB_CALENDAR", str(tmp_path / "vandaag"))
    with running(tmp_path) as (services, _):
        connection = Connection.from_env("assen_zgw", connection_env(services))
        drafted = new_source([drenthe], drenthe, "assen", "0106", [], connection, without={"assen"})
    mine, real = loaded(drafted, tmp_path), drenthe.sources["assen"]
    assert {name: each.options for name, each in mine.delivers.items()} == {
        name: each.options for name, each in real.delivers.items()
    }
    assert mine.settings["bronorganisatie"] == real.settings["bronorganisatie"]
    share = Share(0, [])
    for bericht, one in real.delivers.items():
        for theirs, path in one.rename.items():
            is_right = mine.delivers[bericht].rename.get(theirs) == path
            share.right += is_right
            share.wrong += [] if is_right else [f"{bericht} {theirs}"]
    with capsys.disabled():
        total = share.right + len(share.wrong)
        print(
            f"\n  assen: {share.right} of {total} right ({share.of_all:.1%}); not: {', '.join(share.wrong) or 'none'}"
        )
    assert share.of_all >= 0.85


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, drenthe: Region) -> Any:
    monkeypatch.setattr(exchange.shell, "load_regions", lambda: [drenthe])
    return lambda *words: CliRunner().invoke(app, ["new-source", *words])


def test_the_command_says_what_was_seen_and_what_is_left(
    run: Any, delivered: Mapping[str, list[Path]], tmp_path: Path
) -> None:
    target = tmp_path / "nieuw.toml"
    files_ = [str(path) for path in delivered["aa_en_hunze"] if "20150302" in path.name]
    shown = run("nieuw", *files_, "--code", "1680", "--out", str(target))
    assert shown.exit_code == 0, shown.output
    assert "to fill in: owner, grondslag, verwerkersovereenkomst, dpia" in shown.output
    assert "then: hub check" in shown.output
    assert tomllib.loads(target.read_text("utf-8"))["code"] == "1680"
    again = run("nieuw", *files_, "--code", "1680", "--out", str(target))
    assert (again.exit_code, "exists already" in again.output) == (2, True)
    told = run("ander", *files_, "--code", "0059", "--out", str(tmp_path / "ander.toml"), "--json")
    joins = json.loads(told.stdout)["join"]
    assert len(joins) == 4
    assert 'add "0059" to gemeenten' in joins[0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["x", "--code", "9999"], "9999 is no gemeente"),
        (["x"], "give the CBS-gemeentecode"),
        (["x", "--code", "1680"], "give a file"),
        (["../x", "--code", "1680"], '"../x" is no name for a source'),
        (["a b", "--code", "1680"], '"a b" is no name for a source'),
        (["[/x]", "--code", "1680"], '"[/x]" is no name for a source'),
        (["publish_x", "--code", "1680"], 'begin with "publish" are those of the hub'),
        (["x", "--code", "1680", "--connection", "nergens"], "AIRFLOW_CONN_NERGENS"),
    ],
)
def test_what_is_missing_is_one_line(run: Any, words: list[str], said: str, tmp_path: Path) -> None:
    shown = run(*words, "--out", str(tmp_path / "x.toml"))
    assert (shown.exit_code, said in " ".join(shown.output.split())) == (2, True), shown.output
    assert not (tmp_path / "x.toml").exists()
