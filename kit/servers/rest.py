"""A provider's API over HTTP: REST JSON with OAuth2 client credentials, to read.

    POST /<system>/oauth/token     GET /<system>/api/v2/<list>     GET /<system>/api/v2/<list>/<id>

With the habits of such systems: tokens that die soon, at most 500 records a page, a rate limit that bites now and
then (429 with Retry-After), removals that are told as such, problem+json with codes of its own.
"""

import asyncio
import base64
import binascii
import secrets
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from kit.servers.cases import Holder
from kit.servers.journal import CursorError, Journal
from kit.servers.rest_dialect import rest_dialects

LARGEST_PAGE, DEFAULT_PAGE = 500, 100
TOKEN_SECONDS = 5.0  # short, so that every night sees one die
BUSY_EVERY = 40  # of so many questions one is turned away
SCOPE = "registraties.lezen"
LATENCY: Mapping[str, float] = {"token": 0.05, "page": 0.15, "record": 0.03}  # seconds
TITLES = {400: "Onjuiste vraag", 401: "Niet aangemeld", 403: "Geen toegang", 404: "Niet gevonden", 410: "Vervallen",
          429: "Te veel vragen"}  # fmt: skip


class RestProblem(Exception):
    """An answer that is no success, as application/problem+json."""

    def __init__(self, status: int, code: str, **headers: str) -> None:
        super().__init__(f"{status} {code}")
        self.status, self.code = status, code
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def response(self) -> Response:
        """With the type, title, status and code of the problem."""
        body = {"type": "about:blank", "title": TITLES[self.status], "status": self.status, "code": self.code}
        return JSONResponse(body, self.status, self.headers, media_type="application/problem+json")


@dataclass
class Application:
    """Who may ask. `rights` are the lists that it may read; taking one away is how a lost right looks."""

    client_id: str
    secret: str
    rights: set[str] = field(default_factory=set)


@dataclass
class RestSystem:
    """One provider's system: a journal per list, and who may ask. All of it may change while it runs."""

    name: str
    journals: dict[str, Journal]  # by the name of the list
    client: Application
    latency: bool = True
    token_seconds: float = TOKEN_SECONDS
    busy_every: int = BUSY_EVERY
    tokens: dict[str, float] = field(default_factory=dict)  # token -> when it dies
    asked: int = 0

    @classmethod
    def of(cls, name: str, party: str, client: Application, forgets: Iterable[int], latency: bool) -> "RestSystem":
        """The system `name` of a party, empty; the client may read all of its lists."""
        dialects = rest_dialects(name)
        client.rights |= {dialect.path for dialect in dialects.values()}
        known = frozenset(forgets)
        journals = {d.path: Journal(party, bericht, d, known) for bericht, d in dialects.items()}
        return cls(name, journals, client, latency)

    def move(self, world: Holder, night: int) -> None:
        """Bring every list to a night; 0 empties them, for another world."""
        for journal in self.journals.values():
            journal.move(world, night)

    def routes(self) -> list[BaseRoute]:
        """The routes of this system below its own base."""
        api = f"/{self.name}/api/v2/{{name}}"
        return [
            Route(f"/{self.name}/oauth/token", self._told(self.token), methods=["POST"]),
            Route(api, self._told(self._guarded(self.list))),
            Route(f"{api}/{{id:uuid}}", self._told(self._guarded(self.one))),
        ]

    def _told(self, handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        async def told(request: Request) -> Response:
            try:
                return await handler(request)
            except RestProblem as problem:
                return problem.response()

        return told

    def _guarded(
        self, handler: Callable[[Request, Journal], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def guarded(request: Request) -> Response:
            self.asked += 1
            if self.busy_every and self.asked % self.busy_every == 0:
                raise RestProblem(429, "te-veel-vragen", Retry_After="1" if self.latency else "0")
            scheme, _, token = request.headers.get("authorization", "").partition(" ")
            if scheme != "Bearer" or self.tokens.get(token, 0.0) < time.monotonic():
                raise RestProblem(401, "invalid_token", WWW_Authenticate='Bearer error="invalid_token"')
            journal = self.journals.get(request.path_params["name"])
            if journal is None:
                raise RestProblem(404, "onbekende-lijst")
            if journal.dialect.path not in self.client.rights:
                raise RestProblem(403, "geen-rechten")
            return await handler(request, journal)

        return guarded

    async def token(self, request: Request) -> Response:
        """RFC 6749 section 4.4: the client and its secret in the header, a token that lives `token_seconds` back."""
        await self._wait("token")
        form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        if form.get("grant_type") != "client_credentials":
            return JSONResponse({"error": "unsupported_grant_type"}, 400)
        if _basic(request) != (self.client.client_id, self.client.secret):
            return JSONResponse({"error": "invalid_client"}, 401, {"WWW-Authenticate": "Basic"})
        if form.get("scope") != SCOPE:
            return JSONResponse({"error": "invalid_scope"}, 400)
        now = time.monotonic()
        self.tokens = {known: dies for known, dies in self.tokens.items() if dies > now}
        token = secrets.token_urlsafe(32)
        self.tokens[token] = now + self.token_seconds
        body = {"access_token": token, "token_type": "Bearer", "expires_in": int(self.token_seconds), "scope": SCOPE}
        return JSONResponse(body, headers={"Cache-Control": "no-store"})

    async def list(self, request: Request, journal: Journal) -> Response:
        """A page: what there is now, or with `vanaf` what changed since."""
        unknown = set(request.query_params) - {"vanaf", "aantal"}
        size = request.query_params.get("aantal", str(DEFAULT_PAGE))
        if unknown or not (size.isascii() and size.isdigit() and int(size)):
            raise RestProblem(400, "onbekende-parameter" if unknown else "onjuist-aantal")
        await self._wait("page")
        try:
            page = journal.page(request.query_params.get("vanaf", ""), min(int(size), LARGEST_PAGE))
        except CursorError as error:
            status, code = (410, "cursor-vervallen") if error.forgotten else (400, "onjuiste-cursor")
            raise RestProblem(status, code) from None
        return _json({"items": page.rows, "paginering": {"cursor": page.cursor, "meer": page.more}})

    async def one(self, request: Request, journal: Journal) -> Response:
        """One record by its id: 410 when it was removed, 404 when it never was."""
        await self._wait("record")
        id = str(request.path_params["id"])
        if id in journal.gone:
            raise RestProblem(410, "verwijderd")
        if id not in journal.held:
            raise RestProblem(404, "not_found")
        return _json(journal.held[id])

    async def _wait(self, what: str) -> None:
        if self.latency:
            await asyncio.sleep(LATENCY[what])


def _json(body: Any) -> Response:
    return JSONResponse(body, headers={"Cache-Control": "no-store"})


def _basic(request: Request) -> tuple[str, str]:
    scheme, _, packed = request.headers.get("authorization", "").partition(" ")
    try:
        plain = base64.b64decode(packed if scheme == "Basic" else "", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    login, _, password = plain.partition(":")
    return unquote(login), unquote(password)
