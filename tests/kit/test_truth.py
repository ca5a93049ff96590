"""The truth: its sums close, and it agrees with a second, slower way of counting."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.figures import Span, clients, contents, count, distinct, loket_months
from kit.figures_people import supported
from kit.nights import CUT_OFF, NIGHTS, SHRUNKEN
from kit.parties import parties
from kit.truth import LAG_NIGHTS, History, _judge
from kit.world import Levering, Regel, World

pytestmark = pytest.mark.pure
ALL = [(p, bericht) for p in parties().values() for bericht in p.berichten]
FILES = [(p.name, bericht) for p, bericht in ALL if p.sends_file(bericht)]
ZAKEN = [(p.name, bericht) for p, bericht in ALL if not p.sends_file(bericht)]


@pytest.mark.parametrize(("party", "bericht"), FILES)
def test_every_record_of_a_file_becomes_one_thing(world: World, party: str, bericht: str) -> None:
    deliveries = world.truth.deliveries(party, bericht)
    for found in deliveries:
        (levering,) = [one for one in world.sent(party, bericht, found.night) if one.stand_op == found.stand_op]
        assert found.received == (0 if found.refused else len(levering.regels))
        outcomes = found.accepted + found.rejected + found.unchanged + found.superseded + found.deleted
        assert found.received == outcomes
        assert sum(found.faults.values()) >= found.rejected
    assert len({(found.stand_op, found.refused) for found in deliveries}) == len(deliveries)


@pytest.mark.parametrize("bericht", ["aanmelding", "traject"])
def test_a_shrunken_file_is_counted_and_moves_nothing_and_the_next_one_says_all(world: World, bericht: str) -> None:
    ((party, night),) = SHRUNKEN.items()
    shrunken, whole = (world.levering(party, bericht, one) for one in (night, night + 1))
    assert shrunken is not None
    assert whole is not None
    assert (shrunken.omvang, whole.omvang, whole.is_shrunken) == ("volledig", "volledig", False)
    assert 0 < len(shrunken.regels) < 0.25 * len(whole.regels)
    held, right = (one for one in world.truth.deliveries(party, bericht) if one.night in (night, night + 1))
    assert (held.is_held, right.is_held) == (True, False)
    assert held.withdrawn > 0.7 * len(world.state(party, bericht, night - 1)) > right.withdrawn
    assert world.state(party, bericht, night) == world.state(party, bericht, night - 1)
    sound = {regel.key for regel in whole.regels if not regel.faulty}
    assert sound <= set(world.state(party, bericht, night + 1))


def test_a_file_that_breaks_off_moves_nothing_and_all_of_it_comes_the_next_night(world: World) -> None:
    (party,) = CUT_OFF
    night = world.cut_off(party, "aanmelding")
    whole = world.levering(party, "aanmelding", night)
    assert whole is not None
    assert whole.regels
    (broken,) = world.sent(party, "aanmelding", night)
    again, *own = world.sent(party, "aanmelding", night + 1)
    assert (broken.is_cut_off, again.is_cut_off, [one.is_cut_off for one in own]) == (True, False, [False] * len(own))
    assert (again.stand_op, again.regels) == (whole.stand_op, whole.regels)
    refused, taken, *_ = (d for d in world.truth.deliveries(party, "aanmelding") if d.night >= night)
    assert (refused.refused, refused.received, taken.refused, taken.received) == ("L001", 0, "", len(whole.regels))
    assert world.state(party, "aanmelding", night) == world.state(party, "aanmelding", night - 1)
    newest = {
        regel.key for one in (again, *own) for regel in one.regels if not regel.faulty and regel.actie == "record"
    }
    gone = {regel.key for one in (again, *own) for regel in one.regels if regel.actie == "verwijderen"}
    assert newest - gone <= set(world.state(party, "aanmelding", night + 1))


def test_the_files_show_every_outcome(world: World) -> None:
    total: Counter[str] = Counter()
    for party in ("coevorden", "midden_drenthe"):
        for bericht in world.parties[party].berichten:
            for found in world.truth.deliveries(party, bericht):
                for name in ("accepted", "rejected", "unchanged", "superseded", "deleted", "withdrawn"):
                    total[name] += getattr(found, name)
    assert min(total.values()) > 0
    assert len(total) == 6


@pytest.mark.parametrize(("party", "bericht"), [*ZAKEN, *FILES])
def test_what_is_current_is_what_the_sender_holds_unless_it_was_refused(world: World, party: str, bericht: str) -> None:
    faulty: dict[Any, bool] = {}
    for night in range(1, NIGHTS + 1):
        for change in world.changes(party, bericht, night):
            faulty[change.key] = bool(change.faulty)
        if night in (1, 9, 16, NIGHTS):
            current = world.state(party, bericht, night)
            held = world.sender_state(party, bericht, night)
            assert set(current) <= set(held)
            for key, record in held.items():
                if not faulty[key] and key in current:
                    assert current[key] == record
                assert key in current or faulty[key]


@pytest.mark.parametrize(("party", "bericht"), ZAKEN)
def test_a_faulty_zaak_never_follows_a_sound_one_that_the_hub_may_have_missed(
    world: World, party: str, bericht: str
) -> None:
    sound_since: dict[Any, int] = {}
    for night in range(1, NIGHTS + 1):
        for change in {c.key: c for c in world.changes(party, bericht, night)}.values():
            if change.faulty:
                assert night - sound_since.get(change.key, -NIGHTS) > LAG_NIGHTS
            else:
                sound_since[change.key] = night


def test_a_lagging_zaak_has_bounds_and_a_file_has_none(world: World) -> None:
    wide = [span for values in contents(world.truth, "emmen", "aanmelding", 12).values() for span in values.values()]
    exact = [
        span for values in contents(world.truth, "coevorden", "aanmelding", 12).values() for span in values.values()
    ]
    assert any(span.lo < span.hi for span in wide)
    assert all(span.lo == span.hi for span in exact)
    first = [span for values in contents(world.truth, "emmen", "aanmelding", 1).values() for span in values.values()]
    assert all(span.lo == span.hi for span in first)


@pytest.mark.parametrize("party", ["emmen", "coevorden", "mee_drenthe"])
@pytest.mark.parametrize("night", [1, 12])
def test_the_mart_adds_up_to_the_records(world: World, party: str, night: int) -> None:
    rows = loket_months(world.truth, party, night)
    total = Span(
        sum(row["aanmeldingen"].lo for row in rows.values()), sum(row["aanmeldingen"].hi for row in rows.values())
    )
    records = len(world.state(party, "aanmelding", night))
    assert total.holds(records)
    outcomes = (
        "beantwoord",
        "naar_traject",
        "warm_overgedragen",
        "doorverwezen",
        "overige_uitkomst",
        "uitkomst_onbekend",
    )
    for row in rows.values():
        if all(span.lo == span.hi for span in row.values()):
            assert sum(row[name].lo for name in outcomes) == row["aanmeldingen"].lo
        assert row["unieke_clienten"].hi <= row["aanmeldingen"].hi


def test_unique_people_do_not_add_up_over_the_months(world: World) -> None:
    rows = loket_months(world.truth, "mee_drenthe", 1)
    once = clients(world.truth, "mee_drenthe", "aanmelding", 1)
    assert once is not None
    assert sum(row["unieke_clienten"].lo for row in rows.values()) > once.lo * 1.02


@pytest.mark.parametrize(("kind", "first"), [("jaar", "2014-01-01"), ("kwartaal", "2014-10-01")])
def test_unique_people_do_not_add_up_over_the_gemeenten(world: World, kind: str, first: str) -> None:
    """Who moves is helped in two of them, and is one of the region."""
    found = supported(world.truth, 1)
    own = [people.everyone for (area, *period), people in found.items() if area and period == [kind, first]]
    assert 0 < found["", kind, first].everyone < sum(own)


STATES = st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map(tuple)


@given(st.lists(STATES, max_size=30), st.randoms())
def test_bounds_hold_whatever_state_is_found(options: list[tuple[str, ...]], r: Any) -> None:
    """Pick any possible state of every record: every count lies between its bounds."""
    as_records: list[tuple[dict[str, Any] | None, ...]] = [
        tuple(None if state == "c" else {"cell": state, "who": f"{index % 4}"} for state in states)
        for index, states in enumerate(options)
    ]

    def figures(record: dict[str, Any]) -> dict[str, int]:
        return {str(record["cell"]): 1}

    def who(record: dict[str, Any]) -> dict[str, str]:
        return {str(record["cell"]): str(record["who"])}

    picked = [found for states in as_records if (found := r.choice(states)) is not None]
    counts, people = count(as_records, figures), distinct(as_records, who)
    for cell in "ab":
        inside = [record for record in picked if record["cell"] == cell]
        assert counts.get(cell, Span(0, 0)).holds(len(inside))
        assert people.get(cell, Span(0, 0)).holds(len({record["who"] for record in inside}))


def regel(key: str, day: int, value: str, *faulty: str) -> Regel:
    record = {"nummer": key, "gewijzigd_op": f"2015-03-{day:02d}T10:00:00Z", "waarde": value}
    return Regel("record", (key,), record, faulty)


def judged(*files: tuple[str, list[Regel]]) -> Iterator[Any]:
    known: dict[Any, Any] = {}
    valid: dict[Any, Any] = {}
    history = History()
    for night, (omvang, regels) in enumerate(files, 1):
        levering = Levering("p", "b", night, f"{night}", omvang, tuple(regels))  # type: ignore[arg-type]
        yield _judge(levering, known, valid, history), {key[0]: record["waarde"] for key, record in valid.items()}


def test_the_words_of_a_delivery() -> None:
    gone = Regel("verwijderen", ("c",), {"nummer": "c"}, ())
    first, second, third = judged(
        ("volledig", [regel("a", 1, "x"), regel("b", 1, "x"), regel("b", 2, "y"), regel("c", 1, "x")]),
        ("wijzigingen", [regel("a", 1, "x"), regel("b", 1, "z"), gone, regel("d", 2, "x", "V001")]),
        ("volledig", [regel("b", 3, "w", "V020")]),
    )
    assert (first[0].accepted, first[0].superseded) == (3, 1)
    assert first[1] == {"a": "x", "b": "y", "c": "x"}
    assert (second[0].unchanged, second[0].superseded, second[0].deleted, second[0].rejected) == (1, 1, 1, 1)
    assert second[1] == {"a": "x", "b": "y"}
    # b was refused, but it is there: only a is gone
    assert (third[0].withdrawn, third[0].rejected, third[1]) == (1, 1, {"b": "y"})
