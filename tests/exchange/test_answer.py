"""Each delivery is answered once, with what the ledger says and nothing else; a box that is down holds up nobody."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, text

from connectors.connection import Connection
from exchange import delivery
from exchange.answer import answer
from exchange.context import Context
from exchange.errors import DeclarationError, SourceRefused, SourceUnavailable
from exchange.merge import merge
from exchange.receive import receive
from exchange.release import release
from exchange.replay import again
from exchange.source import Answering
from exchange.status import status
from exchange.validate import validate
from schemas.faults import CATALOGUE
from tests.connectors.sftp import LOGIN, PASSWORD, SftpServer
from tests.exchange.hub import NIGHT, Hub
from tests.exchange.killed import die_at, killed
from tests.exchange.levering import BSN, aanmelding, weg
from tests.exchange.test_privacy import SECRETS
from tests.reports.answers import texts, wrong
from warehouse.tables import quality_result

WRONG = aanmelding("C", datum_aanmelding="2015-02-31", loket_code=None)
RECORDS = [aanmelding("A"), aanmelding("B"), WRONG, weg("D")]


def only(box: dict[str, Any]) -> Any:
    (one,) = box.values()
    return one


def test_a_delivery_has_one_final_answer_with_the_senders_own_keys_and_faults(hub: Hub) -> None:
    hub.deliver("aanmelding_1.xml", RECORDS)
    found = only(hub.answer())
    assert wrong(found) == []
    assert (found["soort"], found["uitkomst"], found["versie"]) == ("definitief", "verwerkt", 2)
    assert found["afzender"] == {"bron": "proef", "naam": "Gemeente Coevorden", "soort": "gemeente", "code": "0109"}
    assert found["levering"]["naam"] == "aanmelding_1.xml"
    assert found["aantallen"] == {
        "ontvangen": 4, "aangenomen": 2, "afgekeurd": 1, "ongewijzigd": 0, "achterhaald": 0, "verwijderd": 1,
        "ingetrokken": 0,
    }  # fmt: skip
    (record,) = found["afgekeurde_records"]
    assert (record["record"], record["sleutel"]) == (3, "C")
    assert {(fault["code"], fault["veld"]) for fault in record["fouten"]} == {
        ("V005", "datum_aanmelding"), ("V001", "loket_code"),
    }  # fmt: skip
    assert "datum_aanmelding is geen bestaande datum in de vorm jjjj-mm-dd." in set(texts(record))
    assert [(kind["code"], kind["aantal"]) for kind in found["fouten"]] == [("V001", 1), ("V005", 1)]
    assert found["contact"]["email"] == "regiohub@drenthe.example"


def test_the_senders_own_field_names_stand_in_it(hub: Hub) -> None:
    delivers = replace(hub.source.delivers["aanmelding"], rename={"Gemeld": "datum_aanmelding"})
    source = replace(hub.source, delivers={"aanmelding": delivers})
    own = Hub(replace(hub.region, sources={source.id: source}), source, hub.folder)
    record = aanmelding("A", datum_aanmelding=None, Gemeld="2015-02-31")
    own.deliver("aanmelding_1.xml", [record])
    found = only(own.answer())
    (fault,) = found["afgekeurde_records"][0]["fouten"]
    assert (fault["veld"], fault["contractveld"]) == ("Gemeld", "datum_aanmelding")
    assert fault["tekst"].startswith("Gemeld is geen bestaande datum")
    assert found["fouten"][0]["velden"][0]["veld"] == "Gemeld"


def test_a_page_lies_beside_the_file(hub: Hub) -> None:
    hub.deliver("aanmelding_1.xml", RECORDS)
    (name,) = hub.answer()
    page = (hub.folder / "in" / name.replace(".json", ".html")).read_text("utf-8")
    assert "<h1>Gemeente Coevorden</h1>" in page
    assert "Van de 4 records in de levering is er 1 afgekeurd" in page
    assert sorted(path.suffix for path in (hub.folder / "in").iterdir()) == [".html", ".json"]


def test_what_was_sent_is_not_sent_again_and_its_hash_is_kept(hub: Hub) -> None:
    hub.deliver("aanmelding_1.xml", RECORDS)
    hub.answer()
    for path in (hub.folder / "in").iterdir():
        path.unlink()  # the sender has taken it away
    assert hub.answer() == {}
    assert hub.rows("select versie, state, tries from exchange.outbox order by 1") == [
        (1, "overtaken", 0), (2, "sent", 1),
    ]  # fmt: skip


def test_a_delivery_that_stays_where_it_is_is_answered_as_received_and_its_final_answer_takes_that_place(
    hub: Hub,
) -> None:
    hub.put("aanmelding_1.xml", RECORDS)
    (delivery_id,) = receive(hub.context())
    first = hub.answer()
    assert wrong(only(first)) == []
    assert (only(first)["soort"], only(first)["aantallen"]) == ("ontvangen", None)
    validate(hub.context(), delivery_id)
    assert hub.answer() == first  # judged and not merged: nothing new to tell
    merge(hub.context(), delivery_id)
    last = hub.answer()
    assert last.keys() == first.keys()
    assert (only(last)["soort"], only(last)["versie"]) == ("definitief", 2)


def test_a_delivery_that_is_held_is_told_so(hub: Hub) -> None:
    hub.put("aanmelding_1.xml", RECORDS)
    (delivery_id,) = receive(hub.context())
    counts = validate(hub.context(), delivery_id)
    result = {"source": "proef", "bericht": "aanmelding", "verantwoordelijke_code": "0109", "vandaag": NIGHT}
    result |= {
        "delivery_id": delivery_id,
        "expectation": "geweigerd",
        "subject": "",
        "observed": 0.625,
        "is_met": False,
    }
    with hub.context().engine.begin() as connection:
        connection.execute(insert(quality_result).values(result | {"level": "warn", "maximum": 0.1}))
        connection.execute(insert(quality_result).values(result | {"level": "hold", "maximum": 0.5}))
        connection.execute(
            insert(quality_result).values(
                result | {"level": "warn", "expectation": "plausibel.lang_open", "subject": "datum_afgehandeld",
                          "observed": 0.2, "maximum": 0.05}
            )
        )  # fmt: skip
        moment = {"assessed_at": func.clock_timestamp()}
        delivery.close(connection, delivery_id, "held", counts, **moment)
    found = only(hub.answer())
    assert wrong(found) == []
    assert (found["soort"], found["uitkomst"]) == ("aangehouden", "aangehouden")
    assert (found["aantallen"]["afgekeurd"], len(found["afgekeurde_records"])) == (1, 1)
    assert found["kwaliteit"] == [
        {
            "tekst": "Deel van de ontvangen records dat geweigerd is: 62,5 %, verwacht hoogstens 50 %.",
            "gevolg": "De levering is hierom aangehouden",
        },
        {
            "tekst": "Deel van de nieuwe versies dat niet aannemelijk is (datum_afgehandeld boven 730 dagen na "
            "datum_aanmelding): 20 %, verwacht hoogstens 5 %.",
            "gevolg": "Ter kennisgeving; dit houdt de levering niet tegen",
        },
    ]
    release(hub.context(), delivery_id, "nagekeken", "beheer")
    merge(hub.context(), delivery_id)
    last = only(hub.answer())
    assert (last["versie"], last["uitkomst"]) == (3, "verwerkt")
    assert last["kwaliteit"][0]["gevolg"] == "De levering was hierom aangehouden en is na controle vrijgegeven"


@pytest.mark.parametrize(
    ("expectation", "observed", "maximum", "said"),
    [
        ("geweigerd", "0.0004", "0", "0,04 %, verwacht hoogstens 0 %."),
        ("geweigerd", "0.0103", "0.01", "1,03 %, verwacht hoogstens 1 %."),
        ("geweigerd", "0.100004", "0.1", "10,0004 %, verwacht hoogstens 10 %."),
        ("geweigerd", "0.31449", "0.2", "31,4 %, verwacht hoogstens 20 %."),
        ("achter", "60.04", "60", "60,04, verwacht hoogstens 60."),
        ("achter", "3.25", "0", "3,3, verwacht hoogstens 0."),
    ],
)
def test_what_was_seen_is_never_rounded_to_what_was_expected(
    hub: Hub, expectation: str, observed: str, maximum: str, said: str
) -> None:
    hub.put("aanmelding_1.xml", RECORDS)
    hub.night()
    result = {"source": "proef", "bericht": "aanmelding", "verantwoordelijke_code": "0109", "vandaag": NIGHT}
    result |= {"delivery_id": hub.value("select max(delivery_id) from exchange.delivery"), "expectation": expectation}
    seen = {"subject": "", "level": "warn", "observed": Decimal(observed), "maximum": Decimal(maximum), "is_met": False}
    with hub.context().engine.begin() as connection:
        connection.execute(insert(quality_result).values(result | seen))
    assert [one["tekst"].split(": ")[1] for one in only(hub.answer())["kwaliteit"]] == [said]


def test_a_delivery_that_cannot_be_read_is_answered_with_why_and_how_to_mend_it(hub: Hub) -> None:
    hub.put("aanmelding_1.xml", RECORDS, afzender="0114")
    hub.night()
    found = only(hub.answer())
    assert wrong(found) == []
    assert (found["uitkomst"], found["weigering"]["code"]) == ("geweigerd", "L004")
    assert found["weigering"]["herstel"] == CATALOGUE["L004"].herstel
    assert found["afgekeurde_records"] == []


def test_a_file_that_is_no_xml_is_told_where_that_shows(hub: Hub) -> None:
    (hub.folder / "uit").mkdir(parents=True)
    (hub.folder / "uit" / "aanmelding_1.xml").write_text("nog te maken")
    hub.night()
    told = only(hub.answer())["weigering"]
    assert (told["code"], told["tekst"].partition("verwerkt. ")[2]) == ("L001", "(al aan het begin van het bestand)")


def test_a_file_that_was_left_at_the_source_is_answered_once(hub: Hub) -> None:
    (hub.folder / "uit").mkdir(parents=True)
    (hub.folder / "uit" / "kopie van lijst.doc").write_text("nog nakijken")
    hub.night()
    found = only(hub.answer())
    assert wrong(found) == []
    assert (found["levering"]["bericht"], found["weigering"]["code"]) == (None, "L011")
    assert found["weigering"]["tekst"].endswith("Verwacht: het bericht en de dag, zoals aanmelding_20150302.xml.")
    hub.night(date(2015, 3, 3))
    assert len(hub.answer()) == 1


def test_the_same_bytes_again_are_answered_with_the_faults_that_they_still_have(hub: Hub) -> None:
    hub.deliver("aanmelding_1.xml", RECORDS)
    hub.deliver("aanmelding_2.xml", RECORDS)
    first, second = hub.answer().values()
    assert wrong(second) == []
    assert (second["uitkomst"], second["levering"]["gelijk_aan"]) == ("dubbel", first["levering"]["nummer"])
    assert second["afgekeurde_records"] == first["afgekeurde_records"]
    assert second["aantallen"]["afgekeurd"] == 1


def test_a_delivery_judged_again_is_answered_again(hub: Hub) -> None:
    hub.deliver("aanmelding_1.xml", RECORDS)
    first = hub.value("select delivery_id from exchange.delivery")
    second = again(hub.context(), first).delivery_id
    validate(hub.context(), second)
    merge(hub.context(), second)
    found = {one["levering"]["nummer"]: one for one in hub.answer().values()}
    assert found.keys() == {first, second}
    assert found[second]["levering"]["gelijk_aan"] == first
    assert (found[second]["uitkomst"], len(found[second]["afgekeurde_records"])) == ("verwerkt", 1)


def test_an_answer_is_made_in_the_transaction_that_moves_the_delivery(hub: Hub) -> None:
    hub.deliver("aanmelding_1.xml", RECORDS)
    (delivery_id,) = [row[0] for row in hub.rows("select delivery_id from exchange.delivery")]
    with hub.context().engine.connect() as connection:
        found = delivery.find(connection, delivery_id)
        delivery.close(connection, delivery_id, "merged", found.counts)
        connection.rollback()
    assert hub.rows("select versie from exchange.answer order by 1") == [(1,), (2,)]


# ---- nothing of a person, nothing of another sender


def test_no_answer_holds_a_value_of_a_person(hub: Hub) -> None:
    record = aanmelding(BSN[2], datum_aanmelding="2015-02-31", **{f"bsn_{BSN[3]}": "x"})
    faulty = aanmelding("B", loket_code="bestaat niet", persoon={"bsn": "123", "geslachtsnaam": "Bezemsteel\x0b"})
    hub.deliver(f"aanmelding_{BSN[1]}.xml", [aanmelding("A"), record])
    hub.deliver(
        "aanmelding_2.xml", [faulty, aanmelding("E", persoon={"geboortedatum": "1980-05-17", "postcode": "7741A"})]
    )
    hub.answer()
    for path in (hub.folder / "in").iterdir():
        content = path.read_text("utf-8")
        assert not [secret for secret in (*SECRETS, BSN[2], BSN[3], "bestaat niet") if secret in content], path.suffix
    assert "*********" in "".join(path.name + path.read_text("utf-8") for path in (hub.folder / "in").iterdir())


def test_a_sender_gets_its_own_answers_only(hub: Hub) -> None:
    other = hub.of_its_own(1)
    hub.deliver("aanmelding_1.xml", [aanmelding("A", datum_aanmelding="x")])
    other.deliver("aanmelding_1.xml", [aanmelding("Z", datum_aanmelding="x")])
    own, theirs = only(hub.answer()), only(other.answer())
    assert (own["afzender"]["bron"], own["afgekeurde_records"][0]["sleutel"]) == ("proef", "A")
    assert (theirs["afzender"]["bron"], theirs["afgekeurde_records"][0]["sleutel"]) == ("proef_1", "Z")


# ---- the catalogue, and the sum


def test_every_fault_of_the_catalogue_can_be_told(hub: Hub) -> None:
    hub.deliver("aanmelding_1.xml", RECORDS)
    (delivery_id,) = [row[0] for row in hub.rows("select delivery_id from exchange.delivery")]
    entries = CATALOGUE.values()
    refuse = [one.code for one in entries if one.severity == "afkeur" and one.level != "levering"]
    warn = [one.code for one in entries if one.severity == "waarschuwing"]
    insert = text(
        "insert into exchange.reject (delivery_id, record_nummer, verantwoordelijke_code, faults, regelset, software)"
        " values (:id, :nummer, '0109', cast(:faults as jsonb), '', '')"
    )
    with hub.context().engine.begin() as connection:
        for nummer, code in enumerate(refuse, 100):
            faults = [
                {"code": code, "field": "leefgebied_code", "index": index, "tekst": CATALOGUE[code].tekst}
                for index in (None, 2)
            ]
            connection.execute(insert, {"id": delivery_id, "nummer": nummer, "faults": json.dumps(faults)})
        warnings = [{"code": code, "field": "leefgebied_code", "count": 3} for code in warn]
        connection.execute(
            text("update exchange.delivery set warnings = cast(:warnings as jsonb)"), {"warnings": json.dumps(warnings)}
        )
    found = only(hub.answer())
    assert wrong(found) == []
    assert {kind["code"] for kind in found["fouten"]} == {*refuse, "V001", "V005"}
    assert {one["code"] for one in found["waarschuwingen"]} == set(warn)


@pytest.mark.parametrize("code", [one.code for one in CATALOGUE.values() if one.level == "levering"])
def test_every_refusal_of_the_catalogue_can_be_told(hub: Hub, code: str) -> None:
    hub.put("aanmelding_1.xml", RECORDS, afzender="0114")
    hub.night()
    with hub.context().engine.begin() as connection:
        connection.execute(text("update exchange.delivery set fault_code = :code"), {"code": code})
    found = only(hub.answer())
    assert wrong(found) == []
    assert found["weigering"]["code"] == code
    assert not {"{", "}"} & set(found["weigering"]["tekst"])


NUMBERS = count(1)
KINDS = st.sampled_from(["sound", "wrong", "gone", "both", "odd"])


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nights=st.lists(st.lists(st.tuples(st.integers(0, 4), KINDS), max_size=8), min_size=1, max_size=3))
def test_the_counts_of_an_answer_are_those_of_the_ledger(hub: Hub, nights: list[list[tuple[int, str]]]) -> None:
    own = hub.of_its_own(next(NUMBERS))
    make = {
        "sound": lambda key: aanmelding(key),
        "wrong": lambda key: aanmelding(key, datum_aanmelding="2015-02-31"),
        "both": lambda key: aanmelding(key, datum_aanmelding="2015-02-31", loket_code=None),
        "odd": lambda key: aanmelding(key, persoon={"bsn": "999999999"}),
        "gone": weg,
    }
    for day, records in enumerate(nights, 2):
        lines = [make[kind](f"K{key}") for key, kind in records]
        own.deliver(f"aanmelding_{day}.xml", lines, date(2015, 3, day), stand_op=f"2015-03-0{day}T00:00:00Z")
    ledger = {
        row[0]: row[1:]
        for row in own.rows(
            "select delivery_id, received, accepted, rejected, unchanged, superseded, deleted, withdrawn"
            " from exchange.delivery where source = :source",
            source=own.source.id,
        )
    }
    answers = {one["levering"]["nummer"]: one for one in own.answer().values()}
    assert answers.keys() == ledger.keys()
    for delivery_id, counts in ledger.items():
        found = answers[delivery_id]
        names = ("ontvangen", "aangenomen", "afgekeurd", "ongewijzigd", "achterhaald", "verwijderd", "ingetrokken")
        assert tuple(found["aantallen"][name] for name in names) == counts
        assert len(found["afgekeurde_records"]) == found["aantallen"]["afgekeurd"]
        per_code = {kind["code"]: kind["aantal"] for kind in found["fouten"]}
        for code, number_of_records in per_code.items():
            has = [one for one in found["afgekeurde_records"] if code in {fault["code"] for fault in one["fouten"]}]
            assert len(has) == number_of_records


# ---- the box


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SftpServer]:
    """The box of the sender on a real SFTP server."""
    root = tmp_path / "box"
    root.mkdir()
    found = SftpServer(root)
    yield found
    found.close()


def to_box(hub: Hub, server: SftpServer, vandaag: date = NIGHT) -> Context:
    """A run that answers over SFTP."""
    source = replace(hub.source, answer=Answering("sftp", "postvak", "in"))
    extra = {"host_key": server.host_key}
    connection = Connection("postvak", "sftp", "127.0.0.1", server.port, login=LOGIN, password=PASSWORD, extra=extra)
    return Context(replace(hub.region, sources={source.id: source}), source, vandaag, "answer", connection)


def test_answers_go_over_sftp_and_leave_no_unfinished_file(hub: Hub, server: SftpServer) -> None:
    hub.deliver("aanmelding_1.xml", RECORDS)
    hub.deliver("aanmelding_2.xml", [aanmelding("E")])
    assert answer(to_box(hub, server)) == 2
    names = sorted(path.name for path in (server.root / "in").iterdir())
    assert [name.rpartition(".")[2] for name in names] == ["html", "json"] * 2
    assert answer(to_box(hub, server)) == 0


def test_a_box_that_is_down_keeps_its_answers_for_the_next_night_and_holds_up_no_data(
    hub: Hub, server: SftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.box.BACKOFF_SECONDS", 0.0)
    hub.deliver("aanmelding_1.xml", RECORDS)
    down = to_box(hub, server)
    server.close()
    with pytest.raises(SourceUnavailable):
        answer(down)
    assert hub.value("select state from exchange.delivery") == "merged"
    ((state, tries, problem),) = hub.rows("select state, tries, problem from exchange.outbox where versie = 2")
    assert (state, tries) == ("waiting", 1)
    assert problem.startswith("SourceUnavailable: ")
    with hub.context().engine.connect() as connection:
        (source,) = status(connection, hub.region)
    assert (source.state, source.answers_waiting) == ("merged", 1)
    assert len(hub.answer()) == 1  # the next night
    assert hub.rows("select state, tries, problem from exchange.outbox where versie = 2") == [("sent", 2, None)]


def test_a_box_that_refuses_us_says_so_at_once(hub: Hub, server: SftpServer) -> None:
    hub.deliver("aanmelding_1.xml", RECORDS)
    server.password = "een ander"
    with pytest.raises(SourceRefused, match="log-in refused"):
        answer(to_box(hub, server))
    assert hub.value("select problem from exchange.outbox where state = 'waiting'").startswith("SourceRefused: ")


def test_a_channel_that_does_not_fit_its_connection_is_our_own_mistake(hub: Hub, server: SftpServer) -> None:
    context = replace(to_box(hub, server), connection=Connection("postvak", "fs", extra={"path": "/tmp"}))
    with pytest.raises(DeclarationError, match=r'answer.channel: "sftp" needs sftp, and connection postvak is'):
        answer(context)


def test_nothing_to_send_asks_nothing_of_the_box(hub: Hub, server: SftpServer) -> None:
    context = to_box(hub, server)
    server.close()
    assert answer(context) == 0


def test_two_at_once_do_not_send_it_twice(hub: Hub) -> None:
    hub.deliver("aanmelding_1.xml", RECORDS)
    with hub.context().lock("answer"), pytest.raises(SourceUnavailable, match="busy"):
        answer(hub.context())
    with hub.context().lock():  # a run that fetches holds up no answer
        assert len(hub.answer()) == 1


PLACES = [
    ("after", "reports.retourbericht", "write"),
    ("before", "connectors.store_sftp", "SftpStore.put"),
    ("after", "connectors.store_sftp", "SftpStore.put"),
    ("before", "paramiko", "SFTPClient.posix_rename"),
    ("after", "paramiko", "SFTPClient.posix_rename"),
    ("before", "exchange.outbox", "sent"),
    ("after", "exchange.outbox", "sent"),
]


def answer_that_dies(context: Context, when: str, module: str, name: str, call: int) -> None:
    """Runs in a process of its own."""
    die_at(when, module, name, call)
    answer(context)


@pytest.mark.parametrize("calls", [1, 2])
@pytest.mark.parametrize(("when", "module", "name"), PLACES)
def test_killed_anywhere_and_run_again_leaves_each_answer_once_and_whole(
    hub: Hub, server: SftpServer, when: str, module: str, name: str, calls: int
) -> None:
    hub.deliver("aanmelding_1.xml", RECORDS)
    hub.deliver("aanmelding_2.xml", [aanmelding("E")])
    context = to_box(hub, server)
    killed(hub, answer_that_dies, context, when, module, name, calls)
    answer(to_box(hub, server))
    found = {path.name: path for path in (server.root / "in").iterdir()}
    assert sorted(path.suffix for path in found.values()) == [".html", ".html", ".json", ".json"]
    documents = [json.loads(path.read_text("utf-8")) for path in found.values() if path.suffix == ".json"]
    assert {one["soort"] for one in documents} == {"definitief"}
    assert sorted(one["aantallen"]["ontvangen"] for one in documents) == [1, 4]
    assert hub.rows("select state, count(*) from exchange.outbox group by 1 order by 1") == [
        ("overtaken", 2),
        ("sent", 2),
    ]
