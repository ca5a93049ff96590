"""The figures of the bench are what follows from what was measured, and miss their target where they should."""

from dataclasses import replace

import pytest

from bench import dags, formats, land, night, peer, zgw
from bench.figures import Figure, figures, of_dags, of_formats, of_land, of_night, of_peer, of_zgw
from bench.land_life import Spent
from bench.xml import Measured

pytestmark = pytest.mark.pure

SOUND = Measured(
    records=1000,
    bytes=1_000_000,
    limit=[3.0, 1.0],
    receive=[0.1, 0.2],
    accepted=[4.0, 2.0],
    merged=[5.0, 2.5],
    same_bytes=[0.1, 0.1],
    same_records=[1.5, 1.25],
    memory=60.0,
    memory_small=50.0,
)


def by_name(found: Measured) -> dict[str, Figure]:
    return {figure.name: figure for figure in figures(found)}


def test_the_best_round_of_each_kind_counts() -> None:
    found = by_name(SOUND)
    assert found["to ACCEPTED"].value == 0.5
    assert found["through MERGE, with history"].value == 0.4
    assert found["same records in a new file, time"].value == 0.5
    assert found["memory over idle, MiB"].value == 60.0
    assert found["memory more than at a quarter, MiB"].value == 10.0
    assert all(figure.holds for figure in found.values())


@pytest.mark.parametrize(
    ("name", "worse"),
    [
        ("to ACCEPTED", {"accepted": [2.3]}),
        ("through MERGE, with history", {"merged": [2.7]}),
        ("memory over idle, MiB", {"memory": 151.0, "memory_small": 140.0}),
        ("memory more than at a quarter, MiB", {"memory": 76.0}),
        ("same bytes again, readings of records", {"same_bytes_read": 1}),
        ("same records in a new file, time", {"same_records": [1.51]}),
        ("same records in a new file, rows", {"same_records_rows": 1}),
    ],
)
def test_a_figure_beyond_its_target_does_not_hold(name: str, worse: dict[str, object]) -> None:
    found = by_name(replace(SOUND, **worse))  # type: ignore[arg-type]
    assert [figure.name for figure in found.values() if not figure.holds] == [name]


def test_the_forms_are_told_against_xml() -> None:
    found = formats.Measured(
        records={"xml": 100, "csv": 100, "xlsx": 10},
        bytes={"xml": 9_000_000, "csv": 3_000_000, "xlsx": 100_000},
        seconds={"xml": [4.0, 2.0], "csv": [1.0, 3.0], "xlsx": [1.0]},
    )
    told = of_formats(found)
    assert [figure.value for figure in told] == [50, 100, 10]
    assert [figure.meaning.split(";")[0] for figure in told] == ["1.00 of XML", "2.00 of XML", "0.20 of XML"]
    assert all(figure.holds for figure in told)


@pytest.mark.parametrize(("plain", "differing", "holds"), [(30.0, 0, [1, 1]), (29.9, 0, [0, 1]), (31.0, 1, [1, 0])])
def test_the_hub_is_held_against_a_plain_puller(plain: float, differing: int, holds: list[int]) -> None:
    told = of_zgw(zgw.Measured(zaken=50, parallel=8, hub=10.0, plain=plain, differing=differing, parts=500))
    assert told[0].value == plain / 10
    assert [figure.holds for figure in told] == holds


@pytest.mark.parametrize(
    ("name", "wall", "holds"),
    [
        ("first night", 75.0, True),
        ("next night", 75.1, False),
        ("night without changes", 40.0, True),
        ("night without changes", 40.1, False),
    ],
)
def test_a_night_is_held_against_its_own_target(name: str, wall: float, holds: bool) -> None:
    nights = {name: night.Night(wall, tasks=9, busy=40.0, airflow=20.0, worked={"receive": 30.0})}
    told = of_night(night.Measured(13, nights))
    assert (told[0].value, told[0].holds) == (wall, holds)
    assert [figure.value for figure in told[1:]] == [40.0, 20.0]
    assert all(figure.holds for figure in told[1:])


def test_parsing_counts_beyond_airflow_itself() -> None:
    (told,) = of_dags(dags.Measured(airflow=[3.0, 2.0], ours=[1.2, 0.9], dags=["emmen"]))
    assert (told.value, told.holds) == (0.9, True)
    assert not of_dags(dags.Measured(airflow=[2.0], ours=[1.1], dags=["emmen"]))[0].holds


@pytest.mark.parametrize(
    ("plain", "theirs", "holds"),
    [([9.0, 8.0], "3 rows", [1, 1, 1, 1, 1]), ([7.9], "3 rows", [0, 1, 1, 1, 1]), ([8.0], "2 rows", [1, 1, 1, 1, 0])],
)
def test_the_hub_is_held_against_dlt_as_it_comes(plain: list[float], theirs: str, holds: list[int]) -> None:
    contents = {"hub": "3 rows", "plain": "3 rows", "rows": "3 rows", "arrow": theirs}
    found = peer.Measured(
        3, limit=[1.5, 1.0], hub=[2.0, 3.0], plain=plain, rows=[3.0], arrow=[5.0, 1.0], contents=contents
    )
    told = of_peer(found)
    assert [figure.value for figure in told] == [min(plain) / 2, 1.5, 0.5, 3.0, int(theirs != "3 rows")]
    assert [figure.holds for figure in told] == holds


@pytest.mark.parametrize(
    ("wall", "cpu", "peak", "holds"),
    [(11.0, 11.0, 125.0, [1, 1, 1]), (12.5, 11.0, 125.0, [0, 1, 1]), (11.0, 12.5, 126.0, [1, 0, 0])],
)
def test_the_country_is_held_against_the_twelve_by_clock_by_processor_and_by_memory(
    wall: float, cpu: float, peak: float, holds: list[int]
) -> None:
    turn, published = Spent(100, wall - 1, cpu - 1), Spent(100, 1.0, 1.0)
    everyone = land.Years(120, 1.0, 90.0, [turn] * land.TURNS, [published], 240, 400, peak)
    few = land.Years(12, 0.1, 90.0, [Spent(100, 9.0, 9.0)], [published], 12, 100, 100.0)
    told = of_land(land.Measured(everyone, [few] * land.TURNS))
    assert [figure.value for figure in told[:3]] == [pytest.approx(wall / 10), pytest.approx(cpu / 10), peak - 100]
    assert [figure.holds for figure in told[:3]] == holds
    assert told[3].value == 1, "the last month is the first here"
    assert all(figure.holds for figure in told[3:])
