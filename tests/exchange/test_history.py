"""Any order of the same deliveries, any number of times, ends in one history and one present state."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from tests.exchange.hub import Hub
from tests.exchange.levering import aanmelding, weg

LATE_ENOUGH = date(2015, 4, 1)
Fresh = Callable[[], Hub]


@dataclass(frozen=True)
class Sent:
    """One delivery of a source: its day, whether it is the whole, and per key what it says."""

    day: int
    whole: bool
    says: tuple[tuple[str, str, int | None], ...]  # key, content ("weg", "fout" or a date's day), own moment

    @property
    def header(self) -> dict[str, str]:
        return {
            "stand_op": f"2015-03-{self.day:02}T00:00:00Z",
            "omvang": "volledig" if self.whole else "wijzigingen",
        }

    @property
    def records(self) -> list[dict[str, Any]]:
        return [self._record(*said) for said in self.says]

    def _record(self, key: str, content: str, moment: int | None) -> dict[str, Any]:
        if content == "weg":
            return weg(key)
        own = {"gewijzigd_op": f"2015-03-{moment:02}T12:00:00Z"} if moment else {}
        return aanmelding(key, datum_aanmelding="2015-02-31" if content == "fout" else f"2015-02-{content}", **own)


def present(hub: Hub) -> set[Any]:
    return set(
        hub.rows(
            "select aanmelding_nummer, datum_aanmelding, gewijzigd_op from warehouse.actueel_aanmelding"
            " where source = :source",
            source=hub.source.id,
        )
    )


def history(hub: Hub) -> dict[int, set[Any]]:
    """Per day of March: what the state was, according to all that is known now."""
    state = """
        select aanmelding_nummer, datum_aanmelding, gewijzigd_op from (
            select distinct on (sleutel_hash) aanmelding_nummer, datum_aanmelding, gewijzigd_op, is_ingetrokken
            from accepted.aanmelding where source = :source and stand_op < cast(:day as date) + 1
            order by sleutel_hash, moment desc, stand_op desc, inhoud_hash desc
        ) as laatst where not is_ingetrokken
    """
    return {day: set(hub.rows(state, source=hub.source.id, day=f"2015-03-{day:02}")) for day in range(1, 10)}


def versions(hub: Hub) -> int:
    return int(hub.value("select count(*) from accepted.aanmelding where source = :source", source=hub.source.id))


def send(hub: Hub, deliveries: Sequence[Sent]) -> None:
    for number, sent in enumerate(deliveries):
        hub.deliver(f"aanmelding_{number}.xml", sent.records, LATE_ENOUGH, **sent.header)


CONTENT = st.sampled_from(["01", "02", "03", "weg", "fout"])


def sent_on(day: int) -> st.SearchStrategy[Sent]:
    """A delivery of a day; its records bear no moment after it (a moment from the future is a fault)."""
    moment = st.one_of(st.none(), st.integers(1, day))
    says = st.lists(st.tuples(st.sampled_from("AB"), CONTENT, moment), max_size=4).map(tuple)
    return st.builds(Sent, st.just(day), st.booleans(), says)


DELIVERIES = st.lists(
    st.integers(1, 9).flatmap(sent_on),
    min_size=2,
    max_size=4,
    unique_by=lambda sent: sent.day,
)


def plain(key: str, content: str) -> tuple[str, str, None]:
    return (key, content, None)


# No shrinking: each example runs whole nights on a real database.
@settings(
    max_examples=60,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(deliveries=DELIVERIES, data=st.data())
@example(  # seen again unchanged, and then an older version comes late, in between
    deliveries=[
        Sent(1, False, (plain("A", "01"),)),
        Sent(2, False, (plain("A", "02"),)),
        Sent(3, False, (plain("A", "01"),)),
    ],
    data=[0, 2, 1],
)
@example(  # gone by a message that comes late, after a whole that did not have it either
    deliveries=[
        Sent(4, True, (plain("A", "02"),)),
        Sent(6, True, (plain("A", "weg"), plain("B", "01"))),
        Sent(7, True, (plain("B", "fout"),)),
    ],
    data=[0, 2, 1],
)
@example(  # gone, said twice; then what came last bears a moment between the two
    deliveries=[
        Sent(4, False, (plain("A", "weg"),)),
        Sent(6, False, (plain("A", "weg"),)),
        Sent(7, False, (("A", "01", 5),)),
    ],
    data=[1, 0, 2],
)
@example(  # absent from the whole, and then an older version comes late
    deliveries=[
        Sent(1, False, (plain("A", "01"),)),
        Sent(2, False, (plain("A", "02"),)),
        Sent(3, True, (plain("B", "01"),)),
    ],
    data=[0, 2, 1],
)
@example(  # absent, then gone by a message as well; and then an older version comes late
    deliveries=[
        Sent(1, False, (plain("B", "02"),)),
        Sent(4, True, ()),
        Sent(6, True, (plain("B", "weg"),)),
        Sent(9, True, (("B", "01", 2),)),
    ],
    data=[0, 1, 3, 2],
)
def test_the_order_of_arrival_makes_no_difference(fresh: Fresh, deliveries: list[Sent], data: Any) -> None:
    in_order = sorted(deliveries, key=lambda sent: sent.day)
    places = data if isinstance(data, list) else data.draw(st.permutations(range(len(deliveries))))
    one, other = fresh(), fresh()
    send(one, in_order)
    send(other, [in_order[place] for place in places])
    assert present(other) == present(one)
    assert history(other) == history(one)


def test_seen_again_unchanged_after_a_late_older_version_is_the_present_again(fresh: Fresh) -> None:
    hub = fresh()
    send(hub, [Sent(1, False, (plain("A", "01"),)), Sent(3, False, (plain("A", "01"),))])
    send(hub, [Sent(2, False, (plain("A", "02"),))])
    assert (
        hub.value(
            "select datum_aanmelding::text from warehouse.actueel_aanmelding where source = :source",
            source=hub.source.id,
        )
        == "2015-02-01"
    )
    assert versions(hub) == 3


def test_a_late_delivery_is_superseded_and_kept_in_the_history(hub: Hub) -> None:
    hub.deliver("aanmelding_2.xml", [aanmelding("A", datum_aanmelding="2015-02-02")])
    late = hub.deliver("aanmelding_1.xml", [aanmelding("A")], stand_op="2015-03-01T00:00:00Z")
    assert (late.received, late.superseded, late.accepted) == (1, 1, 0)
    assert hub.current() == {("A", "2015-02-02")}
    assert hub.value("select count(*) from accepted.aanmelding") == 2


def test_the_same_delivery_twice_writes_nothing(hub: Hub) -> None:
    records = [aanmelding("A"), aanmelding("B", datum_aanmelding="2015-02-31")]
    first = hub.deliver("aanmelding_1.xml", records)
    again = hub.deliver("aanmelding_1_nogmaals.xml", records)
    assert (first.received, first.accepted, first.rejected) == (2, 1, 1)
    assert again.received == 0  # nothing waited to be judged
    ledger = "select state, received, unchanged, rejected, residual from exchange.delivery order by delivery_id"
    assert hub.rows(ledger)[1] == ("duplicate", 2, 1, 1, 0)
    assert hub.value("select count(*) from accepted.aanmelding") == 1


def test_the_same_records_in_a_new_file_are_unchanged(hub: Hub) -> None:
    hub.deliver("aanmelding_1.xml", [aanmelding("A"), aanmelding("B")])
    again = hub.deliver("aanmelding_2.xml", [aanmelding("A"), aanmelding("B")], stand_op="2015-03-02T06:00:00Z")
    assert (again.received, again.unchanged) == (2, 2)
    assert hub.value("select count(*) from accepted.aanmelding") == 2


def test_a_key_twice_in_one_delivery_counts_once_with_its_newest_moment(hub: Hub) -> None:
    counts = hub.deliver(
        "aanmelding_1.xml",
        [
            aanmelding("A", datum_aanmelding="2015-02-03", gewijzigd_op="2015-03-01T10:00:00Z"),
            aanmelding("A", datum_aanmelding="2015-02-02", gewijzigd_op="2015-03-01T09:00:00Z"),
        ],
    )
    assert (counts.received, counts.accepted, counts.superseded) == (2, 1, 1)
    assert hub.current() == {("A", "2015-02-03")}


def test_a_message_that_a_record_is_gone_removes_it_from_the_present_and_not_from_the_past(hub: Hub) -> None:
    hub.deliver("aanmelding_1.xml", [aanmelding("A"), aanmelding("B")])
    counts = hub.deliver("aanmelding_2.xml", [weg("A")], stand_op="2015-03-02T06:00:00Z")
    assert (counts.received, counts.deleted) == (1, 1)
    assert hub.current() == {("B", "2015-02-10")}
    assert hub.value("select count(*) from accepted.aanmelding where aanmelding_nummer = 'A'") == 2


def test_what_is_absent_from_the_whole_is_withdrawn_outside_the_sum(hub: Hub) -> None:
    hub.deliver("aanmelding_1.xml", [aanmelding("A"), aanmelding("B"), aanmelding("C")])
    faulty = aanmelding("C", datum_aanmelding="2015-02-31")
    counts = hub.deliver(
        "aanmelding_2.xml", [aanmelding("A"), faulty], omvang="volledig", stand_op="2015-03-02T06:00:00Z"
    )
    assert (counts.received, counts.unchanged, counts.rejected, counts.withdrawn, counts.residual) == (
        2,
        1,
        1,
        1,
        0,
    )
    # C was delivered, and refused: that is not absent, and its last sound version stands.
    assert hub.current() == {("A", "2015-02-10"), ("C", "2015-02-10")}


def test_what_was_withdrawn_comes_back_when_it_is_delivered_again(hub: Hub) -> None:
    for number, records in enumerate([[aanmelding("A"), aanmelding("B")], [aanmelding("B")], [aanmelding("A")]]):
        whole = "volledig" if number < 2 else "wijzigingen"
        hub.deliver(f"aanmelding_{number}.xml", records, omvang=whole, stand_op=f"2015-03-02T0{number}:00:00Z")
    assert hub.current() == {("A", "2015-02-10"), ("B", "2015-02-10")}


def test_a_refused_new_version_leaves_the_sound_one_standing(hub: Hub) -> None:
    hub.deliver("aanmelding_1.xml", [aanmelding("A")])
    faulty = aanmelding("A", datum_aanmelding="2015-02-31")
    hub.deliver("aanmelding_2.xml", [faulty], stand_op="2015-03-02T06:00:00Z")
    assert hub.current() == {("A", "2015-02-10")}


_numbers = count()


@pytest.fixture
def fresh(hub: Hub) -> Fresh:
    """A source that never delivered, in the same database: a name and a folder of its own."""
    return lambda: hub.of_its_own(next(_numbers))
