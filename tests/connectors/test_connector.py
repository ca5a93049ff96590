"""Connections and the registry of connectors."""

from __future__ import annotations

import pickle
from datetime import date
from pathlib import Path

import pytest

from connectors.connection import Connection
from connectors.connector import KINDS, Request, open_connector
from connectors.errors import DeclarationError, DeliveryRefused

JSON = (
    '{"conn_type":"http","host":"h","port":8801,"schema":"http","login":"l","password":"geheim","extra":{"path":"/a/"}}'
)


ASKED = {
    "zgw": [Request("aanmelding", {"zaaktype": "Z"})],
    "stuf": [Request("aanmelding", {"zaaktype": "Z"})],
    "rest": [Request("aanmelding", {"path": "aanmeldingen"})],
}


def test_a_connection_is_read_from_json_and_from_a_uri() -> None:
    from_json = Connection.from_env("emmen_zgw", {"AIRFLOW_CONN_EMMEN_ZGW": JSON})
    uri = "http://l:geheim@h:8801/http?path=%2Fa%2F"
    assert Connection.from_env("emmen_zgw", {"AIRFLOW_CONN_EMMEN_ZGW": uri}) == from_json
    packed = "http://l:geheim@h:8801/http?__extra__=%7B%22path%22%3A%22%2Fa%2F%22%7D"
    assert Connection.from_uri("emmen_zgw", packed) == from_json
    assert Connection.from_json("emmen_zgw", JSON.replace('{"path":"/a/"}', '"{\\"path\\":\\"/a/\\"}"')) == from_json


def test_a_connection_shows_no_secret() -> None:
    connection = Connection("x", "sftp", password="geheim", extra={"key_file": "geheim"})
    assert "geheim" not in repr(connection)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "niets",
        "{",
        "[]",
        '{"host":"h"}',
        '{"conn_type":"http","extra":"x"}',
        '{"conn_type":"http","port":"een"}',
        '{"conn_type":"http","port":true}',
        '{"conn_type":"http","port":80000}',
        "http://h:poort/",
    ],
)
def test_a_connection_that_cannot_be_read_says_which_variable(text: str) -> None:
    with pytest.raises(DeclarationError, match="AIRFLOW_CONN_X") as caught:
        Connection.from_env("x", {"AIRFLOW_CONN_X": text})
    assert "geheim" not in str(caught.value)


def test_a_connection_that_nobody_made_says_which_by_which_variable_and_how() -> None:
    with pytest.raises(DeclarationError) as caught:
        Connection.from_env("emmen_zgw", {}, "zgw")
    assert str(caught.value) == (
        "connection: emmen_zgw: is no connection yet; add it in Airflow (Admin > Connections) or set"
        ' AIRFLOW_CONN_EMMEN_ZGW to JSON: {"conn_type": "http", "schema": "https", "host": …, "login": …,'
        ' "password": …, "extra": {"path": "/…"}}'
    )


@pytest.mark.parametrize("wanted", [*KINDS, "sftp", "folder"])
def test_the_form_of_a_missing_connection_is_the_one_that_is_wanted(wanted: str) -> None:
    with pytest.raises(DeclarationError) as caught:
        Connection.from_env("x", {}, wanted)
    has_http, has_sftp, has_folder = (f'"conn_type": "{kind}"' in str(caught.value) for kind in ("http", "sftp", "fs"))
    assert (has_http, has_sftp, has_folder) == {
        "filedrop": (False, True, True), "sftp": (False, True, False), "folder": (False, False, True),
    }.get(wanted, (True, False, False))  # fmt: skip
    assert ("token_url" in str(caught.value)) == (wanted == "rest")


@pytest.mark.parametrize("host", ["http://127.0.0.1:1/", "zaken.example/zgw", "zaken.example?x=1", "wij@zaken.example"])
@pytest.mark.parametrize("kind", ["zgw", "rest", "stuf"])
def test_a_host_that_is_an_address_is_told_what_goes_where(kind: str, host: str, tmp_path: Path) -> None:
    connection = Connection("emmen_zgw", "http", host, login="l", password="p", extra={"token_url": "t", "path": "p"})
    settings = {"zender": "A", "ontvanger": "B", "organisatie": "C"} if kind == "stuf" else {}
    with pytest.raises(DeclarationError) as caught, open_connector(kind, connection, settings) as connector:
        next(iter(connector.fetch(ASKED[kind], tmp_path, date(2015, 3, 2), {})))
    assert str(caught.value) == (
        "emmen_zgw: host: give the name of the server alone; http or https goes in schema, a path in extra.path"
    )


@pytest.mark.parametrize("kind", ["zgw", "rest"])
@pytest.mark.parametrize("lacking", ["login", "password"])
def test_a_source_that_asks_who_we_are_is_not_asked_without(kind: str, lacking: str, tmp_path: Path) -> None:
    who = {"login": "l", "password": "p"} | {lacking: ""}
    connection = Connection("emmen_zgw", "http", "127.0.0.1", 1, "http", **who, extra={"token_url": "t"})
    with pytest.raises(DeclarationError) as caught, open_connector(kind, connection, {}) as connector:
        next(iter(connector.fetch(ASKED[kind], tmp_path, date(2015, 3, 2), {})))
    assert str(caught.value) == f"emmen_zgw: {lacking}: is empty; give what the source gave us to log in with"


def test_an_unknown_kind_names_those_that_exist() -> None:
    with pytest.raises(DeclarationError, match="filedrop, rest, stuf, zgw"):
        open_connector("ftp", None, {})


def test_errors_survive_a_process_boundary() -> None:
    for error in (DeclarationError("f", "k", "c"), DeliveryRefused("L001", "record 3")):
        copied = pickle.loads(pickle.dumps(error))
        assert str(copied) == str(error)
        assert vars(copied) == vars(error)
