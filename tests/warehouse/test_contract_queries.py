"""The example queries of the contract, run as an analyst over the kit's region, answer what the kit knows."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from exchange.keys import fresh
from exchange.region import load_regions
from kit import verify
from kit.figures import Span
from kit.figures_clocks import clocks
from kit.figures_contract import produced, realised, roles
from kit.figures_people import needs, supported, waits
from kit.verify_contract import ContractVerifier
from kit.world import World
from tests.conftest import region_of
from tests.warehouse.contract_world import BERICHTEN, load_world, region_of_files
from warehouse.engine import engine_for

QUERIES = Path(__file__).parents[2] / "docs" / "queries"
NIGHT = 9
PARTIES = ("mee_drenthe", "emmen", "noordenveld")


@pytest.fixture(scope="module")
def world() -> World:
    return World.build(seed=1)


@pytest.fixture(scope="module")
def database(world: World, postgres_server: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Three parties of the region after a night, and the others, which never delivered."""
    folder = tmp_path_factory.mktemp("wereld")
    with region_of("vragen") as name, pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUB_HOME", str(folder / "home"))
        for key, value in fresh("drenthe").items():
            patch.setenv(key, value)
        (drenthe,) = [region for region in load_regions() if region.name == "drenthe"]
        everyone = region_of_files(drenthe, list(world.parties.values()), name, folder)
        load_world(world, everyone, folder, NIGHT, PARTIES)
        yield name


def answers(database: str, name: str) -> list[dict[str, Any]]:
    (path,) = QUERIES.glob(f"{name}-*.sql")
    with engine_for(database, "analyst").connect() as connection:
        return [dict(row) for row in connection.execute(text(path.read_text())).mappings()]


def exactly(span: Span) -> int:
    assert span.lo == span.hi
    return span.lo


def test_the_marts_hold_every_figure_of_the_kit(database: str, world: World) -> None:
    connected = {party: [b for b in world.parties[party].berichten if b in BERICHTEN] for party in PARTIES}
    with verify.connect(database) as connection:
        verifier = verify.Verifier(world, NIGHT, connection)
        ContractVerifier(world, NIGHT, connected, verifier._rows, verifier.result.check).run()
    assert verifier.result.failures == []
    assert verifier.result.checks > 8000


def test_01_different_people_and_minors(database: str, world: World) -> None:
    truth = supported(world.truth, NIGHT)
    found = {(row["gebied"], row["jaar"]): row for row in answers(database, "01")}
    assert len(found) == 13 * 4
    for (area, year), row in found.items():
        people = truth["" if area == "regio" else area, "jaar", f"{year}-01-01"]
        assert row["unieke_clienten"] == people.everyone
        assert row["minderjarigen"] in (None, people.minors)
    region = found["regio", 2014]
    people = truth["", "jaar", "2014-01-01"]
    assert float(region["procent_minderjarig"]) == round(100 * people.minors / (people.minors + people.adults), 1)


def test_02_budget_against_time(database: str, world: World) -> None:
    truth, found = realised(world.truth, NIGHT), {row["gebied"]: row for row in answers(database, "02")}
    assert len(found) == 13
    region = found["regio"]
    assert region["gerealiseerd_eur"] == exactly(truth[("",)]["gerealiseerd_eur"])
    assert float(region["procent_van_b"]) == pytest.approx(
        100 * float(region["gerealiseerd_eur"]) / 2_625_000, abs=0.06
    )
    assert float(region["procent_van_het_jaar"]) == round(100 * 68 / 365, 1)  # 10 March: 68 whole days
    assert sum(row["gerealiseerd_eur"] for area, row in found.items() if area != "regio") == region["gerealiseerd_eur"]
    assert region["voor_op_schema"] < 0


def test_03_services_and_hours(database: str, world: World) -> None:
    truth = produced(world.truth, NIGHT)
    found = {(row["gemeente_code"], row["dienst_code"]): row for row in answers(database, "03")}
    assert len(found) == 12 * len(world.terms.norms)
    for (gemeente, dienst), row in found.items():
        whole = [truth[gemeente, month, dienst] for month in ("2015-01-01", "2015-02-01")]
        assert row["aantal"] == sum(exactly(r["afgesloten"]) + exactly(r["bijeenkomsten"]) for r in whole)
        minutes = sum(exactly(span) for r in whole for name, span in r.items() if name.startswith("minuten_"))
        assert float(row["uren"]) == pytest.approx(minutes / 60, abs=0.051)
        assert str(row["tot_en_met_maand"]) == "2015-02-01"


def test_04_waiting(database: str, world: World) -> None:
    truth = waits(world.truth, NIGHT)
    found = {(row["gebied"], str(row["kwartaal"])): row for row in answers(database, "04")}
    assert len(found) == 13 * 13
    for (area, quarter), row in found.items():
        true = truth["" if area == "regio" else area, quarter]
        for name in ("aanmeldingen", "met_gesprek", "wachtend", "zonder_gesprek"):
            assert row[name] == exactly(true[name])
        if exactly(true["met_gesprek"]):
            mean = exactly(true["dagen_samen"]) / exactly(true["met_gesprek"])
            assert float(row["dagen_gemiddeld"]) == pytest.approx(mean, abs=0.051)
            assert row["dagen_mediaan"] == exactly(true["dagen_mediaan"])


def test_06_statutory_clocks(database: str, world: World) -> None:
    truth = clocks(world.truth, NIGHT, ["emmen", "noordenveld"])
    found = {(row["gemeente_code"], str(row["kwartaal"])): row for row in answers(database, "06")}
    assert {gemeente for gemeente, _ in found} == {"0114", "1699"}  # the others never delivered
    for cell, row in found.items():
        assert truth[cell]["meldingen"].holds(row["meldingen"])
        assert truth[cell]["onderzoek_loopt"].holds(row["onderzoek_loopt"])
        assert truth[cell]["aanvragen"].holds(row["aanvragen"])
    old = [row for (_, quarter), row in found.items() if quarter < "2014"]
    assert any(0 < row["procent_onderzoek_op_tijd"] < 100 for row in old if row["procent_onderzoek_op_tijd"])


def test_07_independence(database: str, world: World) -> None:
    truth = roles(world.truth, NIGHT)
    found = {(row["gemeente_code"], row["jaar"]): row for row in answers(database, "07")}
    assert len(found) == 12 * 4
    for (gemeente, year), row in found.items():
        quarters = [r for (area, quarter), r in truth.items() if area == gemeente and quarter.startswith(str(year))]
        assert row["trajecten"] == sum(exactly(r["trajecten"]) for r in quarters)
        assert row["niet_onafhankelijk"] == sum(exactly(r["namens_college"]) + exactly(r["beide"]) for r in quarters)


def test_08_growth(database: str, world: World) -> None:
    truth = needs(world.truth, NIGHT, list(PARTIES))
    found = {(r["kenmerk"], r["code"], str(r["kwartaal"])): r for r in answers(database, "08")}
    shown = [cell for cell, row in found.items() if row["clienten"] is not None]
    assert len(shown) > 150
    for kenmerk, code, quarter in shown:
        row = found[kenmerk, code, quarter]
        assert truth["", "kwartaal", quarter, kenmerk, code].holds(row["clienten"])
        before = found.get((kenmerk, code, f"{int(quarter[:4]) - 1}{quarter[4:]}"))
        if before and before["clienten"] is not None:
            assert row["groei"] == row["clienten"] - before["clienten"]


def test_10_who_is_behind(database: str, world: World) -> None:
    found = {(row["source"], row["bericht"]): row for row in answers(database, "10")}
    assert {source for (source, _), row in found.items() if row["is_bij"]} == set(PARTIES)
    onderzoek = [row for (_, bericht), row in found.items() if bericht == "onderzoek"]
    assert len(onderzoek) == 12
    # By inhabitants: two gemeenten delivered, ten never did.
    missing = sum(row["procent_mist"] for row in onderzoek)
    assert float(missing) == pytest.approx(100 * (1 - (107_048 + 31_253) / 493_682), abs=0.1)
    for party in PARTIES:
        truth = len(world.state(party, "aanmelding", NIGHT))
        assert found[party, "aanmelding"]["records"] == truth
