"""Reading a list by its cursor: from the beginning, or what changed since the cursor that we were given last.

A cursor is the source's own word: it is passed back as it came, as a parameter or, where it is an address, by
following it (never outside the base). The last one that a reading met is where the next one goes on. A source may
forget a cursor (410, or a code of its own): then only the whole tells what changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.answers import PASSING
from connectors.client import Client, HttpSettings
from connectors.errors import SourceRefused
from connectors.rest_record import at
from connectors.settings import setting

MAX_PAGES = 100_000
LONGEST = 4096  # characters of a cursor
GONE = 410


@dataclass(frozen=True)
class RestSettings(HttpSettings):
    """The [connection] table of a REST source: how its API speaks, in dotted paths below a page or an entry.

    scope: what the token is asked for (OAuth2). page_size goes in the parameter page_size_param, a cursor in
    cursor_param. Of a page: records the list of entries, next the following cursor, more whether it brings more
    at once (where a page does not say, a page without entries or without a new cursor is the last). Of an entry:
    record_id its own number, removed what says that it is gone, content the record itself ("": the entry is it).
    forgotten_code: the code of the problem where a forgotten cursor is no 410. max_total_megabytes: of one bericht.
    """

    scope: str = setting("")
    page_size: int = setting(500, low=1, high=10_000)
    page_size_param: str = setting("limit")
    cursor_param: str = setting("cursor")
    records: str = setting("data")
    next: str = setting("cursor")
    more: str = setting("more")
    record_id: str = setting("id")
    removed: str = setting("removed")
    content: str = setting("")
    forgotten_code: str = setting("")
    max_total_megabytes: int = setting(4096, low=1, high=65536)


class Forgotten(Exception):
    """The source does not know the cursor any more; what changed since can only be seen by reading all."""


@dataclass
class Feed:
    """One reading of one list. `cursor` and `moment` tell, when it is done, where the next goes on and of when it is.

    `cursor` "" reads all. `moment`: the server's clock at the first page.
    """

    client: Client
    path: str
    settings: RestSettings
    cursor: str = ""
    moment: datetime | None = None
    _visited: set[str] = field(default_factory=set)

    def entries(self) -> Iterator[dict[str, Any]]:
        """All entries, page by page; holds one page at a time.

        Raises Forgotten, SourceUnavailable, SourceRefused.
        """
        more = True
        while more:
            page = self._page()
            entries = at(page, self.settings.records)
            if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
                raise SourceRefused(f"{self.path}: no list of records at `{self.settings.records}` of the answer")
            yield from entries
            more = self._go_on(page, bool(entries))

    def _page(self) -> object:
        settings, cursor = self.settings, self.cursor
        params = {settings.page_size_param: str(settings.page_size)}
        if _is_address(cursor):
            answer = self.client.get(cursor, told=self._forgets)
        else:
            params |= {settings.cursor_param: cursor} if cursor else {}
            answer = self.client.get(self.path, params, told=self._forgets)
        if answer.status != 200:
            raise Forgotten(self.path)
        self.moment = self.moment or answer.moment
        return answer.body

    def _forgets(self, status: int, code: str) -> bool:
        """Only a cursor can be forgotten, and no passing trouble is taken for it."""
        if not self.cursor or status in PASSING:
            return False
        return status == GONE or bool(code and code == self.settings.forgotten_code)

    def _go_on(self, page: object, any_entries: bool) -> bool:
        """Move on to the cursor of a page; whether there is more to read at once."""
        following, more = at(page, self.settings.next), at(page, self.settings.more)
        new = "" if following is None else str(following)
        if isinstance(following, list | dict | bool | float) or len(new) > LONGEST or not new.isprintable():
            raise SourceRefused(f"{self.path}: no cursor at `{self.settings.next}` of the answer")
        more = bool(new and new != self.cursor and any_entries) if more is None else more is True
        if more and (not new or new in self._visited or len(self._visited) > MAX_PAGES):
            raise SourceRefused(f"{self.path}: its pages point to each other and do not end")
        self._visited.add(new)
        self.cursor = new or self.cursor
        return more


def _is_address(cursor: str) -> bool:
    return cursor.startswith(("/", "http://", "https://"))
