"""Drenthe of 2015 and Parkstad of 2026 in one installation: the same code, and nothing of one in the other."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
import tink
from sqlalchemy import text
from typer.testing import CliRunner

import exchange.shell
from connectors.connection import Connection
from demo.postgres import Server
from exchange.check import check
from exchange.cli import app
from exchange.context import Context
from exchange.housekeeping import housekeeping
from exchange.keys import fresh, variable
from exchange.publish import publish
from exchange.region import Region, load_regions
from exchange.take_in import source_night
from exchange.try_out import try_file
from kit import calendar, verify
from kit.connections import connection_env
from kit.parkstad.cast import PARKSTAD
from kit.parkstad.world import Parkstad
from kit.serve import running, wait_for_night
from kit.servers.region import DRENTHE
from kit.verify_answers import AnswersVerifier
from kit.world import World
from tests.conftest import region_of
from tests.exchange.levering import aanmelding, xml
from warehouse.engine import engine_for, server_engine
from warehouse.scripts import run_ddl

pytestmark = pytest.mark.slow
OF_DRENTHE = ("coevorden", "aa_en_hunze", "midden_drenthe")  # of Drenthe three are enough: it has tests of its own
DAYS = {"drenthe": date(2015, 3, 2), "parkstad": date(2026, 3, 2)}
BERICHTEN = ("aanmelding", "onderzoek", "traject", "activiteit")
FIGURES = """
select 'aanmeldingen', md5(string_agg(deze::text, '|' order by deze::text)) from mart_loket.aanmeldingen as deze
union all
select 'realisatie', md5(string_agg(deze::text, '|' order by deze::text)) from mart_contract.realisatie as deze
union all select 'leveringen', count(*)::text from exchange.delivery
union all select 'mensen', count(*)::text from kluis.persoon
"""


@dataclass
class Both:
    """Two regions on one server, and the systems of their parties."""

    regions: dict[str, Region]
    home: Path
    worlds: dict[str, World]

    def night(self, name: str, number: int) -> None:
        """All sources of one region, and its publication, on its own day."""
        region = self.regions[name]
        day = DAYS[name].replace(day=DAYS[name].day + number - 1)
        for source in region.sources.values():
            source_night(Context(region, source, day, f"nacht-{number}/{source.id}", source.connection()))
        publish(region, day)

    def figures(self, name: str) -> dict[str, str]:
        with engine_for(self.regions[name].database, "owner").connect() as connection:
            return {row[0]: row[1] for row in connection.execute(text(FIGURES))}

    def verified(self, name: str, number: int) -> verify.Result:
        """What `kit verify` finds in a region after a night."""
        with verify.connect(self.regions[name].database) as connection:
            verifier = verify.Verifier(self.worlds[name], number, connection)
            result = verifier.run()
            rooms = self.home / "kit" / self.worlds[name].rooms
            AnswersVerifier(self.worlds[name], number, rooms, verifier._rows, result.check).run(result.sources)
            return result

    def current(self, name: str, source: str, bericht: str) -> int:
        query = text(f"select count(*) from warehouse.actueel_{bericht} where source = :source")
        with engine_for(self.regions[name].database, "loader").connect() as connection:
            return connection.scalar(query, {"source": source}) or 0


@pytest.fixture(scope="module")
def both(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """Both regions after the first night of each."""
    home = tmp_path_factory.mktemp("hub")
    with (
        pytest.MonkeyPatch.context() as patch,
        region_of("drenthe") as first,
        region_of("parkstad") as second,
        running(home, casts=(DRENTHE, PARKSTAD)) as (services, _),
    ):
        patch.setenv("HUB_HOME", str(home))
        for name, value in (fresh("drenthe") | fresh("parkstad") | connection_env(services)).items():
            patch.setenv(name, value)
        found = {region.name: region for region in load_regions()}
        sources = {name: found["drenthe"].sources[name] for name in OF_DRENTHE}
        regions = {
            "drenthe": replace(found["drenthe"], database=first, sources=sources),
            "parkstad": replace(found["parkstad"], database=second),
        }
        assert services["vandaag"] == {name: day.isoformat() for name, day in DAYS.items()}
        both = Both(regions, home, {"drenthe": World.build(1), "parkstad": Parkstad.build(1)})
        for name in both.regions:
            both.night(name, 1)
        yield both


@pytest.mark.parametrize("name", ["drenthe", "parkstad"])
def test_each_holds_what_its_own_parties_know(both: Both, name: str) -> None:
    world = both.worlds[name]
    for source, declared in both.regions[name].sources.items():
        for bericht in declared.delivers:
            expected = len(world.state(source, bericht, 1))
            assert both.current(name, source, bericht) == expected > 0, (source, bericht)


def test_every_figure_of_parkstad_is_what_its_own_parties_know(both: Both) -> None:
    """Ledger, warehouse, marts and answers; of Drenthe, whole, `make month` does so."""
    result = both.verified("parkstad", 1)
    assert result.failures == []
    assert set(result.sources) == set(both.regions["parkstad"].sources)
    assert result.vandaag == "2026-03-02"
    assert result.checks > 1000


def test_a_night_of_one_moves_no_figure_of_the_other(both: Both) -> None:
    drenthe, parkstad = both.figures("drenthe"), both.figures("parkstad")
    calendar.advance(both.home)
    wait_for_night(both.home, 2)
    both.night("parkstad", 2)
    assert both.figures("drenthe") == drenthe
    moved = both.figures("parkstad")
    assert moved != parkstad
    assert both.verified("parkstad", 2).failures == []
    both.night("drenthe", 2)
    assert both.figures("parkstad") == moved
    for source in both.regions["parkstad"].sources.values():
        # A zaaksysteem is read back in sevenths: what happened long ago shows within a week.
        for bericht in source.delivers if source.connector != "zgw" else ():
            assert both.current("parkstad", source.id, bericht) == len(
                both.worlds["parkstad"].state(source.id, bericht, 2)
            )


def test_each_lives_in_its_own_years_and_by_its_own_contract(both: Both) -> None:
    query = text("select min(datum_aanmelding), max(datum_aanmelding) from warehouse.actueel_aanmelding")
    months = {}
    for name, region in both.regions.items():
        with engine_for(region.database, "loader").connect() as connection:
            months[name] = connection.execute(query).one()
            lezing, vloer = connection.execute(text("select lezing, vloer from warehouse.raamcontract")).one()
            eur = connection.scalar(text("select eur from warehouse.normbedrag where dienst_code = 'A' limit 1"))
        assert (lezing, float(vloer), int(eur)) == {"drenthe": ("A", 0.9, 287), "parkstad": ("B", 0.85, 360)}[name]
    assert months["drenthe"][1] < date(2015, 4, 1) < date(2023, 1, 1) <= months["parkstad"][0]


@pytest.mark.parametrize(("reader", "other"), [("drenthe", "parkstad"), ("parkstad", "drenthe")])
def test_a_reader_of_one_cannot_enter_the_database_of_the_other(both: Both, reader: str, other: str) -> None:
    own, theirs = both.regions[reader].database, both.regions[other].database
    login = f"lezer_{own}"
    with server_engine().connect() as server:
        run_ddl(server, f"CREATE ROLE {login} LOGIN PASSWORD 'geheim' IN ROLE {own}_analyst, {own}_loader, {own}_kluis")
    try:
        url = engine_for(own).url.set(drivername="postgresql", username=login, password="geheim")
        with psycopg.connect(url.render_as_string(hide_password=False)) as connection:
            assert connection.execute("select count(*) from mart_loket.aanmeldingen").fetchone() is not None
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(url.set(database=theirs).render_as_string(hide_password=False))
    finally:
        with server_engine().connect() as server:
            run_ddl(server, f"DROP ROLE {login}")


def test_the_keys_of_one_open_nothing_of_the_other(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    region = both.regions["parkstad"]
    with engine_for(region.database, "loader").connect() as connection:
        query = text("select landing_path, sha256 from exchange.delivery where landing_path <> '' limit 1")
        path, digest = connection.execute(query).one()
    source = region.sources["heerlen"]
    with Context(region, source, DAYS["parkstad"], "lezen").landing.open(path, bytes(digest)) as stream:
        assert stream.read(1)
    monkeypatch.setenv(variable("parkstad", "LANDING"), os.environ[variable("drenthe", "LANDING")])
    with (
        pytest.raises(tink.TinkError),
        Context(region, source, DAYS["parkstad"], "lezen").landing.open(path, bytes(digest)) as stream,
    ):
        stream.read(1)


def test_the_commands_tell_of_both(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange.shell, "load_regions", lambda: list(both.regions.values()))
    (both.home / "vandaag").write_text("2015-03-02\nparkstad 2026-03-02\n")
    monkeypatch.setenv("HUB_CALENDAR", str(both.home / "vandaag"))

    def told(*words: str) -> Any:
        done = CliRunner().invoke(app, [*words, "--json"])
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout)

    states = {row["source"]: (row["region"], row["state"], row["residual"]) for row in told("status")}
    assert {region for region, _, _ in states.values()} == {"drenthe", "parkstad"}
    assert len(states) == 7
    assert {state for _, state, _ in states.values()} <= {"merged", "silent"}
    assert {residual for _, _, residual in states.values()} == {0}
    assert [one["region"] for one in told("publish")] == ["drenthe", "parkstad"]
    assert {row["source"] for row in told("deliveries", "--limit", "200")} == set(states)
    assert {row["region"] for row in _json("--region", "parkstad", "status")} == {"parkstad"}
    for region in both.regions.values():
        assert housekeeping(region, DAYS[region.name]).stages == 0


def test_a_number_that_both_have_is_no_delivery_until_the_region_is_said(
    both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange.shell, "load_regions", lambda: list(both.regions.values()))
    unclear = CliRunner().invoke(app, ["rejects", "1"])
    assert unclear.exit_code == 2
    assert "delivery 1 is there in drenthe and parkstad: say which" in unclear.stderr
    assert "`hub --region drenthe …`" in unclear.stderr
    assert CliRunner().invoke(app, ["--region", "parkstad", "rejects", "1"]).exit_code == 0
    assert "is no region; choose from drenthe" in CliRunner().invoke(app, ["--region", "twente", "status"]).stderr


def test_a_region_without_its_database_holds_up_no_other(both: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = replace(both.regions["drenthe"], name="twente", database="hub_twente_not_made")
    monkeypatch.setattr(exchange.shell, "load_regions", lambda: [missing, both.regions["parkstad"]])
    (both.home / "vandaag").write_text("2015-03-02\nparkstad 2026-03-02\n")
    monkeypatch.setenv("HUB_CALENDAR", str(both.home / "vandaag"))
    for words in (["status", "--json"], ["publish", "--json"]):
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 2
        assert "twente: WarehouseError" in done.stderr
        assert {row["region"] for row in json.loads(done.stdout)} == {"parkstad"}
    unsure = CliRunner().invoke(app, ["rejects", "1"])  # it may be a delivery of the one that does not answer
    assert unsure.exit_code == 2
    assert "say the region" in unsure.stderr


def _json(*words: str) -> Any:
    return json.loads(CliRunner().invoke(app, [*words, "--json"]).stdout)


def test_heerlen_asks_more_than_the_contract_of_its_own_records_since_2026_and_of_no_others(
    both: Both, tmp_path: Path
) -> None:
    """One party that serves both delivers one record again and again: it is refused where the arrangement holds."""
    region = both.regions["parkstad"]
    own = region.sources["beekdaelen"]
    carried = replace(own.verwerking, verantwoordelijken=("1954",))
    context = Context(region, replace(own, kind="aanbieder", verwerking=carried), DAYS["parkstad"], "invulling")
    same: dict[str, Any] = {"organisatie_code": "1954", "verantwoordelijke_code": "1954", "loket_code": "0917-WMO"}
    person = {"persoon": {"woongemeente_code": "0917", "postcode": "6411AB"}}
    records = [
        aanmelding("HEERLEN", gemeente_code="0917", datum_aanmelding="2026-01-01", **same, **person),
        aanmelding("BEEKDAELEN", gemeente_code="1954", datum_aanmelding="2026-01-01", **same, **person),
        aanmelding("HEERLEN-TOEN", gemeente_code="0917", datum_aanmelding="2025-12-31", **same, **person),
        aanmelding(
            "HEERLEN-GOED", gemeente_code="0917", datum_aanmelding="2026-01-01", kanaal_code="1", **same, **person
        ),
    ]
    file = tmp_path / "aanmelding.xml"
    file.write_text(xml(records, stand_op="2026-03-02T00:00:00Z", afzender="1954"), encoding="utf-8")
    assert check(context, file).by_code == {"V028": 1}
    tried = try_file(context, file)
    assert (tried.counts.accepted, tried.counts.rejected) == (3, 1)
    told = text(
        "select sleutel, fault ->> 'code', fault ->> 'tekst' from exchange.reject"
        " cross join jsonb_array_elements(faults) as fault where delivery_id = :delivery_id"
    )
    with engine_for(region.database, "loader").connect() as connection:
        (refused,) = connection.execute(told, {"delivery_id": tried.delivery_id}).all()
    since = "Volgens de invulling van de gemeente Heerlen vanaf 2026-01-01"
    assert tuple(refused) == ("HEERLEN", "V028", f"{since} is kanaal_code verplicht; het ontbreekt of is leeg.")


@pytest.mark.parametrize(("name", "gemeente"), [("drenthe", "1731"), ("parkstad", "0917")])
def test_the_night_refuses_by_an_arrangement_what_its_parties_know_to_break_it(
    both: Both, name: str, gemeente: str
) -> None:
    query = text(
        "select source, reject.gemeente_code, fault ->> 'code', count(*) from exchange.reject"
        " join exchange.delivery using (delivery_id) cross join jsonb_array_elements(faults) as fault"
        " where fault ->> 'code' in ('V028', 'V029') and state <> 'tried' and vandaag = :day group by 1, 2, 3"
    )
    with engine_for(both.regions[name].database, "loader").connect() as connection:
        found = {tuple(row[:3]): row[3] for row in connection.execute(query, {"day": DAYS[name]})}
    expected = {
        (source, gemeente, code): times
        for source in both.regions[name].sources
        if "aanmelding" in both.worlds[name].parties[source].berichten
        for truth in both.worlds[name].truth.deliveries(source, "aanmelding")[:1]
        for code, times in truth.faults.items()
        if code in ("V028", "V029")
    }
    assert found == expected
    assert expected


def test_beekdaelen_is_a_gemeente_since_2019_and_nuth_until_then(both: Both, tmp_path: Path) -> None:
    region = both.regions["parkstad"]
    connection = Connection("x", "fs", extra={"path": str(tmp_path)})
    context = Context(region, region.sources["beekdaelen"], DAYS["parkstad"], "proef", connection)

    def faults(day: str, woonplaats: str, code: str = "1954") -> list[str]:
        record = aanmelding(
            "A", gemeente_code=code, organisatie_code="1954", verantwoordelijke_code="1954", loket_code="1954-WMO",
            datum_aanmelding=day, persoon={"woongemeente_code": woonplaats, "postcode": "6361AB"},
        )  # fmt: skip
        file = tmp_path / "aanmelding.xml"
        file.write_text(xml([record], stand_op="2026-03-02T00:00:00Z", afzender="1954"), encoding="utf-8")
        return sorted(check(context, file).by_code)

    assert faults("2026-02-10", "1954") == []
    assert faults("2019-01-01", "1954") == []
    assert faults("2018-12-31", "1954") == ["V021"]  # both places where the code stands: one kind of fault
    assert faults("2018-12-31", "0951", "1954") == ["V021"]  # the gemeente itself
    assert faults("2026-02-10", "0951") == ["V021"]  # and Nuth is no more
