"""What holds of MART_CONTRACT whatever is delivered."""

import itertools
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tests.warehouse.contract_records import ASSEN, EMMEN, contract_of, current, declare, publish, rows
from tests.warehouse.versions import client
from warehouse.engine import engine_for

FIRST, TODAY = date(2014, 1, 1), date(2016, 2, 10)
days = st.integers(0, (TODAY - FIRST).days + 40).map(lambda number: FIRST + timedelta(days=number))
gemeenten = st.sampled_from((EMMEN, ASSEN, "0119"))
financiers = st.sampled_from(("1", "1", "1", "2", "99"))


@st.composite
def trajecten(draw: st.DrawFn) -> dict[str, Any]:
    start = draw(days)
    end = draw(st.none() | st.integers(0, 400).map(lambda number: start + timedelta(days=number)))
    return {
        "gemeente_code": draw(gemeenten), "financier_code": draw(financiers), "datum_start": start, "datum_einde": end,
        "dienst_code": draw(st.sampled_from(("A", "B1", "D"))), "client_ref": client(draw(st.integers(1, 6))),
        "rol_code": draw(st.sampled_from(("1", "2", "3", "99"))),
        "aanmelding_nummer": f"A{draw(st.integers(1, 8))}",
        "datum_eerste_gesprek": draw(st.none() | days),
    }  # fmt: skip


@st.composite
def activiteiten(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(("1", "2", "3", "4", "5", "8", "10", "98")))
    return {
        "gemeente_code": draw(gemeenten), "financier_code": draw(financiers), "datum": draw(days), "soort_code": kind,
        "minuten": draw(st.integers(1, 1440)), "dienst_code": {"1": "A", "2": "D", "3": "B1", "4": "E"}.get(kind),
        "cursus_nummer": draw(st.sampled_from(("C1", "C2"))),
    }  # fmt: skip


@pytest.mark.usefixtures("postgres_server")
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    work=st.lists(trajecten(), max_size=25),
    time=st.lists(activiteiten(), max_size=25),
    visits=st.lists(st.tuples(st.integers(1, 8), days, st.sampled_from(("05", "06", "99"))), max_size=8),
)
def test_sums_are_sums_and_people_are_not(
    fresh_region_database: str, tmp_path: Path, work: list[Any], time: list[Any], visits: list[Any]
) -> None:
    with engine_for(fresh_region_database, "loader").connect() as hub:
        declare(hub, contract_of(tmp_path))
        current(hub, "traject", work)
        current(hub, "activiteit", time)
        current(
            hub,
            "aanmelding",
            [
                {"aanmelding_nummer": f"A{number}", "datum_aanmelding": day, "leeftijdsklasse_code": code}
                for number, day, code in {visit[0]: visit for visit in visits}.values()
            ],
        )
        publish(hub, TODAY)
        production, other = rows(hub, "productie"), rows(hub, "overige_inzet")
        realised = {(row["gemeente_code"], row["jaar"]): row for row in rows(hub, "realisatie")}
        people, waits, roles = rows(hub, "clienten"), rows(hub, "wachttijd"), rows(hub, "onafhankelijkheid")
        hub.rollback()

    # All time of the contract in its term stands once in one of both tables.
    ours = [a for a in time if a["financier_code"] == "1" and date(2015, 1, 1) <= a["datum"] <= TODAY]
    names = ("minuten_direct", "minuten_indirect", "minuten_reis", "minuten_cursus")
    assert sum(a["minuten"] for a in ours) == sum(row[name] for row in production for name in names) + sum(
        row["minuten"] for row in other
    )
    # The gemeenten add up to the region, and both to the services behind them.
    for year in (2015, 2016):
        parts = [row for (gemeente, jaar), row in realised.items() if gemeente and jaar == year]
        for name in ("gerealiseerd_eur", "onbekend_eur", "minuten_collectief", "minuten_ivh"):
            assert sum(row[name] for row in parts) == realised[None, year][name]
        amounts = [row["bedrag_eur"] for row in production if row["maand"].year == year]
        assert realised[None, year]["gerealiseerd_eur"] == sum(amounts)
    assert {row["is_geleverd"] for row in production} == {True}

    # Running is what was running, and began, and did not end.
    running: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in sorted(production, key=lambda row: row["maand"]):
        running[row["gemeente_code"], row["dienst_code"]].append(row)
    for months in running.values():
        for before, after in itertools.pairwise(months):
            assert after["lopend"] == before["lopend"] + after["nieuw"] - after["afgesloten"]

    # People do not add up: the region has at most the sum of its gemeenten, a year at most that of its quarters.
    counted = {(r["gemeente_code"], r["tijdvak"], r["datum_van"]): r["unieke_clienten"] for r in people}
    for (gemeente, kind, first), number in counted.items():
        if gemeente is None:
            parts_ = [n for (area, k, f), n in counted.items() if area and (k, f) == (kind, first)]
            assert max(parts_) <= number <= sum(parts_)
        inner = {"jaar": "kwartaal", "kwartaal": "maand"}.get(kind)
        within = [n for (a, k, f), n in counted.items() if a == gemeente and k == inner and f.year == first.year
                  and (kind == "jaar" or (f.month - 1) // 3 == (first.month - 1) // 3)]  # fmt: skip
        if inner:
            assert max(within) <= number <= sum(within)
    assert counted[None, "jaar", date(2015, 1, 1)] == len(
        {
            t["client_ref"]
            for t in work
            if t["financier_code"] == "1"
            and t["datum_start"] <= date(2015, 12, 31)
            and (t["datum_einde"] is None or t["datum_einde"] >= date(2015, 1, 1))
        }
    )
    # Every aanmelding that led to work of the contract waits, talked, ended or is unknown, once a gemeente.
    begun: Counter[Any] = Counter()
    seen = {f"A{number}": day for number, day, _ in {visit[0]: visit for visit in visits}.values()}
    for nummer, gemeente in {(t["aanmelding_nummer"], t["gemeente_code"]) for t in work if t["financier_code"] == "1"}:
        starts = [t["datum_start"] for t in work if (t["aanmelding_nummer"], t["gemeente_code"], t["financier_code"])
                  == (nummer, gemeente, "1")]  # fmt: skip
        begun[gemeente] += seen.get(nummer, min(starts)) <= TODAY
    assert sum(row["aanmeldingen"] for row in waits if row["gemeente_code"] is None) == begun.total()
    assert sum(row["trajecten"] for row in roles) == sum(
        t["financier_code"] == "1" and t["datum_start"] <= TODAY for t in work
    )


SMALL = st.lists(
    st.tuples(
        st.sampled_from((EMMEN, ASSEN, "0119", "0109")), st.integers(1, 4), st.sampled_from(("01", "02")),
        st.integers(1, 14),
    ),
    max_size=12,
)  # fmt: skip


@pytest.mark.usefixtures("postgres_server")
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(groups=SMALL, passers=st.integers(0, 3))
def test_nobody_gets_a_few_people_by_subtraction(
    fresh_region_database: str, tmp_path: Path, groups: list[tuple[str, int, str, int]], passers: int
) -> None:
    """`passers` people came to two gemeenten, so that the gemeenten are more than the region."""
    came = [(area, quarter, code, f"{index}-{n}") for index, (area, quarter, code, number) in enumerate(groups)
            for n in range(number)]  # fmt: skip
    came += [(EMMEN if area != EMMEN else ASSEN, quarter, code, who) for area, quarter, code, who in came[:passers]]
    with engine_for(fresh_region_database, "loader").connect() as hub:
        declare(hub, contract_of(tmp_path))
        for area, quarter, code, who in came:
            current(
                hub, "aanmelding",
                [{"gemeente_code": area, "datum_aanmelding": date(2014, quarter * 3, 1), "leefgebied_code": [code],
                  "doelgroep_code": [code], "client_ref": client(int(who.replace("-", "000")))}],
            )  # fmt: skip
        publish(hub, date(2015, 3, 2))
        found = [row for row in rows(hub, "kenmerken") if row["datum_van"].year == 2014]
        hub.execute(text("SELECT 1"))
        hub.rollback()
    for kenmerk, least in (("leefgebied", 5), ("doelgroep", 10)):
        for code in {code for _, _, code, _ in came}:
            of = [row for row in found if (row["kenmerk"], row["code"]) == (kenmerk, code)]
            assert all(row["clienten"] is None or row["clienten"] >= least for row in of)
            (region,) = (row["clienten"] for row in of if row["gemeente_code"] is None and row["tijdvak"] == "jaar")
            areas = {row["gemeente_code"]: row["clienten"] for row in of if row["gemeente_code"]}
            quarters = {row["datum_van"].month // 3 + 1: row["clienten"] for row in of if row["tijdvak"] == "kwartaal"}
            for shown, place in ((areas, 0), (quarters, 1)):
                true = {key: len({c[3] for c in came if c[place] == key and c[2] == code}) for key in shown}
                assert all(value is None or value == true[key] for key, value in shown.items())
                hidden = [true[key] for key, value in shown.items() if value is None]
                if len(hidden) < len(shown):
                    assert sum(hidden) == 0 or sum(hidden) >= least
                if region is not None and place == 0 and any(hidden) and len(hidden) < len(shown):
                    assert region - sum(value or 0 for value in shown.values()) >= least
