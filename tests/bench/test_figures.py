"""The figures of the bench are what follows from what was measured, and miss their target where they should."""

from dataclasses import replace

import pytest

from bench.figures import Figure, figures
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
