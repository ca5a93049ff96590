"""No value of a person outside KLUIS: not in a table, a log, an exception or a reject."""

import logging

import pytest
from sqlalchemy import text

from exchange.errors import WarehouseError
from exchange.stage import masked
from tests.exchange.hub import Hub
from tests.exchange.levering import BSN, aanmelding

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
        " ('accepted', 'warehouse', 'exchange', 'stage', 'mart_loket', 'link') and table_type = 'BASE TABLE'"
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
    assert not [secret for secret in SECRETS if secret.encode() in bytes(sealed)]
    opened = context.keys.seal.decrypt(bytes(sealed), bytes(lookup)).decode()
    assert BSN[0] in opened
    assert "Toverstaf" in opened


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
