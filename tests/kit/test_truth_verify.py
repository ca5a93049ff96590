"""`kit verify`: it finds what is wrong, says where, and shows nobody."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kit import verify
from kit.cli import app
from kit.figures import Span
from kit.world import World
from warehouse.engine import engine_for

run = CliRunner().invoke
DELIVERY = """
    insert into exchange.delivery (source, verantwoordelijke_code, bericht, contract_versie, run_id, name,
        media_type, stand_op, vandaag, sha256, bytes, landing_path, state, received, accepted)
    values ('coevorden', '0109', 'aanmelding', '1.0', 'r', 'f.xml', 'text/xml', '2015-03-02T00:00:00Z',
        '2015-03-02', '\\x00', 1, 'p', 'merged', 5, 5)
"""


@pytest.mark.pure
def test_a_figure_is_true_within_its_bounds() -> None:
    result = verify.Result("drenthe", 1, "2015-03-02")
    result.check("t a", Span(1, 3), 3)
    result.check("t b", Span(1, 3), 4)
    result.check("t c", 5, 5)
    result.check("t d", "2015-03-02", "2015-03-01")
    assert result.checks == 4
    found = result.as_dict()
    assert found["failed"] == 2
    assert found["failures"][0] == {"check": "t b", "expected": "1 to 3", "found": "4"}


@pytest.mark.pure
def test_without_a_server_it_says_so_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HUB_HOME", str(tmp_path))  # not the trial of this checkout
    monkeypatch.delenv("HUB_DATABASE_URL", raising=False)
    found = run(app, ["verify"])
    assert found.exit_code == 2
    assert found.stderr.startswith("kit: HUB_DATABASE_URL is not set")
    monkeypatch.setenv("HUB_DATABASE_URL", "postgresql://someone:geheim@127.0.0.1:1/postgres")
    found = run(app, ["verify", "--json"])
    assert found.exit_code == 2
    assert "geheim" not in found.output
    assert found.stderr.startswith("kit: the server of HUB_DATABASE_URL cannot be reached: connection failed")
    assert found.stderr.count("\n") == 1


@pytest.mark.pure
def test_a_region_that_the_kit_does_not_know_is_told_with_those_that_it_does(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HUB_HOME", str(tmp_path))
    found = run(app, ["verify", "--region", "twente"])
    assert found.exit_code == 2
    assert found.stderr == "kit: twente is no region of the kit; choose from drenthe, parkstad\n"


@pytest.mark.pure
def test_two_regions_are_told_together_and_each_by_itself() -> None:
    first, second = verify.Result("drenthe", 1, "2015-03-02"), verify.Result("parkstad", 1, "2026-03-02")
    first.check("t a", 1, 1)
    second.check("t a", 1, 2)
    told = verify.together([first, second])
    assert (told["checks"], told["failed"]) == (2, 1)
    assert told["failures"] == [{"check": "t a", "expected": "1", "found": "2"}]
    assert [(one["region"], one["failed"]) for one in told["regions"]] == [("drenthe", 0), ("parkstad", 1)]


@pytest.mark.slow
@pytest.mark.pure
def test_generate_shows_every_party_and_bericht(world: World) -> None:
    found = run(app, ["generate", "--night", "2", "--json"])
    assert found.exit_code == 0
    shown = json.loads(found.stdout)
    assert shown["vandaag"] == "2015-03-03"
    assert len(shown["changes"]) == sum(len(party.berichten) for party in world.parties.values())
    assert run(app, ["generate", "--night", "31"]).exit_code == 2


@pytest.mark.pure
@pytest.mark.parametrize("command", ["generate", "serve", "advance", "verify"])
def test_every_command_explains_itself_with_an_example(command: str) -> None:
    found = run(app, [command, "--help"])
    assert found.exit_code == 0
    assert f"kit {command}" in found.stdout


def test_an_empty_warehouse_is_not_true(world: World, fresh_region_database: str) -> None:
    with verify.connect(fresh_region_database) as connection:
        result = verify.Verifier(world, 1, connection).run()
    assert [failure.check for failure in result.failures] == ["exchange.delivery: sources that delivered"]


def test_it_names_what_is_missing_and_shows_no_person(world: World, fresh_region_database: str) -> None:
    with engine_for(fresh_region_database, "owner").begin() as connection:
        connection.exec_driver_sql(DELIVERY)
    with verify.connect(fresh_region_database) as connection:
        result = verify.Verifier(world, 1, connection).run()
    truth = world.truth.deliveries("coevorden", "aanmelding")[0]
    failed = {failure.check: (failure.expected, failure.found) for failure in result.failures}
    assert result.sources == ["coevorden"]
    assert failed["exchange.delivery coevorden aanmelding night 1: received"] == (str(truth.received), "5")
    assert failed["warehouse.actueel_aanmelding coevorden: records"] == (str(truth.accepted), "0")
    assert any(check.startswith("kluis.persoon coevorden") for check in failed)
    assert any(check.startswith("mart_loket.aanmeldingen coevorden 0109 0109-WMO 2012-01") for check in failed)
    shown = json.dumps(result.as_dict())
    for record in world.state("coevorden", "aanmelding", 1).values():
        person = record["persoon"]
        for name in ("client_nummer_bron", "bsn", "geboortedatum", "postcode"):
            if len(str(person.get(name, ""))) > 7:
                assert str(person[name]) not in shown


def test_a_table_that_is_not_there_is_no_verdict(world: World, fresh_region_database: str) -> None:
    with verify.connect(fresh_region_database) as connection:
        connection.execute("set role none")
        connection.execute("alter table exchange.delivery rename to delivery_away")
        try:
            with pytest.raises(verify.VerifyError, match="cannot be read"):
                verify.Verifier(world, 1, connection).run()
        finally:
            connection.execute("alter table exchange.delivery_away rename to delivery")
