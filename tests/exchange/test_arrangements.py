"""The arrangement of a gemeente in the night, in a proeflevering and in `hub check`: one verdict, with its reason."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from exchange.check import check
from exchange.receive import receive
from exchange.replay import again
from exchange.try_out import try_file
from exchange.validate import validate
from schemas.arrangement import Arrangement
from tests.exchange.hub import NIGHT, Hub
from tests.exchange.levering import aanmelding, weg

OF_COEVORDEN = Arrangement(
    "aanmelding", 1, "0109", "Coevorden", date(2015, 2, 1), None, date(2015, 3, 2), ("kanaal_code",),
    {"verwijzer_code": ("01", "02", "03")},
)  # fmt: skip
OF_EMMEN = replace(OF_COEVORDEN, gemeente_code="0114", gemeente="Emmen")
SOUND = aanmelding("A", kanaal_code="1")
BEFORE = aanmelding("B", datum_aanmelding="2015-01-31", verwijzer_code="04")
EMPTY, OTHER = aanmelding("C"), aanmelding("D", kanaal_code="2", verwijzer_code="04")
RECORDS = [SOUND, BEFORE, EMPTY, OTHER, weg("E")]


@pytest.fixture
def arranged(hub: Hub) -> Hub:
    """A hub whose gemeente asks for kanaal_code since February, and of verwijzer_code keeps three codes."""
    hub.region = replace(hub.region, arrangements=(OF_COEVORDEN, OF_EMMEN))
    return hub


def faults(hub: Hub) -> list[tuple[Any, ...]]:
    return hub.rows(
        "select sleutel, fault ->> 'code', fault ->> 'field', fault ->> 'tekst'"
        " from exchange.reject cross join jsonb_array_elements(faults) as fault order by 1, 2"
    )


def test_what_the_gemeente_asks_is_refused_with_its_name_and_day_and_the_rest_is_taken(arranged: Hub) -> None:
    counts = arranged.deliver("aanmelding_1.xml", RECORDS)
    assert (counts.received, counts.accepted, counts.rejected, counts.deleted) == (5, 2, 2, 1)
    assert {number for number, _ in arranged.current()} == {"A", "B"}
    since = "Volgens de invulling van de gemeente Coevorden vanaf 2015-02-01 is"
    assert faults(arranged) == [
        ("C", "V028", "kanaal_code", f"{since} kanaal_code verplicht; het ontbreekt of is leeg."),
        ("D", "V029", "verwijzer_code", f"{since} de code in verwijzer_code niet toegestaan; kies uit 01, 02, 03."),
    ]


def test_the_answer_tells_the_sender_which_gemeente_asks_and_what_to_do(arranged: Hub) -> None:
    arranged.deliver("aanmelding_1.xml", RECORDS)
    (answer,) = arranged.answer().values()
    told = {fault["code"]: fault for fault in answer["fouten"]}
    assert set(told) == {"V028", "V029"}
    for fault in told.values():
        assert fault["aantal"] == 1
        assert "gemeente Coevorden vanaf 2015-02-01" in fault["velden"][0]["tekst"]
        assert "…" not in fault["velden"][0]["tekst"]
        assert "de pagina Invullingen" in fault["herstel"]


def test_check_and_try_judge_as_the_night_does(arranged: Hub) -> None:
    file = arranged.put("aanmelding_1.xml", RECORDS)
    report = check(arranged.context(), file)
    tried = try_file(arranged.context(), file)
    (counts,) = arranged.night()
    assert report.by_code == {"V028": 1, "V029": 1}
    assert (report.received, report.rejected) == (counts.received, counts.rejected) == (5, 2)
    assert tried.counts == counts


def test_both_halves_of_a_large_delivery_are_judged_by_it(arranged: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exchange.workers.LARGE", 1)
    records = [aanmelding(f"{n:03}", **({} if n % 5 == 0 else {"kanaal_code": "1"})) for n in range(1, 101)]
    counts = arranged.deliver("aanmelding_1.xml", records)
    assert (counts.received, counts.accepted, counts.rejected) == (100, 80, 20)
    assert {code for _, code, _, _ in faults(arranged)} == {"V028"}


def test_a_night_before_it_was_known_judges_by_the_contract_and_a_later_one_judges_all_again(arranged: Hub) -> None:
    """Known from 2 March. The same bytes are not taken for known once the rules differ; what was let in stays."""
    before = arranged.deliver("aanmelding_1.xml", RECORDS, vandaag=date(2015, 3, 1), stand_op="2015-03-01T00:00:00Z")
    assert (before.accepted, before.rejected) == (4, 0)
    after = arranged.deliver("aanmelding_2.xml", RECORDS, vandaag=NIGHT)
    assert (after.rejected, after.unchanged, after.deleted) == (2, 2, 1)
    assert {number for number, _ in arranged.current()} == {"A", "B", "C", "D"}
    rules = arranged.rows("select distinct regelset from exchange.delivery order by 1")
    assert len(rules) == 2
    assert arranged.rows("select distinct regelset from exchange.reject")[0] in rules


def test_replay_of_an_old_delivery_judges_by_what_is_known_now(arranged: Hub) -> None:
    arranged.deliver("aanmelding_1.xml", [EMPTY], vandaag=date(2015, 3, 1), stand_op="2015-03-01T00:00:00Z")
    context = arranged.context()
    counts = validate(
        context, again(context, arranged.value("select min(delivery_id) from exchange.delivery")).delivery_id
    )
    assert (counts.received, counts.rejected) == (1, 1)


def test_rules_change_for_who_can_be_touched_and_for_nobody_else(hub: Hub) -> None:
    """The arrangement of another gemeente leaves the rules of a gemeente as they were; an aanbieder serves them all."""
    carried = replace(hub.source.verwerking, verantwoordelijken=("0109", "0114"))
    provider = replace(hub.source, kind="aanbieder", code="0109", verwerking=carried)
    emmen = {"gemeente_code": "0114", "verantwoordelijke_code": "0114"}
    plain = hub.region

    def judged(number: int, records: list[Any], *arrangements: Arrangement, of_all: bool = False) -> tuple[Any, int]:
        source = provider if of_all else hub.source
        hub.region = replace(plain, arrangements=arrangements, sources={source.id: source})
        before, hub.source = hub.source, source
        counts = hub.deliver(f"aanmelding_{number}.xml", records, stand_op=f"2015-03-02T00:00:{number:02}Z")
        hub.source = before
        newest = hub.value("select regelset from exchange.delivery order by delivery_id desc limit 1")
        return newest, counts.rejected

    first = judged(1, [EMPTY])
    assert judged(2, [EMPTY], OF_EMMEN) == first
    own = judged(3, [EMPTY], OF_EMMEN, OF_COEVORDEN)
    assert own == (own[0], 1)
    assert own[0] != first[0]
    # of one aanbieder: the record of the gemeente that asks is refused, the same of another is taken
    of_provider = judged(4, [EMPTY, aanmelding("X", **emmen)], OF_COEVORDEN, of_all=True)
    assert of_provider == (own[0], 1)
    assert [sleutel for sleutel, *_ in faults(hub)] == ["C", "C"]


def test_receive_stores_the_bytes_whatever_is_asked_of_them(arranged: Hub) -> None:
    arranged.put("aanmelding_1.xml", [EMPTY])
    (delivery_id,) = receive(arranged.context())
    assert validate(arranged.context(), delivery_id).rejected == 1
    # asked again, nothing is judged twice
    assert validate(arranged.context(), delivery_id).rejected == 1
    assert len(faults(arranged)) == 1
