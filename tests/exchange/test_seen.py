"""What came before in the same bytes is known, and is not judged again; what might matter always is."""

from collections.abc import Iterator
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchange.judge import Judge
from exchange.keys import WIDTH, Keys, fresh
from exchange.seen import NOTHING, Seen, Shown, last_shown
from tests.exchange.hub import Hub
from tests.exchange.levering import aanmelding

FIRST, SECOND, THIRD = (f"2015-03-0{day}T00:00:00Z" for day in (1, 2, 3))
LATER = date(2015, 3, 5)


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The keys of the records that were judged, one after another."""
    keys: list[str] = []
    original = Judge.__call__

    def call(judge: Judge, raw: Any) -> Any:
        keys.append(str(raw.values["aanmelding_nummer"]))
        return original(judge, raw)

    monkeypatch.setattr(Judge, "__call__", call)
    return keys


def test_only_what_differs_from_the_last_delivery_is_judged(hub: Hub, judged: list[str]) -> None:
    hub.deliver("aanmelding_1.xml", [aanmelding("A"), aanmelding("B")], LATER, stand_op=FIRST)
    judged.clear()
    changed = aanmelding("B", datum_aanmelding="2015-02-11")
    counts = hub.deliver("aanmelding_2.xml", [aanmelding("A"), changed, aanmelding("C")], LATER, stand_op=SECOND)
    assert judged == ["B", "C"]
    assert (counts.received, counts.unchanged, counts.accepted) == (3, 1, 2)
    judged.clear()
    assert hub.deliver("aanmelding_3.xml", [changed, aanmelding("A")], LATER, stand_op=THIRD).unchanged == 2
    assert judged == []


def test_a_known_record_is_present_in_a_whole_delivery(hub: Hub, judged: list[str]) -> None:
    hub.deliver("aanmelding_1.xml", [aanmelding("A"), aanmelding("B")], LATER, stand_op=FIRST, omvang="volledig")
    counts = hub.deliver("aanmelding_2.xml", [aanmelding("B")], LATER, stand_op=SECOND, omvang="volledig")
    assert (counts.unchanged, counts.withdrawn) == (1, 1)
    assert judged == ["A", "B"]
    assert hub.current(shown="aanmelding_nummer") == {("B",)}


def test_a_refused_record_and_one_with_a_warning_are_told_every_time(hub: Hub, judged: list[str]) -> None:
    records = [aanmelding("A", kanaal_code="7"), aanmelding("B", hobby="schaken"), aanmelding("C")]
    hub.deliver("aanmelding_1.xml", records, LATER, stand_op=FIRST)
    judged.clear()
    counts = hub.deliver("aanmelding_2.xml", records, LATER, stand_op=SECOND)
    assert judged == ["A", "B"]
    assert (counts.rejected, counts.unchanged) == (1, 2)
    warnings = hub.value("select warnings from exchange.delivery order by delivery_id desc limit 1")
    assert [warning["code"] for warning in warnings] == ["L020"]


def test_other_words_in_the_declaration_make_every_record_new(hub: Hub, judged: list[str]) -> None:
    hub.deliver("aanmelding_1.xml", [aanmelding("A")], LATER, stand_op=FIRST)
    delivers = hub.source.delivers["aanmelding"]
    object.__setattr__(delivers, "codes", {"verwijzer_code": {"01": "02"}})
    judged.clear()
    counts = hub.deliver("aanmelding_2.xml", [aanmelding("A")], LATER, stand_op=SECOND)
    assert (judged, counts.accepted) == (["A"], 1)


def test_a_delivery_in_between_that_comes_late_brings_the_older_state_back_in_its_place(hub: Hub) -> None:
    """The first delivery knows the record; the newest version is another one: doubt, and all is judged."""
    here, there = aanmelding("A"), aanmelding("A", datum_aanmelding="2015-02-11")
    hub.deliver("aanmelding_1.xml", [here], LATER, stand_op=FIRST)
    hub.deliver("aanmelding_3.xml", [there], LATER, stand_op=THIRD)
    counts = hub.deliver("aanmelding_2.xml", [here, aanmelding("B")], LATER, stand_op=SECOND)
    assert (counts.received, counts.unchanged, counts.accepted) == (2, 1, 1)
    assert hub.current() == {("A", "2015-02-11"), ("B", "2015-02-10")}


def test_a_key_that_comes_twice_is_judged_from_its_values(hub: Hub, judged: list[str]) -> None:
    old = aanmelding("A", gewijzigd_op="2015-02-01T09:00:00Z")
    new = aanmelding("A", gewijzigd_op="2015-02-02T09:00:00Z")
    hub.deliver("aanmelding_1.xml", [new], LATER, stand_op=FIRST)
    counts = hub.deliver("aanmelding_2.xml", [old, new], LATER, stand_op=SECOND)
    assert (counts.received, counts.unchanged, counts.superseded) == (2, 1, 1)
    judged.clear()
    counts = hub.deliver("aanmelding_3.xml", [new, old], LATER, stand_op=THIRD)
    assert judged == ["A", "A"]
    assert (counts.unchanged, counts.superseded) == (1, 1)


def test_a_delivery_in_which_nothing_can_be_recognised_keeps_no_marks_and_is_not_fetched(hub: Hub) -> None:
    odd = [aanmelding(name, hobby="schaken") for name in "AB"]
    hub.deliver("aanmelding_1.xml", odd, LATER, stand_op=FIRST)
    assert hub.rows("select octet_length(keys), octet_length(marks) from exchange.manifest") == [(2 * WIDTH, 0)]
    later = {"source": hub.source.id, "bericht": "aanmelding", "delivery_id": 0}
    with hub.context().engine.connect() as connection:
        assert last_shown(connection, SimpleNamespace(**later), datetime.fromisoformat(SECOND)) == NOTHING  # type: ignore[arg-type]


@given(st.lists(st.binary(min_size=1, max_size=20), unique=True, max_size=40), st.data())
def test_a_record_is_known_by_its_bytes_and_by_nothing_else(records: list[bytes], data: Any) -> None:
    keys = Keys.from_env("proef", fresh("proef"))
    begin = Seen(keys, "rules")
    known = [data.draw(st.booleans()) for _ in records]
    shown = Shown(
        b"".join(number.to_bytes(16) for number in range(len(records))),
        b"".join((1000 + number).to_bytes(16) for number in range(len(records))),
        b"".join(begin(record).afdruk if yes else bytes(WIDTH) for record, yes in zip(records, known, strict=True)),
    )
    seen = Seen(keys, "rules", shown)
    for number, (record, yes) in enumerate(zip(records, known, strict=True)):
        assert seen(record).known == ((number.to_bytes(16), (1000 + number).to_bytes(16)) if yes else None)
        assert seen(record + b"x").known is None or record + b"x" in records
        assert Seen(keys, "other rules", shown)(record).known is None
