"""What Airflow makes of the declarations: one DAG per source, and a wrong one takes no other with it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from exchange.region import load_regions

Parse = Callable[[], Any]


def test_each_declared_source_is_a_dag_and_nothing_is_wrong(parse: Parse) -> None:
    bag = parse()
    regions = load_regions()
    sources = {source for region in regions for source in region.sources}
    assert bag.import_errors == {}
    assert len(sources) >= 6
    others = {f"{what}_{region.name}" for region in regions for what in ("publish", "housekeeping", "replay")}
    assert set(bag.dags) == sources | others


def test_a_source_dag_shows_its_declaration(sources: Path, parse: Parse) -> None:
    dag = parse().dags["emmen"]
    assert dag.tags == {"gemeente", "filedrop", "drenthe"}
    assert {task.owner for task in dag.tasks} == {"gegevensbeheer@emmen.example"}
    assert "Gemeente Emmen" in (dag.doc_md or "")
    assert "DPIA-2014-07" in (dag.doc_md or "")
    assert (dag.max_active_runs, dag.catchup) == (1, False)
    assert (dag.timetable.expression, str(dag.timetable.timezone)) == ("30 1 * * *", "Europe/Amsterdam")


def test_its_tasks_are_the_verbs_in_order(sources: Path, parse: Parse) -> None:
    dag = parse().dags["emmen"]
    assert [task.task_id for task in dag.topological_sort()] == ["receive", "validate", "assess", "merge", "answer"]
    assert all(task.retries == 4 and task.retry_exponential_backoff for task in dag.tasks)


def test_the_night_of_a_proef_source_tries_and_answers(sources: Path, parse: Parse, declaration: str) -> None:
    (sources / "emmen.toml").write_text(f"proef = true\n{declaration}")
    dag = parse().dags["emmen"]
    assert [task.task_id for task in dag.topological_sort()] == ["try", "answer"]
    assert "PROEF" in (dag.doc_md or "")


def test_publication_waits_for_no_source(sources: Path, parse: Parse) -> None:
    dag = parse().dags["publish_drenthe"]
    assert [task.task_id for task in dag.tasks] == ["publish", "assess"]
    assert dag.timetable.expression == "30 5 * * *"
    assert {asset.name for asset in dag.tasks[0].inlets} == {"emmen_actueel"}


@pytest.mark.parametrize(
    ("file", "right", "wrong", "words"),
    [
        ("assen.toml", "connector ", "conector ", ("sources/assen.toml", "connector", "missing")),
        ("assen.toml", "0114", "9999", ("sources/assen.toml", "code", "9999")),
        ("assen.toml", "grondslag", "grond", ("sources/assen.toml", "grondslag", "missing")),
        ("assen.toml", "30 1", "30 99", ("sources/assen.toml", "schedule", "mend")),
        ("as sen.toml", "", "", ("sources/as sen.toml", "file name", "rename")),
        ("assen.toml", '= "Gemeente', '= Gemeente"', ("sources/assen.toml", "no TOML")),
    ],
)
def test_a_wrong_source_is_one_line_and_takes_no_other_down(
    sources: Path, parse: Parse, declaration: str, file: str, right: str, wrong: str, words: tuple[str, ...]
) -> None:
    (sources / file).write_text(declaration.replace(right, wrong))
    bag = parse()
    assert set(bag.dags) == {"emmen", "publish_drenthe", "housekeeping_drenthe", "replay_drenthe"}
    assert list(bag.import_errors) == ["declarations.py"]
    line = bag.import_errors["declarations.py"]
    assert "\n" not in line
    for word in words:
        assert word in line


def test_each_wrong_source_has_its_own_line(sources: Path, parse: Parse, declaration: str) -> None:
    for name in ("assen", "meppel"):
        (sources / f"{name}.toml").write_text(declaration.replace("kind ", "soort "))
    lines = parse().import_errors["declarations.py"].splitlines()
    assert [line.split(":")[0].rsplit("/", 1)[1] for line in lines] == ["assen.toml", "meppel.toml"]


def test_a_task_builds_its_own_dag_only(
    sources: Path, parse: Parse, declaration: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (sources / "assen.toml").write_text(declaration.replace("0114", "0106").replace("emmen_drop", "assen_drop"))
    assert {"emmen", "assen"} <= set(parse().dags)
    monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", "assen")
    assert "emmen" not in parse().dags


def test_a_night_that_is_not_over_when_the_marts_are_published_is_late(sources: Path, parse: Parse) -> None:
    dags = parse().dags
    (of_source,), (of_region,) = dags["emmen"].deadline, dags["publish_drenthe"].deadline
    assert (of_source.interval, of_region.interval) == (timedelta(hours=4), timedelta(hours=1))  # 01:30 to 05:30
    assert of_source.callback.path == of_region.callback.path == "dags.late.night_is_late"
    assert (of_source.callback.kwargs, of_region.callback.kwargs) == (
        {"region": "drenthe", "source": "emmen"},
        {"region": "drenthe", "source": None},
    )


def test_a_deadline_can_be_shortened_to_see_it_pass(
    sources: Path, parse: Parse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_LATE_AFTER", "2")
    assert parse().dags["emmen"].deadline[0].interval == timedelta(seconds=2)


def test_only_files_with_dags_are_parsed() -> None:
    folder = Path(__file__).resolve().parents[2] / "dags"
    ignored = set((folder / ".airflowignore").read_text().splitlines())
    parsed = {file.name for file in folder.glob("*.py")} - ignored
    assert parsed == {"declarations.py", "housekeeping.py", "publish.py", "replay.py", "sources.py"}
