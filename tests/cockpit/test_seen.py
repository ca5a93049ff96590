"""A night of the trial as its users see it: Airflow's navigation with our pages, late nights told, lineage written."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from demo import processes
from demo.home import Home
from tests.cockpit.browser import Browser, browser

pytestmark = pytest.mark.slow
SHOWN = {
    "marts": ("Raamcontract", "aanmeldingen", "Geleverd tot"),
    "retourberichten": ("Gemeente Emmen", "versie", "Alle leveringen van Gemeente Emmen"),
    "data-docs": ("Hoe goed leveringen en marts zijn", "Drenthe"),
    "data-docs/drenthe/index.html": ("Kwaliteit van de leveringen: Drenthe", "publicatie"),
    "incidenten": ("De nacht is laat", "Wat de hub zag"),
}


@pytest.fixture(scope="module")
def home() -> Iterator[Home]:
    """A trial after one night, in which every run is late after two seconds; HUB_PICTURES keeps what is seen."""
    home = Home(Path(tempfile.mkdtemp(prefix="hub-cockpit-")))
    more = {"HUB_LATE_AFTER": "2", "HUB_LINEAGE": str(home.path / "lineage.json")}
    env = {name: value for name, value in os.environ.items() if not name.startswith(("HUB_", "AIRFLOW"))}
    env |= {"HUB_HOME": str(home.path), **more}
    try:
        done = subprocess.run([sys.executable, "-m", "demo", "up"], env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        assert f"http://127.0.0.1:{home.state()['airflow_port']}/plugin/hub-retourberichten" in done.stdout
        yield home
    finally:
        subprocess.run([sys.executable, "-m", "demo", "clean"], env=env, capture_output=True)


@pytest.fixture(scope="module")
def address(home: Home) -> str:
    return f"http://127.0.0.1:{home.state()['airflow_port']}"


@pytest.fixture(scope="module")
def tab(home: Home, address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A browser in which the administrator is logged in."""
    who = {"username": "admin", "password": home.state()["airflow_password"]}
    token = requests.post(f"{address}/auth/token", json=who, timeout=60).json()["access_token"]
    with browser(tmp_path_factory.mktemp("profile")) as tab:
        tab.log_in(address, token)
        yield tab


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures are kept: HUB_PICTURES, else a folder of the test."""
    folder = Path(os.environ.get("HUB_PICTURES") or tmp_path_factory.mktemp("pictures"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.mark.parametrize("page", [page for page in SHOWN if "/" not in page])
def test_each_page_opens_from_the_navigation_within_airflow(
    tab: Browser, address: str, page: str, pictures: Path
) -> None:
    tab.size(1400, 1000)
    tab.open(f"{address}/plugin/hub-{page}")
    text = tab.text(SHOWN[page][-1])
    assert [words for words in SHOWN[page] if words not in text] == []
    tab.picture(pictures / f"{page}.png")


@pytest.mark.parametrize("page", SHOWN)
def test_each_page_fits_a_phone(tab: Browser, address: str, page: str, pictures: Path) -> None:
    tab.size(390, 844)
    tab.open(f"{address}/cockpit/{page}")
    assert SHOWN[page][0] in tab.text(SHOWN[page][-1])
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    tab.picture(pictures / f"{page.replace('/', '-')}-phone.png")


def test_an_answer_opens_from_its_list(tab: Browser, address: str, pictures: Path) -> None:
    tab.size(1400, 1000)
    tab.open(f"{address}/cockpit/retourberichten?bron=emmen")
    tab.text("versie")
    tab.evaluate("document.querySelector('td a').click()")
    assert "Gemeente Emmen" in tab.text("Wat u kunt herstellen")
    tab.picture(pictures / "retourbericht.png")


def test_who_is_not_logged_in_comes_to_the_log_in(home: Home, address: str, tmp_path: Path, pictures: Path) -> None:
    with browser(tmp_path / "stranger") as stranger:
        stranger.open(f"{address}/cockpit/marts")
        text = stranger.text("Sign in")
        assert "Raamcontract" not in text
        assert "/auth/login" in str(stranger.evaluate("location.pathname"))


def test_a_past_period_is_replayed_with_the_form_of_its_dag(
    tab: Browser, home: Home, address: str, pictures: Path
) -> None:
    day = home.state()["days"]["drenthe"]
    tab.size(1400, 1300)
    tab.open(f"{address}/dags/replay_drenthe")
    tab.text("Trigger")
    tab.click("[data-testid=trigger-dag-button]")
    assert "Waarom; blijft bij elke levering staan" in tab.text("Reden")
    tab.choose("bron", "emmen")
    for name, value in {"van": day, "tot": day, "reden": "loket te laat gemeld", "vandaag": day}.items():
        tab.fill(f"element_{name}", value)
    tab.picture(pictures / "replay-form.png")
    tab.click("[data-testid=trigger-dag-submit]:not([disabled])")
    assert "Success" in tab.text("Success")
    tab.picture(pictures / "replay-run.png")
    again = [
        one for one in hub(home, "deliveries", "--source", "emmen") if one["replay_reason"] == "loket te laat gemeld"
    ]
    # What lay in landing is judged once more, and Emmen itself is asked: it says what it said.
    assert sorted((one["bericht"], one["state"]) for one in again) == [
        ("aanmelding", "duplicate"),
        ("aanmelding", "merged"),
        ("onderzoek", "duplicate"),
        ("onderzoek", "merged"),
    ]


def hub(home: Home, *words: str) -> list[dict[str, Any]]:
    """What a command of the hub tells a program."""
    command = [processes.program("hub"), *words, "--json"]
    done = subprocess.run(command, env=os.environ | home.env(), capture_output=True, text=True)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def test_a_run_that_is_late_is_an_incident_that_ends_with_it(home: Home) -> None:
    late = [one for one in hub(home, "incidents") if one["kind"] == "late"]
    assert late, "no deadline passed"
    assert all("was nog niet klaar" in one["reason"] for one in late)
    assert any(one["recovered_on"] for one in late)


def test_lineage_goes_from_the_field_of_a_bericht_to_the_column_of_a_mart(home: Home) -> None:
    events = [json.loads(line) for line in (home.path / "lineage.json").read_text().splitlines()]
    lineage: dict[tuple[str, str], set[tuple[str, str, str]]] = {}
    for event in events:
        for dataset in event.get("outputs") or ():
            fields = dataset.get("facets", {}).get("columnLineage", {}).get("fields", {})
            for column, made in fields.items():
                of = lineage.setdefault((dataset["name"], column), set())
                of |= {(one["namespace"], one["name"], one["field"]) for one in made["inputFields"]}
    (namespace,) = {n for ns in lineage.values() for n, *_ in ns if n.startswith("postgres://")}
    assert namespace.startswith("postgres://127.0.0.1:")
    chain = [
        ("hub_drenthe.accepted.aanmelding", "datum_aanmelding"),
        ("hub_drenthe.warehouse.actueel_aanmelding", "datum_aanmelding"),
    ]
    assert ("hub://drenthe", "emmen/aanmelding", "datum_aanmelding") in lineage[chain[0]]
    assert lineage[chain[1]] == {(namespace, *chain[0])}
    assert lineage["hub_drenthe.mart_loket.aanmeldingen", "maand"] == {(namespace, *chain[1])}
    everything = (home.path / "lineage.json").read_text()
    for secret in (home.state()["airflow_password"], home.env()["HUB_DATABASE_URL"].split("@")[0].rsplit(":", 1)[1]):
        assert secret not in everything
