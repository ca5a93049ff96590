"""No value of a person outside KLUIS: not in a table, a log, an exception or a reject."""

import logging

import pytest
from sqlalchemy import text

from connectors.connector import RawRecord
from exchange.errors import WarehouseError
from exchange.identity import NEXT, unpack
from exchange.keys import Keys, fresh
from exchange.stage import StageWriter
from schemas.contract import load
from schemas.masking import masked
from tests.exchange.hub import Hub
from tests.exchange.levering import BSN, aanmelding, weg

SECRETS = (BSN[0], BSN[1], "Toverstaf", "Bezemsteel", "1980-05-17", "7741AB", "C-A", "C-B")


def deliver_two(hub: Hub) -> None:
    faulty = aanmelding(
        "B",
        loket_code="bestaat niet",
        persoon={"bsn": BSN[1], "geslachtsnaam": "Bezemsteel", "geboortedatum": "1980-05-17"},
    )
    hub.deliver("aanmelding_1.xml", [aanmelding("A"), faulty])
    hub.publish()


def test_no_table_but_the_kluis_holds_a_value_of_a_person(hub: Hub) -> None:
    deliver_two(hub)
    tables = hub.rows(
        "select table_schema, table_name from information_schema.tables where table_schema in"
        " ('accepted', 'warehouse', 'exchange', 'stage', 'mart_contract', 'mart_loket', 'mart_vroeghulp', 'link')"
        " and table_type = 'BASE TABLE'"
    )
    assert ("accepted", "aanmelding") in tables
    for schema, table in tables:
        for (row,) in hub.rows(f"select t::text from {schema}.{table} as t"):
            assert not [secret for secret in SECRETS if secret in row], f"{schema}.{table}"


def test_the_sealed_identity_opens_with_the_key_and_shows_nothing_without(hub: Hub) -> None:
    deliver_two(hub)
    context = hub.context()
    with context.engine.connect() as connection:
        connection.execute(text("reset role"))
        lookup, sealed = connection.execute(
            text("select lookup, sealed from kluis.persoon join kluis.identiteit using (client_ref)")
        ).one()
        forms = {row.vorm: tuple(row.velden) for row in connection.execute(text("select * from kluis.vorm"))}
    assert not [secret for secret in SECRETS if secret.encode() in bytes(sealed)]
    opened = unpack(context.keys.seal.decrypt(bytes(sealed), bytes(lookup)).decode(), forms)
    assert opened["persoon.bsn"] == BSN[0]
    assert opened["persoon.geslachtsnaam"] == "Toverstaf"


def test_a_refused_record_leaves_no_identity_behind(hub: Hub) -> None:
    deliver_two(hub)
    assert hub.value("select count(*) from kluis.persoon") == 1


def test_the_loader_cannot_read_what_it_sealed(hub: Hub) -> None:
    deliver_two(hub)
    with pytest.raises(WarehouseError, match="42501"):
        hub.rows("select sealed from kluis.identiteit")


def test_no_log_line_holds_a_value_of_a_person(hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    deliver_two(hub)
    assert "accepted 1" in caplog.text
    assert not [secret for secret in SECRETS if secret in caplog.text]


@pytest.mark.parametrize("key", [BSN[2], f"1{BSN[2]}", "9999.00.031", f"dossier {BSN[2]}/2"])
def test_digits_that_could_hold_a_bsn_are_hidden_however_they_are_written(key: str) -> None:
    assert BSN[2] not in "".join(filter(str.isdigit, masked(key)))
    assert "*********" in masked(key)


def test_an_invented_field_name_and_a_file_name_do_not_bring_a_bsn_out(
    hub: Hub, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    hub.deliver(f"aanmelding_{BSN[2]}.xml", [aanmelding("A", **{f"bsn_{BSN[2]}": "x"})])
    assert hub.value("select warnings from exchange.delivery")[0]["field"] == "bsn_*********"
    assert BSN[2] not in caplog.text


def test_a_key_that_could_be_a_bsn_is_hidden_where_people_read_it(hub: Hub) -> None:
    hub.deliver("aanmelding_1.xml", [aanmelding(BSN[2], datum_aanmelding="2015-02-31")])
    assert hub.value("select sleutel from exchange.reject") == "*********"


def test_a_key_that_could_be_a_bsn_is_kept_covered_and_finds_its_record_again(hub: Hub) -> None:
    hub.deliver("aanmelding_1.xml", [aanmelding(BSN[2]), aanmelding(BSN[3]), aanmelding("A")])
    first = {number for (number,) in hub.current(shown="aanmelding_nummer")}
    assert {number.partition("-")[0] for number in first} == {"afgedekt", "A"}
    assert len(first) == 3
    again = hub.deliver(
        "aanmelding_2.xml",
        [aanmelding(BSN[2], datum_aanmelding="2015-02-11"), aanmelding(BSN[3])],
        stand_op="2015-03-02T06:00:00Z",
    )
    assert (again.accepted, again.unchanged) == (1, 1)
    assert {number for (number,) in hub.current(shown="aanmelding_nummer")} == first
    gone = hub.deliver("aanmelding_3.xml", [weg(BSN[2])], stand_op="2015-03-02T07:00:00Z")
    assert gone.deleted == 1
    assert len(hub.current()) == 2
    for (row,) in hub.rows("select t::text from accepted.aanmelding as t"):
        assert BSN[2] not in row
        assert BSN[3] not in row


def test_a_reference_to_a_covered_key_is_covered_alike(hub: Hub) -> None:
    hub.deliver("aanmelding_1.xml", [aanmelding("A", overdracht_kenmerk=BSN[2]), aanmelding(BSN[2])])
    shown = dict(hub.current(shown="aanmelding_nummer, coalesce(overdracht_kenmerk, '')"))
    assert shown["A"] in shown
    assert shown["A"].startswith("afgedekt-")


def test_a_number_is_covered_by_another_hash_at_each_source_and_never_by_that_of_a_person(hub: Hub) -> None:
    record = aanmelding(BSN[2], persoon={"client_nummer_bron": BSN[2]})
    hub.deliver("aanmelding_1.xml", [record])
    other = hub.of_its_own(1)
    other.deliver("aanmelding_1.xml", [record])
    one, two = hub.rows("select aanmelding_nummer from warehouse.actueel_aanmelding")
    assert one != two
    lookups = {row[0] for row in hub.rows("select encode(lookup, 'hex') from kluis.persoon")}
    assert not lookups & {number.removeprefix("afgedekt-") for (number,) in (one, two)}


def test_a_file_name_that_could_hold_a_bsn_is_covered_in_the_ledger(hub: Hub) -> None:
    hub.deliver(f"aanmelding_{BSN[2]}.xml", [aanmelding("A")])
    assert hub.value("select name from exchange.delivery") == "aanmelding_*********.xml"


def test_who_works_there_bears_another_hash_each_year() -> None:
    region_keys = Keys.from_env("proef", fresh("proef"))

    def consulent(datum: str, source: str = "mee") -> str:
        writer = StageWriter(load("activiteit", 1), region_keys, source, "41018393", ())
        values = dict.fromkeys(load("activiteit", 1).paths) | {
            "activiteit_nummer": "A", "datum": datum, "consulent_code": "K7", "verantwoordelijke_code": "41018393",
        }  # fmt: skip
        line = writer.accepted(RawRecord(1, {}), values, (), "")
        return dict(zip(writer.names, line.split(NEXT), strict=True))["consulent_code"]

    assert consulent("2015-01-01") == consulent("2015-12-31")
    assert consulent("2015-12-31") != consulent("2016-01-01")
    assert consulent("2015-01-01") != consulent("2015-01-01", "elders")
    assert "K7" not in consulent("2015-01-01")
