"""What an analyst reads: figures that can be counted by hand, and never half of them."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from schemas.contract import load
from tests.warehouse.versions import NIGHT, Version, client, deliver, mark_merged
from warehouse.engine import engine_for
from warehouse.errors import WarehouseError
from warehouse.marts import load_lokets, publish_marts
from warehouse.merge import merge_delivery

QUERIES = Path(__file__).parents[2] / "docs" / "queries"
MART = "mart_loket.aanmeldingen"
VANDAAG = date(2015, 3, 2)
LOKET = {
    "loket_code": "0114-WMO",
    "naam": "Wmo-loket Emmen",
    "soort_loket_code": "01",
    "organisatie_code": "0114",
    "gemeente_code": "0114",
}


def merged(connection: Connection, values: Sequence[dict[str, Any]], **delivered: Any) -> None:
    versions = [Version(number, content=number, values=value) for number, value in enumerate(values, 1)]
    delivery_id = deliver(connection, versions, **delivered)
    merge_delivery(connection, load("aanmelding"), delivery_id)
    mark_merged(connection, delivery_id)


def rows(database: str, query: str = f"SELECT * FROM {MART} ORDER BY maand, source") -> list[dict[str, Any]]:
    with engine_for(database, "analyst").connect() as connection:
        return [dict(row) for row in connection.execute(text(query)).mappings()]


@pytest.fixture
def emmen(fresh_region_database: str) -> str:
    """A desk in Emmen with seven registrations in March, one in February; Assen with one at an unknown desk."""
    with engine_for(fresh_region_database, "loader").begin() as connection:
        march: list[dict[str, Any]] = [
            {"uitkomst_code": "1", "leeftijdsklasse_code": "03", "leefgebied_code": ["01"]},
            {"uitkomst_code": "2", "leeftijdsklasse_code": "03", "leefgebied_code": ["99"],
             "client_ref": client(1)},
            {"uitkomst_code": "3", "leeftijdsklasse_code": "05", "leefgebied_code": []},
            {"uitkomst_code": "4", "leeftijdsklasse_code": "06", "leefgebied_code": ["99", "02"],
             "overdracht_code": "2", "doorgestuurd_naar_loket_code": "MEE-EMM"},
            {"uitkomst_code": "6", "overdracht_code": "2", "ontvangen_van_loket_code": "MEE-EMM",
             "leefgebied_code": ["02"]},
            {"is_anoniem": True, "leeftijdsklasse_code": "20", "leefgebied_code": ["02"]},
            {"uitkomst_code": "99", "leeftijdsklasse_code": "99"},
        ]  # fmt: skip
        february = {"client_ref": client(1), "datum_aanmelding": date(2015, 2, 28)}
        merged(connection, [*march, february])
        merged(connection, [{"loket_code": "weg"}], source="assen", code="0106", night=1)
        deliver(connection, [Version(99)], night=5)  # judged, not merged: neither counted nor delivered yet
        load_lokets(connection, [LOKET])
        assert publish_marts(connection, VANDAAG)[MART] == 3
    return fresh_region_database


def test_the_figures_of_a_desk_in_a_month_are_those_counted_by_hand(emmen: str) -> None:
    february, assen, march = sorted(rows(emmen), key=lambda row: (row["maand"], row["source"]))
    assert march == {
        "gemeente_code": "0114",
        "verantwoordelijke_code": "0114",
        "organisatie_code": "0114",
        "source": "emmen",
        "loket_code": "0114-WMO",
        "loket_naam": "Wmo-loket Emmen",
        "soort_loket_code": "01",
        "maand": date(2015, 3, 1),
        "aanmeldingen": 7,
        "unieke_clienten": 5,
        "anoniem": 1,
        "beantwoord": 1,
        "naar_traject": 1,
        "warm_overgedragen": 1,
        "doorverwezen": 1,
        "overige_uitkomst": 1,
        "uitkomst_onbekend": 2,
        "koud_overgedragen": 1,
        "leeftijd_onbekend": 2,
        "leefgebied_onbekend": 3,
        "aandeel_leefgebied_onbekend": Decimal("0.4286"),
        "geleverd_tot": NIGHT,
        "vandaag": VANDAAG,
    }
    assert (february["maand"], february["aanmeldingen"], february["unieke_clienten"]) == (date(2015, 2, 1), 1, 1)
    assert (assen["loket_naam"], assen["geleverd_tot"]) == (None, NIGHT + timedelta(days=1))


def test_publishing_again_gives_the_same_rows_and_the_day_is_the_only_difference(emmen: str) -> None:
    before = rows(emmen)
    for vandaag in (VANDAAG, date(2015, 3, 9)):
        with engine_for(emmen, "loader").begin() as connection:
            publish_marts(connection, vandaag)
        assert rows(emmen) == [row | {"vandaag": vandaag} for row in before]


def test_readers_see_the_night_before_until_the_whole_of_this_one_is_there(emmen: str) -> None:
    with engine_for(emmen, "analyst").connect() as early:
        early.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
        assert early.scalar(text(f"SELECT count(*) FROM {MART}")) == 3
        with engine_for(emmen, "loader").begin() as connection:
            merged(connection, [{}], source="meppel", code="0119")
            publish_marts(connection, date(2015, 3, 3))
            assert {row["vandaag"] for row in rows(emmen)} == {VANDAAG}
        assert early.scalar(text(f"SELECT count(*) FROM {MART}")) == 3
    assert {row["vandaag"] for row in rows(emmen)} == {date(2015, 3, 3)}
    assert len(rows(emmen)) == 4


def test_lokets_follow_the_declaration(emmen: str) -> None:
    other = LOKET | {"loket_code": "MEE-EMM", "naam": "MEE Emmen", "geldig_van": date(2015, 1, 1)}
    query = text("SELECT loket_code, naam, geldig_van FROM warehouse.loket ORDER BY 1")
    with engine_for(emmen, "loader").begin() as connection:
        load_lokets(connection, [LOKET | {"naam": "Toegang Emmen"}, other])
        assert [tuple(row) for row in connection.execute(query)] == [
            ("0114-WMO", "Toegang Emmen", None),
            ("MEE-EMM", "MEE Emmen", date(2015, 1, 1)),
        ]
        before = connection.execute(text("SELECT xmin::text, ctid::text FROM warehouse.loket")).all()
        load_lokets(connection, [other, LOKET | {"naam": "Toegang Emmen"}])
        assert connection.execute(text("SELECT xmin::text, ctid::text FROM warehouse.loket")).all() == before
        load_lokets(connection, [other])
        assert connection.execute(text("SELECT loket_code FROM warehouse.loket")).scalars().all() == ["MEE-EMM"]


def test_a_desk_that_is_declared_twice_is_refused(emmen: str) -> None:
    with (
        engine_for(emmen, "loader").connect() as connection,
        pytest.raises(WarehouseError, match="0114-WMO is declared twice"),
    ):
        load_lokets(connection, [LOKET, LOKET | {"naam": "nog eens"}])


def test_no_mart_asks_the_clock() -> None:
    folder = Path(__file__).parents[2] / "warehouse" / "sql"
    files = list(folder.rglob("*.sql"))
    assert len(files) > 5
    for path in files:
        code = " ".join(line for line in path.read_text().lower().splitlines() if not line.startswith("--"))
        assert not [word for word in ("now()", "current_date", "current_timestamp", "localtime") if word in code], path


def test_the_example_query_answers_the_first_questions_of_an_analyst(emmen: str) -> None:
    answers = rows(emmen, (QUERIES / "eerste-vragen-loket.sql").read_text())
    assert [(a["gemeente_code"], a["maand"].month, a["aanmeldingen"], a["is_compleet"]) for a in answers] == [
        ("0106", 3, 1, False),
        ("0114", 2, 1, True),
        ("0114", 3, 7, False),
    ]
    assert float(answers[2]["procent_beantwoord_aan_eerste_loket"]) == 14.3
    assert float(answers[2]["procent_leefgebied_onbekend"]) == 42.9


@pytest.mark.parametrize("path", sorted(QUERIES.glob("*.sql")), ids=lambda path: path.name)
def test_every_example_query_runs_for_its_reader(emmen: str, path: Path) -> None:
    query = path.read_text()
    role = "coordinator" if "rol <database>_coordinator" in query else "analyst"
    assert f"rol <database>_{role}" in query
    with engine_for(emmen, role).connect() as connection:
        connection.execute(text(query)).all()
