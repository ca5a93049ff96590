"""`hub quality` and `hub release`: what is held, why, and how it comes in after all."""

from typing import Any

import pytest
from typer.testing import CliRunner

from exchange.cli import app
from exchange.status import stale
from tests.exchange.hub import NIGHT, Hub
from tests.exchange.levering import deliver, xml
from tests.exchange.test_assess import many, on
from tests.exchange.test_cli import as_json, run

__all__ = ["run"]


@pytest.fixture
def held(hub: Hub, run: Any) -> int:
    """A whole delivery with one record of forty, after one with all of them."""
    for number, count in ((0, 40), (1, 1)):
        text = xml(many(count), omvang="volledig", **on(number))
        deliver(hub.folder, f"aanmelding_{number}.xml", text)
        (done,) = as_json(run("run", "proef", "--vandaag", "2015-03-02", "--json"))
    assert done["held"]
    return int(done["delivery_id"])


def test_help_gives_an_example() -> None:
    for command in ("quality", "release"):
        assert "Example" in CliRunner().invoke(app, [command, "--help"]).output


def test_what_is_held_is_shown_with_what_was_seen_and_what_was_expected(hub: Hub, run: Any, held: int) -> None:
    row = next(row for row in as_json(run("quality", "--json")) if row["level"] == "hold")
    assert (row["delivery_id"], row["expectation"], row["state"]) == (held, "kwijt", "held")
    assert (float(row["observed"]), float(row["maximum"])) == (0.975, 0.25)
    assert len(as_json(run("quality", str(held), "--all", "--json"))) > len(
        as_json(run("quality", str(held), "--json"))
    )
    shown = run("quality").output
    assert f"held: {held}" in shown
    assert "release" in shown


def test_a_trial_is_shown_to_who_asks_for_it_alone(hub: Hub, run: Any, held: int) -> None:
    before = as_json(run("quality", "--json"))
    file = hub.folder.parent / "aanmelding_2.xml"
    file.write_text(xml(many(1), omvang="volledig", **on(2)), "utf-8")
    run("try", "proef", str(file), "--vandaag", "2015-03-05")
    assert as_json(run("quality", "--json")) == before
    (tried,) = hub.rows("select delivery_id from exchange.delivery where state = 'tried'")[0]
    own = as_json(run("quality", str(tried), "--json"))
    assert {(row["delivery_id"], row["state"]) for row in own} == {(tried, "tried")}
    assert f"delivery {tried} was only tried" in " ".join(run("quality", str(tried)).output.split())


def test_a_held_delivery_shows_in_the_status_and_in_who_is_behind(hub: Hub, run: Any, held: int) -> None:
    (status,) = as_json(run("status", "--json"))
    assert (status["state"], status["held"]) == ("held", [held])
    assert str(held) in run("status").output
    with hub.context().engine.connect() as connection:
        (behind,) = stale(connection, hub.region, NIGHT)
    assert behind.reason == f"vastgehouden: levering {held}"


def test_release_needs_a_reason_and_the_next_run_merges_it(hub: Hub, run: Any, held: int) -> None:
    assert run("release", str(held)).exit_code == 2
    assert run("release", str(held), "--reason", " ").exit_code == 2
    assert run("release", "99", "--reason", "no such delivery").exit_code == 2
    assert "next merge" in run("release", str(held), "--reason", "archive closed", "--by", "coordinator").output
    assert len(hub.current()) == 40
    run("run", "proef", "--vandaag", "2015-03-02")
    assert len(hub.current()) == 1
    assert as_json(run("status", "--json"))[0]["held"] == []
    assert run("release", str(held), "--reason", "once more").exit_code == 2


def test_publish_says_whether_the_marts_add_up(run: Any, held: int) -> None:
    (told,) = as_json(run("publish", "--vandaag", "2015-03-02", "--json"))
    assert told["not_as_expected"] == []
    assert "all as expected" in run("publish", "--vandaag", "2015-03-02").output
