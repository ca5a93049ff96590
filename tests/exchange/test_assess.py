"""A delivery that is ill as a whole is held or remarked on; each test is named for the illness."""

import logging
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from exchange.assess import assess
from exchange.receive import receive
from exchange.validate import validate
from tests.exchange.hub import Hub
from tests.exchange.levering import BSN, aanmelding, weg

Expected = Callable[..., set[tuple[str, str, str]]]
DAY = date(2015, 3, 1)


def on(day: int) -> dict[str, str]:
    return {"stand_op": f"{DAY + timedelta(days=day)}T00:00:00Z"}


def many(count: int, **changes: Any) -> list[dict[str, Any]]:
    """Sound records, of which the newest is of the day before the first delivery."""
    return [
        aanmelding(f"N{number}", datum_aanmelding=f"2015-02-{28 - number % 20:02}", kanaal_code="1", **changes)
        for number in range(count)
    ]


@pytest.fixture
def unmet(hub: Hub) -> Expected:
    """What the last delivery did not meet: (level, expectation, subject); and its state."""

    def found() -> set[tuple[str, str, str]]:
        return set(
            hub.rows(
                "select level, expectation, subject from exchange.quality_result where not is_met and delivery_id ="
                " (select max(delivery_id) from exchange.delivery)"
            )
        )

    return found


def state(hub: Hub) -> str:
    return str(hub.value("select state from exchange.delivery order by delivery_id desc limit 1"))


def send(hub: Hub, number: int, records: list[dict[str, Any]], **header: Any) -> str:
    """A delivery `number` days after the first of March, run on its own day; its state."""
    hub.deliver(f"aanmelding_{number}.xml", records, DAY + timedelta(days=number), **{**on(number), **header})
    return state(hub)


def test_a_sound_delivery_after_a_sound_one_meets_everything(hub: Hub, unmet: Expected) -> None:
    assert send(hub, 1, many(40), omvang="volledig") == "merged"
    assert send(hub, 2, [*many(40)[:-1], aanmelding("X")], omvang="volledig") == "merged"
    assert unmet() == set()
    assert hub.value("select count(*) from exchange.quality_result where is_met and expectation = 'kwijt'") >= 2


def test_one_record_in_a_whole_delivery_withdraws_nothing(hub: Hub, unmet: Expected) -> None:
    send(hub, 1, many(395), omvang="volledig")
    assert send(hub, 2, [aanmelding("N0", datum_aanmelding="2015-02-28", kanaal_code="1")], omvang="volledig") == "held"
    assert ("hold", "kwijt", "") in unmet()
    assert len(hub.current()) == 395


def test_a_whole_delivery_without_a_record_withdraws_nothing(hub: Hub, unmet: Expected) -> None:
    send(hub, 1, many(6), omvang="volledig")
    assert send(hub, 2, [], omvang="volledig") == "held"
    assert ("hold", "leeg", "") in unmet()
    assert len(hub.current()) == 6


def test_messages_that_nearly_everything_is_gone_remove_nothing(hub: Hub, unmet: Expected) -> None:
    send(hub, 1, many(40))
    assert send(hub, 2, [weg(f"N{number}") for number in range(30)]) == "held"
    assert ("hold", "kwijt", "") in unmet()
    assert len(hub.current()) == 40


def test_what_a_late_whole_does_not_take_away_is_not_counted_as_gone(hub: Hub) -> None:
    send(hub, 2, many(40))
    assert send(hub, 1, [aanmelding("X")], omvang="volledig") == "merged"


def test_half_of_the_usual_size_is_remarked_on(hub: Hub, unmet: Expected) -> None:
    for number in range(1, 7):
        send(hub, number, many(60), omvang="wijzigingen")
    assert send(hub, 7, [aanmelding("X")]) == "merged"
    assert ("warn", "volume_wijzigingen", "") in unmet()


def test_most_records_refused(hub: Hub, unmet: Expected) -> None:
    records = many(10) + [aanmelding(f"F{number}", datum_aanmelding="2015-02-31") for number in range(20)]
    assert send(hub, 1, records) == "held"
    assert ("hold", "geweigerd", "") in unmet()
    assert hub.value("select rejected from exchange.delivery") == 20  # their sender is told all the same


def test_a_delivery_older_than_what_is_known_is_remarked_on_and_a_very_old_one_is_held(
    hub: Hub, unmet: Expected
) -> None:
    send(hub, 2, many(5))
    assert send(hub, 1, [aanmelding("X")]) == "merged"
    assert unmet() == {("warn", "achter", "")}
    assert send(hub, 3, [aanmelding("Y", datum_aanmelding="2014-11-01")], stand_op="2014-12-01T00:00:00Z") == "held"


def test_an_export_of_long_ago_with_the_moment_of_today(hub: Hub, unmet: Expected) -> None:
    old = [aanmelding(f"N{number}", datum_aanmelding=f"2013-02-{1 + number % 20:02}") for number in range(30)]
    assert send(hub, 1, old) == "held"
    assert ("hold", "oud", "") in unmet()


def test_all_dates_a_day_earlier(hub: Hub, unmet: Expected) -> None:
    send(hub, 1, many(40))
    shifted = [
        record | {"datum_aanmelding": str(date.fromisoformat(record["datum_aanmelding"]) - timedelta(days=1))}
        for record in many(40)
    ]
    assert send(hub, 2, shifted) == "held"
    assert ("hold", "verschoven", "") in unmet()


def test_records_of_another_gemeente(hub: Hub, unmet: Expected) -> None:
    assert send(hub, 1, many(10) + [aanmelding(f"B{n}", gemeente_code="0114") for n in range(8)]) == "held"
    assert unmet() == {("hold", "andere_gemeente", ""), ("warn", "andere_gemeente", "")}
    assert hub.current() == set()


def test_a_column_that_came_empty(hub: Hub, unmet: Expected) -> None:
    send(hub, 1, many(40))
    assert send(hub, 2, [record | {"kanaal_code": None} for record in many(40)]) == "held"
    assert ("hold", "leger", "kanaal_code") in unmet()
    assert hub.value("select count(kanaal_code) from warehouse.actueel_aanmelding") == 40


def test_nearly_all_unknown(hub: Hub, unmet: Expected) -> None:
    assert send(hub, 1, [record | {"verwijzer_code": "99"} for record in many(30)]) == "held"
    assert unmet() == {("hold", "onbekend", "verwijzer_code"), ("warn", "onbekend", "verwijzer_code")}


def test_registrations_that_stayed_open_for_years_are_not_plausible(hub: Hub, unmet: Expected) -> None:
    slow = [
        aanmelding(f"N{n}", datum_aanmelding=f"2012-01-{1 + n:02}", datum_afgehandeld="2015-02-01") for n in range(3)
    ]
    assert send(hub, 1, [record | {"datum_afgehandeld": "2015-02-28"} for record in many(27)] + slow) == "merged"
    assert unmet() == {("warn", "plausibel.lang_open", "datum_afgehandeld")}


def test_a_few_records_say_nothing_and_no_change_is_not_assessed(hub: Hub, unmet: Expected) -> None:
    unknown = aanmelding("A", verwijzer_code="99")
    assert send(hub, 1, [unknown, aanmelding("B", datum_aanmelding="2015-02-31")]) == "merged"
    assert unmet() == set()
    results = hub.value("select count(*) from exchange.quality_result")
    assert send(hub, 2, [unknown]) == "merged"
    assert hub.value("select count(*) from exchange.quality_result") == results
    assert hub.value("select count(*) from exchange.delivery where assessed_at is null") == 0


def test_assessing_again_changes_nothing(hub: Hub) -> None:
    hub.put("aanmelding_1.xml", many(40), **on(1))
    context = hub.context()
    (delivery_id,) = receive(context)
    validate(context, delivery_id)
    first = assess(context, delivery_id)
    count = "select count(*) from exchange.quality_result"
    before = hub.value(count)
    assert first.results
    assert before == len(first.results)
    assert assess(context, delivery_id).results == ()
    assert hub.value(count) == before


def test_no_value_of_a_person_is_in_a_result_or_a_log(hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    send(hub, 1, many(40), omvang="volledig")
    send(hub, 2, many(1), omvang="volledig")
    told = caplog.text + str(hub.rows("select quality_result::text from exchange.quality_result"))
    for secret in (BSN[0], "Toverstaf", "1980-05-17", "7741AB", "C-N0"):
        assert secret not in told
