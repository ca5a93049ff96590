"""Connections to the kit's servers, as Airflow reads them from its environment."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit


def connection_env(services: Mapping[str, Any]) -> dict[str, str]:
    """services.json as {"AIRFLOW_CONN_EMMEN_ZGW": "{…}", …}: a connection per source, in Airflow's JSON form, and
    <NAME>_ANTWOORD to the room for answers of those whose own system is asked.

    http: login is the client_id, password the secret, extra.path the base of the APIs. sftp: extra.host_key is
    the server's public key; extra.key_file the private key of a user who has no password. StUF: http, and
    extra.drop is the connection to the place of the files.
    """
    env: dict[str, str] = {}
    for name, zgw in services["zgw"].items():
        url = urlsplit(zgw["base_url"])
        connection: dict[str, Any] = {
            "conn_type": "http", "host": url.hostname, "port": url.port, "schema": url.scheme,
            "login": zgw["client_id"], "password": zgw["secret"], "extra": {"path": url.path},
        }  # fmt: skip
        env[f"AIRFLOW_CONN_{name.upper()}_ZGW"] = json.dumps(connection)
    for name, rest in services["rest"].items():
        url = urlsplit(rest["base_url"])
        connection = {
            "conn_type": "http", "host": url.hostname, "port": url.port, "schema": url.scheme,
            "login": rest["client_id"], "password": rest["secret"],
            "extra": {"path": url.path, "token_url": rest["token_url"]},
        }  # fmt: skip
        env[f"AIRFLOW_CONN_{name.upper()}_REST"] = json.dumps(connection)
    sftp, asked = services["sftp"], {*services["zgw"], *services["rest"], *services["stuf"]}
    for name, user in sftp["users"].items():
        extra = {"host_key": sftp["host_key"], "no_host_key_check": "false"}
        if "key_path" in user:
            extra["key_file"] = user["key_path"]
        connection = {
            "conn_type": "sftp", "host": sftp["host"], "port": sftp["port"], "login": user["login"],
            "password": user.get("password", ""), "extra": extra,
        }  # fmt: skip
        env[f"AIRFLOW_CONN_{name.upper()}_{'ANTWOORD' if name in asked else 'SFTP'}"] = json.dumps(connection)
    for name, stuf in services["stuf"].items():
        url = urlsplit(stuf["url"])
        drop = json.loads(env[f"AIRFLOW_CONN_{name.upper()}_ANTWOORD"])
        connection = {
            "conn_type": "http", "host": url.hostname, "port": url.port, "schema": url.scheme,
            "login": stuf["login"], "password": stuf["password"], "extra": {"path": url.path, "drop": drop},
        }  # fmt: skip
        env[f"AIRFLOW_CONN_{name.upper()}_STUF"] = json.dumps(connection)
    return env
