"""Each fault gets its code and an answer in Dutch; a delivery that cannot be read is refused as a whole."""

from dataclasses import replace
from datetime import date

import pytest

from exchange.errors import DeclarationError
from exchange.receive import receive
from exchange.replay import again
from exchange.validate import validate
from tests.exchange.hub import Hub
from tests.exchange.levering import aanmelding, deliver, xml


def test_every_fault_of_a_record_is_kept_with_its_place_and_a_text(hub: Hub) -> None:
    counts = hub.deliver(
        "aanmelding_1.xml",
        [aanmelding("A"), aanmelding("B", datum_aanmelding="2015-02-31", clientrol_code=None, kanaal_code="7")],
    )
    assert (counts.received, counts.accepted, counts.rejected) == (2, 1, 1)
    ((nummer, start, end, faults),) = hub.rows(
        "select record_nummer, byte_start, byte_end, faults from exchange.reject"
    )
    assert nummer == 2
    assert {(fault["code"], fault["field"]) for fault in faults} == {
        ("V005", "datum_aanmelding"),
        ("V001", "clientrol_code"),
        ("V020", "kanaal_code"),
    }
    assert "clientrol_code ontbreekt of is leeg, maar is verplicht." in [fault["tekst"] for fault in faults]
    assert 0 < start < end


@pytest.mark.parametrize(
    ("moment", "accepted"),
    [
        ("2015-03-03T00:00:00Z", 1),
        ("2015-03-03T00:00:01Z", 0),
        ("2015-03-03T01:00:00+01:00", 1),
        ("2015-03-02T23:30:00-01:00", 0),
        ("2051-02-10T09:00:00Z", 0),
    ],
)
def test_a_record_from_the_future_is_refused_and_freezes_nothing(hub: Hub, moment: str, accepted: int) -> None:
    counts = hub.deliver("aanmelding_1.xml", [aanmelding("A", gewijzigd_op=moment)], stand_op="2015-03-02T00:00:00Z")
    assert (counts.accepted, counts.rejected) == (accepted, 1 - accepted)
    if not accepted:
        ((faults,),) = hub.rows("select faults from exchange.reject")
        assert [(fault["code"], fault["field"]) for fault in faults] == [("R034", "gewijzigd_op")]
        assert "meer dan een dag na de stand van de levering" in faults[0]["tekst"]
    hub.deliver(
        "aanmelding_2.xml",
        [aanmelding("A", datum_aanmelding="2015-02-11", gewijzigd_op="2015-03-04T09:00:00Z")],
        date(2015, 3, 5),
        stand_op="2015-03-05T00:00:00Z",
    )
    assert hub.current() == {("A", "2015-02-11")}


def test_the_byte_range_of_a_reject_finds_the_record_back_in_landing(hub: Hub) -> None:
    hub.deliver("aanmelding_1.xml", [aanmelding("A"), aanmelding("B", datum_aanmelding="2015-02-31")])
    ((start, end),) = hub.rows("select byte_start, byte_end from exchange.reject")
    ((path, sha256),) = hub.rows("select landing_path, sha256 from exchange.delivery")
    with hub.context().landing.open(path, bytes(sha256)) as stream:
        record = stream.read()[start:end].decode()
    assert record.startswith("<aanmelding><aanmelding_nummer>B<")
    assert record.endswith("</aanmelding>")


@pytest.mark.parametrize(
    ("illness", "text", "code"),
    [
        ("cut off", xml([aanmelding("A")])[:-40], "L001"),
        ("no XML", "Geachte heer, hierbij de aanmeldingen.", "L001"),
        ("empty", "", "L005"),
        ("another namespace", xml([aanmelding("A")]).replace("regiohub", "elders"), "L002"),
        ("a version to come", xml([aanmelding("A")]).replace("aanmelding:1", "aanmelding:9"), "L003"),
        ("another sender", xml([aanmelding("A")], afzender="0114"), "L004"),
        ("no moment", xml([aanmelding("A")], stand_op="gisteren"), "L007"),
        ("before our era", xml([aanmelding("A")], stand_op="0001-01-01T00:00:00+14:00"), "L007"),
        ("from the future", xml([aanmelding("A")], stand_op="2031-01-01T00:00:00Z"), "L008"),
        ("no extent", xml([aanmelding("A")], omvang="half"), "L009"),
        ("a bomb", '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aa">]>' + xml([aanmelding("A")])[39:], "L010"),
    ],
)
def test_an_unreadable_delivery_is_refused_with_its_code_and_nothing_of_it_is_loaded(
    hub: Hub, illness: str, text: str, code: str
) -> None:
    deliver(hub.folder, "aanmelding_1.xml", text)
    hub.night()
    assert hub.rows("select state, fault_code, received, residual from exchange.delivery") == [("refused", code, 0, 0)]
    assert hub.value("select count(*) from accepted.aanmelding") == 0
    assert hub.value("select count(*) from pg_tables where schemaname = 'stage'") == 0


def test_another_gemeente_s_record_is_refused_and_not_loaded(hub: Hub) -> None:
    counts = hub.deliver("aanmelding_1.xml", [aanmelding("A", gemeente_code="0114", verantwoordelijke_code="0114")])
    assert (counts.accepted, counts.rejected) == (0, 1)
    ((faults,),) = hub.rows("select faults from exchange.reject")
    assert [fault["code"] for fault in faults] == ["R030", "R031"]


@pytest.mark.parametrize(
    ("controllers", "codes"),
    [(("0109",), ["R031"]), (("0109", "41018393"), []), (("41018393",), [])],
    ids=["its own alone", "another too", "another alone"],
)
def test_an_aanbieder_carries_records_of_the_controllers_that_its_declaration_names(
    hub: Hub, controllers: tuple[str, ...], codes: list[str]
) -> None:
    verwerking = replace(hub.source.verwerking, verantwoordelijken=controllers)
    hub.source = replace(hub.source, kind="aanbieder", verwerking=verwerking)
    foreign = aanmelding("A", gemeente_code="0114", verantwoordelijke_code="41018393")
    counts = hub.deliver("aanmelding_1.xml", [foreign])
    assert (counts.accepted, counts.rejected) == (1 - len(codes), len(codes))
    told = hub.rows(
        "select fault ->> 'code', fault ->> 'tekst' from exchange.reject, jsonb_array_elements(faults) fault"
    )
    assert [code for code, _ in told] == codes
    for _, text in told:  # the field, and never the code that stood in it
        assert text == "verantwoordelijke_code: deze bron levert niet namens deze verwerkingsverantwoordelijke."


def test_a_record_of_another_controller_is_judged_again_when_the_declaration_names_it(hub: Hub) -> None:
    foreign = aanmelding("A", gemeente_code="0109", verantwoordelijke_code="41018393")
    assert hub.deliver("aanmelding_1.xml", [foreign]).rejected == 1
    verwerking = replace(hub.source.verwerking, verantwoordelijken=("0109", "41018393"))
    hub.source = replace(hub.source, verwerking=verwerking)
    assert hub.deliver("aanmelding_2.xml", [foreign], stand_op="2015-03-02T06:00:00Z").accepted == 1


def test_a_removal_that_was_misspelled_is_refused_and_no_update(hub: Hub) -> None:
    hub.deliver("aanmelding_1.xml", [aanmelding("A")])
    changed = aanmelding("A", datum_aanmelding="2015-02-11", actie="Verwijderen")
    counts = hub.deliver("aanmelding_2.xml", [changed], stand_op="2015-03-02T06:00:00Z")
    assert (counts.received, counts.rejected, counts.accepted) == (1, 1, 0)
    ((faults,),) = hub.rows("select faults from exchange.reject")
    assert [fault["code"] for fault in faults] == ["R032"]
    assert hub.current() == {("A", "2015-02-10")}


def test_a_field_that_nobody_knows_is_one_warning_and_its_value_is_dropped(hub: Hub) -> None:
    counts = hub.deliver("aanmelding_1.xml", [aanmelding("A", schoenmaat="44"), aanmelding("B", schoenmaat="45")])
    assert counts.accepted == 2
    assert hub.value("select warnings from exchange.delivery") == [{"code": "L020", "field": "schoenmaat", "count": 2}]


def test_emptied_and_not_delivered_are_told_apart(hub: Hub) -> None:
    hub.deliver("aanmelding_1.xml", [aanmelding("A", kanaal_code=""), aanmelding("B", kanaal_code=None)])
    assert hub.current(shown="aanmelding_nummer, kanaal_code, geleegd::text") == {
        ("A", None, "{kanaal_code}"),
        ("B", None, None),
    }


def test_the_age_class_is_that_of_the_day_of_the_record(hub: Hub) -> None:
    child = aanmelding("A", datum_aanmelding="2015-02-10", persoon={"geboortedatum": "1997-02-11"})
    adult = aanmelding("B", datum_aanmelding="2015-02-11", persoon={"geboortedatum": "1997-02-11"})
    hub.deliver("aanmelding_1.xml", [child, adult])
    assert hub.current(shown="aanmelding_nummer, leeftijdsklasse_code") == {("A", "05"), ("B", "06")}


def test_one_person_of_one_source_is_one_client_ref(hub: Hub) -> None:
    same = {"client_nummer_bron": "C-1"}
    hub.deliver("aanmelding_1.xml", [aanmelding("A", persoon=same), aanmelding("B", persoon=same), aanmelding("C")])
    refs = dict(hub.rows("select aanmelding_nummer, client_ref from warehouse.actueel_aanmelding"))
    assert refs["A"] == refs["B"] != refs["C"]


def test_every_row_says_under_which_rules_it_was_judged(hub: Hub) -> None:
    hub.deliver("aanmelding_1.xml", [aanmelding("A"), aanmelding("B", datum_aanmelding="2015-02-31")])
    (accepted,) = hub.rows("select regelset, software from accepted.aanmelding")
    (rejected,) = hub.rows("select regelset, software from exchange.reject")
    (delivery,) = hub.rows("select regelset, software from exchange.delivery")
    assert accepted == rejected == delivery
    assert len(accepted[0]) == 16


def test_replay_brings_in_what_is_sound_under_the_rules_of_today(hub: Hub) -> None:
    hub.deliver("aanmelding_1.xml", [aanmelding("A"), aanmelding("B", loket_code="0109-NIEUW")])
    first = hub.value("select min(delivery_id) from exchange.delivery")
    lokets = (*hub.region.lokets, hub.region.lokets[0].__class__("0109-NIEUW", "Nieuw", "01", "0109", "0109"))
    hub.region = hub.with_lokets(lokets)
    context = hub.context()
    counts = validate(context, again(context, first).delivery_id)
    assert (counts.received, counts.accepted, counts.unchanged, counts.rejected) == (2, 1, 1, 0)
    assert hub.value("select count(distinct regelset) from exchange.delivery") == 2


def test_a_large_delivery_is_read_by_two_processes_with_the_same_verdict(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = [
        aanmelding(f"{n:05}", **({"datum_aanmelding": "2015-02-31"} if n % 10 == 0 else {})) for n in range(1, 501)
    ]
    monkeypatch.setattr("exchange.workers.LARGE", 1)
    counts = hub.deliver("aanmelding_1.xml", records)
    assert (counts.received, counts.accepted, counts.rejected) == (500, 450, 50)
    numbers = [number for (number,) in hub.rows("select record_nummer from exchange.reject order by 1")]
    assert numbers == list(range(10, 501, 10))
    assert len(hub.current()) == 450


def test_a_large_delivery_that_is_cut_off_is_refused_as_a_whole(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exchange.workers.LARGE", 1)
    text = xml([aanmelding(f"{n:05}") for n in range(500)])
    deliver(hub.folder, "aanmelding_1.xml", text[: len(text) * 3 // 4])
    hub.night()
    assert hub.rows("select state, fault_code from exchange.delivery") == [("refused", "L001")]
    assert hub.value("select count(*) from pg_tables where schemaname = 'stage'") == 0


def test_receive_without_a_connection_says_so_in_one_line(hub: Hub) -> None:
    from dataclasses import replace

    with pytest.raises(DeclarationError, match="receive needs a connection"):
        receive(replace(hub.context(), connection=None))
