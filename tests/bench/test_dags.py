"""The bench of parsing reads our own DAG files. It is not timed here."""

from pathlib import Path

import pytest

from bench import dags
from exchange.region import load_regions


def test_every_dag_is_parsed_in_a_fresh_process_each_round(tmp_path: Path) -> None:
    found = dags.measure(2, tmp_path, lambda what: None)
    assert set(load_regions()[0].sources) < set(found.dags)
    assert (len(found.airflow), len(found.ours)) == (2, 2)
    assert min(*found.airflow, *found.ours) > 0
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_does_not_parse_is_no_measurement(tmp_path: Path) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "broken.py").write_text("from airflow.sdk import DAG, nothing_of_that_name\n")
    with pytest.raises(RuntimeError, match="not every DAG file parses"):
        dags.measure(1, tmp_path, lambda what: None, folder)
