"""A region to parse, and a hub to run the tasks of its DAGs on."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import exchange.region
from demo import postgres
from demo.home import CHECKOUT
from exchange import keys
from warehouse.setup import setup

if TYPE_CHECKING:
    from airflow.dag_processing.dagbag import DagBag

SOURCE = """
name      = "Gemeente Emmen"
kind      = "gemeente"
code      = "0114"
connector = "filedrop"
schedule  = "30 1 * * *"
owner     = "gegevensbeheer@emmen.example"

[verwerking]
grondslag = "AVG6-1e/Wmo5.1.1"
verwerkersovereenkomst = 2014-12-15
dpia      = "DPIA-2014-07"

[connection]
id = "emmen_drop"

[delivers.aanmelding]
contract = 1

[answer]
channel = "folder"
"""

Parse = Callable[[], "DagBag"]


@pytest.fixture
def declaration() -> str:
    """A right declaration, to spoil."""
    return SOURCE


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sources folder of a copy of the region, with one source in it; the DAG files load this copy."""
    import dags.building  # before the patch: what it imports is put back afterwards

    root = tmp_path / "regions"
    shutil.copytree(exchange.region.ROOT / "drenthe", root / "drenthe", ignore=shutil.ignore_patterns("sources"))
    folder = root / "drenthe" / "sources"
    folder.mkdir()
    (folder / "emmen.toml").write_text(SOURCE)
    monkeypatch.setattr(exchange.region, "read_regions", partial(exchange.region.read_regions, root))
    monkeypatch.setattr(dags.building, "read_regions", exchange.region.read_regions)
    return folder


@pytest.fixture
def parse() -> Parse:
    """Let Airflow parse the folder of DAGs, as its DAG processor does."""
    from airflow.dag_processing.dagbag import DagBag

    dags = CHECKOUT / "dags"
    return lambda: DagBag(dag_folder=str(dags), bundle_path=dags, bundle_name="dags-folder")


@pytest.fixture(scope="module")
def hub() -> Iterator[Path]:
    """A server with the database of the region, keys and a home folder, all in the environment."""
    home = Path(tempfile.mkdtemp(prefix="hub-"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUB_HOME", str(home))
        patch.setenv("HUB_DATABASE_URL", postgres.start(home / "pg", durable=False).url)
        for name, value in keys.ensure(home, ("drenthe",)).items():
            patch.setenv(name, value)
        setup("hub_drenthe", "drenthe")
        yield home
        postgres.remove(home / "pg")
        shutil.rmtree(home)


@pytest.fixture(scope="session")
def airflow_database() -> Iterator[None]:
    """Airflow's own tables, in the SQLite file of this test process.

    `dag.test()` of Airflow 3.3 breaks at the end of a run of a DAG with a deadline, so it goes without; that
    deadlines pass is seen in tests/cockpit, by a real scheduler.
    """
    from airflow.sdk import DAG
    from airflow.utils.db import initdb

    assert tempfile.gettempdir() in os.environ["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"]
    initdb()
    whole = DAG.test

    def without_deadline(dag: DAG, *args: Any, **kwargs: Any) -> Any:
        dag.deadline = None
        return whole(dag, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DAG, "test", without_deadline)
        yield
