"""A past period again, under the rules of today."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from exchange import replay
from exchange.delivery import Counts
from exchange.errors import DeclarationError
from tests.exchange.hub import NIGHT, Hub
from tests.exchange.levering import aanmelding

LATER = date(2015, 3, 20)


class Killed(BaseException):
    pass


@pytest.fixture
def three_nights(hub: Hub) -> Hub:
    """Three nights of one file each."""
    for number in range(3):
        day = NIGHT + timedelta(days=number)
        hub.deliver(f"aanmelding_{number}.xml", [aanmelding(f"N{number}")], day, stand_op=f"{day}T00:00:00Z")
    return hub


def again(hub: Hub) -> list[int]:
    return [
        first
        for (first,) in hub.rows(
            "select duplicate_of from exchange.delivery where duplicate_of is not null order by delivery_id"
        )
    ]


def test_only_the_days_that_were_asked_for_are_judged_again(three_nights: Hub) -> None:
    firsts = [one for (one,) in three_nights.rows("select delivery_id from exchange.delivery order by delivery_id")]
    context = replace(three_nights.context(LATER), reason="codelijst hersteld, cliënt 999900006")
    found = replay.replay(context, NIGHT, NIGHT + timedelta(days=1))
    assert found == [Counts(received=1, unchanged=1)] * 2
    assert again(three_nights) == firsts[:2]
    reasons = three_nights.rows("select duplicate_of, replay_reason from exchange.delivery order by delivery_id")
    assert [reason for first, reason in reasons if first is None] == [None] * 3
    (told,) = {reason for first, reason in reasons if first}
    assert told.startswith("codelijst hersteld, cliënt ")
    assert "999900006" not in told


def test_killed_half_way_the_same_run_goes_on_where_it_stopped(
    three_nights: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, taken = replay.take_in, []

    def dies_at_the_second(context: Any, delivery_id: int) -> Any:
        taken.append(delivery_id)
        if len(taken) == 2:
            raise Killed
        return whole(context, delivery_id)

    monkeypatch.setattr(replay, "take_in", dies_at_the_second)
    context = three_nights.context(LATER, run_id="replay-1")
    with pytest.raises(Killed):
        replay.replay(context, NIGHT, date(2015, 3, 31))
    assert len(replay.replay(context, NIGHT, date(2015, 3, 31))) == 3
    assert len(again(three_nights)) == 3
    states = three_nights.rows("select distinct state from exchange.delivery where duplicate_of is not null")
    assert states == [("merged",)]


def test_days_in_the_wrong_order_are_our_own_mistake(hub: Hub) -> None:
    with pytest.raises(DeclarationError, match="first day first"):
        replay.replay(hub.context(), date(2015, 3, 3), date(2015, 3, 2))


def test_a_source_that_can_be_asked_is_asked_for_the_whole_as_well(
    three_nights: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The kit's own sources are asked in tests/demo; here a source of files stands for one that can be asked.
    monkeypatch.setattr(replay, "LANDING_IS_ITS_PAST", ())
    three_nights.put("aanmelding_9.xml", [aanmelding("GEMIST")], stand_op="2015-03-04T00:00:00Z")
    found = replay.replay(replace(three_nights.context(LATER), reason="een nacht gemist"), NIGHT, NIGHT)
    why = "select count(*) from exchange.delivery where replay_reason = 'een nacht gemist'"
    assert three_nights.value(why) == 2
    assert found == [Counts(received=1, unchanged=1), Counts(received=1, accepted=1)]
    assert "GEMIST" in {key for key, _ in three_nights.current()}
