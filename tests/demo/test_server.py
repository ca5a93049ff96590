"""A trial stays on the server on which it began, whatever the shell of the day says."""

from pathlib import Path

import pytest

from demo.airflow import without_keys
from demo.home import DemoError, Home
from demo.trial import hub_environment
from exchange import keys

pytestmark = pytest.mark.pure
OUTSIDE = "postgresql://hub:geheim@db.example:5432/postgres"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A trial that never ran; what it sets in the environment is undone."""
    for name in ("HUB_HOME", "HUB_CALENDAR", "HUB_DATABASE_URL"):
        monkeypatch.setenv(name, "")
    return Home(tmp_path)


def test_a_server_that_is_named_is_used_and_remembered(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_DATABASE_URL", OUTSIDE)
    env = hub_environment(home)
    assert env["HUB_DATABASE_URL"] == OUTSIDE
    home.write_env(env)
    monkeypatch.setenv("HUB_DATABASE_URL", "")
    assert hub_environment(home)["HUB_DATABASE_URL"] == OUTSIDE
    assert not home.postgres.exists()


def test_a_trial_with_a_server_of_its_own_does_not_move(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.write(outside=False)
    monkeypatch.setenv("HUB_DATABASE_URL", OUTSIDE)
    with pytest.raises(DemoError, match="leave HUB_DATABASE_URL out") as caught:
        hub_environment(home)
    assert "geheim" not in str(caught.value)


def test_a_trial_of_which_the_server_is_forgotten_says_so(home: Home) -> None:
    home.write(outside=True)
    with pytest.raises(DemoError, match="name it in HUB_DATABASE_URL"):
        hub_environment(home)


def test_the_api_server_gets_no_key_of_a_region() -> None:
    env = dict.fromkeys(keys.fresh("drenthe"), "geheim") | {"HUB_HOME": "/x", "HUB_DATABASE_URL": OUTSIDE}
    assert set(without_keys(env)) == {"HUB_HOME", "HUB_DATABASE_URL"}
