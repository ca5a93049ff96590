"""The end of an old key: what it sealed is sealed anew, and only then can it go."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

import exchange.shell
from exchange import keys, reseal
from exchange.cli import app
from exchange.context import landing_of
from exchange.delivery import Counts
from exchange.errors import DeclarationError
from exchange.replay import again
from exchange.take_in import take_in
from tests.exchange.hub import Hub
from tests.exchange.levering import aanmelding
from warehouse.engine import engine_for


class Killed(BaseException):
    pass


def taken(monkeypatch: pytest.MonkeyPatch, found: dict[str, str]) -> None:
    for name, value in found.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def rotated(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """Two deliveries of three people sealed with the first key, one of one with the second."""
    hub.deliver("aanmelding_1.xml", [aanmelding("A"), aanmelding("B")])
    hub.deliver("aanmelding_2.xml", [aanmelding("C")])
    taken(monkeypatch, keys.rotated("drenthe"))
    hub.deliver("aanmelding_3.xml", [aanmelding("D")])
    monkeypatch.setattr(exchange.shell, "load_regions", lambda: [hub.region])
    return hub


def sealed(hub: Hub) -> list[tuple[str, bool, int]]:
    return [(one.purpose, one.is_primary, one.sealed) for one in reseal.held(hub.region)]


OLD_AND_NEW = [("LANDING", False, 2), ("LANDING", True, 1), ("KLUIS", False, 3), ("KLUIS", True, 1)]
NEW = [("LANDING", False, 0), ("LANDING", True, 3), ("KLUIS", False, 0), ("KLUIS", True, 4)]


def opened(hub: Hub) -> list[tuple[Any, bytes]]:
    """Who everyone is, as the keys of now open it."""
    seal = keys.Keys.from_env("drenthe").seal
    query = "select client_ref, sealed, lookup from kluis.identiteit join kluis.persoon using (client_ref) order by 1"
    with engine_for(hub.region.database, "kluis").connect() as connection:
        rows = connection.execute(text(query)).all()
    return [(ref, seal.decrypt(bytes(blob), bytes(lookup))) for ref, blob, lookup in rows]


def test_an_old_key_goes_when_all_it_sealed_is_sealed_anew(rotated: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    before = opened(rotated)
    assert sealed(rotated) == OLD_AND_NEW
    with pytest.raises(
        DeclarationError, match=r"LANDING \d+: 2, KLUIS \d+: 3\); run `hub keys drenthe --reseal` first"
    ):
        reseal.retired(rotated.region)
    assert reseal.reseal(rotated.region) == (3, 2)
    assert sealed(rotated) == NEW
    assert reseal.reseal(rotated.region) == (0, 0)

    taken(monkeypatch, reseal.retired(rotated.region))
    assert sealed(rotated) == [one for one in NEW if one[1]]
    assert opened(rotated) == before
    for delivery_id in [one for (one,) in rotated.rows("select delivery_id from exchange.delivery order by 1")]:
        context = rotated.context()
        counts = take_in(context, again(context, delivery_id).delivery_id)[1].counts
        assert counts.received == counts.unchanged
    assert rotated.deliver("aanmelding_4.xml", [aanmelding("A")], stand_op="2015-03-03T00:00:00Z") == Counts(
        received=1, unchanged=1
    )


def test_killed_half_way_the_next_one_goes_on(rotated: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reseal, "BLOCK", 1)
    whole, done = reseal._reseal_identities, []

    def killed(*args: Any) -> Any:
        for count in whole(*args):
            done.append(count)
            if len(done) == 2:
                raise Killed
            yield count

    monkeypatch.setattr(reseal, "_reseal_identities", killed)
    with pytest.raises(Killed):
        reseal.reseal(rotated.region)
    assert sealed(rotated) == [*OLD_AND_NEW[:2], ("KLUIS", False, 1), ("KLUIS", True, 3)]
    monkeypatch.setattr(reseal, "_reseal_identities", whole)
    assert reseal.reseal(rotated.region) == (1, 2)
    assert sealed(rotated) == NEW


def test_what_no_key_opens_is_told_and_keeps_the_old_ones(rotated: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    reseal.reseal(rotated.region)
    landing = landing_of(rotated.region)
    first = next(iter(sorted(landing.root.rglob("*.sealed"))))
    first.write_bytes(first.read_bytes()[:60])
    assert ("LANDING", False, 1) in sealed(rotated)
    with pytest.raises(DeclarationError, match=r"LANDING unknown: 1.*find its key first"):
        reseal.retired(rotated.region)
    assert reseal.reseal(rotated.region) == (0, 0)


def test_by_hand_it_is_shown_without_a_word_of_a_key(rotated: Hub) -> None:
    shown = CliRunner().invoke(app, ["keys", "drenthe", "--status", "--json"])
    assert shown.exit_code == 0, shown.output
    assert [(one["purpose"], one["is_primary"], one["sealed"]) for one in json.loads(shown.stdout)] == OLD_AND_NEW
    material = [key["keyData"]["value"] for key in json.loads(keys.Keys.from_env("drenthe").kluis_keyset)["key"]]
    refused = CliRunner().invoke(app, ["keys", "drenthe", "--retire"])
    assert (refused.exit_code, refused.stdout) == (2, "")
    done = CliRunner().invoke(app, ["keys", "drenthe", "--reseal"])
    assert "drenthe: sealed anew: identities 3 · deliveries 2" in done.stdout
    table = CliRunner().invoke(app, ["keys", "drenthe", "--status"])
    assert not any(value in said.output for value in material for said in (shown, refused, done, table))
    retired = CliRunner().invoke(app, ["keys", "drenthe", "--retire"])
    assert [line.partition("=")[0] for line in retired.stdout.splitlines()] == list(keys.fresh("drenthe"))
    both = CliRunner().invoke(app, ["keys", "drenthe", "--retire", "--reseal"])
    assert (both.exit_code, "one of --rotate" in both.stderr) == (2, True)


def test_a_region_that_received_nothing_can_be_asked_too(hub: Hub, tmp_path: Path) -> None:
    assert sealed(hub) == [("LANDING", True, 0), ("KLUIS", True, 0)]
    assert reseal.reseal(hub.region) == (0, 0)
