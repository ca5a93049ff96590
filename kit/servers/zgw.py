"""A ZGW case system over HTTP: the Zaken API 1.5 and the Catalogi API, to read, with the habits of a real one.

    /<system>/zaken/api/v1/…   /<system>/catalogi/api/v1/…

What is habit here was seen at a real Open Zaak: a 403 with a code where one expects 401, newest first, a silent
page size, no filter on the last change, a bare list of zaakeigenschappen, HTML outside a resource, and so on.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kit.servers import problems
from kit.servers.auth import TOKEN_SECONDS, Client, authenticate
from kit.servers.cases import Case, Register
from kit.servers.paging import answer, page_of, sort_and_filter
from kit.servers.problems import Problem, denied, invalid, not_found

CRS = "EPSG:4326"
# Seconds, as measured: a page of zaken 0.2, the eigenschappen of one zaak 0.047; expanding costs 24-84 ms a zaak.
LATENCY: Mapping[str, float] = {
    "zaken": 0.2, "zaak": 0.03, "rollen": 0.03, "statussen": 0.03, "zaakeigenschappen": 0.047, "catalogi": 0.02,
    "expand": 0.05,
}  # fmt: skip
PART_FILTERS: Mapping[str, tuple[str, ...]] = {
    "rollen": ("betrokkeneType", "omschrijving", "omschrijvingGeneriek", "roltype"),
    "statussen": ("statustype",),
}
CATALOGUE_FILTERS: Mapping[str, tuple[str, ...]] = {
    "zaaktypen": ("catalogus", "identificatie", "status"),
    "statustypen": ("zaaktype", "zaaktypeIdentificatie", "status"),
    "roltypen": ("zaaktype", "zaaktypeIdentificatie", "omschrijvingGeneriek", "status"),
    "eigenschappen": ("zaaktype", "zaaktypeIdentificatie", "status"),
}
Handler = Callable[[Request, Client], Awaitable[Response]]


@dataclass
class System:
    """One case system: its zaken, and the applications that may ask. All of it may change while it runs."""

    name: str
    register: Register
    clients: dict[str, Client]
    latency: bool = True
    token_seconds: float = TOKEN_SECONDS

    def routes(self) -> list[BaseRoute]:
        """The routes of this system below its own base."""
        zaken, catalogi = f"/{self.name}/zaken/api/v1", f"/{self.name}/catalogi/api/v1"
        table: dict[str, Handler] = {
            f"{zaken}/zaken": self.zaken,
            f"{zaken}/zaken/{{uuid:uuid}}": self.zaak,
            f"{zaken}/zaken/{{uuid:uuid}}/zaakeigenschappen": self.zaakeigenschappen,
        }
        for kind in PART_FILTERS:
            table[f"{zaken}/{kind}"] = partial(self.parts, kind)
            table[f"{zaken}/{kind}/{{uuid:uuid}}"] = partial(self.part, kind)
        for kind in CATALOGUE_FILTERS:
            table[f"{catalogi}/{kind}"] = partial(self.catalogue, kind)
            table[f"{catalogi}/{kind}/{{uuid:uuid}}"] = partial(self.catalogue_one, kind)
        return [Route(path, self._guarded(handler)) for path, handler in table.items()]

    def _guarded(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def guarded(request: Request) -> Response:
            client = authenticate(request, self.clients, self.token_seconds)
            return await handler(request, client)

        return guarded

    async def zaken(self, request: Request, client: Client) -> Response:
        """A page of zaken; only those of zaaktypen that the client may read, without a word about the others."""
        check_crs(request)
        if not client.rights:
            raise denied()
        seen = (case for case in self.register.newest_first() if case.version.identificatie in client.rights)
        chosen = sort_and_filter(seen, request, self._address(request))
        page = page_of(chosen, request)
        expand = expanded(request)
        await self._wait("zaken", len(page.rows) if expand else 0)
        rows = [expand_zaak(case, expand) for case in page.rows]
        return self._json(request, answer(page, rows, request), {"Content-Crs": CRS})

    async def zaak(self, request: Request, client: Client) -> Response:
        """One zaak. Its ETag follows the zaak itself, not its rollen and eigenschappen: it cannot be trusted."""
        check_crs(request)
        expand = expanded(request, "expand")
        await self._wait("zaak", 1 if expand else 0)
        case = self._case(request, client)
        etag = f'"{case.uuid.replace("-", "")[:20]}{case.changed:%m%d}"'
        headers = {"ETag": etag, "Content-Crs": CRS}
        if request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers=headers)
        return self._json(request, expand_zaak(case, expand), headers)

    async def zaakeigenschappen(self, request: Request, client: Client) -> Response:
        """The eigenschappen of one zaak: a bare list, not paged."""
        known(request)
        await self._wait("zaakeigenschappen")
        return self._json(request, self._case(request, client).eigenschappen())

    async def parts(self, kind: str, request: Request, client: Client) -> Response:
        """Rollen or statussen, of one zaak or of all."""
        filters = PART_FILTERS[kind]
        known(request, "zaak", "page", "pageSize", *filters)
        await self._wait(kind)
        address, wanted = self._address(request), request.query_params.get("zaak")
        uuid = (wanted or "").rstrip("/").rpartition("/")[2]
        own = self.register.cases.get(uuid)
        cases: Iterable[Case] = self.register.newest_first() if wanted is None else [own] if own else []
        rows = [
            row
            for case in cases
            if case.version.identificatie in client.rights and wanted in (None, address + case.url)
            for row in getattr(case, kind)()
            if all(_fits(row[name], request, name, address) for name in filters)
        ]
        page = page_of(rows, request)
        return self._json(request, answer(page, page.rows, request))

    async def part(self, kind: str, request: Request, client: Client) -> Response:
        """One rol or status, by its own URL."""
        uuid = str(request.path_params["uuid"])
        await self._wait(kind)
        for case in self.register.cases.values():
            for row in getattr(case, kind)():
                if row["uuid"] == uuid:
                    self._may(case, client)
                    return self._json(request, row)
        raise not_found()

    async def catalogue(self, kind: str, request: Request, client: Client) -> Response:
        """Zaaktypen, statustypen, roltypen or eigenschappen: each version of a zaaktype has its own."""
        filters = CATALOGUE_FILTERS[kind]
        known(request, "page", "pageSize", *filters)
        await self._wait("catalogi")
        address = self._address(request)
        rows = [
            row
            for row in self.register.catalogue.resources(kind)
            if all(_fits(row[name], request, name, address) for name in filters if name != "status")
            and request.query_params.get("status") != "concept"
        ]
        page = page_of(rows, request)
        return self._json(request, answer(page, page.rows, request))

    async def catalogue_one(self, kind: str, request: Request, client: Client) -> Response:
        """One resource of the catalogue."""
        uuid = str(request.path_params["uuid"])
        await self._wait("catalogi")
        for row in self.register.catalogue.resources(kind):
            if row["url"].endswith(uuid):
                return self._json(request, row)
        raise not_found()

    def _case(self, request: Request, client: Client) -> Case:
        case = self.register.cases.get(str(request.path_params["uuid"]))
        if case is None:
            raise not_found()
        self._may(case, client)
        return case

    @staticmethod
    def _may(case: Case, client: Client) -> None:
        if case.version.identificatie not in client.rights:
            raise denied()

    async def _wait(self, what: str, expanded_rows: int = 0) -> None:
        if self.latency:
            await asyncio.sleep(LATENCY[what] + expanded_rows * LATENCY["expand"])

    @staticmethod
    def _address(request: Request) -> str:
        return str(request.base_url).rstrip("/")

    def _json(self, request: Request, body: Any, headers: Mapping[str, str] | None = None) -> Response:
        """The body as JSON, with the server's own address before each URL."""
        text = json.dumps(body, ensure_ascii=False)
        text = text.replace(f'"/{self.name}/', f'"{self._address(request)}/{self.name}/')
        return Response(text, media_type="application/json", headers={"API-version": "1.5.1", **(headers or {})})


def check_crs(request: Request) -> None:
    """zaken hold geometry, so they ask which coordinates; rollen, statussen and zaakeigenschappen do not."""
    crs = request.headers.get("accept-crs")
    if crs is None:
        raise Problem(412, "PreconditionFailed", "precondition_failed", "'Accept-Crs' header ontbreekt")
    if crs != CRS:
        raise Problem(406, "NotAcceptable", "not_acceptable", f"CRS is niet ondersteund; gebruik {CRS}")


def known(request: Request, *names: str) -> None:
    """Refuse parameters that nobody knows."""
    unknown = sorted(set(request.query_params) - set(names))
    if unknown:
        reason = f"Onbekende query parameters: {', '.join(unknown)}"
        raise invalid(("nonFieldErrors", "unknown-parameters", reason))


def expanded(request: Request, *only: str) -> list[str]:
    """What to put into _expand; slow, as it is at a real one."""
    if only:
        known(request, *only)
    names = [name for name in request.query_params.get("expand", "").split(",") if name]
    if wrong := [name for name in names if name not in ("rollen", "eigenschappen", "status", "zaaktype")]:
        raise invalid(("expand", "invalid-expand", f"Onbekend: {', '.join(wrong)}"))
    return names


def expand_zaak(case: Case, names: list[str]) -> dict[str, Any]:
    """A zaak with what is asked for in its _expand."""
    body = case.zaak()
    for name in names:
        if name == "status":
            body["_expand"][name] = next(iter(case.statussen()), None)
        elif name == "zaaktype":
            body["_expand"][name] = case.version.zaaktype
        else:
            body["_expand"][name] = getattr(case, name)()
    return body


def _fits(value: object, request: Request, name: str, address: str) -> bool:
    wanted = request.query_params.get(name)
    return wanted is None or wanted in (value, f"{address}{value}" if str(value).startswith("/") else value)


async def _no_method(request: Request, error: Exception) -> Response:
    """Nobody has the right to write here."""
    return denied().response(request)


class Routed(Protocol):
    """A system with routes of its own."""

    def routes(self) -> list[BaseRoute]: ...


def application(systems: Iterable[Routed]) -> Starlette:
    """All systems as one ASGI application."""
    return Starlette(
        routes=[route for system in systems for route in system.routes()],
        exception_handlers={
            Problem: problems.problem_handler,
            404: problems.html_not_found,
            405: _no_method,
            HTTPException: problems.html_not_found,
            500: problems.html_server_error,
        },
    )
