"""What the ledger tells: status per source, who is silent, and the residual that the database refuses."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from exchange.errors import SourceUnavailable, WarehouseError
from exchange.receive import receive
from exchange.status import stale, status
from tests.exchange.hub import NIGHT, Hub
from tests.exchange.levering import aanmelding


def one_status(hub: Hub) -> dict[str, object]:
    with hub.context().engine.connect() as connection:
        (found,) = status(connection, hub.region)
    return found.as_dict()


def behind(hub: Hub, vandaag: date) -> list[str]:
    with hub.context().engine.connect() as connection:
        return [one.reason for one in stale(connection, hub.region, vandaag)]


def test_a_source_that_was_never_asked_says_so(hub: Hub) -> None:
    assert one_status(hub)["state"] == "never"
    assert behind(hub, NIGHT) == ["nog nooit opgehaald"]


def test_status_adds_up_the_last_night(hub: Hub) -> None:
    hub.deliver("aanmelding_1.xml", [aanmelding("A"), aanmelding("B", datum_aanmelding="2015-02-31")])
    found = one_status(hub)
    expected = {
        "source": "proef", "region": "drenthe", "kind": "gemeente", "connector": "filedrop", "received": 2,
        "accepted": 1, "rejected": 1, "unchanged": 0, "superseded": 0, "deleted": 0,
        "residual": 0, "state": "merged",
    }  # fmt: skip
    assert {key: found[key] for key in expected} == expected
    assert len(found["delivery_ids"]) == 1  # type: ignore[arg-type]
    assert found["finished_at"] is not None


def test_a_night_without_a_delivery_is_silent_and_not_behind(hub: Hub) -> None:
    hub.deliver("aanmelding_1.xml", [aanmelding("A")])
    tomorrow = NIGHT + timedelta(days=1)
    hub.night(tomorrow)
    assert one_status(hub)["state"] == "silent"
    assert behind(hub, tomorrow) == []


def test_a_week_of_silence_is_told_with_its_beginning(hub: Hub) -> None:
    hub.deliver("aanmelding_1.xml", [aanmelding("A")])
    week = NIGHT + timedelta(days=7)
    hub.night(week)
    assert behind(hub, week) == ["geen levering sinds 2015-03-02"]


def test_a_source_that_was_not_asked_tonight_is_behind(hub: Hub) -> None:
    hub.deliver("aanmelding_1.xml", [aanmelding("A")])
    assert behind(hub, NIGHT + timedelta(days=1)) == ["laatst opgehaald voor 2015-03-02"]


def test_publication_does_not_wait_for_a_silent_source(hub: Hub) -> None:
    hub.deliver("aanmelding_1.xml", [aanmelding("A")])
    published = hub.publish(NIGHT + timedelta(days=1))
    assert published.rows["mart_loket.aanmeldingen"] == 1
    assert [one.source for one in published.stale] == ["proef"]
    assert "laatst opgehaald voor 2015-03-02" in published.line()


def test_the_database_refuses_a_judged_delivery_that_does_not_add_up(hub: Hub) -> None:
    hub.deliver("aanmelding_1.xml", [aanmelding("A")])
    with pytest.raises(WarehouseError, match="23514"), hub.context().engine.begin() as connection:
        connection.execute(text("update exchange.delivery set received = 7"))


def test_one_run_of_a_source_at_a_time(hub: Hub) -> None:
    hub.put("aanmelding_1.xml", [aanmelding("A")])
    with hub.context().lock(), pytest.raises(SourceUnavailable, match="another run"):
        receive(hub.context())
    assert len(receive(hub.context())) == 1
