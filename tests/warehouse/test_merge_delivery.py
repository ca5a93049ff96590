"""The current state is the newest version of each record, whatever the order in which deliveries are merged."""

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from schemas.contract import load
from tests.warehouse.versions import NIGHT, Version, add_version, deliver, mark_merged
from warehouse.engine import engine_for
from warehouse.merge import MergeCounts, merge_delivery

CONTRACT = load("aanmelding")
State = dict[int, tuple[int, int, int]]

version = st.builds(
    Version, key=st.integers(0, 2), moment=st.integers(0, 3), content=st.integers(1, 3), gone=st.booleans()
)
night = st.lists(version, max_size=5, unique_by=lambda v: (v.key, v.moment, v.gone or v.content))


@pytest.fixture
def loader(region_database: str) -> Iterator[Connection]:
    """As the loader, in a transaction that is undone."""
    with engine_for(region_database, "loader").connect() as connection:
        yield connection


def state(connection: Connection) -> State:
    """key -> (moment in hours, night, content) of what stands in the warehouse."""
    query = text("SELECT sleutel_hash, moment, stand_op, inhoud_hash FROM warehouse.actueel_aanmelding")
    return {
        int.from_bytes(key): ((moment - NIGHT).seconds // 3600, (stand_op - NIGHT).days, int.from_bytes(content))
        for key, moment, stand_op, content in connection.execute(query)
    }


def newest(nights: Sequence[Sequence[Version]]) -> State:
    """What must stand there, in plain Python."""
    best: dict[int, tuple[tuple[int, int, int], bool]] = {}
    for number, versions in enumerate(nights):
        for v in versions:
            order = (v.moment, number, 0 if v.gone else v.content)
            if v.key not in best or order > best[v.key][0]:
                best[v.key] = (order, v.gone)
    return {key: order for key, (order, gone) in best.items() if not gone}


def merge(connection: Connection, delivery_id: int) -> MergeCounts:
    counts = merge_delivery(connection, CONTRACT, delivery_id)
    mark_merged(connection, delivery_id)
    return counts


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nights=st.lists(night, min_size=1, max_size=4), order=st.randoms(use_true_random=False))
def test_any_order_ends_in_the_newest_versions_and_again_touches_nothing(
    loader: Connection, nights: list[list[Version]], order: object
) -> None:
    expected = newest(nights)
    for arrivals in (list(range(len(nights))), shuffled(len(nights), order)):
        with loader.begin_nested() as undo:
            merged = []
            for number in arrivals:
                merged.append(deliver(loader, nights[number], night=number))
                merge(loader, merged[-1])
            assert state(loader) == expected
            assert [merge(loader, one) for one in merged] == [MergeCounts(0, 0, 0)] * len(merged)
            undo.rollback()
    loader.rollback()


def shuffled(size: int, order: object) -> list[int]:
    numbers = list(range(size))
    order.shuffle(numbers)  # type: ignore[attr-defined]
    return numbers


def test_counts_say_what_moved(loader: Connection) -> None:
    first = deliver(loader, [Version(0), Version(1), Version(2)])
    assert merge(loader, first) == MergeCounts(inserted=3, updated=0, deleted=0)
    second = deliver(
        loader, [Version(0, 1, content=2), Version(1, 1, gone=True), Version(3), Version(4, gone=True)], night=1
    )
    assert merge(loader, second) == MergeCounts(inserted=1, updated=1, deleted=1)
    assert set(state(loader)) == {0, 2, 3}


def test_a_late_older_version_changes_nothing(loader: Connection) -> None:
    merge(loader, deliver(loader, [Version(0, 5, content=2), Version(1, 5, gone=True)], night=1))
    before = state(loader)
    late = deliver(loader, [Version(0, 1), Version(1, 1)])
    assert merge(loader, late) == MergeCounts(0, 0, 0)
    assert state(loader) == before


def test_a_record_that_comes_back_has_a_row_again(loader: Connection) -> None:
    for number, gone in enumerate((False, True, False)):
        counts = merge(loader, deliver(loader, [Version(0, number, number + 1, gone=gone)], night=number))
        assert counts == (MergeCounts(0, 0, 1) if gone else MergeCounts(1, 0, 0))
    assert state(loader) == {0: (2, 2, 3)}


def test_versions_of_a_delivery_that_waits_do_not_count(loader: Connection) -> None:
    deliver(loader, [Version(0, 9, content=9), Version(1, 9, gone=True)], night=2)
    merge(loader, deliver(loader, [Version(0), Version(1)]))
    assert set(state(loader)) == {0, 1}
    assert state(loader)[0] == (0, 0, 0)


def test_a_sighting_that_is_restored_for_a_merged_delivery_counts(loader: Connection) -> None:
    later = deliver(loader, [], night=2)
    merge(loader, later)
    found = deliver(loader, [Version(0, 1, content=5)], night=1)
    add_version(loader, later, 1, Version(0, 2, 7), source="emmen", code="0114", stand_op=NIGHT)
    merge(loader, found)
    assert state(loader)[0][2] == 7


def test_sources_with_the_same_key_stand_apart(loader: Connection) -> None:
    for source, code in (("emmen", "0114"), ("assen", "0106")):
        assert merge(loader, deliver(loader, [Version(0)], source=source, code=code)).inserted == 1
    assert loader.scalar(text("SELECT count(*) FROM warehouse.actueel_aanmelding")) == 2
