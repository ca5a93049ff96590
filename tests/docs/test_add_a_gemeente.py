"""docs/add-a-gemeente.md, done as it stands: a thirteenth gemeente ends with records in the warehouse and a DAG."""

import csv
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from sqlalchemy import text
from typer.testing import CliRunner

from demo import postgres
from exchange import keys
from exchange.cli import app
from exchange.region import ROOT
from warehouse.engine import engine_for
from warehouse.setup import setup

PAGE = Path(__file__).resolve().parents[2] / "docs" / "add-a-gemeente.md"
BLOCKS = re.findall(r"^```sh\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.M | re.S)
DROP = "/srv/drop/stadskanaal"
# Invented people: BSNs of the test range that pass the 11-proef.
BSNS = ("999900006", "999900018", "999900031", "999900043", "999900055", "999900067")
HEADINGS = [
    "Aanmeldnummer", "Gemeld op", "Loket", "Cliëntrol", "Verwijzer", "Leefgebied", "Nr cliënt", "BSN", "Achternaam",
    "Geboren op", "M/V", "Postcode", "Huisnr", "Woongemeente", "Anoniem", "Geheim adres", "Mutatie",
]  # fmt: skip
RECORDS, WRONG = 60, 3
DAGS = """
from pathlib import Path
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(dag_folder="{dags}", bundle_path=Path("{dags}"), bundle_name="dags-folder")
print(sorted(bag.dags), bag.import_errors)
"""


def deliver(folder: Path) -> None:
    """What an application manager in Stadskanaal exports: own headings, own words, semicolons, Windows-1252."""
    (folder / "uit").mkdir(parents=True)
    with (folder / "uit" / "aanmelding_20150302.csv").open("w", encoding="cp1252", newline="") as out:
        rows = csv.writer(out, delimiter=";")
        rows.writerow(HEADINGS)
        for number in range(RECORDS):
            rows.writerow([
                f"SK-2015-{number:04d}", "31-02-2015" if number < WRONG else f"{number % 27 + 1:02d}-02-2015",
                "0037-WMO" if number % 3 else "0037-SOC", ("cliënt", "ouder", "mantelzorger")[number % 3],
                ("zelf", "huisarts", "netwerk", "ouder")[number % 4], ("financiën", "wonen", "onderwijs")[number % 3],
                f"K{number:05d}", BSNS[number % len(BSNS)], f"Verzonnen{number}", f"{number % 28 + 1:02d}-05-1980",
                "MV"[number % 2], "9501AB", number + 1, "Stadskanaal", "nee", "nee", "",
            ])  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder as the page expects it: the declarations, a hub that runs, and a drop of the gemeente."""
    root = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT, root / "regions")
    (root / ".venv").symlink_to(Path(sys.prefix))
    deliver(root / "drop")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUB_DATABASE_URL", postgres.start(root / "pg", durable=False).url)
        patch.setenv("HUB_HOME", str(root / "home"))
        patch.setenv("HUB_REGIONS", str(root / "regions"))
        for name, value in keys.ensure(root / "home", ("drenthe", "parkstad")).items():
            patch.setenv(name, value)
        for name in ("drenthe", "parkstad"):
            setup(f"hub_{name}", name)
        yield root
        postgres.remove(root / "pg")


@pytest.mark.slow
def test_the_thirteenth_gemeente_is_added_as_the_page_says(place: Path) -> None:
    script = "\n".join(BLOCKS).replace(DROP, str(place / "drop"))
    # `check` and `try` end with 1 where the delivery has faults, as this one has: a person reads on.
    checked = re.sub(r"^(hub (?:check|try) .*)$", r"\1 || test $? = 1", script, flags=re.M)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", checked], cwd=place, capture_output=True, text=True, env=dict(os.environ)
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{RECORDS} records, {WRONG} afgekeurd" in done.stdout
    assert "Dit was een proef" in done.stdout
    with engine_for("hub_drenthe", "loader").connect() as connection:
        states = connection.execute(text("select state, accepted, rejected from exchange.delivery order by 1")).all()
        codes = connection.execute(
            text("select distinct gemeente_code, financier_code from warehouse.actueel_aanmelding")
        ).all()
        known = text("select count(*), count(distinct leefgebied_code[1]) from warehouse.actueel_aanmelding")
        counted = tuple(connection.execute(known).one())
        published = connection.scalar(text("select sum(aanmeldingen) from mart_loket.aanmeldingen"))
    taken = RECORDS - WRONG
    assert [tuple(row) for row in states] == [("merged", taken, WRONG), ("tried", taken, WRONG)]
    assert [tuple(row) for row in codes] == [("0037", "1")]
    assert counted == (taken, 3)
    assert published == taken
    assert any(path.suffix == ".html" for path in (place / "antwoord").iterdir())
    _is_a_dag(place)


def _is_a_dag(place: Path) -> None:
    """Airflow parses the folder of DAGs with these declarations, in a process of its own."""
    home = place / "airflow"
    settings = {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{home}/airflow.db",
    }
    code = DAGS.format(dags=PAGE.parents[1] / "dags")
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, **settings},
        cwd=PAGE.parents[1],
    )
    assert done.returncode == 0, done.stderr
    told = done.stdout.splitlines()[-1]
    assert "'stadskanaal'" in told, told
    assert told.endswith("{}"), told


@pytest.mark.pure
def test_every_command_on_the_page_exists_with_its_options() -> None:
    inline = re.findall(r"`((?:hub|kit) [^`]+)`", PAGE.read_text(encoding="utf-8"))
    lines = [line for block in BLOCKS for line in block.splitlines() if line.startswith("hub ")]
    known = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert len(lines) >= 7
    for line in [*lines, *inline]:
        _, command, *rest = shlex.split(re.sub(r"^hub --region \S+", "hub", line))
        assert command in known, line
        shown = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"}).output
        for option in (word for word in rest if word.startswith("--")):
            assert option in shown, line


@pytest.mark.pure
def test_the_drop_of_the_page_is_one_that_a_connection_can_name() -> None:
    (told,) = re.findall(r"AIRFLOW_CONN_STADSKANAAL='(.*)'", "\n".join(BLOCKS))
    assert json.loads(told)["extra"]["path"] == DROP
