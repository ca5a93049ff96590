"""What the verbs get from Airflow, and what Airflow gets from their errors."""

from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowFailException

from dags import tasks
from exchange.errors import DeclarationError, SourceRefused, SourceUnavailable, WarehouseError

LATE = datetime(2015, 3, 1, 23, 30, tzinfo=UTC)  # half past midnight in the Netherlands


def test_the_day_is_that_of_the_conf_first() -> None:
    context = {"params": {"vandaag": "2015-03-09"}, "data_interval_end": LATE}
    assert tasks.vandaag(context) == date(2015, 3, 9)


def test_without_conf_it_is_the_end_of_the_interval_in_dutch_time() -> None:
    assert tasks.vandaag({"params": {"vandaag": None}, "data_interval_end": LATE}) == date(2015, 3, 2)


def test_without_an_interval_it_is_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "today", lambda region: date(2026, 1, 31))
    assert tasks.vandaag({"params": {}, "data_interval_end": None}) == date(2026, 1, 31)


def test_a_trial_lives_on_its_own_calendar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "vandaag").write_text("2015-03-04\n")
    monkeypatch.setenv("HUB_CALENDAR", str(tmp_path / "vandaag"))
    assert tasks.vandaag({"params": {}, "data_interval_end": LATE}) == date(2015, 3, 4)
    assert tasks.vandaag({"params": {"vandaag": "2015-03-05"}}) == date(2015, 3, 5)


def test_two_sources_on_one_schedule_have_two_run_ids() -> None:
    same = "scheduled__2015-03-02T00:00:00+00:00"
    ids = {tasks.run_id({"dag_run": SimpleNamespace(dag_id=dag, run_id=same)}) for dag in ("emmen", "assen")}
    assert len(ids) == 2


def test_the_connection_is_the_one_that_airflow_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_EMMEN_ZGW", "http://client:geheim%2F1@127.0.0.1:8001/http?path=%2Fzaken")
    found = tasks.connection("emmen_zgw")
    assert (found.id, found.host, found.port, found.login) == ("emmen_zgw", "127.0.0.1", 8001, "client")
    assert found.password == "geheim/1"
    assert found.extra == {"path": "/zaken"}
    assert "geheim" not in repr(found)


def test_a_source_that_is_down_is_tried_again() -> None:
    with pytest.raises(SourceUnavailable, match="no answer"), tasks.cure():
        raise SourceUnavailable("no answer\nfrom the source")


@pytest.mark.parametrize("sqlstate", ["08006", "57P01", "40P01"])
def test_a_database_that_was_away_is_tried_again(sqlstate: str) -> None:
    with pytest.raises(WarehouseError) as caught, tasks.cure():
        raise WarehouseError("no connection", sqlstate)
    assert str(caught.value) == f"no connection (SQLSTATE {sqlstate})"


@pytest.mark.parametrize("sqlstate", [None, "23505", "42501", "53100"])
def test_what_the_database_refuses_for_good_fails_at_once(sqlstate: str | None) -> None:
    with pytest.raises(AirflowFailException, match="WarehouseError: refused"), tasks.cure():
        raise WarehouseError("refused", sqlstate)


@pytest.mark.parametrize("error", [SourceRefused("403 at /zaken"), DeclarationError("emmen.toml", "code", "mend it")])
def test_what_no_retry_cures_fails_at_once_and_says_why(error: Exception) -> None:
    with pytest.raises(AirflowFailException, match=str(error)), tasks.cure():
        raise error


def test_an_error_that_nobody_foresaw_shows_its_place_and_no_value() -> None:
    with pytest.raises(AirflowFailException) as caught, tasks.cure():
        raise KeyError("Jansen")
    assert "KeyError at test_tasks.py" in str(caught.value)
    assert "Jansen" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_region_may_live_on_another_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "vandaag").write_text("2015-03-04\nparkstad 2026-03-04\n")
    monkeypatch.setenv("HUB_CALENDAR", str(tmp_path / "vandaag"))
    found = {
        region: tasks.vandaag({"params": {}, "data_interval_end": LATE}, region) for region in ("drenthe", "parkstad")
    }
    assert found == {"drenthe": date(2015, 3, 4), "parkstad": date(2026, 3, 4)}
