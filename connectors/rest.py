"""A provider over REST JSON: OAuth2 client credentials, and lists that are read on by a cursor.

One payload per bericht: JSON lines, first what it is and how its entries are built, then the entries as the source
gave them. Landing so holds what the source said, and reading it again needs no network.

What a source calls removed is a message to delete. After a cursor was forgotten all is read again, and then a
removal that was missed shows by absence only: as with any list of which rights may have been lost, absence is a
question, and `still_there` puts it to the record's own address.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple
from urllib.parse import quote, urljoin

from requests.auth import HTTPBasicAuth

from connectors import rest_landing
from connectors.answers import stand_op
from connectors.at_once import in_order
from connectors.auth import ClientCredentials
from connectors.client import Client, not_found
from connectors.connection import Connection, addressed, known_to
from connectors.connector import NEVER, Before, Header, Payload, RawRecord, Request
from connectors.errors import DeclarationError, SourceRefused, SourceUnavailable
from connectors.formats import jsonl
from connectors.notice import Tell
from connectors.opening import Opening
from connectors.rest_feed import GONE, Feed, Forgotten, RestSettings
from connectors.rest_landing import PLACE, Writer, is_removed
from connectors.rest_record import at, text
from connectors.settings import build
from connectors.tls import tls_of

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RestOptions:
    """The [delivers.<bericht>] table of a REST source. path: the list, below the path of the connection."""

    path: str


class Clients(NamedTuple):
    """The client of the API, and that of the endpoint that gives its tokens."""

    api: Client
    endpoint: Client

    def close(self) -> None:
        for client in self:
            client.close()


class RestConnector(Opening[Clients]):
    """See connectors.connector.Connector."""

    locator = PLACE
    qualifiers: tuple[str, ...] = ()
    foreign = (PLACE,)

    def __init__(self, connection: Connection | None, settings: Mapping[str, Any]) -> None:
        super().__init__()
        self._settings = build(RestSettings, settings, connection.id if connection else "rest")
        self._connection = connection

    @classmethod
    def check(cls, settings: Mapping[str, Any], options: Mapping[str, Mapping[str, Any]], file: str) -> None:
        """Judge a declaration. Raises DeclarationError."""
        build(RestSettings, settings, file)
        for bericht, table in options.items():
            path = build(RestOptions, table, file, f"delivers.{bericht}").path
            if not path.strip("/") or path.startswith("/") or "?" in path or ":" in path:
                raise DeclarationError(file, f"delivers.{bericht}.path", "name a list below the path of the connection")

    def _open(self) -> Clients:
        return _clients(known_to(addressed(self._connection, "rest")), self._settings, self._tell)

    def fetch(
        self, requests: Sequence[Request], workdir: Path, vandaag: date, seen: Mapping[str, Before]
    ) -> Iterator[Payload]:
        """Nothing comes of a bericht in which nothing changed, or of which a pick-up waits: see Connector.fetch."""
        for request in requests:
            before = seen.get(request.bericht, NEVER)
            if before.waiting:
                log.warning("%s: not asked for: what was fetched before waits to be judged first", request.bericht)
            elif (payload := self._payload(request, workdir, vandaag, before)) is not None:
                yield payload

    def confirm(self, payload: Payload) -> None:
        """Nothing to put away: what was read stays where it is, and so does the cursor."""

    def header(self, stream: BinaryIO) -> Header:
        return jsonl.header(stream)

    def read(self, bericht: str, options: Mapping[str, Any], stream: BinaryIO) -> Iterator[RawRecord]:
        return rest_landing.read(stream)

    def still_there(self, bericht: str, options: Mapping[str, Any], locators: Iterable[str]) -> Iterator[bool]:
        yield from in_order(lambda place: self._exists(options["path"], place), locators, self._settings.parallel)

    def _exists(self, path: str, place: str) -> bool:
        if not place:
            raise SourceRefused("a record without an address of its own: its absence proves nothing")
        answer = self._opened.api.get(f"{path}/{quote(place, safe='')}", told=_gone)
        if answer.status == 200 and text(at(answer.body, self._settings.record_id)) != place:
            raise SourceRefused("the address of a record gives something else")
        return answer.status == 200 and not is_removed(answer.body, self._settings.removed)

    def _payload(self, request: Request, workdir: Path, vandaag: date, before: Before) -> Payload | None:
        for cursor in (before.bookmark or "", ""):
            try:
                return self._read_on(request, workdir, vandaag, cursor, before.latest)
            except Forgotten:
                log.warning("%s: the source forgot its cursor; all is read again", request.bericht)
        raise SourceUnavailable(f"{request.options['path']}: forgets its cursor while it is read, twice")

    def _read_on(
        self, request: Request, workdir: Path, vandaag: date, cursor: str, latest: datetime | None
    ) -> Payload | None:
        """Read from a cursor on, or all; None where nothing changed since."""
        target, whole = workdir / f"{request.bericht}.jsonl", not cursor
        feed = Feed(self._opened.api, request.options["path"], self._settings, cursor)
        with target.open("wb") as out:
            writer = Writer(out, self._settings)
            for entry in feed.entries():
                if not writer.size:
                    writer.begin(request.bericht, _moment(vandaag, feed, latest), whole)
                writer.add(entry)
            if whole and not writer.size:
                writer.begin(request.bericht, _moment(vandaag, feed, latest), whole)
        if not writer.size:
            target.unlink()
            return None
        moment, scope = _moment(vandaag, feed, latest), ("",) if whole else ()
        return Payload(request.bericht, target.name, target, jsonl.MEDIA_TYPE, moment, scope, "", feed.cursor)


def _moment(vandaag: date, feed: Feed, latest: datetime | None) -> datetime:
    """The moment of what is read: later than all that was read before, also where a day gone by is run again.

    What has no moment of its own would otherwise stand behind what the source said earlier, and never come again.
    """
    moment = stand_op(vandaag, feed.moment)
    return moment if latest is None or moment > latest else latest + timedelta(seconds=1)


def _gone(status: int, code: str) -> bool:
    return status == GONE or not_found(status, code)


def _clients(connection: Connection, settings: RestSettings, tell: Tell) -> Clients:
    token_url = str(connection.extra.get("token_url") or "")
    if not token_url:
        raise DeclarationError(connection.id, "extra.token_url", "give the address where a token is asked for")
    tls = tls_of(connection, tell)
    folder, _, name = urljoin(connection.origin, token_url).rpartition("/")
    # RFC 6749 section 2.3.1: both are form-encoded before they go in the header.
    who = HTTPBasicAuth(quote(connection.login, safe=""), quote(connection.password, safe=""))
    endpoint = Client(folder, settings, who, tls)
    form = {"grant_type": "client_credentials"} | ({"scope": settings.scope} if settings.scope else {})
    auth = ClientCredentials(lambda: endpoint.post(name, form).body)
    base = connection.origin + str(connection.extra.get("path", "")).strip("/")
    return Clients(Client(base, settings, auth, tls), endpoint)
