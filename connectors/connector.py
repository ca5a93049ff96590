"""What the hub asks of any source: fetch payloads, confirm them, and read the records in them.

A connector knows the outside (protocols, paging, file drops) and nothing of our contracts: it hands over raw
records as path -> text in the sender's own names. `open_connector` finds the class by the word that stands
behind `connector =` in a declaration.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, NamedTuple, Protocol, Self, cast
from urllib.parse import parse_qsl, unquote, urlsplit

from connectors.errors import DeclarationError

KINDS: Mapping[str, str] = {
    "zgw": "connectors.zgw:ZgwConnector",
    "filedrop": "connectors.filedrop:FileDropConnector",
}


@dataclass(frozen=True)
class Connection:
    """Address and secret of one source, in the shape of an Airflow connection.

    conn_type is http (ZGW), sftp or fs (file drops); schema is http or https. `extra` holds what has no field
    of its own: path, host_key, key_file, ca_file. Password and extra never show in repr.
    """

    id: str
    conn_type: str
    host: str = ""
    port: int | None = None
    schema: str = ""
    login: str = ""
    password: str = field(default="", repr=False)
    extra: Mapping[str, Any] = field(default_factory=dict, repr=False)

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
        port = raw.get("port")
        return cls(
            id=id,
            conn_type=str(raw["conn_type"]),
            host=str(raw.get("host") or ""),
            port=int(port) if port not in (None, "") else None,
            schema=str(raw.get("schema") or ""),
            login=str(raw.get("login") or ""),
            password=str(raw.get("password") or ""),
            extra=_extra(id, raw.get("extra")),
        )

    @classmethod
    def from_env(cls, id: str, environ: Mapping[str, str] | None = None) -> Connection:
        """Read AIRFLOW_CONN_<ID>, in either form."""
        variable = _variable(id)
        text = (os.environ if environ is None else environ).get(variable, "").strip()
        if not text:
            raise DeclarationError(variable, id, "set this variable to the connection's URI or JSON")
        return cls.from_json(id, text) if text.startswith("{") else cls.from_uri(id, text)


def _variable(id: str) -> str:
    return f"AIRFLOW_CONN_{id.upper()}"


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


@dataclass(frozen=True)
class Request:
    """One bericht that a source delivers, with the options of its [delivers.<bericht>] table."""

    bericht: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Payload:
    """One picked-up delivery: the bytes stand at `path` (in the work directory), untouched.

    stand_op: moment of the state in it; None where only the file itself tells (see Connector.header).
    scope: partitions that were read completely, so that absence means something; ("",) is the whole,
    () changes only. receipt: what `confirm` needs; opaque to the caller, safe to store.
    """

    bericht: str
    name: str
    path: Path
    media_type: str
    stand_op: datetime | None
    scope: tuple[str, ...]
    receipt: str


class RawRecord(NamedTuple):
    """One record as the sender wrote it.

    nummer counts from 1; values maps path -> text, list of texts or list of dict (group); None or "" is
    emptied, an absent key not delivered. start and end are byte offsets in the delivered file; both -1 where
    the format cannot tell cheaply. actie is "record" or "verwijderen" (then values holds the key only).
    partitie is the part of a scope the record belongs to. A named tuple: built 200,000 times a delivery.
    """

    nummer: int
    values: dict[str, object]
    start: int = -1
    end: int = -1
    actie: str = "record"
    partitie: str = ""


@dataclass(frozen=True)
class Header:
    """What a delivery says of itself before its first record.

    omvang is "volledig" or "wijzigingen"; scope the partitions delivered completely, as in Payload.
    afzender is "" where the protocol has none (the source is then known by its connection).
    """

    bericht: str
    versie: int
    stand_op: datetime | None
    afzender: str
    omvang: str
    scope: tuple[str, ...] = ()


class Connector(Protocol):
    """A source, opened. Use as a context manager; not shared between threads.

    locator: the path in RawRecord.values that says where the source keeps the record ("" = it cannot say).
    qualifiers: paths that make a record's key unique within the source, beside the key of the contract.
    foreign: beginnings of names that a protocol always brings along; unmapped ones are no surprise.
    """

    locator: str
    qualifiers: tuple[str, ...]
    foreign: tuple[str, ...]

    def fetch(
        self, requests: Sequence[Request], workdir: Path, vandaag: date, seen: Mapping[str, bool]
    ) -> Iterator[Payload]:
        """Bring what the source has for these berichten; lazily, one payload at a time.

        seen[bericht] says that something of this bericht was merged before: False or absent asks for the
        whole. Raises SourceUnavailable or SourceRefused; payloads yielded before that are complete.
        """
        ...

    def confirm(self, payload: Payload) -> None:
        """The bytes are safe: let the source put them away. Idempotent."""
        ...

    def header(self, stream: BinaryIO) -> Header:
        """The delivery's own words about itself. Raises DeliveryRefused."""
        ...

    def read(self, bericht: str, options: Mapping[str, Any], stream: BinaryIO) -> Iterator[RawRecord]:
        """All records of a landed delivery, in file order. Needs no network. Raises DeliveryRefused."""
        ...

    def still_there(self, bericht: str, options: Mapping[str, Any], locators: Iterable[str]) -> Iterator[bool]:
        """For records absent in a fully read partition: does the source still hold them? One bool each.

        A locator is what the record carried at path `locator` when it was last read. Raises SourceRefused
        when the source will not say: lost rights must never look like a deletion.
        """
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def open_connector(kind: str, connection: Connection | None, settings: Mapping[str, Any]) -> Connector:
    """The connector that a declaration names, not yet connected; without a connection it only reads.

    Raises DeclarationError for an unknown kind, an unknown setting or an unusable connection. Touches the
    network only when used.
    """
    return _load(kind)(connection, settings)


def check_declaration(
    kind: str, settings: Mapping[str, Any], options: Mapping[str, Mapping[str, Any]], file: str
) -> None:
    """Judge the [connection] settings and, per bericht, the [delivers.<bericht>] options of a declaration.

    Raises DeclarationError (file, key, cure) for the first that is unknown, missing or out of range.
    """
    _load(kind).check(settings, options, file)


class _Factory(Protocol):
    def __call__(self, connection: Connection | None, settings: Mapping[str, Any]) -> Connector: ...

    def check(self, settings: Mapping[str, Any], options: Mapping[str, Mapping[str, Any]], file: str) -> None: ...


def _load(kind: str) -> _Factory:
    target = KINDS.get(kind)
    if target is None:
        raise DeclarationError(kind, "connector", f"choose one of {', '.join(sorted(KINDS))}")
    module, _, name = target.partition(":")
    return cast(_Factory, getattr(import_module(module), name))
