"""A delivery that is held changes nothing, and once released it was never held: in whatever order that happens."""

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

import exchange.assess
from exchange.assess import assess
from exchange.merge import merge
from exchange.receive import receive
from exchange.release import release
from exchange.replay import again
from exchange.validate import validate
from quality.expectations import Judged
from tests.exchange.hub import Hub
from tests.exchange.levering import aanmelding
from tests.exchange.test_history import DELIVERIES, LATE_ENOUGH, Sent, history, plain, present

Fresh = Callable[[], Hub]
TOO_ODD = Judged("kwijt", "", "hold", 0.9, None, 0.25, False)
WHY = "the gemeente closed its archive"


class Brake:
    """Holds what it is told to hold, whatever is in it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.holds = False
        monkeypatch.setattr(exchange.assess, "_judge", lambda *_: [TOO_ODD] if self.holds else [])


@pytest.fixture
def brake(monkeypatch: pytest.MonkeyPatch) -> Brake:
    return Brake(monkeypatch)


def send(hub: Hub, brake: Brake, number: int, sent: Sent, held: bool) -> None:
    brake.holds = held
    hub.deliver(f"aanmelding_{number}.xml", sent.records, LATE_ENOUGH, **sent.header)
    brake.holds = False


def let_go(hub: Hub, day: int) -> None:
    ((delivery_id,),) = hub.rows(
        "select delivery_id from exchange.delivery where source = :source and state = 'held'"
        " and stand_op::date = cast(:day as date)",
        source=hub.source.id,
        day=f"2015-03-{day:02}",
    )
    release(hub.context(LATE_ENOUGH), delivery_id, WHY, "coordinator")
    hub.night(LATE_ENOUGH)


def run(hub: Hub, brake: Brake, sent: Sequence[Sent], holds: Sequence[int | None], never: frozenset[int]) -> None:
    """holds: per delivery after how many more arrivals it is released; None where it is not held. never: not at all."""
    due: list[tuple[int, int]] = []
    for number, (one, wait) in enumerate(zip(sent, holds, strict=True)):
        send(hub, brake, number, one, wait is not None)
        if wait is not None and one.day not in never:
            due.append((number + wait, one.day))
        for moment, day in [late for late in due if late[0] <= number]:
            let_go(hub, day)
            due.remove((moment, day))
    for _, day in sorted(due):
        let_go(hub, day)


@settings(
    max_examples=30,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(deliveries=DELIVERIES, data=st.data())
@example(  # the one after it says the same: that is no news only once the held one is released
    deliveries=[
        Sent(1, False, (plain("A", "01"),)),
        Sent(2, False, (plain("A", "02"),)),
        Sent(3, False, (plain("A", "02"),)),
    ],
    data=([0, 1, 2], [None, 2, None]),
)
@example(  # the one after it brings the old state back, and the held one lies in between
    deliveries=[
        Sent(1, False, (plain("A", "01"),)),
        Sent(2, False, (plain("A", "02"),)),
        Sent(3, False, (plain("A", "01"),)),
    ],
    data=([0, 1, 2], [None, 3, None]),
)
@example(  # two held; the second saw what stood before the first, and is released after it
    deliveries=[
        Sent(1, False, (plain("A", "01"),)),
        Sent(2, False, (plain("A", "02"),)),
        Sent(3, False, (plain("A", "01"),)),
    ],
    data=([0, 1, 2], [None, 2, 3]),
)
@example(  # a whole without A is held, and A comes late, from before it
    deliveries=[
        Sent(1, False, (plain("A", "01"),)),
        Sent(2, True, (plain("B", "01"),)),
        Sent(3, False, (plain("B", "02"),)),
    ],
    data=([1, 0, 2], [1, None, None]),
)
def test_held_and_released_ends_as_if_it_was_never_held(
    fresh: Fresh, brake: Brake, deliveries: list[Sent], data: Any
) -> None:
    in_order = sorted(deliveries, key=lambda sent: sent.day)
    wait = st.one_of(st.none(), st.integers(0, len(deliveries)))
    places, holds = (
        data
        if isinstance(data, tuple)
        else (
            data.draw(st.permutations(range(len(deliveries)))),
            data.draw(st.lists(wait, min_size=len(deliveries), max_size=len(deliveries))),
        )
    )
    one, other = fresh(), fresh()
    run(one, brake, in_order, [None] * len(deliveries), frozenset())
    run(other, brake, [in_order[place] for place in places], holds, frozenset())
    assert present(other) == present(one)
    assert history(other) == history(one)


@settings(
    max_examples=20,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(deliveries=DELIVERIES, data=st.data())
@example(  # what came after it says the same: that is news, because what it stands beside never came in
    deliveries=[
        Sent(1, False, (plain("A", "01"),)),
        Sent(2, False, (plain("A", "02"),)),
        Sent(3, False, (plain("A", "02"),)),
    ],
    data=(frozenset({2}), [0, 1, 2]),
)
@example(  # a whole without A is held, and so is not the reason that A is gone
    deliveries=[
        Sent(1, False, (plain("A", "01"),)),
        Sent(2, True, ()),
        Sent(3, False, (plain("B", "01"),)),
    ],
    data=(frozenset({2}), [0, 1, 2]),
)
def test_held_and_never_released_is_as_if_it_never_came(
    fresh: Fresh, brake: Brake, deliveries: list[Sent], data: Any
) -> None:
    never, places = (
        data
        if isinstance(data, tuple)
        else (
            frozenset(data.draw(st.sets(st.sampled_from([sent.day for sent in deliveries]), min_size=1))),
            data.draw(st.permutations(range(len(deliveries)))),
        )
    )
    arrived = [deliveries[place] for place in places]
    one, other = fresh(), fresh()
    rest = [sent for sent in arrived if sent.day not in never]
    run(one, brake, rest, [None] * len(rest), frozenset())
    run(other, brake, arrived, [0 if sent.day in never else None for sent in arrived], never)
    assert present(other) == present(one)


def test_what_waits_behind_a_delivery_that_may_be_held_is_judged_after_it(hub: Hub, brake: Brake) -> None:
    """Two files in one night: the verdict on the second must not rest on the first, when that is held."""
    hub.put("aanmelding_1.xml", [aanmelding("A")], stand_op="2015-03-01T00:00:00Z")
    hub.put("aanmelding_2.xml", [aanmelding("A")], stand_op="2015-03-02T00:00:00Z")
    context = hub.context()
    first, second = receive(context)
    assert [validate(context, one).received for one in (first, second)] == [1, 0]
    brake.holds = True
    assert assess(context, first).held
    brake.holds = False
    assert validate(context, second).accepted == 1
    assess(context, second)
    merge(context, second)
    assert hub.rows("select state, accepted from exchange.delivery order by delivery_id") == [
        ("held", 1),
        ("merged", 1),
    ]
    assert hub.current() == {("A", "2015-02-10")}


def test_the_mended_file_of_the_same_moment_comes_in_beside_the_held_one(hub: Hub, brake: Brake) -> None:
    brake.holds = True
    hub.deliver("aanmelding_1.xml", [aanmelding("A")])
    brake.holds = False
    counts = hub.deliver("aanmelding_1_heel.xml", [aanmelding("A"), aanmelding("B")])
    assert (counts.accepted, hub.current(shown="aanmelding_nummer")) == (2, {("A",), ("B",)})
    let_go(hub, 2)
    assert hub.current(shown="aanmelding_nummer") == {("A",), ("B",)}


def test_a_held_delivery_is_not_merged_and_says_who_released_it(hub: Hub, brake: Brake) -> None:
    brake.holds = True
    hub.deliver("aanmelding_1.xml", [aanmelding("A")])
    brake.holds = False
    delivery_id = hub.value("select delivery_id from exchange.delivery")
    merge(hub.context(), delivery_id)
    assert hub.current() == set()
    with pytest.raises(LookupError, match="who does it and why"):
        release(hub.context(), delivery_id, " ", "coordinator")
    release(hub.context(), delivery_id, WHY, "coordinator")
    with pytest.raises(LookupError, match="not held"):
        release(hub.context(), delivery_id, WHY, "coordinator")
    hub.night()
    assert hub.rows("select state, released_by, release_reason from exchange.delivery") == [
        ("merged", "coordinator", WHY)
    ]
    assert hub.current() == {("A", "2015-02-10")}


def test_judging_a_held_delivery_again_brings_what_is_sound_and_not_held_now(hub: Hub, brake: Brake) -> None:
    brake.holds = True
    hub.deliver("aanmelding_1.xml", [aanmelding("A")])
    brake.holds = False
    context = hub.context()
    replayed = again(context, hub.value("select delivery_id from exchange.delivery")).delivery_id
    assert validate(context, replayed).accepted == 1
    assess(context, replayed)
    merge(context, replayed)
    assert hub.current() == {("A", "2015-02-10")}


_numbers = count(1000)


@pytest.fixture
def fresh(hub: Hub) -> Fresh:
    """A source that never delivered, in the same database: a name and a folder of its own."""
    return lambda: hub.of_its_own(next(_numbers))
