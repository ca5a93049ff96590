"""From which field each column comes: answers known by hand, for every table and mart, without a server."""

import pytest

from exchange import lineage
from exchange.lineage import Flow, Place
from exchange.region import Source, load_regions
from warehouse.tables import metadata

pytestmark = pytest.mark.pure
AANMELDING = Place("warehouse.actueel_aanmelding")
OVERDRACHTEN = Place("mart_loket.overdrachten")


@pytest.fixture
def emmen() -> Source:
    return next(region.sources["emmen"] for region in load_regions() if "emmen" in region.sources)


def flow(flows: list[Flow], name: str) -> Flow:
    (found,) = (one for one in flows if one.to.name == name)
    return found


def test_a_field_becomes_the_column_of_its_contract(emmen: Source) -> None:
    origin = Place("emmen/aanmelding", is_table=False)
    found = flow(lineage.accepted(emmen), "accepted.aanmelding").columns
    assert found["datum_aanmelding"] == {(origin, "datum_aanmelding")}
    assert found["client_ref"] == {(origin, "persoon.client_nummer_bron")}
    newest = flow(lineage.actueel(emmen), "warehouse.actueel_aanmelding").columns
    assert newest["datum_aanmelding"] == {(Place("accepted.aanmelding"), "datum_aanmelding")}


def test_identity_flows_nowhere(emmen: Source) -> None:
    told = {field for one in lineage.accepted(emmen) for pairs in one.columns.values() for _, field in pairs}
    assert told
    assert not {name for name in told if name.endswith((".bsn", ".geslachtsnaam", ".geboortedatum", ".postcode"))}


@pytest.mark.parametrize(
    ("mart", "column", "origins"),
    [
        ("mart_loket.aanmeldingen", "maand", {(AANMELDING, "datum_aanmelding")}),
        ("mart_loket.aanmeldingen", "unieke_clienten", {(AANMELDING, "client_ref"), (AANMELDING, "is_anoniem")}),
        ("mart_loket.aanmeldingen", "naar_traject", {(AANMELDING, "uitkomst_code")}),
        ("mart_loket.aanmeldingen", "loket_naam", {(Place("warehouse.loket"), "naam")}),
        ("mart_loket.aanmeldingen", "geleverd_tot", {(Place("exchange.delivery"), "stand_op")}),
        ("mart_loket.aanmeldingen", "vandaag", set()),
        ("mart_contract.clienten", "geleverd_tot", {(Place("mart_contract.aanlevering"), "geleverd_tot")}),
        (
            "mart_loket.overdrachten_maanden",
            "maand",
            {(OVERDRACHTEN, "datum_doorgestuurd"), (OVERDRACHTEN, "datum_aangenomen")},
        ),
    ],
)
def test_a_column_of_a_mart_comes_from_what_its_sql_reads(
    mart: str, column: str, origins: set[tuple[Place, str]]
) -> None:
    assert flow(list(lineage.marts()), mart).columns[column] == origins


def test_every_mart_has_its_lineage_with_all_its_columns() -> None:
    found = {one.to.name: set(one.columns) for one in lineage.marts()}
    marts = {table.fullname: table for table in metadata.tables.values() if str(table.schema).startswith("mart_")}
    assert set(found) == set(marts)
    for name, columns in found.items():
        assert columns == {column.name for column in marts[name].columns if column.computed is None}, name


def test_where_tables_are_is_named_without_a_login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_DATABASE_URL", "postgresql://hub:geheim@db.example:5433/postgres")
    assert lineage.namespace("hub_drenthe") == ("postgres://db.example:5433", "hub_drenthe")


@pytest.mark.parametrize("query", ["select 1 as a, 2 as b", "selec a from b"])
def test_sql_that_cannot_be_followed_is_an_error_and_no_guess(query: str) -> None:
    with pytest.raises((ValueError, IndexError)):
        lineage._mart(f"insert into mart_loket.aanmeldingen (maand) {query}")
