"""The hub with one file source and an empty warehouse, for each test."""

from pathlib import Path

import pytest
from sqlalchemy import text

from exchange.keys import fresh
from exchange.region import load_regions
from tests.exchange.hub import Hub, hub_of
from warehouse.engine import engine_for


@pytest.fixture
def hub(region_database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """A hub that knows one source and has received nothing yet."""
    _empty(region_database)
    monkeypatch.setenv("HUB_HOME", str(tmp_path / "home"))
    for name, value in fresh("drenthe").items():
        monkeypatch.setenv(name, value)
    (drenthe,) = [region for region in load_regions() if region.name == "drenthe"]
    return hub_of(drenthe, region_database, tmp_path)


def _empty(database: str) -> None:
    """Making a database takes seconds, emptying one does not."""
    with engine_for(database, "owner").begin() as connection:
        tables = connection.scalars(
            text(
                "select format('%I.%I', schemaname, tablename) from pg_tables where schemaname in"
                " ('exchange', 'accepted', 'warehouse', 'kluis', 'link', 'mart_loket', 'mart_contract')"
                " and tablename <> 'alembic_version'"
            )
        ).all()
        connection.execute(text(f"truncate {', '.join(tables)}"))
