"""A proeflevering: the verdict of the night, the answer of the night, and not a row or a byte that stays."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

import exchange.shell
from exchange import cli_try, try_out, workers
from exchange.answer import answer
from exchange.cli import app
from exchange.document import document, records
from exchange.errors import DeclarationError
from exchange.receive import receive
from exchange.replay import again
from exchange.status import stale, status
from exchange.try_out import Tried, try_file, try_night, try_source
from tests.exchange.hub import NIGHT, Hub
from tests.exchange.levering import BSN, aanmelding, weg, xml
from tests.reports.answers import wrong
from warehouse.engine import engine_for

WRONG = aanmelding("C", datum_aanmelding="2015-02-31", loket_code=None)
RECORDS = [aanmelding("A"), aanmelding("B"), WRONG, weg("D")]
# What the verdict itself is written in; of all other tables not a row may come or go.
LEDGER = {"exchange.delivery", "exchange.reject", "exchange.answer", "exchange.quality_result"}
TABLES = """
select format('%I.%I', schemaname, tablename) from pg_tables
where schemaname not in ('pg_catalog', 'information_schema')
"""


def rows(hub: Hub) -> dict[str, int]:
    """How many rows each table of the region's database has; the tables themselves are told too."""
    with engine_for(hub.region.database, "owner").connect() as connection:
        tables = connection.scalars(text(TABLES)).all()
        return {table: connection.scalar(text(f"select count(*) from {table}")) or 0 for table in tables}


def landed(hub: Hub) -> list[Path]:
    root = hub.context().landing.root
    return [path for path in root.rglob("*") if path.is_file()]


def file_of(hub: Hub, name: str, records: Sequence[Any], **header: Any) -> Path:
    """A file that its sender holds in hand; the hub was not given it."""
    hub.folder.mkdir(parents=True, exist_ok=True)
    path = hub.folder / name
    path.write_text(xml(records, **header), encoding="utf-8")
    return path


def tried(hub: Hub, records: Sequence[Any], vandaag: date = NIGHT, **header: Any) -> Tried:
    return try_file(hub.context(vandaag), file_of(hub, "aanmelding_proef.xml", records, **header))


def told(hub: Hub, delivery_id: int) -> dict[str, Any]:
    with hub.context().engine.connect() as connection:
        found = document(connection, hub.region, delivery_id)
        return found.head | {"afgekeurde_records": list(records(connection, hub.region, found))}


def test_not_a_row_comes_or_goes_but_in_the_ledger(hub: Hub) -> None:
    hub.deliver("aanmelding_1.xml", [aanmelding("A"), aanmelding("Z")])
    before, bytes_before = rows(hub), landed(hub)
    found = tried(hub, RECORDS, stand_op="2015-03-03T00:00:00Z", vandaag=date(2015, 3, 3), omvang="volledig")
    assert (found.counts.received, found.counts.accepted, found.counts.rejected) == (4, 1, 1)
    assert found.counts.withdrawn == 1  # Z is absent from the whole
    after = rows(hub)
    assert {table for table in after.keys() | before.keys() if after.get(table) != before.get(table)} <= LEDGER
    assert after["exchange.delivery"] == before["exchange.delivery"] + 1
    assert after["exchange.reject"] == before["exchange.reject"] + 1
    assert landed(hub) == bytes_before
    assert not list((hub.context().landing.root.parent.parent / "work").glob("*"))


def test_a_large_file_leaves_no_more_behind(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "LARGE", 1)  # the night would take two processes, that commit what they staged
    before = rows(hub)
    many = [aanmelding(f"A{number}", persoon={"bsn": BSN[number % 4]}) for number in range(40)]
    assert tried(hub, many).counts.accepted == 40
    assert {table for table, count in rows(hub).items() if count != before.get(table)} <= LEDGER


def test_what_the_ledger_keeps_holds_no_value_of_a_person(hub: Hub) -> None:
    found = tried(hub, [aanmelding("A", persoon={"bsn": BSN[1], "huisnummer": "nul"})])
    assert found.counts.rejected == 1
    for table in LEDGER:
        for (row,) in hub.rows(f"select to_jsonb(deze)::text from {table} as deze"):
            for value in (BSN[1], "Toverstaf", "1980-05-17", "7741AB"):
                assert value not in row


def test_the_verdict_is_that_of_the_night(hub: Hub) -> None:
    found = tried(hub, RECORDS)
    real = hub.deliver("aanmelding_proef.xml", RECORDS)
    assert found.counts == real
    trial, night = told(hub, found.delivery_id), told(hub, hub.value("select max(delivery_id) from exchange.delivery"))
    same = ("uitkomst", "afzender", "aantallen", "weigering", "fouten", "waarschuwingen", "kwaliteit", "contact")
    for key in (*same, "afgekeurde_records"):
        assert trial[key] == night[key], key
    assert (trial["soort"], night["soort"]) == ("proef", "definitief")
    assert wrong(trial) == []


def test_the_answer_says_that_it_was_a_trial(hub: Hub) -> None:
    found = told(hub, tried(hub, RECORDS).delivery_id)
    assert found["samenvatting"].startswith("Dit was een proef: er is niets van bewaard of verwerkt. Van de 4 records")
    assert hub.value("select count(*) from exchange.outbox") == 0


def test_a_trial_has_no_place_in_the_order_of_versions(hub: Hub) -> None:
    hub.deliver("aanmelding_1.xml", [aanmelding("A", datum_aanmelding="2015-02-10")])
    newer = aanmelding("A", datum_aanmelding="2015-02-12")
    assert tried(hub, [newer], stand_op="2015-03-05T00:00:00Z", vandaag=date(2015, 3, 5)).counts.accepted == 1
    between = hub.deliver(
        "aanmelding_2.xml",
        [aanmelding("A", datum_aanmelding="2015-02-11")],
        vandaag=date(2015, 3, 3),
        stand_op="2015-03-03T00:00:00Z",
    )
    assert (between.accepted, between.superseded) == (1, 0)
    assert hub.current() == {("A", "2015-02-11")}


def test_the_same_bytes_may_be_tried_before_and_after_they_are_delivered(hub: Hub) -> None:
    first = tried(hub, RECORDS)
    assert hub.deliver("aanmelding_1.xml", RECORDS).accepted == first.counts.accepted == 2
    once_more = tried(hub, RECORDS)
    assert (once_more.counts.accepted, once_more.counts.unchanged) == (0, 2)
    assert told(hub, once_more.delivery_id)["levering"]["gelijk_aan"] is not None
    assert hub.rows("select count(*), sum(residual) from exchange.delivery where state = 'tried'") == [(2, 0)]


def test_what_would_be_refused_as_a_whole_says_why(hub: Hub) -> None:
    found = tried(hub, RECORDS, afzender="0114")
    assert (found.fault_code, found.sound) == ("L004", False)
    answered = told(hub, found.delivery_id)
    assert (answered["uitkomst"], answered["weigering"]["code"]) == ("geweigerd", "L004")
    assert "wordt als geheel geweigerd" in answered["samenvatting"]
    assert wrong(answered) == []


def test_a_file_that_is_no_delivery_at_all_is_told_too(hub: Hub) -> None:
    hub.folder.mkdir(parents=True)
    (hub.folder / "brief.xml").write_text("geachte heer")
    found = try_file(hub.context(), hub.folder / "brief.xml")
    assert (found.fault_code, told(hub, found.delivery_id)["uitkomst"]) == ("L001", "geweigerd")


def test_what_would_be_held_says_so_and_holds_nothing(hub: Hub) -> None:
    whole = [aanmelding(f"A{number}") for number in range(60)]
    for day in range(2, 8):
        hub.deliver(f"aanmelding_{day}.xml", whole, omvang="volledig", stand_op=f"2015-03-0{day}T00:00:00Z",
                    vandaag=date(2015, 3, day))  # fmt: skip
    found = tried(hub, whole[:5], omvang="volledig", stand_op="2015-03-08T00:00:00Z", vandaag=date(2015, 3, 8))
    assert found.held
    answered = told(hub, found.delivery_id)
    assert answered["uitkomst"] == "aangehouden"
    assert {one["gevolg"] for one in answered["kwaliteit"]} >= {"Een echte levering wordt hierom aangehouden"}
    with hub.context().engine.connect() as connection:
        (state,) = status(connection, hub.region)
    assert state.held == ()
    assert len(hub.current()) == 60


def test_status_and_staleness_know_nothing_of_trials(hub: Hub) -> None:
    hub.deliver("aanmelding_1.xml", [aanmelding("A")])
    tried(hub, RECORDS)
    with hub.context().engine.connect() as connection:
        (found,) = status(connection, hub.region)
        assert stale(connection, hub.region, NIGHT) == []
    assert (found.counts.received, found.state) == (1, "merged")


def test_of_a_trial_there_is_nothing_to_replay(hub: Hub) -> None:
    with pytest.raises(LookupError, match="no bytes of delivery"):
        again(hub.context(), tried(hub, RECORDS).delivery_id)


def test_a_source_can_be_asked_and_keeps_what_it_has(hub: Hub) -> None:
    path = hub.put("aanmelding_1.xml", RECORDS)
    (found,) = try_source(hub.context())
    assert found.counts.received == 4
    assert path.exists()
    assert hub.deliver("aanmelding_2.xml", [aanmelding("E")]).received == 5  # both, as if nothing had been


@pytest.fixture
def proef(hub: Hub) -> Hub:
    """The hub with its source on trial."""
    source = replace(hub.source, is_proef=True)
    return Hub(replace(hub.region, sources={source.id: source}), source, hub.folder)


def test_a_night_of_a_proef_source_answers_and_loads_nothing(proef: Hub) -> None:
    path = proef.put("aanmelding_1.xml", RECORDS)
    before = rows(proef)
    (found,) = try_night(proef.context())
    changed = {table for table, count in rows(proef).items() if count != before.get(table)}
    assert changed <= LEDGER | {"exchange.outbox", "exchange.run"}
    assert not path.exists()
    assert answer(proef.context()) == 1
    box = sorted(path.name for path in (proef.folder / "in").iterdir())
    assert box == [f"proef_retourbericht_20150302_aanmelding_{found.delivery_id}.{kind}" for kind in ("html", "json")]
    page = (proef.folder / "in" / box[0]).read_text("utf-8")
    assert "PROEF · deels afgekeurd" in page
    assert json.loads((proef.folder / "in" / box[1]).read_text("utf-8"))["soort"] == "proef"
    assert try_night(proef.context()) == []
    with proef.context().engine.connect() as connection:
        (state,) = status(connection, proef.region)
        assert stale(connection, proef.region, date(2015, 5, 1)) == []
    assert (state.state, state.counts.received) == ("proef", 4)
    assert "proef" not in {row[0] for row in proef.rows("select source from warehouse.verwachte_levering")}


def test_killed_before_the_file_is_put_away_a_night_tries_it_once(proef: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    proef.put("aanmelding_1.xml", RECORDS)
    with monkeypatch.context() as patch:
        patch.setattr("connectors.filedrop.FileDropConnector.confirm", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            try_night(proef.context())
    assert len(try_night(proef.context())) == 1
    assert proef.value("select count(*) from exchange.delivery") == 1


def under_other_rules(proef: Hub, **changes: Any) -> Hub:
    """The same source on trial, after somebody mended its declaration."""
    delivers = {name: replace(one, **changes) for name, one in proef.source.delivers.items()}
    source = replace(proef.source, delivers=delivers)
    return Hub(replace(proef.region, sources={source.id: source}), source, proef.folder)


def test_what_was_tried_by_other_rules_is_judged_again(proef: Hub) -> None:
    first = under_other_rules(proef, vast={"kanaal_code": "geen"})  # no code of that list
    path = proef.put("aanmelding_1.xml", RECORDS)
    content = path.read_bytes()
    (wrong,) = try_night(first.context())
    path.write_bytes(content)
    (mended,) = try_night(proef.context())
    assert (wrong.counts.accepted, mended.counts.accepted) == (0, 2)
    path.write_bytes(content)
    (again_,) = try_night(proef.context())
    assert again_ == mended
    path.write_bytes(content)
    (back,) = try_night(first.context())
    assert back == wrong


def test_a_refusal_is_not_told_once_its_declaration_is_mended(proef: Hub) -> None:
    other = replace(proef.source, code="0114")
    path = proef.put("aanmelding_1.xml", RECORDS)
    content = path.read_bytes()
    (refused,) = try_night(Hub(replace(proef.region, sources={other.id: other}), other, proef.folder).context())
    path.write_bytes(content)
    (mended,) = try_night(proef.context())
    assert (refused.fault_code, mended.fault_code, mended.counts.accepted) == ("L004", None, 2)


def test_what_somebody_tried_by_hand_is_still_told_to_the_sender(proef: Hub) -> None:
    path = proef.put("aanmelding_1.xml", RECORDS)
    by_hand = try_file(proef.context(), path)
    (found,) = try_night(proef.context())
    assert found.delivery_id != by_hand.delivery_id
    assert answer(proef.context()) == 1


def test_what_a_night_tried_is_loaded_once_it_is_put_back(proef: Hub, hub: Hub, capsys: Any) -> None:
    path = proef.put("aanmelding_1.xml", RECORDS)
    cli_try.tell(proef.context(), try_night(proef.context()), as_json=False)
    said = capsys.readouterr().out
    assert "lies in the folder verwerkt now, and is not loaded" in said
    assert "put it back in the folder uit" in said
    assert hub.night() == []
    shutil.move(proef.folder / "verwerkt" / path.name, path)
    assert sum(one.accepted for one in hub.night()) == 2


def test_a_folder_that_cannot_be_made_is_one_line_before_anything_is_judged(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = file_of(hub, "aanmelding_1.xml", RECORDS)
    monkeypatch.setattr(exchange.shell, "load_regions", lambda: [hub.region])
    shown = CliRunner().invoke(app, ["try", hub.source.id, str(file), "--out", "/dev/null/x"])
    assert (shown.exit_code, "--out: /dev/null/x: Not a directory" in shown.output) == (2, True), shown.output
    assert hub.value("select count(*) from exchange.delivery") == 0


def test_killed_while_it_judges_nothing_is_left(proef: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    proef.put("aanmelding_1.xml", RECORDS)
    before = rows(proef)
    with monkeypatch.context() as patch:
        patch.setattr(try_out, "weigh", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            try_night(proef.context())
    changed = {table for table, count in rows(proef).items() if count != before.get(table)}
    assert changed == {"exchange.run"}


def test_a_proef_source_is_not_received(proef: Hub) -> None:
    with pytest.raises(DeclarationError, match="nothing of it is received"):
        receive(proef.context())
