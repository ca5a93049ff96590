"""Code lists, their periods, the map to terreinen, the age classes and the catalogue of faults."""

from datetime import date
from pathlib import Path

import pytest

from schemas import codelists
from schemas.ages import leeftijdsklasse, minor_codes
from schemas.codelists import CodeLists, read_rows
from schemas.contract import load_all
from schemas.errors import ContractError
from schemas.faults import CATALOGUE, Fault, fault, load_catalogue

pytestmark = pytest.mark.pure

STANDARD = CodeLists.standard()
DRENTHE = {"1680", "0106", "1681", "0109", "0114", "0118", "0119", "1731", "1699", "1730", "1690", "1701"}
PARKSTAD_2018 = {"0899", "0917", "0928", "0882", "0951", "0881", "0965", "0986"}


def test_a_code_is_ok_unknown_or_expired() -> None:
    assert STANDARD.lookup("gemeente", "0951", date(2018, 12, 31)) == "ok"
    assert STANDARD.lookup("gemeente", "0951", date(2019, 1, 1)) == "expired"
    assert STANDARD.lookup("gemeente", "1954", date(2018, 12, 31)) == "expired"
    assert STANDARD.lookup("gemeente", "114", date(2015, 1, 1)) == "unknown"


def test_the_gemeenten_of_both_regions_exist_on_their_day() -> None:
    assert all(STANDARD.lookup("gemeente", code, date(2015, 3, 2)) == "ok" for code in DRENTHE)
    assert all(STANDARD.lookup("gemeente", code, date(2018, 6, 1)) == "ok" for code in PARKSTAD_2018)
    assert len(STANDARD.rows("gemeente")) == 342 + 3


def test_a_person_may_live_abroad_but_no_gemeente_lies_there() -> None:
    assert STANDARD.knows("woongemeente", "1999")
    assert STANDARD.knows("woongemeente", "0114")
    assert not STANDARD.knows("gemeente", "1999")


def test_a_region_adds_a_list_and_changes_the_digest() -> None:
    ended = STANDARD.with_list(
        "loket", [("A", "oud", None, date(2014, 12, 31)), ("A", "nieuw", date(2015, 2, 1), None)]
    )
    assert ended.lookup("loket", "A", date(2014, 1, 1)) == "ok"
    assert ended.lookup("loket", "A", date(2015, 1, 1)) == "expired"
    assert ended.lookup("loket", "A", date(2016, 1, 1)) == "ok"
    assert ended.digest != STANDARD.digest
    assert ended.digest == STANDARD.with_list("loket", list(reversed(ended.rows("loket")))).digest
    with pytest.raises(ContractError, match="another name"):
        ended.with_list("loket", [])


@pytest.mark.parametrize(
    ("rows", "cure"),
    [
        ("1;een;;\n1;weer een;;\n", "twice"),
        ("1;;;\n", "naam"),
        ("1;een;1 maart;\n", "yyyy-mm-dd"),
    ],
)
def test_a_wrong_list_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows: str, cure: str
) -> None:
    (tmp_path / "proef.csv").write_text("code;naam;geldig_van;geldig_tot\n" + rows, encoding="utf-8")
    monkeypatch.setattr(codelists, "FOLDER", tmp_path)
    with pytest.raises(ContractError, match=rf"codelists/proef\.csv: .*{cure}"):
        codelists.read_list("proef")


def test_every_leefgebied_has_one_main_terrein() -> None:
    rows = read_rows("leefgebied_naar_terrein")
    main = [row["leefgebied_code"] for row in rows if row["volgorde"] == "1"]
    known = {row.code for row in STANDARD.rows("leefgebied")} - {"98", "99"}
    assert sorted(main) == sorted(known)
    assert {row["terrein_code"] for row in rows} <= {row.code for row in STANDARD.rows("terrein")}


def test_every_list_that_a_contract_names_exists_and_every_list_is_of_use() -> None:
    used = {"soort_loket", "terrein"}  # named by a region's lokets, and by the map of leefgebieden
    for contract in load_all().values():
        groups = (field for group in contract.groups for field in group.fields)
        used |= {field.lijst for field in (*contract.fields, *groups) if field.lijst}
    assert set(STANDARD.names()) == used - codelists.REGION_LISTS


@pytest.mark.parametrize(
    ("born", "precision", "on", "code"),
    [
        ("2011-03-03", "D", "2015-03-02", "01"),
        ("2011-03-02", "D", "2015-03-02", "02"),
        ("1997-03-03", "D", "2015-03-02", "05"),
        ("1997-03-02", "D", "2015-03-02", "06"),
        ("1996-02-29", "D", "2014-02-28", "05"),
        ("1996-02-29", "D", "2014-03-01", "06"),
        ("1900-01-01", "D", "2015-03-02", "12"),
        ("1990-01-01", "J", "2015-03-02", "06"),
        ("2007-01-01", "J", "2015-03-02", "20"),  # seven or eight
        ("1985-01-01", "J", "2015-03-02", "21"),  # twenty-nine or thirty
        ("1997-01-01", "J", "2015-03-02", "99"),  # a minor or not
        ("2007-03-01", "M", "2015-03-02", "20"),
        ("2015-03-01", "M", "2015-03-02", "01"),
        ("2015-03-03", "D", "2015-03-02", None),
    ],
)
def test_an_age_class_is_no_more_certain_than_the_birth_date(
    born: str, precision: str, on: str, code: str | None
) -> None:
    assert leeftijdsklasse(born, precision, on) == code


def test_minors_are_the_classes_below_eighteen() -> None:
    assert minor_codes() == {"01", "02", "03", "04", "05", "20"}


def test_the_catalogue_has_a_text_for_every_fault_and_names_its_level() -> None:
    levels = {"V": "veld", "R": "record", "L": "levering"}
    for entry in CATALOGUE.values():
        assert entry.level == levels[entry.code[0]]
        assert entry.tekst.endswith((".", "."))
        assert entry.bron
    assert fault("L002", vorm="aanmelding").text().endswith("Verwacht: aanmelding.")
    assert Fault("V001", "loket_code").text() == "loket_code ontbreekt of is leeg, maar is verplicht."
    with pytest.raises(KeyError):
        fault("X999")


@pytest.mark.parametrize(
    ("line", "cure"),
    [
        ('tekst = "{bsn}"\nherstel = "x"\nlevel = "veld"\nseverity = "afkeur"\nbron = "x"', "bsn"),
        ('tekst = "x"\nherstel = "x"\nlevel = "rij"\nseverity = "afkeur"\nbron = "x"', "choose from"),
        ('tekst = "x"\nherstel = "x"\nlevel = "veld"\nseverity = "afkeur"', "bron"),
    ],
)
def test_a_wrong_catalogue_is_told_in_one_line(tmp_path: Path, line: str, cure: str) -> None:
    file = tmp_path / "faults.toml"
    file.write_text(f"[V999]\n{line}\n", encoding="utf-8")
    with pytest.raises(ContractError, match=rf"faults\.toml: V999.*{cure}"):
        load_catalogue(file)
