"""Hand-overs: two desks that each wrote down their own side, brought together without showing one to the other."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, text

from tests.warehouse.desks import MEE, Row, current, delivered, melding, ontvangt, publish, read, stuurt
from warehouse.engine import engine_for, role_name, server_engine
from warehouse.marts import load_lokets
from warehouse.scripts import run_ddl
from warehouse.tables import toegang

VANDAAG = date(2015, 3, 2)
EMMEN, ASSEN, BUREAU, HUISARTS, UWV = "0114-WMO", "0106-WMO", "MEE-EMM", "REG-HUI", "REG-UWV"
LOKETS = [
    {"loket_code": code, "naam": code, "soort_loket_code": soort, "organisatie_code": owner, "gemeente_code": place}
    for code, soort, owner, place in (
        (EMMEN, "01", "0114", "0114"), ("0114-SOC", "03", "0114", "0114"), (ASSEN, "01", "0106", "0106"),
        (BUREAU, "04", MEE, "0114"), (HUISARTS, "13", "00000104", "0114"), (UWV, "11", "00000102", "0114"),
    )
]  # fmt: skip


def made(database: str, rows: Sequence[Row], vandaag: date = VANDAAG) -> None:
    """Only these aanmeldingen; Emmen, Assen and MEE deliver up to `vandaag`, the huisarts and the UWV never."""
    with engine_for(database, "loader").begin() as connection:
        connection.execute(text("DELETE FROM warehouse.actueel_aanmelding"))
        current(connection, "aanmelding", rows)
        load_lokets(connection, LOKETS)
        for source, code in (("g0114", "0114"), ("g0106", "0106"), ("mee_drenthe", MEE)):
            delivered(connection, source, code, "aanmelding", vandaag)
    publish(database, vandaag)


def paren(database: str) -> list[tuple[Any, ...]]:
    query = (
        "SELECT van_loket_code, naar_loket_code, kanten_bekend, overdracht_code, toestand, dagen_tot_aangenomen,"
        " is_hop FROM mart_loket.overdrachten ORDER BY overdracht_nummer"
    )
    return [tuple(row.values()) for row in read(database, query)]


def test_two_sides_with_one_kenmerk_are_one_hand_over(fresh_region_database: str) -> None:
    made(fresh_region_database, [
        melding("E1", EMMEN, "2015-01-05", **stuurt(BUREAU, "2015-01-10"),
                datum_overdracht_geaccepteerd=date(2015, 1, 14)),
        melding("M1", BUREAU, "2015-01-15", **ontvangt(EMMEN)),
    ])  # fmt: skip
    (row,) = read(fresh_region_database, "SELECT * FROM mart_loket.overdrachten")
    assert (row["datum_doorgestuurd"], row["datum_aangenomen"]) == (date(2015, 1, 10), date(2015, 1, 14))
    assert paren(fresh_region_database) == [(EMMEN, BUREAU, "beide", "1", "aangenomen", 4, True)]
    assert (row["verantwoordelijke_code"], row["verantwoordelijke_van_code"]) == (None, "0114")
    assert (row["verantwoordelijke_naar_code"], row["naar_soort_loket_code"]) == (MEE, "04")
    assert f"{row['geleverd_tot_van']:%Y-%m-%d}" == "2015-03-02"


@pytest.mark.parametrize(("days", "hop"), [(0, True), (90, True), (91, False)])
def test_a_hop_counts_within_ninety_days(fresh_region_database: str, days: int, hop: bool) -> None:
    sent = date(2014, 10, 1)
    made(fresh_region_database, [
        melding("E1", EMMEN, "2014-10-01", **stuurt(BUREAU, str(sent), soort="2")),
        melding("M1", BUREAU, str(sent + timedelta(days=days)), **ontvangt(EMMEN, soort="2")),
    ])  # fmt: skip
    assert paren(fresh_region_database) == [(EMMEN, BUREAU, "beide", "2", "aangenomen", days, hop)]
    (row,) = read(fresh_region_database, "SELECT hops, na_90_dagen FROM mart_loket.overdrachten_maanden")
    assert (row["hops"], row["na_90_dagen"]) == (int(hop), int(not hop))


@pytest.mark.parametrize(("age", "state"), [(90, "open"), (91, "verloren")])
def test_what_is_never_accepted_is_lost_after_ninety_days(fresh_region_database: str, age: int, state: str) -> None:
    sent = str(VANDAAG - timedelta(days=age))
    made(fresh_region_database, [melding("E1", EMMEN, "2014-10-01", **stuurt(BUREAU, sent, soort="2"))])
    assert paren(fresh_region_database) == [(EMMEN, BUREAU, "van", "2", state, None, False)]


def test_nothing_is_lost_while_the_other_side_has_not_delivered(fresh_region_database: str) -> None:
    rows = [melding("E1", EMMEN, "2014-10-01", **stuurt(BUREAU, "2014-10-01", soort="2"))]
    made(fresh_region_database, rows, date(2014, 12, 30))
    publish(fresh_region_database, VANDAAG)
    assert paren(fresh_region_database)[0][4] == "open"


def test_of_a_desk_that_nobody_delivers_for_the_arrival_is_unknown(fresh_region_database: str) -> None:
    made(fresh_region_database, [
        melding("E1", EMMEN, "2014-10-01", **stuurt(UWV, "2014-10-01", kenmerk="a", soort="2")),
        melding("E2", EMMEN, "2014-10-01", **stuurt(HUISARTS, "2014-10-01", kenmerk="b", soort="2")),
        melding("E3", EMMEN, "2014-10-01", **stuurt("onbekend", "2014-10-01", kenmerk="c", soort=None)),
    ])  # fmt: skip
    assert [row[3:5] for row in paren(fresh_region_database)] == [
        ("2", "onbekend"),
        ("2", "verwijzing"),
        ("99", "onbekend"),
    ]
    share = "SELECT sum(onbekend) AS n, max(aandeel_onbekend) AS d FROM mart_loket.overdrachten_maanden"
    assert [float(value) for value in read(fresh_region_database, share)[0].values()] == [2, 1]


def test_ping_pong_is_two_hops_of_one_question(fresh_region_database: str) -> None:
    made(fresh_region_database, [
        melding("E1", EMMEN, "2015-01-05", **stuurt(BUREAU, "2015-01-06")),
        melding("M1", BUREAU, "2015-01-10", **ontvangt(EMMEN) | stuurt(EMMEN, "2015-01-12", soort="2")),
        melding("E2", EMMEN, "2015-01-20", **ontvangt(BUREAU, soort="2") | stuurt(BUREAU, "2015-01-21")),
        melding("M2", BUREAU, "2015-01-23", **ontvangt(EMMEN)),
    ])  # fmt: skip
    assert paren(fresh_region_database) == [
        (EMMEN, BUREAU, "beide", "1", "aangenomen", 4, True),
        (EMMEN, BUREAU, "beide", "1", "aangenomen", 2, True),
        (BUREAU, EMMEN, "beide", "2", "aangenomen", 8, True),
    ]


def test_a_side_without_partner_or_kenmerk_stays_by_itself(fresh_region_database: str) -> None:
    made(fresh_region_database, [
        melding("A1", ASSEN, "2015-01-05", **stuurt(BUREAU, "2015-01-06", kenmerk=None)),
        melding("M1", BUREAU, "2015-01-07", **ontvangt(ASSEN, kenmerk=None)),
        melding("M2", BUREAU, "2015-01-07", **ontvangt(EMMEN, kenmerk="OV-2", soort="2")),
        melding("E3", EMMEN, "2015-01-05", **stuurt(EMMEN, "2015-01-06", kenmerk="OV-3"),
                datum_overdracht_geaccepteerd=date(2015, 1, 6)),
    ])  # fmt: skip
    assert paren(fresh_region_database) == [
        (ASSEN, BUREAU, "van", "1", "open", None, False),
        (EMMEN, EMMEN, "van", "1", "aangenomen", 0, False),
        (ASSEN, BUREAU, "naar", "1", "alleen_ontvangen", None, True),
        (EMMEN, BUREAU, "naar", "2", "alleen_ontvangen", None, True),
    ]


def test_who_received_before_it_was_sent_waited_no_days(fresh_region_database: str) -> None:
    made(fresh_region_database, [
        melding("E1", EMMEN, "2015-01-05", **stuurt(BUREAU, "2015-01-10")),
        melding("M1", BUREAU, "2015-01-08", **ontvangt(EMMEN)),
    ])  # fmt: skip
    assert paren(fresh_region_database)[0][5] == 0


def test_the_first_desk_and_the_example_query(fresh_region_database: str) -> None:
    made(fresh_region_database, [
        melding("E1", EMMEN, "2015-01-05", uitkomst_code="1"),
        melding("E2", EMMEN, "2015-01-06", uitkomst_code="2"),
        melding("E3", EMMEN, "2015-01-07", uitkomst_code="6"),
        melding("E4", EMMEN, "2015-01-31"),
        melding("E5", EMMEN, "2015-01-05", **stuurt(BUREAU, "2015-01-10")),
        melding("E6", EMMEN, "2015-01-05", **stuurt(BUREAU, "2014-10-01", kenmerk="OV-6", soort="2")),
        melding("E7", EMMEN, "2015-01-05", **stuurt(BUREAU, "2015-01-11", kenmerk="OV-7", soort=None)),
        melding("E8", EMMEN, "2015-01-05", **stuurt(HUISARTS, "2015-01-11", kenmerk="OV-8", soort="2")),
        melding("M1", BUREAU, "2015-01-15", **ontvangt(EMMEN), uitkomst_code="1"),
        melding("E9", EMMEN, "2015-03-03", uitkomst_code="1"),
    ])  # fmt: skip
    (row,) = read(fresh_region_database, "SELECT * FROM mart_loket.eerste_loket")
    names = ("aanmeldingen", "geholpen", "warm_overgedragen", "koud_overgedragen", "overgedragen_onbekend",
             "verwezen", "overige_uitkomst", "uitkomst_onbekend")  # fmt: skip
    assert [row[name] for name in names] == [8, 2, 1, 1, 1, 1, 1, 1]
    assert (row["maand"], float(row["aandeel_onbekend"])) == (date(2015, 1, 1), 0.125)
    query = Path(__file__).parents[2] / "docs" / "queries" / "05-eerste-loket-en-overdrachten.sql"
    (answer,) = read(fresh_region_database, query.read_text())
    assert float(answer["procent_afgehandeld"]) == 28.6  # 2 of the 7 with a known outcome
    assert (answer["overdrachten"], answer["warm"], answer["koud"], answer["hops"]) == (3, 1, 1, 1)
    assert float(answer["gemiddelde_dagen"]) == 5


# Rights -------------------------------------------------------------------------------------------------------
@pytest.fixture
def inzage_emmen(fresh_region_database: str) -> Iterator[Connection]:
    """A login that may see the rows of Emmen."""
    login = f"{fresh_region_database}_emmen"
    with server_engine().connect() as server:
        run_ddl(server, f"CREATE ROLE {login} ROLE CURRENT_USER")
        run_ddl(server, f"GRANT {role_name(fresh_region_database, 'controller')} TO {login}")
    with engine_for(fresh_region_database, "owner").begin() as owner:
        owner.execute(insert(toegang).values(rol=login, verantwoordelijke_code="0114"))
    with engine_for(fresh_region_database).connect() as connection:
        run_ddl(connection, f"SET ROLE {login}")
        yield connection
    with server_engine().connect() as server:
        run_ddl(server, f"DROP ROLE {login}")


def test_a_controller_sees_its_own_side_and_no_visit_to_another_desk(
    fresh_region_database: str, inzage_emmen: Connection
) -> None:
    made(fresh_region_database, [
        melding("E1", EMMEN, "2015-01-05", **stuurt(BUREAU, "2015-01-10")),
        melding("M1", BUREAU, "2015-01-15", **ontvangt(EMMEN) | stuurt("0114-SOC", "2015-01-16", soort="2")),
        melding("E2", "0114-SOC", "2015-01-20", **ontvangt(BUREAU, soort="2")),
        melding("E3", EMMEN, "2015-01-05", **stuurt("0114-SOC", "2015-01-10", kenmerk="OV-3")),
        melding("A1", ASSEN, "2015-01-05", **stuurt(BUREAU, "2015-01-10", kenmerk="OV-4")),
    ])  # fmt: skip
    sides = inzage_emmen.execute(text("SELECT aanmelding_nummer, kant FROM mart_loket.overdracht_kanten ORDER BY 1, 2"))
    assert [tuple(row) for row in sides] == [("E1", "van"), ("E2", "naar"), ("E3", "van")]
    pairs = inzage_emmen.execute(text("SELECT van_loket_code, naar_loket_code FROM mart_loket.overdrachten"))
    assert [tuple(row) for row in pairs] == [(EMMEN, "0114-SOC")]
    months = inzage_emmen.execute(
        text("SELECT van_loket_code, naar_loket_code, overdrachten FROM mart_loket.overdrachten_maanden ORDER BY 2")
    )
    assert [tuple(row) for row in months] == [(EMMEN, "0114-SOC", 1), (EMMEN, BUREAU, 1)]
    assert len(read(fresh_region_database, "SELECT * FROM mart_loket.overdrachten")) == 4


def test_no_mart_of_the_desks_holds_a_person(fresh_region_database: str) -> None:
    query = text(
        "SELECT count(*) FROM information_schema.columns WHERE table_schema = 'mart_loket'"
        " AND (column_name LIKE 'client%' OR column_name LIKE '%kluis%')"
    )
    with engine_for(fresh_region_database, "owner").connect() as connection:
        assert connection.scalar(query) == 0


# Properties ---------------------------------------------------------------------------------------------------
SIDES = st.lists(
    st.tuples(st.sampled_from(["van", "naar"]), st.sampled_from([EMMEN, ASSEN, BUREAU, HUISARTS]),
              st.sampled_from([EMMEN, BUREAU, UWV, HUISARTS]), st.sampled_from(["K1", "K2", None]),
              st.integers(0, 200)),
    max_size=12,
)  # fmt: skip


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sides=SIDES, r=st.randoms(use_true_random=False))
def test_every_side_is_in_one_hand_over_whatever_the_order_of_arrival(
    fresh_region_database: str, sides: list[tuple[str, str, str, str | None, int]], r: Any
) -> None:
    rows = []
    for number, (side, van, naar, kenmerk, ago) in enumerate(sides):
        day = str(VANDAAG - timedelta(days=ago))
        fields = stuurt(naar, day, kenmerk) if side == "van" else ontvangt(van, kenmerk)
        rows.append(melding(f"N{number:02d}", van if side == "van" else naar, day, **fields))
    seen = []
    for _ in range(2):
        made(fresh_region_database, rows)
        seen.append(sorted(map(str, paren(fresh_region_database))))
        r.shuffle(rows)
    assert seen[0] == seen[1]
    pairs = paren(fresh_region_database)
    assert sum(2 if row[2] == "beide" else 1 for row in pairs) == len(sides)
    (total,) = read(
        fresh_region_database,
        "SELECT coalesce(sum(overdrachten), 0) AS alle, coalesce(sum(hops), 0) AS hops"
        " FROM mart_loket.overdrachten_maanden",
    )
    assert (total["alle"], total["hops"]) == (len(pairs), sum(row[6] for row in pairs))
    assert all(not row[6] for row in pairs if row[1] == HUISARTS or row[0] == row[1])
