"""A wrong declaration fails at once, in one line that names file, key and cure."""

import shutil
from pathlib import Path

import pytest

from schemas.contract import ROOT, load, load_all, names
from schemas.errors import ContractError

pytestmark = pytest.mark.pure

WRONG = {
    "unknown key": ('titel        = "Inzet"', 'titel = "Inzet"\nkleur = "rood"', "kleur", "unknown"),
    "unknown attribute": (
        'fte                     = { type = "decimaal",',
        'fte = { type = "decimaal", eenheid = "fte",',
        "veld.fte.eenheid",
        "unknown",
    ),
    "unknown type": ('{ type = "maand"', '{ type = "kwartaal"', "veld.maand.type", "choose from"),
    "no text": (
        'omschrijving = "Maand waarover de cijfers gaan"',
        'omschrijving = ""',
        "veld.maand.omschrijving",
        "empty",
    ),
    "unknown list": ('lijst = "loket"', 'lijst = "loketten"', "veld.loket_code.lijst", "does not exist"),
    "no limit": ("min = 0, max = 1000,", "min = 0,", "veld.fte.max", "missing"),
    "limits crossed": ("min = 0, max = 1000,", "min = 2000, max = 1000,", "veld.fte.min", "greater"),
    "wrong kind": ("verplicht = true", 'verplicht = "ja"', "veld.maand.verplicht", "true or false"),
    "foreign attribute": (
        '{ type = "maand",',
        '{ type = "maand", lengte = 7,',
        "veld.maand.lengte",
        "only goes with",
    ),
    "key that is no field": ('"loket_code"]', '"loket"]', "sleutel", "no flat field"),
    "key that may be empty": ('lijst = "loket", verplicht = true', 'lijst = "loket"', "sleutel", "verplicht"),
    "key that tells of a person": (
        'lijst = "loket", verplicht = true',
        'lijst = "loket", verplicht = true, klasse = "w"',
        "sleutel",
        "no personal data",
    ),
    "unknown rule": ('"tevredenheid_samen"', '"tevredenheid_apart"', "regels", "no rule"),
    "rule without its field": ('"tevredenheid_samen"', '"einde_na_start"', "regels", "datum_start"),
    "unknown block": ('blok         = ["algemeen"]', 'blok = ["algemeen", "adres"]', "blok", "does not exist"),
    "record date that is no date": ('peildatum    = "maand"', 'peildatum = "fte"', "peildatum", "datum or maand"),
    "condition on nothing": (
        'fte                     = { type = "decimaal",',
        'fte = { type = "decimaal", vereist_als = { veld = "x" },',
        "veld.fte.vereist_als",
        "no field",
    ),
    "condition on a code that does not exist": (
        'fte                     = { type = "decimaal",',
        'fte = { type = "decimaal", vereist_als = { veld = "financier_code", waarden = ["7"] },',
        "veld.fte.vereist_als",
        "not in the list",
    ),
    "name of a code": ("loket_code              =", "loket =", "veld.loket", "_code"),
    "not TOML": ("[veld]", "[veld", "", "not TOML"),
    "number without quotes": ('versie       = "1.0"', "versie = 1.0", "versie", "text"),
    "other version": ('versie       = "1.0"', 'versie = "2.0"', "versie", "major"),
    "double column": ("fte                     =", "gewijzigd_op =", "veld.gewijzigd_op", "twice"),
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "blok", tmp_path / "blok")
    (tmp_path / "inzet").mkdir()
    return tmp_path


@pytest.mark.parametrize("illness", WRONG)
def test_a_wrong_declaration_is_told_in_one_line(root: Path, illness: str) -> None:
    old, new, key, cure = WRONG[illness]
    text = (ROOT / "inzet" / "v1.toml").read_text(encoding="utf-8")
    assert old in text
    (root / "inzet" / "v1.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContractError) as caught:
        load("inzet", 1, root)
    assert caught.value.file == "schemas/inzet/v1.toml"
    assert caught.value.key == key
    assert cure in caught.value.cure
    assert "\n" not in str(caught.value)


def test_a_wrong_block_names_the_file_of_the_block(root: Path) -> None:
    shutil.copy(ROOT / "inzet" / "v1.toml", root / "inzet" / "v1.toml")
    block = root / "blok" / "algemeen.toml"
    block.write_text(
        block.read_text(encoding="utf-8").replace('type = "tijdstip"', 'type = "moment"'), encoding="utf-8"
    )
    with pytest.raises(ContractError, match=r"schemas/blok/algemeen\.toml: veld\.gewijzigd_op\.type: "):
        load("inzet", 1, root)


def test_a_bsn_outside_the_kluis_is_refused(root: Path) -> None:
    text = (ROOT / "inzet" / "v1.toml").read_text(encoding="utf-8")
    (root / "inzet" / "v1.toml").write_text(
        text + 'bsn = { type = "bsn", klasse = "bsn", omschrijving = "x" }\n', encoding="utf-8"
    )
    with pytest.raises(ContractError, match="kluis"):
        load("inzet", 1, root)


def test_a_contract_that_does_not_exist_names_those_that_do() -> None:
    with pytest.raises(ContractError, match="aanmelding, traject"):
        load("melding")


def test_the_six_berichten_are_there_with_one_shape_each() -> None:
    assert names() == ("aanmelding", "traject", "activiteit", "vroeghulp", "onderzoek", "inzet")
    for contract in load_all().values():
        assert contract.namespace == f"urn:nl:regiohub:{contract.bericht}:1"
        assert contract.fields[0].path == contract.sleutel[0]
        assert {f.path for f in contract.fields} >= {"gemeente_code", "organisatie_code", "verantwoordelijke_code"}
        assert all(field.omschrijving for field in contract.fields)


def test_identity_goes_to_the_kluis_and_the_rest_stays() -> None:
    persoon = {f.name: f.kluis for f in load("aanmelding").fields if f.blok == "persoon"}
    stays = {"is_anoniem", "geslacht_code", "woongemeente_code", "leeftijdsklasse_code", "is_geheim_adres"}
    assert {name for name, kluis in persoon.items() if not kluis} == stays
    assert load("traject").field("client_nummer_bron").kluis


def test_the_digest_follows_the_declaration(root: Path) -> None:
    file = root / "inzet" / "v1.toml"
    shutil.copy(ROOT / "inzet" / "v1.toml", file)
    same = load("inzet", 1, root).digest
    assert same == load("inzet").digest
    file.write_text(file.read_text(encoding="utf-8").replace("max = 1000,", "max = 1001,"), encoding="utf-8")
    load.cache_clear()
    assert load("inzet", 1, root).digest != same
