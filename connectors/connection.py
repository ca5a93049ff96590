"""Address and secret of one source, as Airflow keeps them, read from a URI, from JSON or from the environment."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from connectors.errors import DeclarationError

# How a missing connection is best written, by the word behind `connector =`; an answer's box, by its channel.
_HTTP = '{"conn_type": "http", "schema": "https", "host": …, "login": …, "password": …'
_SFTP = '{"conn_type": "sftp", "host": …, "login": …, "password": …, "extra": {"host_key": "ssh-ed25519 …"}}'
_FOLDER = '{"conn_type": "fs", "extra": {"path": "/…"}}'
_FORMS: Mapping[str, str] = {
    "zgw": _HTTP + ', "extra": {"path": "/…"}}',
    "rest": _HTTP + ', "extra": {"path": "/…", "token_url": …}}',
    "stuf": _HTTP + ', "extra": {"path": "/…"}}',
    "filedrop": f"{_SFTP}, or {_FOLDER} for a folder on this machine",
    "sftp": _SFTP,
    "folder": _FOLDER,
}
_HOST = re.compile(r"[^\s/\\@?#]+")


@dataclass(frozen=True)
class Connection:
    """Address and secret of one source, in the shape of an Airflow connection.

    conn_type is http (ZGW, StUF, REST), sftp or fs (file drops); schema is http or https. `extra` holds what has no
    field of its own: path, token_url, drop, host_key, key_file, ca_file, cert_file. Password and extra never show in
    repr.
    """

    id: str
    conn_type: str
    host: str = ""
    port: int | None = None
    schema: str = ""
    login: str = ""
    password: str = field(default="", repr=False)
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def origin(self) -> str:
        """Where an http source is, without a path: scheme://host:port/."""
        port = f":{self.port}" if self.port else ""
        return f"{self.schema or 'https'}://{self.host}{port}/"

    @classmethod
    def from_uri(cls, id: str, uri: str) -> Connection:
        """Airflow's URI form: type://login:password@host:port/schema?key=value (or ?__extra__=<json>)."""
        try:
            parts = urlsplit(uri)
            port = parts.port
        except ValueError:
            parts, port = None, None
        if parts is None or not parts.scheme:
            raise DeclarationError(_variable(id), "URI", "write type://login:password@host:port/schema")
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        packed = query.pop("__extra__", None)
        extra: dict[str, Any] = dict(query) if packed is None else _extra(id, packed)
        return cls(
            id=id,
            conn_type=parts.scheme.replace("-", "_"),
            host=unquote(parts.hostname or ""),
            port=port,
            schema=unquote(parts.path.strip("/")),
            login=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            extra=extra,
        )

    @classmethod
    def from_json(cls, id: str, text: str) -> Connection:
        """Airflow's JSON form; `extra` may be an object or a JSON text."""
        try:
            raw = json.loads(text)
        except ValueError:
            raw = None
        if not isinstance(raw, dict) or not raw.get("conn_type"):
            raise DeclarationError(_variable(id), "JSON", 'write {"conn_type": …, "host": …, …}')
        return cls(
            id=id,
            conn_type=str(raw["conn_type"]),
            host=str(raw.get("host") or ""),
            port=_port(id, raw.get("port")),
            schema=str(raw.get("schema") or ""),
            login=str(raw.get("login") or ""),
            password=str(raw.get("password") or ""),
            extra=_extra(id, raw.get("extra")),
        )

    @classmethod
    def from_env(cls, id: str, environ: Mapping[str, str] | None = None, wanted: str = "") -> Connection:
        """Read AIRFLOW_CONN_<ID>, in either form. `wanted`: see `missing`."""
        variable = _variable(id)
        text = (os.environ if environ is None else environ).get(variable, "").strip()
        if not text:
            raise missing(id, wanted)
        return cls.from_json(id, text) if text.startswith("{") else cls.from_uri(id, text)


def addressed(connection: Connection | None, kind: str) -> Connection:
    """A connection that says where the source is. Raises DeclarationError."""
    if connection is None or not connection.host:
        raise DeclarationError(connection.id if connection else kind, "host", "give the address of the source")
    if not _HOST.fullmatch(connection.host):
        cure = "give the name of the server alone; http or https goes in schema, a path in extra.path"
        raise DeclarationError(connection.id, "host", cure)
    return connection


def known_to(connection: Connection) -> Connection:
    """A connection that says who we are there. Raises DeclarationError."""
    for key in ("login", "password"):
        if not getattr(connection, key):
            raise DeclarationError(connection.id, key, "is empty; give what the source gave us to log in with")
    return connection


def missing(id: str, wanted: str = "") -> DeclarationError:
    """What to say of a connection that nobody made: which, by which variable, and in what form.

    `wanted` is what asks for it: a kind of connector, or the channel of an answer.
    """
    form = _FORMS.get(wanted, _FORMS["zgw"])
    cure = f"is no connection yet; add it in Airflow (Admin > Connections) or set {_variable(id)} to JSON: {form}"
    return DeclarationError("connection", id, cure)


def _variable(id: str) -> str:
    return f"AIRFLOW_CONN_{id.upper()}"


def _port(id: str, raw: object) -> int | None:
    if raw in (None, ""):
        return None
    if isinstance(raw, bool) or not str(raw).isascii() or not str(raw).isdigit() or not 0 < int(str(raw)) < 65536:
        raise DeclarationError(_variable(id), "port", "write a number from 1 to 65535, or leave it out")
    return int(str(raw))


def _extra(id: str, raw: object) -> dict[str, Any]:
    if raw in (None, ""):
        return {}
    if isinstance(raw, str):
        try:
            raw = json.loads(raw)
        except ValueError:
            raw = None
    if not isinstance(raw, dict):
        raise DeclarationError(_variable(id), "extra", "write a JSON object")
    return raw
