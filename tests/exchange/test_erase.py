"""A person whose controller decided so is forgotten: in landing and in the kluis, today and when delivered again."""

import json
import os
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

import exchange.shell
from exchange.cli import app
from exchange.delivery import Counts, find
from exchange.erase import Decision, decide, erase
from exchange.errors import DeclarationError
from exchange.housekeeping import housekeeping
from exchange.landing import Landing
from exchange.replay import again
from exchange.validate import validate
from tests.exchange.hub import Hub
from tests.exchange.levering import aanmelding, deliver, xml
from warehouse.engine import engine_for
from warehouse.errors import WarehouseError

LATER = date(2015, 3, 3)
NEXT = "2015-03-03T00:00:00Z"
KAREL = {"client_nummer_bron": "C-karel", "geslachtsnaam": "Wegwezen"}
BESLUIT = "Z-2015-0412"


def _records(**changes: Any) -> list[dict[str, Any]]:
    """Two aanmeldingen of Karel and one of another person."""
    return [aanmelding("A", persoon=KAREL, **changes), aanmelding("B"), aanmelding("C", persoon=KAREL, **changes)]


@pytest.fixture
def known(hub: Hub) -> Hub:
    """A hub that knows Karel, from one delivery."""
    assert hub.deliver("aanmelding_1.xml", _records()) == Counts(received=3, accepted=3)
    return hub


def _erase(hub: Hub, number: str = "C-karel", code: str = "0109") -> str:
    context = hub.context(LATER)
    return erase(context, decide(context, number, code, BESLUIT)).line()


def _landed(hub: Hub) -> bytes:
    """All that landing holds of the source, as delivered."""
    context = hub.context(LATER)
    shown = b""
    for (delivery_id,) in hub.rows("select delivery_id from exchange.delivery where landing_path <> '' order by 1"):
        with context.engine.connect() as connection:
            found = find(connection, delivery_id)
        with context.landing.open(found.landing_path, found.sha256) as stream:
            shown += stream.read()
    return shown


def test_who_it_was_is_gone_from_landing_and_kluis_and_the_others_stay(known: Hub) -> None:
    before = _landed(known)
    assert _erase(known) == "2 records destroyed in landing · 1 identities destroyed in the kluis"
    after = _landed(known)
    assert (b"Wegwezen" in before, b"C-karel" in before) == (True, True)
    assert (b"Wegwezen" in after, b"C-karel" in after, b"C-B" in after) == (False, False, True)
    assert len(after) == len(before)
    assert known.value("select count(*) from kluis.persoon") == 1
    assert known.value("select count(*) from kluis.identiteit") == 1
    rows = known.rows("select record_nummer, fault_code, is_whole from exchange.redaction order by 1")
    assert rows == [(1, "R035", False), (3, "R035", False)]


def test_what_was_counted_stays_under_a_reference_that_leads_to_nobody(known: Hub) -> None:
    current = known.current()
    _erase(known)
    assert known.current() == current
    known_still = "select client_ref from kluis.persoon"
    left = f"select count(*) from warehouse.actueel_aanmelding where client_ref not in ({known_still})"
    assert known.value(left) == 2


def test_the_next_delivery_does_not_bring_the_person_back(known: Hub) -> None:
    _erase(known)
    counts = known.deliver("aanmelding_2.xml", _records(verwijzer_code="03"), LATER, stand_op=NEXT)
    assert counts == Counts(received=3, rejected=2, unchanged=1)
    assert known.value("select count(*) from kluis.persoon") == 1
    assert b"Wegwezen" not in _landed(known)


def test_the_same_records_again_are_not_taken_as_known(known: Hub) -> None:
    """Records that came before in the same bytes are not judged; after an erasure they are."""
    _erase(known)
    counts = known.deliver("aanmelding_2.xml", _records(), LATER, stand_op=NEXT)
    assert counts == Counts(received=3, rejected=2, unchanged=1)
    assert b"Wegwezen" not in _landed(known)


def test_a_complete_delivery_with_a_refused_person_withdraws_nothing(known: Hub) -> None:
    _erase(known)
    current = known.current()
    known.deliver("aanmelding_2.xml", _records(), LATER, stand_op=NEXT, omvang="volledig")
    assert known.current() == current


def test_the_sender_hears_in_its_own_words_what_became_of_the_record(known: Hub) -> None:
    _erase(known)
    known.deliver("aanmelding_2.xml", _records(), LATER, stand_op=NEXT)
    (fault,) = known.value("select faults from exchange.reject order by record_nummer limit 1")
    assert fault["code"] == "R035"
    assert fault["tekst"].startswith("persoon.client_nummer_bron: over deze persoon besloot de verwerkings")
    assert "karel" not in json.dumps(known.answer()).lower()


def test_a_decision_binds_the_controller_who_took_it(known: Hub) -> None:
    """The records are of 0109; another controller's decision touches none of them."""
    assert _erase(known, code="0106") == "0 records destroyed in landing · 0 identities destroyed in the kluis"
    assert known.value("select count(*) from kluis.persoon") == 2
    counts = known.deliver("aanmelding_2.xml", _records(verwijzer_code="03"), LATER, stand_op=NEXT)
    assert counts == Counts(received=3, accepted=2, unchanged=1)


def test_a_decision_binds_one_source(known: Hub) -> None:
    other = known.of_its_own(2)
    other.deliver("aanmelding_1.xml", _records())
    _erase(known)
    assert known.value("select count(*) from kluis.persoon where source = :source", source=other.source.id) == 2


def test_twice_destroys_nothing_more(known: Hub) -> None:
    _erase(known)
    assert _erase(known) == "0 records destroyed in landing · 0 identities destroyed in the kluis"
    assert known.value("select count(*) from kluis.gewist") == 1


def test_broken_off_in_landing_it_is_done_again(known: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: Any) -> None:
        raise InterruptedError

    with monkeypatch.context() as broken:
        broken.setattr(Landing, "blank", killed)
        with pytest.raises(InterruptedError):
            _erase(known)
    assert b"Wegwezen" in _landed(known)
    assert _erase(known) == "2 records destroyed in landing · 1 identities destroyed in the kluis"
    assert b"Wegwezen" not in _landed(known)


def test_a_delivery_that_waits_to_be_judged_is_refused_then(known: Hub) -> None:
    deliver(known.folder, "aanmelding_2.xml", xml(_records(verwijzer_code="03"), NEXT))
    from exchange.receive import receive

    (waiting,) = receive(known.context(LATER))
    _erase(known)
    assert validate(known.context(LATER), waiting).rejected == 2
    assert b"Wegwezen" not in _landed(known)


def test_a_replay_of_bytes_that_were_blanked_brings_nobody_back(known: Hub) -> None:
    _erase(known)
    made = again(known.context(LATER), known.value("select min(delivery_id) from exchange.delivery"))
    assert validate(known.context(LATER), made.delivery_id) == Counts(received=1, unchanged=1)


def test_what_cannot_be_read_is_told(known: Hub) -> None:
    known.deliver("aanmelding_2.xml", [], LATER, stand_op=NEXT)
    (known.folder / "uit").mkdir(exist_ok=True)
    (known.folder / "uit" / "aanmelding_3.xml").write_text(xml(_records(), NEXT)[:700])
    known.night(LATER)
    broken = known.value("select max(delivery_id) from exchange.delivery where state = 'refused'")
    assert _erase(known).endswith(f"deliveries that cannot be read: [{broken}]")


def test_an_empty_list_leaves_the_marks_of_before(known: Hub) -> None:
    """So an installation that never erased anybody does no record twice over for it."""
    marks = known.value("select encode(marks, 'hex') from exchange.manifest")
    counts = known.deliver("aanmelding_2.xml", _records(), LATER, stand_op=NEXT)
    again_marks = known.value("select encode(marks, 'hex') from exchange.manifest order by delivery_id desc limit 1")
    assert (counts, again_marks) == (Counts(received=3, unchanged=3), marks)


def test_after_a_restore_the_decisions_are_applied_again(known: Hub) -> None:
    context = known.context(LATER)
    line = decide(context, "C-karel", "0109", BESLUIT).line()
    assert "karel" not in line
    assert erase(context, Decision.read(line)).records == 2


@pytest.mark.pure
@pytest.mark.parametrize("line", ["", "{}", '{"lookup": "zz"}', "[]", '{"source": 1}'])
def test_a_line_that_is_no_decision_is_told_in_one_line(line: str) -> None:
    with pytest.raises(DeclarationError, match="hub erased --json"):
        Decision.read(line)


def test_the_role_that_destroys_reads_no_identity_and_the_loader_destroys_nothing(known: Hub) -> None:
    database = known.region.database
    for role, query in (
        ("eraser", "select sealed from kluis.identiteit"),
        ("eraser", "select count(*) from accepted.aanmelding"),
        ("loader", "delete from kluis.persoon"),
        ("loader", "insert into kluis.gewist values ('', '0109', 'proef', 'x', '2015-03-03')"),
    ):
        with engine_for(database, role).connect() as connection, pytest.raises(WarehouseError) as refused:
            connection.execute(text(query))
        assert refused.value.sqlstate == "42501"


@pytest.fixture
def run(known: Hub, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Types a command against the hub of the test."""
    monkeypatch.setattr(exchange.shell, "load_regions", lambda: [known.region])
    return lambda *words, stdin="": CliRunner().invoke(app, [*words], input=stdin)


def test_the_number_comes_over_standard_input_and_is_shown_nowhere(known: Hub, run: Any, tmp_path: Path) -> None:
    done = run("erase", "proef", "--besluit", BESLUIT, "--vandaag", "2015-03-03", stdin="C-karel\n")
    assert done.exit_code == 0, done.output
    assert "2 records destroyed" in done.output
    assert "karel" not in done.output
    listed = run("erased", "--json").stdout
    assert listed.strip() in done.output
    assert BESLUIT in run("erased").stdout
    kept = tmp_path / "gewist.jsonl"
    kept.write_text(listed)
    assert "0 records destroyed" in run("reapply", str(kept)).output


def test_without_a_number_nothing_happens(known: Hub, run: Any) -> None:
    done = run("erase", "proef", "--besluit", BESLUIT, stdin="\n")
    assert (done.exit_code, known.value("select count(*) from kluis.gewist")) == (2, 0)
    assert "number of the client" in done.output


def test_of_a_person_without_identity_the_reference_goes_too(hub: Hub, tmp_path: Path) -> None:
    hub.deliver("aanmelding_1.xml", [aanmelding("A", persoon={"client_nummer_bron": "C-1", "is_anoniem": "true",
        "bsn": None, "geslachtsnaam": None, "geboortedatum": None, "geslacht_code": None, "postcode": None,
        "huisnummer": None, "leeftijdsklasse_code": "04"})])  # fmt: skip
    assert hub.value("select count(*) from kluis.persoon") == 1
    _erase(hub, "C-1")
    assert hub.value("select count(*) from kluis.persoon") == 0


def test_a_source_that_is_no_longer_declared_for_a_bericht_is_left_alone(known: Hub) -> None:
    source = replace(known.source, delivers={})
    context = replace(known.context(LATER), source=source)
    assert erase(context, decide(context, "C-karel", "0109", BESLUIT)).identities == 1


def test_a_file_that_was_never_finished_holds_nobody_for_long(known: Hub) -> None:
    """A kill in the middle of storing leaves sealed bytes that no delivery names, and no erasure finds."""
    folder = known.context(LATER).landing.root / "proef" / "ab"
    folder.mkdir(parents=True)
    old, new = folder / "oud.zst.7.part", folder / "nieuw.zst.8.part"
    for part in (old, new):
        part.write_bytes(b"half")
    os.utime(old, (0, 0))
    before = _landed(known)
    assert housekeeping(known.region, LATER).parts == 1
    assert (old.exists(), new.exists(), _landed(known)) == (False, True, before)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["--besluit", ""], "--besluit: is empty"),
        (["--besluit", " "], "--besluit: is empty"),
        (["--besluit", "999990019"], "--besluit: holds a number that may be a BSN"),
        (["--besluit", "Z 9999.90.019"], "--besluit: holds a number that may be a BSN"),
        (["--besluit", BESLUIT, "--verantwoordelijke", "9999"], "9999 is none of the controllers .* choose from 0109"),
    ],
)
def test_a_decision_that_cannot_be_one_is_refused_before_anything_happens(
    known: Hub, run: Any, words: list[str], line: str
) -> None:
    done = run("erase", "proef", *words, stdin="C-karel\n")
    assert (done.exit_code, done.stdout) == (2, "")
    assert re.search(line, done.stderr)
    assert "999990019" not in done.stderr
    assert known.value("select count(*) from kluis.gewist") == 0
    assert b"Wegwezen" in _landed(known)


def test_a_number_that_nobody_has_is_told_and_seen_by_a_script(known: Hub, run: Any) -> None:
    done = run("erase", "proef", "--besluit", BESLUIT, stdin="C-kareltje\n")
    assert done.exit_code == 1
    assert "nobody of that number is known here, at proef of 0109: nothing was destroyed" in done.stderr
    assert b"Wegwezen" in _landed(known)
    later = aanmelding("D", persoon={**KAREL, "client_nummer_bron": "C-kareltje"})
    assert known.deliver("aanmelding_2.xml", [later], LATER, stand_op=NEXT) == Counts(received=1, rejected=1)
    again = run("erase", "proef", "--besluit", BESLUIT, stdin="C-kareltje\n")
    assert (again.exit_code, "nobody" in again.stderr) == (0, False)


def test_a_number_that_was_blocked_by_mistake_may_come_again(known: Hub, run: Any) -> None:
    words = ("--besluit", BESLUIT)
    assert run("erase", "proef", *words, stdin="C-kareltje\n").exit_code == 1
    theirs = [aanmelding("D", persoon={**KAREL, "client_nummer_bron": "C-kareltje"})]
    assert known.deliver("aanmelding_2.xml", theirs, LATER, stand_op=NEXT) == Counts(received=1, rejected=1)
    done = run("unblock", "proef", *words, stdin="C-kareltje\n")
    assert (done.exit_code, "may come again" in done.stdout) == (0, True)
    assert known.value("select count(*) from kluis.gewist") == 0
    after = Counts(received=1, accepted=1)
    assert known.deliver("aanmelding_3.xml", theirs, LATER, stand_op="2015-03-03T06:00:00Z") == after
    once_more = run("unblock", "proef", *words, stdin="C-kareltje\n")
    assert (once_more.exit_code, "is not blocked at proef of 0109" in once_more.stderr) == (1, True)


def test_who_was_only_ever_refused_is_known(known: Hub, run: Any) -> None:
    """No identity in the kluis, and still records in landing."""
    refused = aanmelding("E", persoon={**KAREL, "client_nummer_bron": "C-fout"}, datum_aanmelding="2015-02-31")
    assert known.deliver("aanmelding_2.xml", [refused], LATER, stand_op=NEXT).rejected == 1
    done = run("erase", "proef", "--besluit", BESLUIT, stdin="C-fout\n")
    assert (done.exit_code, "1 records destroyed" in done.stdout) == (0, True)


def test_a_list_of_decisions_with_a_strange_line_is_named_and_not_begun(known: Hub, run: Any, tmp_path: Path) -> None:
    kept = tmp_path / "gewist.jsonl"
    kept.write_text(decide(known.context(LATER), "C-karel", "0109", BESLUIT).line() + "\n\nstuk\n")
    done = run("reapply", str(kept))
    assert (done.exit_code, known.value("select count(*) from kluis.gewist")) == (2, 0)
    assert "gewist.jsonl: line 3: is no decision as `hub erased --json` prints it" in done.stderr
    kept.write_bytes(b"\xff\x00")
    done = run("reapply", str(kept))
    assert (done.exit_code, "gewist.jsonl: is no text" in done.stderr) == (2, True)
