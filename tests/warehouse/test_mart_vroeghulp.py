"""What the coordinator reads: one line per child, a clock that stands still in a pause, nothing without consent."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tests.warehouse.desks import GGD, MEE, Row, current, delivered, publish, read, stap, toestemming
from tests.warehouse.versions import client
from warehouse.engine import engine_for
from warehouse.marts import load_declared
from warehouse.scripts import FOLDER
from warehouse.tables import vroeghulp_norm
from warehouse.tables.vroeghulp import FASEN

VANDAAG = date(2015, 3, 2)
MARTS = ("dossiers", "dossier_fasen", "dossier_toestemmingen", "looptijden")
REVALIDATIE = "00000109"


def made(database: str, steps: Sequence[Row], vandaag: date = VANDAAG) -> None:
    """Only these steps, and the marts of them."""
    with engine_for(database, "loader").begin() as connection:
        connection.execute(text("DELETE FROM warehouse.actueel_vroeghulp"))
        current(connection, "vroeghulp", steps)
        load_declared(connection, vroeghulp_norm, [{"fase": "triage", "norm_dagen": 14}])
    publish(database, vandaag)


def dossier(database: str, nummer: str = "D1") -> Row:
    (row,) = read(database, f"SELECT * FROM mart_vroeghulp.dossiers WHERE dossier_nummer = '{nummer}'")
    return row


def fasen(database: str) -> list[tuple[Any, ...]]:
    query = "SELECT ronde, fase, datum_begin, datum_einde, dagen, is_over_norm FROM mart_vroeghulp.dossier_fasen"
    return [tuple(row.values()) for row in read(database, query + " ORDER BY dossier_nummer, ronde, fase_nummer")]


COURSE = [
    stap("01", "2015-01-01", client_ref=client(1), leeftijdsklasse_code="01"),
    toestemming("2015-01-01"),
    stap("02", "2015-01-05"),
    stap("03", "2015-01-10", triage_code="2"),
    stap("04", "2015-01-12", volgende_stap_code="05", datum_volgende_stap=date(2015, 3, 2), casemanager_code="h1"),
    stap("30", "2015-01-20", pauze_code="3", eigenaar_organisatie_code=GGD),
    stap("31", "2015-02-09"),
]


def test_a_pause_stops_the_clock_and_the_days_add_up(fresh_region_database: str) -> None:
    with engine_for(fresh_region_database, "loader").begin() as connection:
        delivered(connection, "mee_drenthe", MEE, "vroeghulp", date(2015, 3, 1))
    made(fresh_region_database, COURSE)
    row = dossier(fresh_region_database)
    assert {name: row[name] for name in (
        "source", "partij_code", "partij_kenmerk", "heeft_toestemming", "client_ref", "partijen", "stappen",
        "laatste_stap_code", "datum_laatste_stap", "volgende_stap_code", "datum_volgende_stap",
        "eigenaar_organisatie_code", "casemanager_code", "datum_signaal", "datum_triage", "datum_huisbezoek",
        "is_afgesloten", "is_pauze", "pauze_code", "dagen_in_proces", "dagen_gepauzeerd", "dagen_gesloten",
        "dagen_wachtend", "fase", "dagen_in_fase", "norm_dagen", "is_over_tijd",
    )} == {
        "source": "mee_drenthe", "partij_code": MEE, "partij_kenmerk": "K-D1", "heeft_toestemming": True,
        "client_ref": client(1), "partijen": [MEE], "stappen": 7,
        "laatste_stap_code": "31", "datum_laatste_stap": date(2015, 2, 9), "volgende_stap_code": "05",
        "datum_volgende_stap": date(2015, 3, 2), "eigenaar_organisatie_code": MEE, "casemanager_code": "h1",
        "datum_signaal": date(2015, 1, 1), "datum_triage": date(2015, 1, 10), "datum_huisbezoek": None,
        "is_afgesloten": False, "is_pauze": False, "pauze_code": None,
        "dagen_in_proces": 40,  # 60 days since 1 January, 20 of them in pause
        "dagen_gepauzeerd": 20, "dagen_gesloten": 0,
        "dagen_wachtend": 8 + 21,  # since the casemanager on 12 January
        "fase": "huisbezoek", "dagen_in_fase": 10 + 21, "norm_dagen": None, "is_over_tijd": False,
    }  # fmt: skip
    assert f"{row['geleverd_tot']:%Y-%m-%d}" == "2015-03-01"
    assert fasen(fresh_region_database) == [
        (0, "triage", date(2015, 1, 1), date(2015, 1, 10), 9, False),
        (0, "huisbezoek", date(2015, 1, 10), None, 31, None),
    ]


def test_the_day_of_the_next_step_is_not_yet_too_late(fresh_region_database: str) -> None:
    for vandaag, late in ((VANDAAG, False), (VANDAAG + timedelta(days=1), True)):
        made(fresh_region_database, COURSE, vandaag)
        assert dossier(fresh_region_database)["is_over_tijd"] is late


@pytest.mark.parametrize(("vandaag", "late"), [(date(2015, 1, 15), False), (date(2015, 1, 16), True)])
def test_a_phase_is_over_its_norm_the_day_after(fresh_region_database: str, vandaag: date, late: bool) -> None:
    made(fresh_region_database, COURSE[:2], vandaag)
    row = dossier(fresh_region_database)
    assert (row["fase"], row["norm_dagen"], row["is_over_tijd"]) == ("triage", 14, late)


def test_in_an_open_pause_nothing_is_too_late(fresh_region_database: str) -> None:
    made(fresh_region_database, COURSE[:6], date(2015, 4, 1))
    row = dossier(fresh_region_database)
    assert (row["is_pauze"], row["pauze_code"], row["datum_pauze"]) == (True, "3", date(2015, 1, 20))
    assert (row["dagen_in_proces"], row["dagen_gepauzeerd"], row["dagen_wachtend"]) == (19, 71, 8)
    assert (row["is_over_tijd"], row["volgende_stap_code"], row["eigenaar_organisatie_code"]) == (False, "05", GGD)


def test_a_closed_file_waits_for_nothing_and_a_reopened_one_begins_again(fresh_region_database: str) -> None:
    closed = [*COURSE, stap("15", "2015-02-20", reden_afsluiting_code="2")]
    made(fresh_region_database, closed)
    row = dossier(fresh_region_database)
    assert (row["is_afgesloten"], row["reden_afsluiting_code"]) == (True, "2")
    assert (row["dagen_in_proces"], row["dagen_gesloten"], row["dagen_wachtend"], row["fase"]) == (30, 10, None, None)
    assert (row["volgende_stap_code"], row["is_over_tijd"]) == (None, False)
    made(fresh_region_database, [*closed, stap("16", "2015-02-24")])
    row = dossier(fresh_region_database)
    assert (row["is_afgesloten"], row["reden_afsluiting_code"]) == (False, None)
    assert (row["dagen_in_proces"], row["dagen_gesloten"], row["dagen_wachtend"]) == (36, 4, 6)
    assert fasen(fresh_region_database)[1:] == [
        (0, "huisbezoek", date(2015, 1, 10), date(2015, 2, 20), 21, None),
        (1, "triage", date(2015, 2, 24), None, 6, False),
    ]


def test_a_step_out_of_order_never_makes_a_phase_run_back(fresh_region_database: str) -> None:
    made(fresh_region_database, [
        toestemming("2015-01-01"), stap("09", "2015-01-11"), stap("07", "2015-01-21"), stap("10", "2015-01-31"),
    ])  # fmt: skip
    assert [(fase, dagen) for _, fase, _, _, dagen, _ in fasen(fresh_region_database)] == [
        ("triage", 10),
        ("advies", 20),
        ("verwijzing", 30),
    ]


def test_what_is_planned_after_today_has_not_happened(fresh_region_database: str) -> None:
    made(fresh_region_database, [*COURSE, stap("05", "2015-03-03")])
    assert dossier(fresh_region_database)["laatste_stap_code"] == "31"


WITHOUT = {"source", "verantwoordelijke_code", "dossier_nummer", "gemeente_code", "partij_code", "partij_kenmerk",
           "heeft_toestemming", "geleverd_tot", "vandaag"}  # fmt: skip


@pytest.mark.parametrize(
    ("steps", "valid"),
    [
        ([toestemming("2015-01-02", tot="2015-03-02")], True),
        ([toestemming("2015-01-02", tot="2015-03-01")], False),
        ([toestemming("2015-01-02", tot=None)], True),
        ([toestemming("2015-01-02"), stap("21", "2015-02-01")], False),
        ([toestemming("2015-01-02"), stap("21", "2015-01-02")], False),
        ([toestemming("2015-01-02"), stap("21", "2015-02-01", toestemming_voor_partij_code=GGD)], False),
        ([toestemming("2015-01-02"), stap("21", "2015-02-01", toestemming_voor_partij_code=REVALIDATIE)], True),
        ([toestemming("2015-01-02"), stap("21", "2015-02-01"), toestemming("2015-02-02")], True),
        ([stap("21", "2015-01-01"), toestemming("2015-01-02")], True),
        ([toestemming("2015-03-03")], False),
        ([], False),
    ],
)
def test_without_consent_in_force_nothing_shows_but_whom_to_call(
    fresh_region_database: str, steps: list[Row], valid: bool
) -> None:
    made(fresh_region_database, [stap("01", "2015-01-01", leeftijdsklasse_code="01"), *steps])
    row = dossier(fresh_region_database)
    assert row["heeft_toestemming"] is valid
    shown = {name for name, value in row.items() if value is not None}
    if valid:
        assert shown > WITHOUT - {"geleverd_tot"}
    else:
        assert shown <= WITHOUT
        assert fasen(fresh_region_database) == []
        assert read(fresh_region_database, "SELECT * FROM mart_vroeghulp.dossier_toestemmingen") == []


def test_a_closed_file_without_consent_has_no_line(fresh_region_database: str) -> None:
    made(fresh_region_database, [stap("01", "2015-01-01"), stap("15", "2015-02-01")])
    assert read(fresh_region_database, "SELECT * FROM mart_vroeghulp.dossiers") == []


def test_consent_stands_per_party(fresh_region_database: str) -> None:
    made(fresh_region_database, [
        toestemming("2015-01-01"),
        toestemming("2015-01-03", tot="2015-02-01", toestemming_voor_partij_code=REVALIDATIE),
        toestemming("2015-01-04", toestemming_voor_partij_code=MEE),
        stap("21", "2015-02-03", toestemming_voor_partij_code=MEE),
    ])  # fmt: skip
    query = "SELECT voor_partij_code, toestand, datum_ingetrokken FROM mart_vroeghulp.dossier_toestemmingen ORDER BY 1"
    assert [tuple(row.values()) for row in read(fresh_region_database, query)] == [
        (GGD, "geldig", None),
        (REVALIDATIE, "verlopen", None),
        (MEE, "ingetrokken", date(2015, 2, 3)),
    ]


@pytest.mark.parametrize(
    ("first", "last", "four", "eight"),
    [
        (("2014-01-01", "01"), ("2015-01-01", "01"), False, False),
        (("2014-01-01", "01"), ("2015-01-01", "02"), True, False),
        (("2011-03-03", "01"), ("2011-03-03", "01"), False, False),
        (("2011-03-02", "01"), ("2011-03-02", "01"), True, False),
        (("2011-03-03", "02"), ("2011-03-03", "02"), False, False),
        (("2011-03-02", "02"), ("2011-03-02", "02"), False, True),
        (("2014-01-01", "02"), ("2015-01-01", "03"), False, True),
        (("2014-01-01", "99"), ("2015-01-01", "20"), False, False),
    ],
)
def test_the_age_limit_is_a_warning_by_age_class(
    fresh_region_database: str, first: tuple[str, str], last: tuple[str, str], four: bool, eight: bool
) -> None:
    made(fresh_region_database, [
        stap("01", first[0], leeftijdsklasse_code=first[1]), stap("03", last[0], leeftijdsklasse_code=last[1]),
        toestemming("2015-01-01"),
    ])  # fmt: skip
    row = dossier(fresh_region_database)
    assert (row["is_vier_geworden"], row["is_boven_leeftijdsgrens"]) == (four, eight)


def test_two_parties_and_two_sources_are_told_apart(fresh_region_database: str) -> None:
    other = {"source": "ggd", "verantwoordelijke_code": GGD, "partij_code": GGD}
    made(fresh_region_database, [
        *COURSE[:4], stap("06", "2015-01-15", partij_code=GGD, partij_kenmerk="G-9"),
        stap("12", "2015-01-20", verwijzing_nummer="V-1", **other),
    ])  # fmt: skip
    rows = read(fresh_region_database, "SELECT * FROM mart_vroeghulp.dossiers ORDER BY source")
    assert [(row["source"], row["partij_code"], row["partijen"]) for row in rows] == [
        ("ggd", GGD, None),
        ("mee_drenthe", GGD, [GGD, MEE]),
    ]
    assert rows[1]["partij_kenmerk"] == "G-9"


# Properties ---------------------------------------------------------------------------------------------------
CODES = ["01", "02", "03", "05", "07", "09", "10", "12", "14", "15", "16", "21", "30", "31"]
STEPS = st.lists(st.tuples(st.sampled_from(CODES), st.integers(0, 80)), min_size=1, max_size=14)
RUN = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def running_days(steps: list[tuple[str, int]], until: int) -> tuple[int, int, int]:
    """Day by day: running, in pause, closed."""
    days = [0, 0, 0]
    ordered = sorted((day, code) for code, day in steps if day <= until)
    for day in range(ordered[0][0], until):
        closed = paused = False
        for when, code in ordered:
            if when <= day:
                closed = {"15": True, "16": False}.get(code, closed)
                paused = {"30": True, "31": False, "16": False}.get(code, paused)
        days[2 if closed else 1 if paused else 0] += 1
    return days[0], days[1], days[2]


@RUN
@given(steps=STEPS, r=st.randoms(use_true_random=False))
def test_every_day_runs_pauses_or_is_closed_in_whatever_order_steps_arrive(
    fresh_region_database: str, steps: list[tuple[str, int]], r: Any
) -> None:
    begin = date(2015, 1, 1)
    rows = [stap(code, str(begin + timedelta(days=day))) for code, day in steps if code != "21"]
    rows += [toestemming("2015-01-01")]
    for number, row in enumerate(rows):
        row["stap_nummer"] = f"S{number}"
    steps = [step for step in steps if step[0] != "21"] + [("20", 0)]
    seen = []
    for _ in range(2):
        made(fresh_region_database, rows)
        seen.append([read(fresh_region_database, f"SELECT * FROM mart_vroeghulp.{mart} ORDER BY 1, 2, 3, 4, 5, 6")
                     for mart in MARTS])  # fmt: skip
        r.shuffle(rows)
    assert seen[0] == seen[1]
    row = dossier(fresh_region_database)
    found = (row["dagen_in_proces"], row["dagen_gepauzeerd"], row["dagen_gesloten"])
    assert found == running_days(steps, (VANDAAG - begin).days)
    phases = fasen(fresh_region_database)
    assert sum(phase[4] for phase in phases) == row["dagen_in_proces"]
    assert row["is_afgesloten"] or sum(phase[3] is None for phase in phases) == 1


@RUN
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(1, 7)), min_size=1, max_size=9))
def test_no_number_below_five_can_be_recovered_by_subtraction(
    fresh_region_database: str, parts: list[tuple[int, int, int]]
) -> None:
    """parts: (gemeente, quarter, files). Whoever knows the algorithm's output may still think of 5 for every gap."""
    steps = []
    for part, (gemeente, quarter, files) in enumerate(parts):
        for number in range(files):
            name, code = f"{part}-{number}", f"010{gemeente}"
            day = date(2014, 1 + 3 * quarter, 1 + number)
            steps.append(stap("01", "2013-12-01", name, gemeente_code=code))
            steps.append(stap("10", str(day), name, gemeente_code=code))
    made(fresh_region_database, steps)
    query = "SELECT niveau, aantal, gemiddelde_dagen FROM mart_vroeghulp.looptijden WHERE traject = 'advies'"
    rows = read(fresh_region_database, query)
    shown, hidden = {}, {}
    for niveau in ("regio", "gemeente"):
        cells = [row["aantal"] for row in rows if row["niveau"] == niveau]
        shown[niveau] = sum(cell for cell in cells if cell is not None)
        hidden[niveau] = sum(cell is None for cell in cells)
        assert all(cell is None or cell >= 5 for cell in cells)
    assert all((row["aantal"] is None) == (row["gemiddelde_dagen"] is None) for row in rows)
    for one, other in (("regio", "gemeente"), ("gemeente", "regio")):
        if hidden[one] and not hidden[other]:  # the total is known from the other side
            left = shown[other] - shown[one]
            assert hidden[one] > 1
            assert left - (hidden[one] - 1) >= 5 or left > hidden[one]


def ended(days: Sequence[int], gemeente: str = "0114", month: int = 11, prefix: str = "") -> list[Row]:
    steps = []
    for number, span in enumerate(days):
        day = date(2014, month, 20)
        name = f"{prefix}{gemeente}-{month}-{number}"
        steps.append(stap("02", str(day - timedelta(days=span)), name, gemeente_code=gemeente))
        steps.append(stap("10", str(day), name, gemeente_code=gemeente))
    return steps


LOOPTIJD = (
    "SELECT * FROM mart_vroeghulp.looptijden WHERE traject = 'advies' ORDER BY niveau, gebied_code, periode_begin"
)


def test_lead_times_per_quarter_of_the_region_and_per_year_of_a_gemeente(fresh_region_database: str) -> None:
    paused = [stap("30", "2014-11-01", "0114-11-4"), stap("31", "2014-11-11", "0114-11-4")]
    made(fresh_region_database, [*ended([10, 20, 30, 40, 60]), *paused, *ended([5], month=2), *ended([9] * 7, "0106")])
    assen, emmen, first, last = read(fresh_region_database, LOOPTIJD)
    assert (assen["gebied_code"], assen["aantal"], assen["gemiddelde_dagen"]) == ("0106", 7, 9)
    assert (emmen["gebied_code"], emmen["periode_begin"]) == ("0114", date(2014, 1, 1))
    assert (emmen["aantal"], emmen["gemiddelde_dagen"], emmen["mediaan_dagen"]) == (6, 26, 25)  # 5 10 20 30 40 50
    assert (first["periode_begin"], first["is_onderdrukt"]) == (date(2014, 1, 1), True)
    assert (last["periode_begin"], last["is_onderdrukt"]) == (date(2014, 10, 1), True)  # else first = 13 - 12


def test_a_period_that_is_not_over_is_not_shown(fresh_region_database: str) -> None:
    made(fresh_region_database, ended([10] * 6), date(2014, 12, 31))
    assert read(fresh_region_database, LOOPTIJD) == []
    made(fresh_region_database, ended([10] * 6), date(2015, 1, 1))
    assert [row["aantal"] for row in read(fresh_region_database, LOOPTIJD)] == [6, 6]


def test_the_phases_of_the_clock_are_those_that_a_region_can_set_a_norm_for() -> None:
    course = (FOLDER / "sql" / "vroeghulp" / "verloop.sql").read_text()
    named = re.findall(r"\((\d), '(\w+)'\)", course)
    assert named == [(str(number), fase) for number, fase in enumerate(FASEN, 1)]


def test_the_list_of_the_coordinator_puts_first_who_waits_too_long(fresh_region_database: str) -> None:
    late = [row | {"dossier_nummer": "D2"} for row in COURSE]
    late[4] = late[4] | {"datum_volgende_stap": date(2015, 2, 1)}
    made(fresh_region_database, [*COURSE, *late, stap("01", "2015-01-01", "D3")])
    query = (Path(__file__).parents[2] / "docs" / "queries" / "vroeghulp-lijst.sql").read_text()
    rows = read(fresh_region_database, query)
    assert [(row["dossier_nummer"], row["wat_nu"]) for row in rows] == [
        ("D2", "over tijd"),
        ("D1", "loopt"),
        ("D3", "geen toestemming: bel de partij"),
    ]
