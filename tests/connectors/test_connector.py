"""Connections and the registry of connectors."""

from __future__ import annotations

import pickle

import pytest

from connectors.connection import Connection
from connectors.connector import open_connector
from connectors.errors import DeclarationError, DeliveryRefused

JSON = (
    '{"conn_type":"http","host":"h","port":8801,"schema":"http","login":"l","password":"geheim","extra":{"path":"/a/"}}'
)


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
    "text", ["", "niets", "{", "[]", '{"host":"h"}', '{"conn_type":"http","extra":"x"}', "http://h:poort/"]
)
def test_a_connection_that_cannot_be_read_says_which_variable(text: str) -> None:
    with pytest.raises(DeclarationError, match="AIRFLOW_CONN_X") as caught:
        Connection.from_env("x", {"AIRFLOW_CONN_X": text})
    assert "geheim" not in str(caught.value)


def test_a_connection_that_nobody_made_says_which_by_which_variable_and_how() -> None:
    with pytest.raises(DeclarationError) as caught:
        Connection.from_env("emmen_zgw", {})
    assert str(caught.value) == (
        "connection: emmen_zgw: is no connection yet; add it in Airflow (Admin > Connections) or set"
        ' AIRFLOW_CONN_EMMEN_ZGW to JSON: {"conn_type": "http", "host": …, "login": …, "password": …}'
    )


def test_an_unknown_kind_names_those_that_exist() -> None:
    with pytest.raises(DeclarationError, match="filedrop, rest, stuf, zgw"):
        open_connector("ftp", None, {})


def test_errors_survive_a_process_boundary() -> None:
    for error in (DeclarationError("f", "k", "c"), DeliveryRefused("L001", "record 3")):
        copied = pickle.loads(pickle.dumps(error))
        assert str(copied) == str(error)
        assert vars(copied) == vars(error)
