"""A Zaken API and Catalogi API in the small, with the habits that matter to the connector."""

from __future__ import annotations

from typing import Any

import jwt

from tests.connectors.weather import Reply, Seen

SECRET = "geheim-van-de-test-dat-lang-genoeg-is"
PAGE = 100


def problem(status: int, code: str) -> Reply:
    body = {"type": "fout", "code": code, "title": code, "status": status, "detail": code}
    return Reply(status, body, kind="application/problem+json")


class Zaken:
    """One server below /gemeente/. Zaken can be added, changed and deleted; rights can be taken away."""

    base = "gemeente/"

    def __init__(self) -> None:
        self.root = ""
        self.zaken: dict[str, dict[str, Any]] = {}
        self.rights = True
        self.page = PAGE
        self.live_tokens = True
        self.tokens: set[str] = set()
        self.expired: set[str] = set()
        self.requests_per_token = 0
        self._used: dict[str, int] = {}

    def add(self, number: int, startdatum: str, einddatum: str | None = None, version: int = 1, rsin: str = "1") -> str:
        uuid = f"00000000-0000-4000-8000-{number:012d}"
        url = f"{self.root}zaken/api/v1/zaken/{uuid}"
        self.zaken[uuid] = {
            "url": url,
            "uuid": uuid,
            "identificatie": f"Z{number:04d}",
            "bronorganisatie": rsin,
            "zaaktype": self._type("zaaktypen", version),
            "startdatum": startdatum,
            "einddatum": einddatum,
            "omschrijving": "",
            "opschorting": {"indicatie": False, "reden": ""},
            "rollen": [f"{self.root}zaken/api/v1/rollen/{uuid}"],
        }
        return url

    def _type(self, kind: str, version: int, number: int = 1) -> str:
        return f"{self.root}catalogi/api/v1/{kind}/{version}-{number}"

    def __call__(self, seen: Seen) -> Reply:
        refused = self._authenticate(seen)
        if refused:
            return refused
        path = seen.path.removeprefix("/" + self.base)
        if path.startswith("catalogi/api/v1/"):
            return self._catalogue(path.rpartition("/")[2], seen)
        if path == "zaken/api/v1/zaken":
            return self._list(seen)
        if path in ("zaken/api/v1/rollen", "zaken/api/v1/statussen"):
            uuid = seen.query["zaak"].rpartition("/")[2]
            rows = getattr(self, "_" + path.rpartition("/")[2])(uuid) if uuid in self.zaken else []
            return Reply(body={"count": len(rows), "next": None, "previous": None, "results": rows})
        if path.startswith("zaken/api/v1/zaken/"):
            uuid, _, tail = path.removeprefix("zaken/api/v1/zaken/").partition("/")
            if uuid not in self.zaken:
                return problem(404, "not_found")
            if not self.rights:
                return problem(403, "permission_denied")
            if tail == "zaakeigenschappen":
                return Reply(body=self._eigenschappen(uuid))
            if seen.headers.get("Accept-Crs") != "EPSG:4326":
                return problem(412, "precondition_failed")
            return Reply(body=self.zaken[uuid])
        return Reply(404, b"<h1>Not Found</h1>", kind="text/html")

    def _authenticate(self, seen: Seen) -> Reply | None:
        token = seen.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            claims = jwt.decode(token, SECRET, algorithms=["HS256"], options={"verify_iat": False})
        except jwt.InvalidTokenError:
            return problem(403, "permission_denied")
        if not {"iss", "iat", "client_id", "user_id", "user_representation"} <= claims.keys():
            return problem(403, "permission_denied")
        self.tokens.add(token)
        self._used[token] = self._used.get(token, 0) + 1
        if token in self.expired or (self.requests_per_token and self._used[token] > self.requests_per_token):
            return problem(403, "jwt-expired")
        return None

    def _catalogue(self, kind: str, seen: Seen) -> Reply:
        rows: list[dict[str, Any]] = []
        if kind == "zaaktypen" and self.rights:
            rows = [{"url": self._type(kind, version), "identificatie": "CLO"} for version in (1, 2)]
        elif kind != "zaaktypen":
            version = int(seen.query["zaaktype"].rpartition("/")[2].partition("-")[0])
            for number, name in enumerate(("Gemeld", "Klaar"), 1):
                rows.append({
                    "url": self._type(kind, version, number), "volgnummer": number + version - 1,
                    "omschrijving": name, "omschrijvingGeneriek": "initiator", "naam": f"veld {number}",
                })  # fmt: skip
        return Reply(body={"count": len(rows), "next": None, "previous": None, "results": rows})

    def _list(self, seen: Seen) -> Reply:
        query = seen.query
        if seen.headers.get("Accept-Crs") != "EPSG:4326":
            return problem(412, "precondition_failed")
        known = {
            "zaaktype",
            "bronorganisatie",
            "einddatum__isnull",
            "startdatum__gte",
            "startdatum__lt",
            "ordering",
        }
        if set(query) - known - {"page", "pageSize"}:
            return problem(400, "invalid")
        rows = [zaak for zaak in self.zaken.values() if self.rights and self._fits(zaak, query)]
        rows.sort(key=lambda zaak: zaak[query["ordering"]])
        size = min(int(query["pageSize"]), self.page)
        number = int(query.get("page", "1"))
        more = len(rows) > number * size
        following = "&".join(f"{key}={value}" for key, value in (query | {"page": str(number + 1)}).items())
        body = {
            "count": len(rows),
            "next": f"{self.root}zaken/api/v1/zaken?{following}" if more else None,
            "previous": None,
            "results": rows[(number - 1) * size : number * size],
        }
        return Reply(body=body)

    @staticmethod
    def _fits(zaak: dict[str, Any], query: dict[str, str]) -> bool:
        return (
            query.get("zaaktype") == zaak["zaaktype"]
            and query.get("bronorganisatie") in (None, zaak["bronorganisatie"])
            and not (query.get("einddatum__isnull") == "true" and zaak["einddatum"])
            and zaak["startdatum"] >= query.get("startdatum__gte", "")
            and zaak["startdatum"] < query.get("startdatum__lt", "9999")
        )

    def _rollen(self, uuid: str) -> list[dict[str, Any]]:
        identity = {"inpBsn": "", "geslachtsnaam": "Voorbeeld", "verblijfsadres": {"aoaHuisnummer": 7}}
        return [{
            "url": f"{self.root}zaken/api/v1/rollen/{uuid}", "roltype": self._type("roltypen", 1),
            "omschrijving": "Cliënt", "omschrijvingGeneriek": "initiator",
            "betrokkeneIdentificatie": identity, "indicatieMachtiging": "",
        }]  # fmt: skip

    def _statussen(self, uuid: str) -> list[dict[str, Any]]:
        version = int(self.zaken[uuid]["zaaktype"].rpartition("/")[2].partition("-")[0])
        return [{
            "url": f"{self.root}zaken/api/v1/statussen/{uuid}", "statustype": self._type("statustypen", version),
            "datumStatusGezet": "2015-02-28T23:30:00Z", "indicatieLaatstGezetteStatus": True,
        }]  # fmt: skip

    def _eigenschappen(self, uuid: str) -> list[dict[str, Any]]:
        url = f"{self.zaken[uuid]['url']}/zaakeigenschappen/1"
        return [
            {
                "url": url,
                "eigenschap": self._type("eigenschappen", 1),
                "naam": "leefgebied",
                "waarde": "wonen;werk",
            }
        ]
