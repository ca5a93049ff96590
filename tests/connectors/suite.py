"""What every connector promises. A connector's tests inherit all of it:

    class TestZgw(ConnectorSuite):
        @pytest.fixture
        def site(self, ...) -> Iterator[Site]: ...

A Site is a source on a real socket that can be ill in the usual ways.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Protocol

import pytest

from connectors.connection import Connection
from connectors.connector import Before, Connector, Payload, RawRecord, Request, open_connector
from connectors.errors import DeclarationError, SourceRefused, SourceUnavailable
from tests.connectors.weather import Reply, Weather

VANDAAG = date(2015, 3, 2)
QUICK: dict[str, Any] = {"backoff": 0.01, "attempts": 2, "read_timeout": 2.0, "page_size": 3}


class Site(Protocol):
    """A source with `expected` records of one bericht, whose secret and a value must never show in an error.

    It may have `settings`, what a connector has to know to read what it fetched, and `opening`, how the bytes of a
    record may begin.
    """

    kind: str
    requests: Sequence[Request]
    expected: int
    secrets: Sequence[str]

    def connector(self, **settings: Any) -> Connector: ...

    def down(self) -> None:
        """Stops listening."""

    def slow(self) -> None:
        """Answers later than the read timeout."""

    def cut(self) -> None:
        """Breaks off in the middle of its answers."""

    def lock_out(self) -> None:
        """No longer accepts our secret."""


class HttpSite:
    """The half of a Site that is the same for every source over http. `extra` is that of its connection."""

    kind: str
    requests: Sequence[Request]
    expected: int = 8
    secret: str
    secrets: Sequence[str]
    settings: Mapping[str, Any] = {}

    def __init__(self, weather: Weather, extra: Mapping[str, Any]) -> None:
        self.weather = weather
        self.extra = dict(extra)
        self.password = self.secret
        self.seen: dict[str, Before] = {}

    def connector(self, **settings: Any) -> Connector:
        name, port = f"bron_{self.kind}", self.weather.port
        connection = Connection(name, "http", "127.0.0.1", port, "http", "hub", self.password, self.extra)
        return open_connector(self.kind, connection, QUICK | {**self.settings} | settings)

    def down(self) -> None:
        self.weather.close()

    def slow(self) -> None:
        self.weather.always(Reply(body={}, delay=0.5))

    def lock_out(self) -> None:
        self.password = "een-ander-geheim-dat-niet-klopt-maar-lang-is"

    def fetch(self, folder: Path, vandaag: date = VANDAAG, **settings: Any) -> tuple[Payload, list[RawRecord]]:
        """The one payload, and what can be read in it."""
        with self.connector(**settings) as connector:
            (payload,) = connector.fetch(self.requests, folder, vandaag, self.seen)
            return payload, records_of(connector, payload)


class ConnectorSuite:
    """Inherited by the tests of each connector."""

    def test_what_is_fetched_can_be_read(self, site: Site, tmp_path: Path) -> None:
        with site.connector() as connector:
            payloads = list(connector.fetch(site.requests, tmp_path, VANDAAG, {}))
            records = [record for payload in payloads for record in records_of(connector, payload)]
        assert len(records) == site.expected
        assert len({payload.path for payload in payloads}) == len(payloads)
        assert all(payload.path.is_relative_to(tmp_path) for payload in payloads)

    def test_a_header_says_which_bericht_and_how_much(self, site: Site, tmp_path: Path) -> None:
        with site.connector() as connector:
            for payload in connector.fetch(site.requests, tmp_path, VANDAAG, {}):
                with payload.path.open("rb") as stream:
                    header = connector.header(stream)
                # What the format has no place for, whoever fetched it knows.
                assert header.bericht in (payload.bericht, "")
                stand_op = payload.stand_op or header.stand_op
                assert stand_op is not None
                assert stand_op.tzinfo is not None
                assert header.omvang in ("volledig", "")
                assert payload.scope or header.scope

    def test_records_are_numbered_and_know_their_bytes(self, site: Site, tmp_path: Path) -> None:
        with site.connector() as connector:
            for payload in connector.fetch(site.requests, tmp_path, VANDAAG, {}):
                records = records_of(connector, payload)
                assert [record.nummer for record in records] == list(range(1, len(records) + 1))
                content, opening = payload.path.read_bytes(), getattr(site, "opening", (b"<", b"{"))
                assert all(content[r.start : r.end].strip().startswith(opening) for r in records if r.start >= 0)
                assert all(a.end <= b.start for a, b in pairwise(records))

    def test_fetching_again_before_confirming_brings_the_same_bytes(self, site: Site, tmp_path: Path) -> None:
        contents = []
        for turn in ("first", "second"):
            folder = tmp_path / turn
            folder.mkdir()
            with site.connector() as connector:
                payloads = connector.fetch(site.requests, folder, VANDAAG, {})
                contents.append([(payload.name, payload.path.read_bytes()) for payload in payloads])
        assert contents[0] == contents[1]

    def test_confirming_twice_is_no_harm(self, site: Site, tmp_path: Path) -> None:
        with site.connector() as connector:
            for payload in connector.fetch(site.requests, tmp_path, VANDAAG, {}):
                connector.confirm(payload)
                connector.confirm(payload)

    def test_a_server_that_is_down_is_unavailable(self, site: Site, tmp_path: Path) -> None:
        site.down()
        with fails(site, SourceUnavailable), site.connector() as connector:
            list(connector.fetch(site.requests, tmp_path, VANDAAG, {}))

    def test_a_server_that_is_slow_is_unavailable(self, site: Site, tmp_path: Path) -> None:
        site.slow()
        with fails(site, SourceUnavailable), site.connector(read_timeout=0.2) as connector:
            list(connector.fetch(site.requests, tmp_path, VANDAAG, {}))

    def test_a_cut_off_answer_gives_no_payload(self, site: Site, tmp_path: Path) -> None:
        site.cut()
        payloads: list[Payload] = []
        with fails(site, SourceUnavailable), site.connector() as connector:
            payloads.extend(connector.fetch(site.requests, tmp_path, VANDAAG, {}))
        assert not payloads

    def test_a_refused_secret_is_told_to_the_owner(self, site: Site, tmp_path: Path) -> None:
        site.lock_out()
        with fails(site, SourceRefused), site.connector() as connector:
            list(connector.fetch(site.requests, tmp_path, VANDAAG, {}))

    def test_reading_needs_no_connection(self, site: Site, tmp_path: Path) -> None:
        with site.connector() as connector:
            payloads = list(connector.fetch(site.requests, tmp_path, VANDAAG, {}))
        site.down()
        reader = open_connector(site.kind, None, getattr(site, "settings", {}))
        assert sum(len(records_of(reader, payload)) for payload in payloads) == site.expected
        with pytest.raises(DeclarationError):
            list(reader.fetch(site.requests, tmp_path, VANDAAG, {}))

    def test_an_unknown_setting_fails_at_once(self, site: Site) -> None:
        with pytest.raises(DeclarationError, match=r"window_dagen.*is unknown"):
            site.connector(window_dagen=3)

    def test_the_day_does_not_change_what_is_read_the_first_time(self, site: Site, tmp_path: Path) -> None:
        with site.connector() as connector:
            payloads = list(connector.fetch(site.requests, tmp_path, VANDAAG + timedelta(days=3), {}))
            assert sum(len(records_of(connector, payload)) for payload in payloads) == site.expected


def records_of(connector: Connector, payload: Payload) -> list[RawRecord]:
    with payload.path.open("rb") as stream:
        return list(connector.read(payload.bericht, {}, stream))


@contextmanager
def fails(site: Site, kind: type[Exception]) -> Iterator[None]:
    """The right error, with nothing secret in it or in anything it is chained to."""
    with pytest.raises(kind) as caught:
        yield
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value.__context__)
    assert all(secret not in shown for secret in site.secrets)
    assert "?" not in str(caught.value)
