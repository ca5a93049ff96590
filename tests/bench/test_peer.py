"""The hub and dlt load the same small delivery, and what both hold is compared. It is not timed here.

Needs a package registry for dlt; skipped without one.
"""

import re
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from bench import peer, peer_home
from bench.__main__ import app
from demo.postgres import Server
from warehouse.engine import server_engine


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("peer")
    try:
        peer_home.python(place)
    except peer_home.Unreachable as reason:
        pytest.skip(str(reason))
    return place


@pytest.mark.slow
def test_both_hold_the_same_after_a_load(postgres_server: Server, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exchange.workers.LARGE", 1)  # two processes, as for a large file
    before = set(home.iterdir())
    found = peer.measure(300, 1, home, lambda what: None)
    timed = (found.limit, found.hub, found.plain, found.rows, found.arrow)
    assert [len(seconds) for seconds in timed] == [1] * 5
    assert min(seconds[0] for seconds in timed) > 0
    assert found.contents["hub"].startswith("300 rows, sha256 ")
    assert (set(found.contents), found.differing) == ({"hub", "plain", "rows", "arrow"}, 0)
    assert set(home.iterdir()) == before


@pytest.mark.slow
def test_a_delivery_that_dlt_cannot_load_is_no_measurement(postgres_server: Server, home: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.xml"
    broken.write_text("<levering><aanmelding>")
    with pytest.raises(RuntimeError, match="dlt did not load rows"):
        peer._theirs(peer_home.python(home), broken, "rows", tmp_path)


@pytest.mark.parametrize(
    ("change", "is_same"),
    [
        ("update aangemeld set kanaal_code = kanaal_code", True),
        ("update aangemeld set kanaal_code = '2' where aanmelding_nummer = 'A'", False),
        ("update aangemeld set kanaal_code = null where aanmelding_nummer = 'A'", False),
        ("delete from aangemeld where aanmelding_nummer = 'C'", False),
        ("update aangemeld set wie = 8 where wie = 7", True),  # another number for the same person
        ("update aangemeld set wie = 7", False),  # two people have become one
    ],
)
def test_what_differs_shows_in_the_hash(postgres_server: Server, change: str, is_same: bool) -> None:
    rows = "('A', '1', 7), ('B', '1', 7), ('C', null, 9)"
    engine = server_engine()
    with engine.connect() as connection:
        connection.execute(text("drop table if exists aangemeld"))
        connection.execute(text("create table aangemeld (aanmelding_nummer text, kanaal_code text, wie int)"))
        connection.execute(text(f"insert into aangemeld values {rows}"))
        before = peer.content(engine, "aangemeld", ["aanmelding_nummer", "kanaal_code"], "wie")
        connection.execute(text(change))
        after = peer.content(engine, "aangemeld", ["aanmelding_nummer", "kanaal_code"], "wie")
        connection.execute(text("drop table aangemeld"))
    assert before.startswith("3 rows, sha256 ")
    assert (before == after) is is_same


def test_where_dlt_cannot_be_fetched_one_line_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("HUB_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/nothing")
    monkeypatch.setenv("HUB_HOME", str(tmp_path))
    told = CliRunner().invoke(app, ["peer", "--records", "1"])
    assert told.exit_code == 2
    assert "dlt cannot be installed here" in told.output
    assert "Traceback" not in told.output
    assert (tmp_path / "peer.log").read_text()


@pytest.mark.pure
def test_dlt_stays_out_of_the_environment_of_the_hub() -> None:
    lock = peer_home.LOCK.read_text()
    assert re.search(r"^dlt==", lock, re.MULTILINE)
    assert lock.count("==") <= lock.count("--hash=sha256:")
    assert "://" not in lock
    assert not re.search(r"^dlt==", Path("requirements.lock").read_text(), re.MULTILINE)
