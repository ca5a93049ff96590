"""The marts of the desks and of vroeghulp, and the questions asked of them, against the truth of the kit."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from exchange.keys import fresh
from exchange.region import load_regions
from kit import verify
from kit.figures import Span
from kit.figures_desks import first_desk
from kit.figures_vroeghulp import courses, lead_times, lines
from kit.verify_desks import DesksVerifier
from kit.world import World
from tests.warehouse.contract_world import load_world, region_of_files
from tests.warehouse.desks import read
from warehouse.engine import engine_for
from warehouse.scripts import FOLDER, run, statements

QUERIES = Path(__file__).parents[2] / "docs" / "queries"
NIGHT = 12
PARTIES = {
    "coevorden": ["aanmelding"],
    "emmen": ["aanmelding"],
    "mee_drenthe": ["aanmelding", "vroeghulp"],
    "ouderenbonden": ["aanmelding"],
    "welzijn_drenthe": ["aanmelding"],
}


@pytest.fixture(scope="module")
def world() -> World:
    return World.build(seed=1)


@pytest.fixture(scope="module")
def database(world: World, region_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Two gemeenten, and all aanbieders with desks in them, as they stand in one night."""
    folder = tmp_path_factory.mktemp("wereld")
    (drenthe,) = [region for region in load_regions() if region.name == "drenthe"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUB_HOME", str(folder / "home"))
        for name, value in fresh("drenthe").items():
            patch.setenv(name, value)
        parties = [world.parties[name] for name in PARTIES]
        region = region_of_files(drenthe, parties, region_database, folder, ("aanmelding", "vroeghulp"))
        load_world(world, region, folder, NIGHT, list(PARTIES))
        yield region_database


def test_every_figure_is_the_truth(world: World, database: str) -> None:
    result = verify.Result(world.name, NIGHT, world.vandaag(NIGHT).isoformat())
    with verify.connect(database) as connection:

        def rows(query: Any, *values: object) -> list[tuple[Any, ...]]:
            return connection.execute(query, values or None).fetchall()

        DesksVerifier(world, NIGHT, PARTIES, rows, result.check).run()
    assert result.failures == []
    assert result.checks > 1000


def test_a_figure_that_is_wrong_is_found(world: World, database: str) -> None:
    with verify.connect(database) as connection:
        connection.autocommit = False
        connection.execute("reset role")
        connection.execute("update mart_loket.overdrachten_maanden set hops = hops + 1 where hops = 1")
        connection.execute("update mart_vroeghulp.dossiers set is_pauze = not is_pauze where is_pauze")
        result = verify.Result(world.name, NIGHT, world.vandaag(NIGHT).isoformat())

        def rows(query: Any, *values: object) -> list[tuple[Any, ...]]:
            return connection.execute(query, values or None).fetchall()

        DesksVerifier(world, NIGHT, PARTIES, rows, result.check).run()
        connection.rollback()
    failed = {failure.check for failure in result.failures}
    assert "mart_vroeghulp.dossiers: files with another is_pauze" in failed
    assert any(check.startswith("mart_loket.overdrachten_maanden") and check.endswith("hops") for check in failed)


def test_the_world_shows_every_kind_of_hand_over_and_file(world: World, database: str) -> None:
    states = read(database, "SELECT toestand, count(*) AS n FROM mart_loket.overdrachten GROUP BY 1")
    found = {row["toestand"]: row["n"] for row in states}
    assert set(found) >= {"aangenomen", "alleen_ontvangen", "onbekend", "open", "verloren"}
    (row,) = read(database, "SELECT sum(na_90_dagen) AS n FROM mart_loket.overdrachten_maanden")
    assert row["n"] > 0
    for what in ("is_pauze", "datum_heropend IS NOT NULL", "NOT heeft_toestemming", "is_over_tijd", "is_vier_geworden"):
        assert read(database, f"SELECT FROM mart_vroeghulp.dossiers WHERE {what} LIMIT 1"), what
    consents = read(database, "SELECT DISTINCT toestand FROM mart_vroeghulp.dossier_toestemmingen")
    assert {row["toestand"] for row in consents} == {"geldig", "verlopen", "ingetrokken"}


def test_the_share_handled_at_the_first_desk_is_that_of_the_records(world: World, database: str) -> None:
    answers = read(database, (QUERIES / "05-eerste-loket-en-overdrachten.sql").read_text())
    (answer,) = [row for row in answers if (row["gemeente_code"], row["jaar"]) == ("0114", 2014)]
    asked, helped, unknown = (
        [
            row.get(column, Span(0, 0))
            for source in PARTIES
            for (gemeente, _, month), row in first_desk(world.truth, source, NIGHT).items()
            if (gemeente, month[:4]) == ("0114", "2014")
        ]
        for column in ("aanmeldingen", "geholpen", "uitkomst_onbekend")
    )
    for column, spans in (("vragen_aan_eerste_loket", asked), ("geholpen", helped)):
        assert Span(sum(span.lo for span in spans), sum(span.hi for span in spans)).holds(answer[column])
    known = sum(span.lo for span in asked) - sum(span.lo for span in unknown)
    assert abs(float(answer["procent_afgehandeld"]) - 100 * sum(span.lo for span in helped) / known) < 0.5
    kinds = answer["warm"] + answer["koud"] + answer["soort_onbekend"]
    assert kinds == answer["overdrachten"] > answer["hops"] > 0


def test_the_lead_times_are_those_of_the_files_day_by_day(world: World, database: str) -> None:
    answers = read(database, (QUERIES / "09-vroeghulp-looptijden.sql").read_text())
    truth = lead_times(courses(world.truth, NIGHT, ["mee_drenthe"]).values(), world.vandaag(NIGHT))
    assert len(answers) == len(truth)
    for row in answers:
        figures = truth[row["traject"], row["niveau"], row["gebied_code"], row["periode_begin"].isoformat()]
        shown = None if row["aantal"] == "onderdrukt" else int(row["aantal"])
        assert (shown, row["gemiddelde_dagen"]) == ((figures[0], figures[1]) if figures else (None, None))


def test_the_list_of_the_coordinator_has_every_open_file(world: World, database: str) -> None:
    rows = read(database, (QUERIES / "vroeghulp-lijst.sql").read_text())
    open_files = {number for number, row in lines(courses(world.truth, NIGHT, ["mee_drenthe"]), {}).items()
                  if not row.get("is_afgesloten")}  # fmt: skip
    assert {row["dossier_nummer"] for row in rows} == open_files
    assert {row["wat_nu"] for row in rows} == {"over tijd", "pauze", "loopt", "geen toestemming: bel de partij"}


def seconds_of(backend: int) -> float:
    """Processor time of a server process: what others do on this machine does not count."""
    fields = Path(f"/proc/{backend}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_all_marts_of_the_desks_together_take_less_than_a_second(world: World, database: str) -> None:
    files = [
        path.name
        for path in sorted((FOLDER / "sql" / "marts").glob("*.sql"))
        if path.name.startswith(("vroeghulp", "loket_over", "loket_eerste"))
    ]
    assert len(files) == 8
    with engine_for(database, "loader").connect() as connection:
        backend: int = connection.scalar(text("SELECT pg_backend_pid()")) or 0
        begin = seconds_of(backend)
        for name in files:
            for statement in statements(f"sql/marts/{name}"):
                run(connection, statement, vandaag=world.vandaag(NIGHT))
        took = seconds_of(backend) - begin
    assert 0 < took < 1
