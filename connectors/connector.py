"""What the hub asks of any source: fetch payloads, confirm them, and read the records in them.

A connector knows the outside (protocols, paging, file drops) and nothing of our contracts: it hands over raw
records as path -> text in the sender's own names. `open_connector` finds the class by the word that stands
behind `connector =` in a declaration.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, NamedTuple, Protocol, Self, cast

from connectors.connection import Connection
from connectors.errors import DeclarationError
from connectors.notice import Notice

KINDS: Mapping[str, str] = {
    "zgw": "connectors.zgw:ZgwConnector",
    "filedrop": "connectors.filedrop:FileDropConnector",
    "stuf": "connectors.stuf:StufConnector",
    "rest": "connectors.rest:RestConnector",
}


#: Among the values of a record: the sender's field that had to say whose the record is, and does not.
WHOSE = "@van_wie"


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
    () changes only. receipt: what `confirm` needs; opaque to the caller. bookmark: where the next
    fetch goes on, in the words of the source ("" where it has none); holds no value of a record.
    """

    bericht: str
    name: str
    path: Path
    media_type: str
    stand_op: datetime | None
    scope: tuple[str, ...]
    receipt: str
    bookmark: str = ""


@dataclass(frozen=True)
class Before:
    """What became of the pick-ups of a bericht so far.

    bookmark: that of the last one of which all stands in the warehouse; None where there is none yet, and the whole
    is asked for. One that is held or refused does not count: what it brought is asked for again, so that it leaves
    no hole. latest: the stand_op that no pick-up came after, merged or not; what is read now is later. waiting: the
    day for which a pick-up was fetched that is not judged to its end yet, because the run died: its bytes are safe,
    and what a source says once more would be a second delivery of the same.
    """

    bookmark: str | None
    latest: datetime | None = None
    waiting: date | None = None


NEVER = Before(None)


@dataclass(frozen=True)
class Found:
    """What the name of a file says of the delivery in it. scope as in Payload."""

    bericht: str
    stand_op: datetime | None
    scope: tuple[str, ...]


@dataclass(frozen=True)
class Left:
    """Something that lies at a source and was not taken: a person has to look. It stays there.

    bericht is "" where nobody can say which. fault is a delivery-level code of the fault catalogue, mark what
    tells this thing from another one of the same name.
    """

    bericht: str
    name: str
    size: int
    fault: str
    mark: str


class Mark(NamedTuple):
    """What a marker says of the bytes of one record: a hash of them, and what is known of a record that was
    delivered before in the same bytes (None: nothing). Of a known record nothing more is read.
    """

    afdruk: bytes
    known: tuple[bytes, bytes] | None


Marker = Callable[[bytes], Mark]


class RawRecord(NamedTuple):
    """One record as the sender wrote it.

    nummer counts from 1; values maps path -> text, list of texts or list of dict (group); None or "" is
    emptied, an absent key not delivered. start and end are byte offsets in the delivered file; both -1 where
    the format cannot tell cheaply. actie is "record" or "verwijderen" (then values holds the key only).
    partitie is the part of a scope the record belongs to. wrong says, in Dutch and without a value, why the
    record cannot be read: values then holds what can be trusted. mark is what the marker said, where the reader was
    given one and the format keeps records apart by bytes; values of a known record stay empty. A named tuple: built
    200,000 times a delivery.
    """

    nummer: int
    values: dict[str, object]
    start: int = -1
    end: int = -1
    actie: str = "record"
    partitie: str = ""
    wrong: str = ""
    mark: Mark | None = None


class Head(NamedTuple):
    """What a part of a file says of itself, for all records in it: where it stands, under which name, and the word."""

    place: str
    name: str
    value: str


@dataclass(frozen=True)
class Header:
    """What a delivery says of itself before its first record.

    omvang is "volledig" or "wijzigingen"; scope the partitions delivered completely, as in Payload.
    Where a format has no place for something, it is left open: bericht, afzender and omvang "", versie 0,
    stand_op None. How the delivery was found then says it (Payload), and the connection who sent it.
    columns: the names that every record carries, where the format names them once at its begin.
    heads: what the parts of the file say of themselves, each word once, where the format has such parts.
    """

    bericht: str
    versie: int
    stand_op: datetime | None
    afzender: str
    omvang: str
    scope: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    heads: tuple[Head, ...] = ()


class Connector(Protocol):
    """A source, opened. Use as a context manager; not shared between threads.

    locator: the path in RawRecord.values that says where the source keeps the record ("" = it cannot say).
    qualifiers: paths that make a record's key unique within the source, beside the key of the contract.
    foreign: beginnings of names that a protocol always brings along; unmapped ones are no surprise.
    """

    locator: str
    qualifiers: tuple[str, ...]
    foreign: tuple[str, ...]

    @property
    def notices(self) -> Sequence[Notice]:
        """What showed so far that a person has to see to, though it stops nothing: a certificate that runs out."""
        ...

    def fetch(
        self, requests: Sequence[Request], workdir: Path, vandaag: date, seen: Mapping[str, Before]
    ) -> Iterator[Payload]:
        """Bring what the source has for these berichten; lazily, one payload at a time.

        seen[bericht] is what became of this bericht before; absent asks for the whole. What was asked for this day
        and still waits to be judged is not asked for once more; behind a bookmark not even for another day, since
        only what is merged moves it. Raises SourceUnavailable or SourceRefused; payloads yielded before that are
        complete.
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


def named(connector: Connector, name: str, requests: Sequence[Request]) -> Found | None:
    """What the name of a file says, where the connector has names that say something; None where it says nothing."""
    found: Found | None = getattr(connector, "found", lambda *_: None)(name, requests)
    return found


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
