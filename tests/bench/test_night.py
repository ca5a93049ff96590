"""A night falls apart into the hub's own work and the rest. Whole nights are run by tests/demo."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.night import Night, Task, covered, summed, tasks, worked
from demo.home import Home
from demo.night import Run

pytestmark = pytest.mark.pure
SPANS = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 20)).map(lambda one: (one[0], one[0] + one[1])))


@pytest.mark.parametrize(
    ("spans", "length"),
    [
        ([], 0),
        ([(1, 3)], 2),
        ([(1, 3), (2, 5)], 4),
        ([(2, 5), (1, 10)], 9),
        ([(1, 2), (4, 6), (6, 7)], 4),
    ],
)
def test_what_spans_cover_counts_once(spans: list[tuple[float, float]], length: float) -> None:
    assert covered(spans) == length


@given(SPANS)
def test_no_more_is_covered_than_there_are_moments(spans: list[tuple[int, int]]) -> None:
    assert covered(spans) == len({second for begin, end in spans for second in range(begin, end)})


def test_a_night_is_the_hub_at_work_and_airflow_alone() -> None:
    first = Task("receive", due=0, begin=1, end=6, verb=(2, 5))
    beside = Task("receive", due=0, begin=2, end=9, verb=(4, 8))
    later = Task("merge", due=9, begin=12, end=14, verb=(12, 13))
    assert summed(20, [first, beside, later]) == Night(
        wall=20, tasks=3, busy=7, airflow=13, worked={"receive": 7, "merge": 1}, waiting=2, starting=1, ending=1
    )


def test_a_log_says_when_its_verb_worked() -> None:
    lines = [
        {"timestamp": "1970-01-01T00:00:30Z", "event": "receive emmen: deliveries 2", "logger": "hub"},
        {"timestamp": "1970-01-01T00:01:00Z", "event": "worked 12.500 s", "logger": "hub.clock"},
    ]
    assert worked(map(json.dumps, lines)) == (47.5, 60)
    with pytest.raises(RuntimeError, match="how long"):
        worked(map(json.dumps, lines[:1]))


def test_tasks_are_told_by_airflow_page_after_page_and_their_logs(tmp_path: Path) -> None:
    one: dict[str, Any] = {"dag_id": "emmen", "dag_run_id": "night", "task_id": "merge", "try_number": 2}
    moments = {"scheduled_when": "00:00:01", "start_date": "00:00:02", "end_date": "00:00:09"}
    one |= {name: f"1970-01-01T{at}Z" for name, at in moments.items()}

    class Api:
        def call(self, method: str, path: str, body: dict[str, Any]) -> Any:
            assert (body["dag_ids"], body["dag_run_ids"]) == (["emmen"], ["night"])
            if body["page_offset"]:
                return {"task_instances": [one | {"state": "success"}]}
            skipped = one | {"task_id": "assess", "state": "skipped", "start_date": None}
            return {"task_instances": [one | {"state": "success"}, *[skipped] * 99]}

    log = tmp_path / "airflow" / "logs" / "dag_id=emmen" / "run_id=night" / "task_id=merge" / "attempt=2.log"
    log.parent.mkdir(parents=True)
    line = {"timestamp": "1970-01-01T00:00:08Z", "event": "worked 5.000 s", "logger": "hub.clock"}
    log.write_text(json.dumps(line) + "\n")
    found = tasks(Home(tmp_path), Api(), [Run("emmen", "night")])  # type: ignore[arg-type]
    assert found == [Task("merge", due=1, begin=2, end=9, verb=(3, 8))] * 2
