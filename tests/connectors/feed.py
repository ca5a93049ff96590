"""A provider's API in the small: OAuth2 client credentials, a list behind a cursor, tombstones."""

from __future__ import annotations

from base64 import b64decode
from itertools import count
from typing import Any
from urllib.parse import parse_qsl

from tests.connectors.weather import Reply, Seen
from tests.connectors.zaken import problem

SECRET = "geheim-van-de-test"
LIST = "/mee/api/trajecten"
TOKEN = "/mee/token"


class FeedApi:
    """One list below /mee/api/. `changes` is its journal; a cursor is a place in it, as text."""

    def __init__(self) -> None:
        self.changes: list[dict[str, Any]] = []
        self.page = 3
        self.rights = True
        self.oldest = 0  # cursors before it are forgotten
        self.by_link = False  # the cursor is an address
        self.token_uses = 10_000
        self.tokens: dict[str, int] = {}
        self.expires_in: Any = 300
        self._numbers = count(1)

    def add(self, id: str, removed: bool = False, **fields: Any) -> None:
        self.changes.append({"id": id, "removed": removed, "nummer": id, **fields})

    def held(self) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for row in self.changes:
            found.pop(row["id"], None)
            if not row["removed"]:
                found[row["id"]] = row
        return found

    def __call__(self, seen: Seen) -> Reply:
        if seen.path == TOKEN:
            return self._token(seen)
        token = seen.headers.get("Authorization", "").removeprefix("Bearer ")
        if self.tokens.get(token, 0) <= 0:
            return problem(401, "invalid_token")
        self.tokens[token] -= 1
        if not self.rights:
            return problem(403, "geen-rechten")
        if seen.path == LIST:
            return self._list(seen.query)
        if seen.path.startswith(f"{LIST}/"):
            row = self.held().get(seen.path.removeprefix(f"{LIST}/"))
            return Reply(body=row) if row else problem(404, "not_found")
        return Reply(404, b"<h1>Not Found</h1>", kind="text/html")

    def _token(self, seen: Seen) -> Reply:
        login, _, secret = b64decode(seen.headers["Authorization"].removeprefix("Basic ")).decode().partition(":")
        form = dict(parse_qsl(seen.body.decode()))
        if (login, secret) != ("hub", SECRET):
            return Reply(401, {"error": "invalid_client"})
        if form != {"grant_type": "client_credentials", "scope": "lezen"}:
            return Reply(400, {"error": "invalid_scope"})
        token = f"token-{next(self._numbers)}"
        self.tokens[token] = self.token_uses
        return Reply(body={"access_token": token, "token_type": "bearer", "expires_in": self.expires_in})

    def _list(self, query: dict[str, str]) -> Reply:
        start, _, last = query.get("cursor", "").partition("-")
        if start and int(start) < self.oldest:
            return problem(410, "vervallen")
        place = int(start or len(self.changes))
        if start and not last:
            end = min(place + self.page, len(self.changes))
            rows, cursor, more = self.changes[place:end], str(end), end < len(self.changes)
        else:
            ids = sorted(id for id in self.held() if id > last)
            rows = [self.held()[id] for id in ids[: self.page]]
            half = len(ids) > self.page
            cursor, more = f"{place}-{ids[self.page - 1]}" if half else str(place), half or place < len(self.changes)
        following = f"/mee/api/trajecten?cursor={cursor}" if self.by_link else cursor
        return Reply(body={"data": rows, "cursor": following, "more": more})
