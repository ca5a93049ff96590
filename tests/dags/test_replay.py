"""A past period of a source, again: started with the form of the UI; and a backfill by Airflow."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from airflow.sdk.exceptions import ParamValidationError
from sqlalchemy import select

from tests.dags.test_runs import DELIVERY, RECORD, Parse
from warehouse.engine import engine_for
from warehouse.scripts import run_ddl
from warehouse.tables import delivery

pytestmark = pytest.mark.slow
FORM = {
    "bron": "emmen",
    "van": "2015-03-02",
    "tot": "2015-03-03",
    "reden": "loket te laat gemeld",
    "vandaag": "2015-03-20",
}


@pytest.fixture
def drop(hub: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty warehouse, and the folder where Emmen leaves its files."""
    with engine_for("hub_drenthe", "owner").begin() as owner:
        run_ddl(owner, "truncate exchange.delivery, exchange.run, exchange.incident, accepted.aanmelding cascade")
        run_ddl(owner, "truncate warehouse.actueel_aanmelding")
    folder = tmp_path / "drop"
    (folder / "uit").mkdir(parents=True)
    connection = {"conn_type": "fs", "extra": {"path": str(folder)}}
    monkeypatch.setenv("AIRFLOW_CONN_EMMEN_DROP", json.dumps(connection))
    return folder


def put(folder: Path, day: int, loket: str) -> None:
    text = DELIVERY.format(right=RECORD.format(nummer=f"{day}", loket=loket), wrong="")
    (folder / "uit" / f"aanmelding-{day}.xml").write_text(text.replace("2015-03-02T", f"2015-03-{day:02}T"))


def night(parse: Parse, day: int) -> None:
    assert parse().dags["emmen"].test(run_conf={"vandaag": f"2015-03-{day:02}"}).state == "success"


def reasons() -> set[str | None]:
    with engine_for("hub_drenthe", "loader").connect() as connection:
        return set(connection.scalars(select(delivery.c.replay_reason).where(delivery.c.duplicate_of.is_not(None))))


def ledger() -> list[tuple[Any, ...]]:
    with engine_for("hub_drenthe", "loader").connect() as connection:
        shown = (delivery.c.vandaag, delivery.c.duplicate_of, delivery.c.accepted, delivery.c.rejected)
        shown += (delivery.c.unchanged,)
        rows = connection.execute(select(*shown).order_by(delivery.c.delivery_id)).all()
    return [(row[0].day, row[1] is not None, *row[2:]) for row in rows]


@pytest.fixture
def mended(sources: Path, drop: Path, parse: Parse) -> None:
    """Three nights of which the deliveries of the second and the third name a desk that the region did not know."""
    put(drop, 2, "0114-WMO")
    night(parse, 2)
    for day in (3, 4):
        put(drop, day, "0114-NIEUW")
        night(parse, day)
    lokets = sources.parent / "lokets.toml"
    new = '[loket."0114-NIEUW"]\nnaam = "Nieuw"\nsoort = "01"\norganisatie_code = "0114"\ngemeente_code = "0114"\n'
    lokets.write_text(lokets.read_text() + "\n" + new)


def test_what_was_refused_in_a_period_and_is_sound_now_comes_in(
    airflow_database: None, sources: Path, parse: Parse, mended: None, caplog: pytest.LogCaptureFixture
) -> None:
    assert ledger() == [(2, False, 1, 0, 0), (3, False, 0, 1, 0), (4, False, 0, 1, 0)]
    caplog.clear()
    run = parse().dags["replay_drenthe"].test(run_conf=FORM)
    assert run.state == "success"
    # The night of the second is unchanged, the one of the third comes in, that of the fourth was not asked for.
    assert ledger()[3:] == [(20, True, 0, 0, 1), (20, True, 1, 0, 0)]
    assert reasons() == {"loket te laat gemeld"}
    lines = [record.getMessage() for record in caplog.records if record.name == "hub"]
    assert lines[0] == "replay emmen: 2015-03-02 to 2015-03-03: loket te laat gemeld"
    assert lines[1].startswith("replay emmen: deliveries 2 · received 2 · accepted 1")

    assert parse().dags["replay_drenthe"].test(run_conf=FORM).state == "success"
    assert [row[2] for row in ledger()[5:]] == [0, 0]  # once more changes nothing


@pytest.mark.parametrize(
    "wrong",
    [
        {"bron": "nergens"},
        {"van": "gisteren"},
        {"reden": ""},
        {"tot": None},
        {"tot": "9999-12-31"},
        {"vandaag": "0001-01-01"},
    ],
    ids=str,
)
def test_the_form_refuses_what_cannot_be(
    hub: Path, airflow_database: None, sources: Path, parse: Parse, wrong: dict[str, str]
) -> None:
    with pytest.raises(ParamValidationError):
        parse().dags["replay_drenthe"].test(run_conf=FORM | wrong)


def test_a_backfill_counts_for_the_day_of_its_own_interval(
    airflow_database: None, sources: Path, parse: Parse, drop: Path
) -> None:
    put(drop, 2, "0114-WMO")
    dag = parse().dags["emmen"]
    for night_of in (datetime(2015, 3, 4, 0, 30, tzinfo=UTC), datetime(2015, 3, 3, 0, 30, tzinfo=UTC)):
        assert dag.test(logical_date=night_of).state == "success"
    assert ledger() == [(4, False, 1, 0, 0)]  # what lies there now, once; nothing is fetched twice
    with engine_for("hub_drenthe", "loader").connect() as connection:
        days = connection.exec_driver_sql("select vandaag::text from exchange.run order by started_at").scalars().all()
    assert days == ["2015-03-04", "2015-03-03"]
