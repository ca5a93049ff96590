"""MART_CONTRACT: figures that can be counted by hand, at the edges of a month, a year and a term."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, text

from tests.warehouse.contract_records import ASSEN, EMMEN, MEE, contract_of, current, declare, publish, row, rows
from tests.warehouse.versions import client
from warehouse.engine import engine_for, role_name, server_engine
from warehouse.scripts import run_ddl
from warehouse.tables import toegang

DECEMBER, JANUARY = date(2015, 12, 1), date(2016, 1, 1)


@pytest.fixture
def hub(fresh_region_database: str, tmp_path: Path) -> Iterator[Connection]:
    """An empty warehouse with the contract of Emmen and Assen; what a test writes is undone."""
    with engine_for(fresh_region_database, "loader").connect() as connection:
        declare(connection, contract_of(tmp_path))
        yield connection
        connection.rollback()


def production(hub: Connection, maand: date, dienst: str = "B1", gemeente: str = EMMEN) -> dict[str, Any]:
    return row(hub, "productie", maand=maand, dienst_code=dienst, gemeente_code=gemeente)


def test_a_dienst_counts_in_the_month_of_its_last_day_at_the_norm_of_that_year(hub: Connection) -> None:
    current(
        hub,
        "traject",
        [
            {"datum_start": date(2014, 11, 3), "datum_einde": date(2015, 12, 31)},
            {"datum_start": date(2015, 12, 31), "datum_einde": date(2016, 1, 1)},
            {"datum_start": date(2015, 12, 1), "datum_einde": date(2015, 12, 1), "dienst_code": "D"},
            {"datum_start": date(2014, 12, 1), "datum_einde": date(2014, 12, 31)},  # before the term
        ],
    )
    current(hub, "activiteit", [])
    publish(hub, date(2016, 2, 1))
    old, new = production(hub, DECEMBER), production(hub, JANUARY)
    assert (old["nieuw"], old["afgesloten"], old["lopend"], old["bedrag_eur"]) == (1, 1, 1, 103)
    assert (new["nieuw"], new["afgesloten"], new["lopend"], new["bedrag_eur"]) == (0, 1, 0, 203)
    same_day = production(hub, DECEMBER, "D")
    assert (same_day["nieuw"], same_day["afgesloten"], same_day["lopend"], same_day["bedrag_eur"]) == (1, 1, 0, 137)
    assert (production(hub, date(2015, 1, 1))["lopend"], production(hub, date(2015, 1, 1))["afgesloten"]) == (1, 0)
    assert row(hub, "realisatie", gemeente_code=EMMEN, jaar=2015)["gerealiseerd_eur"] == 103 + 137
    assert row(hub, "realisatie", gemeente_code=EMMEN, jaar=2016)["gerealiseerd_eur"] == 203


def test_what_ends_after_today_still_runs(hub: Connection) -> None:
    current(hub, "traject", [{"datum_start": date(2015, 1, 10), "datum_einde": date(2015, 3, 2)}])
    for vandaag, closed in ((date(2015, 3, 1), 0), (date(2015, 3, 2), 1)):
        publish(hub, vandaag)
        march = production(hub, date(2015, 3, 1))
        assert (march["afgesloten"], march["lopend"]) == (closed, 1 - closed)
    publish(hub, date(2015, 1, 9))
    assert production(hub, date(2015, 1, 1))["nieuw"] == 0


def test_only_the_raamcontract_counts_and_an_unknown_financier_stands_apart(hub: Connection) -> None:
    closed = {"datum_einde": date(2015, 1, 20)}
    current(hub, "traject", [closed | {"financier_code": code} for code in ("1", "1", "1", "2", "3", "4", "99")])
    current(hub, "activiteit", [{"financier_code": code, "minuten": 30} for code in ("1", "3", "99")])
    publish(hub, date(2015, 3, 2))
    january = production(hub, date(2015, 1, 1))
    assert (january["nieuw"], january["afgesloten"], january["bedrag_eur"]) == (3, 3, 309)
    assert (january["financier_onbekend"], january["aandeel_onbekend"]) == (1, Decimal("0.2500"))
    assert (january["minuten_direct"], january["uren"]) == (30, Decimal("0.50"))
    year = row(hub, "realisatie", gemeente_code=EMMEN, jaar=2015)
    assert (year["onbekend_eur"], year["aandeel_onbekend"]) == (103, Decimal("0.2500"))
    assert row(hub, "clienten", gemeente_code=EMMEN, tijdvak="jaar", datum_van=date(2015, 1, 1))["unieke_clienten"] == 3


def test_a_course_counts_once_a_day_and_its_minutes_all(hub: Connection) -> None:
    course = {"soort_code": "4", "dienst_code": "E", "cursus_nummer": "C1", "minuten": 90, "datum": date(2015, 1, 31)}
    current(hub, "traject", [])
    current(hub, "activiteit", [course, course, course | {"datum": date(2015, 2, 1)}, course | {"cursus_nummer": "C2"}])
    publish(hub, date(2015, 3, 2))
    january = production(hub, date(2015, 1, 1), "E")
    assert (january["bijeenkomsten"], january["minuten_cursus"], january["bedrag_eur"]) == (2, 270, 278)
    assert (january["afgesloten"], january["uren"]) == (0, Decimal("4.50"))


def test_all_time_of_the_contract_stands_in_one_of_two_tables(hub: Connection) -> None:
    kinds = ("1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "98")
    current(
        hub,
        "activiteit",
        [
            {
                "soort_code": kind,
                "minuten": 2 ** int(kind if kind != "98" else 11),
                "dienst_code": {"4": "E", "1": "B1", "2": "B1", "3": "B1"}.get(kind),
            }
            for kind in kinds
        ],
    )
    current(hub, "traject", [])
    publish(hub, date(2015, 1, 31))
    work, course = production(hub, date(2015, 1, 1)), production(hub, date(2015, 1, 1), "E")
    assert (work["minuten_direct"], work["minuten_indirect"], work["minuten_reis"]) == (2, 4, 8)
    assert course["minuten_cursus"] == 16
    other = {r["soort_code"]: (r["groep"], r["minuten"]) for r in rows(hub, "overige_inzet", gemeente_code=EMMEN)}
    assert other == {
        "5": ("collectief", 32), "6": ("collectief", 64), "7": ("collectief", 128), "8": ("ivh", 256),
        "9": ("ivh", 512), "10": ("college", 1024), "98": ("anders", 2048),
    }  # fmt: skip
    year = row(hub, "realisatie", gemeente_code=EMMEN, jaar=2015)
    assert (year["minuten_collectief"], year["minuten_ivh"]) == (224, 768)
    quarter = row(hub, "onafhankelijkheid", gemeente_code=EMMEN, kwartaal=date(2015, 1, 1))
    assert (quarter["keukentafelgesprekken"], quarter["minuten_keukentafel"]) == (1, 1024)


def test_the_budget_is_divided_to_the_cent_and_read_in_both_ways(hub: Connection) -> None:
    current(hub, "traject", [{"datum_einde": date(2015, 1, 20)}] * 9)
    current(hub, "activiteit", [])
    publish(hub, date(2015, 7, 2))
    emmen = row(hub, "realisatie", gemeente_code=EMMEN, jaar=2015)
    region = row(hub, "realisatie", gemeente_code=None, jaar=2015)
    assert (emmen["budget_a_eur"], emmen["budget_b_eur"], emmen["lezing"]) == (90_000, 67_500, "A")
    assert (emmen["aandeel_a"], emmen["aandeel_b"]) == (Decimal("0.0103"), Decimal("0.0137"))  # 927 of each
    assert emmen["aandeel_tijd"] == Decimal("0.4986")  # 182 whole days of 365
    assert (region["budget_a_eur"], region["vloer_a_eur"], region["vloer_b_eur"]) == (100_000, 90_000, 67_500)
    assert (emmen["vloer_a_eur"], emmen["collectief_max_eur"]) == (None, 360_000)
    assert region["ivh_vast_eur"] == 1_000
    assert rows(hub, "realisatie", jaar=2016) == []
    publish(hub, date(2018, 1, 1))  # long over: the last day was the last
    assert {r["aandeel_tijd"] for r in rows(hub, "realisatie")} == {Decimal("1.0000")}
    assert max(r["maand"] for r in rows(hub, "productie")) == date(2016, 12, 1)


def test_zero_is_not_the_same_as_not_delivered(hub: Connection) -> None:
    current(hub, "traject", [], until=date(2015, 2, 1))
    current(hub, "activiteit", [], until=date(2015, 2, 15))
    publish(hub, date(2015, 3, 2))
    january, february, march = (production(hub, date(2015, month, 1), gemeente=ASSEN) for month in (1, 2, 3))
    assert (january["afgesloten"], january["minuten_direct"], january["is_geleverd"], january["is_compleet"]) == (
        0, 0, True, True,
    )  # fmt: skip
    assert (february["afgesloten"], february["minuten_direct"], february["is_geleverd"]) == (None, 0, False)
    assert (march["bedrag_eur"], march["minuten_direct"], march["uren"]) == (None, None, None)
    assert february["geleverd_tot"] == datetime(2015, 2, 1, tzinfo=UTC)
    assert february["activiteiten_geleverd_tot"] == datetime(2015, 2, 15, tzinfo=UTC)
    assert len(rows(hub, "productie")) == 2 * 3 * 9
    assert len(rows(hub, "overige_inzet")) == 2 * 3 * 7
    year = row(hub, "realisatie", gemeente_code=None)
    assert (year["geleverd_tot"], year["is_geleverd"]) == (datetime(2015, 2, 1, tzinfo=UTC), True)


def test_a_source_that_never_delivered_leaves_every_figure_empty(hub: Connection) -> None:
    publish(hub, date(2015, 3, 2))
    assert {r["is_geleverd"] for r in rows(hub, "productie")} == {False}
    for table, column in (
        ("productie", "afgesloten"), ("productie", "bedrag_eur"), ("overige_inzet", "minuten"),
        ("clienten", "unieke_clienten"), ("wachttijd", "aanmeldingen"), ("onafhankelijkheid", "trajecten"),
        ("termijnen", "meldingen"), ("realisatie", "gerealiseerd_eur"),
    ):  # fmt: skip
        assert {r[column] for r in rows(hub, table)} == {None}, table


def test_a_person_counts_once_in_every_period_and_area(hub: Connection) -> None:
    one = {"client_ref": client(1), "datum_einde": date(2015, 2, 1)}
    current(hub, "traject", [one, one | {"gemeente_code": ASSEN}, {"datum_start": date(2015, 2, 2)}])
    publish(hub, date(2015, 4, 2))

    def people(gemeente: str | None, tijdvak: str, first: date) -> int:
        found: int = row(hub, "clienten", gemeente_code=gemeente, tijdvak=tijdvak, datum_van=first)["unieke_clienten"]
        return found

    january, february, march = (date(2015, month, 1) for month in (1, 2, 3))
    assert [people(EMMEN, "maand", month) for month in (january, february, march)] == [1, 2, 1]
    assert [people(ASSEN, "maand", month) for month in (january, february, march)] == [1, 1, 0]
    assert [people(None, "maand", month) for month in (january, february, march)] == [1, 2, 1]
    assert [people(area, "kwartaal", january) for area in (EMMEN, ASSEN, None)] == [2, 1, 2]
    assert [people(area, "jaar", january) for area in (EMMEN, ASSEN, None)] == [2, 1, 2]
    assert people(None, "kwartaal", date(2015, 4, 1)) == 1


def minors(hub: Connection, emmen: tuple[int, int, int], assen: tuple[int, int, int]) -> dict[str | None, Any]:
    """The minors that are shown for numbers of minors, adults and people of unknown age in both gemeenten."""
    for table in ("traject", "aanmelding"):
        hub.execute(text(f"DELETE FROM warehouse.actueel_{table}"))
    for gemeente, numbers in ((EMMEN, emmen), (ASSEN, assen)):
        for code, number in zip(("05", "06", "99"), numbers, strict=True):
            for index in range(number):
                nummer = f"{gemeente}-{code}-{index}"
                person = {"aanmelding_nummer": nummer, "gemeente_code": gemeente, "client_ref": client(hash(nummer))}
                current(hub, "aanmelding", [person | {"leeftijdsklasse_code": code}])
                current(hub, "traject", [person])
    publish(hub, date(2015, 3, 2))
    found = rows(hub, "clienten", tijdvak="kwartaal", datum_van=date(2015, 1, 1))
    return {r["gemeente_code"]: r["minderjarigen"] for r in found}


def test_few_minors_are_hidden_and_so_is_what_would_tell_them(hub: Connection) -> None:
    assert minors(hub, (6, 7, 1), (5, 5, 0)) == {EMMEN: 6, ASSEN: 5, None: 11}
    # Assen has too few; Emmen with the region would tell how many.
    assert minors(hub, (6, 7, 1), (4, 5, 0)) == {EMMEN: None, ASSEN: None, None: 10}
    # As many adults as that are few too: the others would all be minors.
    assert minors(hub, (6, 7, 0), (8, 4, 0)) == {EMMEN: None, ASSEN: None, None: 14}
    assert minors(hub, (2, 9, 0), (2, 9, 0)) == {EMMEN: None, ASSEN: None, None: None}
    # Nobody in Assen: nothing to protect there.
    assert minors(hub, (6, 7, 0), (0, 0, 0)) == {EMMEN: 6, ASSEN: None, None: 6}
    assert {r["minderjarigen"] for r in rows(hub, "clienten", tijdvak="maand")} == {None}
    assert row(hub, "clienten", tijdvak="jaar", gemeente_code=None, datum_van=date(2015, 1, 1))["minderjarigen"] == 6


def test_people_of_two_gemeenten_do_not_open_what_is_hidden(hub: Connection) -> None:
    """Assen and Meppel hide three minors each, six together; two of them are the same, so the region has four more."""
    places = {EMMEN: range(10), ASSEN: range(20, 23), "0119": range(21, 24)}
    for gemeente, numbers in places.items():
        minors_, adults = list(numbers), [int(gemeente) * 100 + number for number in range(9)]
        for code, people in (("05", minors_), ("06", adults)):
            for number in people:
                person = {"aanmelding_nummer": f"{gemeente}-{number}", "gemeente_code": gemeente,
                          "client_ref": client(number)}  # fmt: skip
                current(hub, "aanmelding", [person | {"leeftijdsklasse_code": code}])
                current(hub, "traject", [person])
    publish(hub, date(2015, 3, 2))
    found = rows(hub, "clienten", tijdvak="kwartaal", datum_van=date(2015, 1, 1))
    shown = {r["gemeente_code"]: r["minderjarigen"] for r in found}
    assert shown == {EMMEN: None, ASSEN: None, "0119": None, None: 14}


def test_the_wait_lasts_until_the_first_conversation_of_any_traject(hub: Connection) -> None:
    current(hub, "aanmelding", [{"aanmelding_nummer": nummer} for nummer in "ABCDE"])  # 5 January
    talk = {"datum_eerste_gesprek": date(2015, 1, 25)}
    current(
        hub,
        "traject",
        [
            {"aanmelding_nummer": "A"} | talk,
            {"aanmelding_nummer": "A", "datum_eerste_gesprek": date(2015, 1, 15)},
            {"aanmelding_nummer": "B", "datum_eerste_gesprek": date(2015, 1, 2)},  # got to know each other before
            {"aanmelding_nummer": "C"},
            {"aanmelding_nummer": "D", "datum_einde": date(2015, 2, 1)},
            {"aanmelding_nummer": "E", "datum_eerste_gesprek": date(2015, 1, 26)},
            {"aanmelding_nummer": "elders", "datum_start": date(2015, 2, 20)} | talk,
        ],
    )
    publish(hub, date(2015, 3, 2))
    region, emmen = (row(hub, "wachttijd", gemeente_code=area, kwartaal=date(2015, 1, 1)) for area in (None, EMMEN))
    names = ("aanmeldingen", "met_gesprek", "wachtend", "zonder_gesprek", "onbekend", "dagen_samen")
    assert [region[name] for name in names] == [6, 3, 1, 1, 1, 10 + 0 + 21]
    assert (region["dagen_mediaan"], region["dagen_p90"], region["dagen_langst_wachtend"]) == (10, 21, 56)
    assert region["aandeel_onbekend"] == Decimal("0.1667")
    assert [emmen[name] for name in names] == [region[name] for name in names]


def test_the_statutory_clocks_stop_on_their_last_day(hub: Connection) -> None:
    day, last = date(2015, 1, 5), date(2015, 2, 16)  # 42 days
    late = date(2015, 2, 17)
    cases: list[dict[str, Any]] = [
        {"datum_onderzoek_gereed": last, "datum_gewezen": day, "datum_gesprek": day},
        {"datum_onderzoek_gereed": late, "datum_gewezen": date(2015, 1, 6), "datum_gesprek": day},
        {"datum_onderzoek_gereed": late, "dagen_opgeschort": 1, "datum_gewezen": day, "gewezen_wijze_code": "4"},
        {"datum_onderzoek_gereed": date(2015, 2, 18), "dagen_opgeschort": 1},
        {},
        {"dagen_opgeschort": 1, "datum_gewezen": day},
        {"uitkomst_code": "4"},
        {"datum_aanvraag": day, "datum_besluit": date(2015, 1, 19), "uitkomst_code": "3"},
        {"datum_aanvraag": day, "datum_besluit": date(2015, 1, 20), "uitkomst_code": "3"},
        {"datum_aanvraag": date(2015, 2, 2), "uitkomst_code": "3"},
        {"datum_aanvraag": date(2015, 2, 3), "uitkomst_code": "3"},
        {"wet_code": "2"},
        {"datum_melding": date(2014, 12, 31), "datum_onderzoek_gereed": day},
    ]  # fmt: skip
    current(hub, "onderzoek", cases, source="emmen", code=EMMEN)
    publish(hub, late)
    found = row(hub, "termijnen", gemeente_code=EMMEN, kwartaal=date(2015, 1, 1))
    assert [found[n] for n in ("meldingen", "gewezen_op_tijd", "gewezen_te_laat", "gewezen_onbekend")] == [11, 2, 2, 7]
    assert [found[f"onderzoek_{n}"] for n in ("op_tijd", "te_laat", "loopt", "vervallen")] == [2, 7, 1, 1]
    assert [found[n] for n in ("aanvragen", "besluit_op_tijd", "besluit_te_laat", "besluit_loopt")] == [4, 1, 2, 1]
    assert found["verantwoordelijke_code"] == EMMEN
    assert row(hub, "termijnen", gemeente_code=EMMEN, kwartaal=date(2014, 10, 1))["onderzoek_op_tijd"] == 1
    assert row(hub, "termijnen", gemeente_code=ASSEN, kwartaal=date(2015, 1, 1))["meldingen"] is None


def test_roles_add_up_and_the_unknown_one_is_left_out_of_the_share(hub: Connection) -> None:
    current(hub, "traject", [{"rol_code": code} for code in ("1", "1", "2", "3", "99")])
    current(hub, "activiteit", [])
    publish(hub, date(2015, 3, 2))
    found = row(hub, "onafhankelijkheid", gemeente_code=EMMEN, kwartaal=date(2015, 1, 1))
    assert [found[name] for name in ("trajecten", "onafhankelijk", "namens_college", "beide", "rol_onbekend")] == [
        5, 2, 1, 1, 1,
    ]  # fmt: skip
    assert (found["aandeel_niet_onafhankelijk"], found["aandeel_onbekend"]) == (Decimal("0.5000"), Decimal("0.2000"))


def came(hub: Connection, numbers: dict[tuple[str, int, str], int]) -> dict[tuple[str | None, str, date, str], Any]:
    """The counts of leefgebied and doelgroep that are shown, for people per (gemeente, quarter of 2014, code)."""
    hub.execute(text("DELETE FROM warehouse.actueel_aanmelding"))
    for (gemeente, quarter, code), number in numbers.items():
        for index in range(number):
            person = {
                "gemeente_code": gemeente,
                "datum_aanmelding": date(2014, quarter * 3, 15),
                "client_ref": client(hash((gemeente, quarter, code, index))),
                "leefgebied_code": [code, "99"],
                "doelgroep_code": [code],
            }
            current(hub, "aanmelding", [person])
    publish(hub, date(2015, 3, 2))
    return {
        (r["gemeente_code"], r["kenmerk"], r["datum_van"], r["tijdvak"][0] + r["code"]): r["clienten"]
        for r in rows(hub, "kenmerken")
    }


def test_a_characteristic_of_few_people_is_hidden_with_what_would_tell_it(hub: Connection) -> None:
    year = date(2014, 1, 1)
    shown = came(hub, {(EMMEN, 1, "01"): 10, (ASSEN, 2, "01"): 12})
    assert [shown[area, "leefgebied", year, "j01"] for area in (EMMEN, ASSEN, None)] == [10, 12, 22]
    assert [shown[area, "doelgroep", year, "j01"] for area in (EMMEN, ASSEN, None)] == [10, 12, 22]
    assert [shown[None, "leefgebied", date(2014, month, 1), "k01"] for month in (1, 4, 7)] == [10, 12, None]
    assert {code for *_, code in shown} == {"j01", "k01"}  # unknown is no characteristic

    shown = came(hub, {(EMMEN, 1, "01"): 20, (ASSEN, 2, "01"): 9})
    assert [shown[area, "leefgebied", year, "j01"] for area in (EMMEN, ASSEN, None)] == [20, 9, 29]
    assert [shown[area, "doelgroep", year, "j01"] for area in (EMMEN, ASSEN, None)] == [None, None, 29]

    shown = came(hub, {(EMMEN, 1, "01"): 20, (ASSEN, 1, "01"): 4, (EMMEN, 3, "01"): 2})
    assert [shown[area, "leefgebied", year, "j01"] for area in (EMMEN, ASSEN, None)] == [None, None, 26]
    # The third quarter is hidden, and the first with it: the year would tell the difference.
    assert [shown[None, "leefgebied", date(2014, month, 1), "k01"] for month in (1, 7)] == [None, None]


def test_a_period_shows_when_it_is_over_with_the_year_before_beside_it(hub: Connection) -> None:
    for year, number in ((2014, 6), (2015, 9)):
        current(
            hub, "aanmelding",
            [{"datum_aanmelding": date(year, 1, 31), "leefgebied_code": ["04"]} for _ in range(number)]
            + [{"datum_aanmelding": date(year, 1, 31)}],
        )  # fmt: skip
    publish(hub, date(2015, 3, 31))
    quarters = rows(hub, "kenmerken", tijdvak="kwartaal", code="04")
    assert max(r["datum_van"] for r in quarters) == date(2014, 10, 1)
    publish(hub, date(2015, 4, 1))
    found = row(hub, "kenmerken", tijdvak="kwartaal", code="04", datum_van=date(2015, 1, 1))
    assert (found["clienten"], found["clienten_jaar_eerder"], found["aandeel_onbekend"]) == (9, 6, Decimal("0.1000"))
    assert [r["datum_van"] for r in rows(hub, "kenmerken", tijdvak="jaar", code="04", gemeente_code=None)] == [
        date(2014, 1, 1)
    ]


def test_who_is_behind_is_named_with_what_it_does_to_the_total(hub: Connection) -> None:
    meldingen = [{"datum_melding": date(2015, 1, 5)}] * 365
    current(hub, "onderzoek", meldingen, until=date(2015, 2, 20), source="emmen", code=EMMEN)
    publish(hub, date(2015, 3, 2))
    emmen, assen = (row(hub, "aanlevering", source=name, bericht="onderzoek") for name in ("emmen", "assen"))
    assert (emmen["dagen_achter"], emmen["records_jaar"], emmen["mist_naar_schatting"]) == (10, 365, 10)
    # Assen has a ninth of the inhabitants of Emmen, and never delivered.
    assert (assen["geleverd_tot"], assen["records"], assen["schatting_jaar"]) == (None, 0, Decimal("40.6"))
    assert (emmen["aandeel_in_totaal"], assen["aandeel_mist"]) == (Decimal("0.9000"), Decimal("0.1000"))
    assert row(hub, "aanlevering", source="mee", bericht="traject")["schatting_jaar"] is None


def test_work_for_a_gemeente_outside_the_contract_is_seen(hub: Connection) -> None:
    current(hub, "traject", [{"gemeente_code": "0119", "datum_einde": date(2015, 1, 20)}])
    publish(hub, date(2015, 3, 2))
    assert production(hub, date(2015, 1, 1), gemeente="0119")["afgesloten"] == 1
    assert row(hub, "realisatie", gemeente_code="0119")["budget_a_eur"] is None
    assert row(hub, "realisatie", gemeente_code=None)["gerealiseerd_eur"] == 103


def test_without_a_contract_there_are_no_figures_of_one(fresh_region_database: str) -> None:
    with engine_for(fresh_region_database, "loader").connect() as connection:
        current(connection, "traject", [{"datum_einde": date(2015, 1, 20)}])
        publish(connection, date(2015, 3, 2))
        assert rows(connection, "productie") == rows(connection, "clienten") == rows(connection, "kenmerken") == []


def test_both_parties_of_the_contract_see_their_rows_and_the_analyst_all(
    fresh_region_database: str, tmp_path: Path
) -> None:
    database = fresh_region_database
    with engine_for(database, "loader").begin() as connection:
        declare(connection, contract_of(tmp_path))
        current(connection, "traject", [{"gemeente_code": EMMEN}, {"gemeente_code": ASSEN}])
        current(connection, "onderzoek", [{}], source="emmen", code=EMMEN)
        publish(connection, date(2015, 3, 2))
    query = "SELECT DISTINCT gemeente_code FROM mart_contract.{}"
    seen = {"0114": {EMMEN}, MEE: {EMMEN, ASSEN}}
    for code, areas in seen.items():
        login = f"{database}_lezer"
        with server_engine().connect() as server:
            run_ddl(server, f"CREATE ROLE {login} ROLE CURRENT_USER")
            run_ddl(server, f"GRANT {role_name(database, 'controller')} TO {login}")
        try:
            with engine_for(database, "owner").begin() as owner:
                owner.execute(toegang.delete())
                owner.execute(insert(toegang).values(rol=login, verantwoordelijke_code=code))
            with engine_for(database).connect() as reader:
                run_ddl(reader, f"SET ROLE {login}")
                assert set(reader.execute(text(query.format("productie"))).scalars()) == areas
                own = {EMMEN} if code == EMMEN else set()
                assert set(reader.execute(text(query.format("termijnen"))).scalars()) == own
        finally:
            with server_engine().connect() as server:
                run_ddl(server, f"DROP ROLE {login}")
    with engine_for(database, "analyst").connect() as analyst:
        assert set(analyst.execute(text(query.format("realisatie"))).scalars()) == {EMMEN, ASSEN, None}
