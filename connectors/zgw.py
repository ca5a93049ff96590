"""A gemeente over the ZGW standards: zaken from its Zaken API, their types from its Catalogi API.

One payload per bericht: JSON lines, first what it is, then one composite a zaak (the zaak with its roles,
statuses and properties), sorted by identificatie. Landing so holds what the source said, and reading it again
needs no network.

Whose a zaak is. On a server of several the bronorganisatie is all that tells, and the declaration gives what it brings
the code of its own gemeente. So the filter that we ask with is not believed: a zaak of another is left out before it
lands, and told; one that does not say whose it is comes as a record that is refused. Where the declaration names no
bronorganisatie, a server that shows more than one of them is not read at all.

What absence means. A client that lost a right gets 200 with fewer rows, which looks like a mass deletion; and
only the months in the scope were read completely. So absence in a list is a question, and `still_there` puts
it to the zaak's own address (by uuid): 404 from the API itself is gone, 200 is there, and 403 is a lost right,
which stops everything. A 404 that is HTML comes from something else than the API, and proves nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

from connectors import zgw_whose
from connectors.answers import stand_op
from connectors.at_once import in_order
from connectors.auth import ZgwToken
from connectors.client import Client, HttpSettings, not_found
from connectors.connection import Connection, addressed, known_to
from connectors.connector import NEVER, WHOSE, Before, Header, Payload, RawRecord, Request
from connectors.errors import DeclarationError, SourceRefused
from connectors.formats import jsonl
from connectors.opening import Opening
from connectors.pagination import rows
from connectors.settings import build, setting
from connectors.tls import tls_of
from connectors.zgw_lookback import Filters, Reading, plan
from connectors.zgw_record import flatten
from connectors.zgw_spool import Spool

MONTH = re.compile("[0-9]{4}-[0-9]{2}")
ZAKEN = "zaken/api/v1/"
CATALOGI = "catalogi/api/v1/"
CRS = {"Accept-Crs": "EPSG:4326"}


@dataclass(frozen=True)
class ZgwSettings(HttpSettings):
    """The [connection] table of a ZGW source. bronorganisatie: RSIN, where one server serves several."""

    window_days: int = setting(14, low=1, high=366)
    page_size: int = setting(500, low=1, high=500)
    bronorganisatie: str = setting("")


@dataclass(frozen=True)
class ZgwOptions:
    """The [delivers.<bericht>] table of a ZGW source. zaaktype: its identificatie."""

    zaaktype: str


@dataclass(frozen=True)
class Catalogue:
    """All versions of one zaaktype, and the names behind the addresses that a zaak refers to."""

    versions: tuple[str, ...]
    names: Mapping[str, Mapping[str, Any]]
    moment: datetime | None


class ZgwConnector(Opening[Client]):
    """See connectors.connector.Connector."""

    locator = "zaak.uuid"  # not its address: a server that moves keeps its zaken
    qualifiers = ("zaak.bronorganisatie",)
    foreign = ("zaak.", "rol.", "status.", WHOSE)

    def __init__(self, connection: Connection | None, settings: Mapping[str, Any]) -> None:
        super().__init__()
        self._name = connection.id if connection else "zgw"
        self._settings = build(ZgwSettings, settings, self._name)
        said = self._settings.bronorganisatie
        self._ours = "" if said == zgw_whose.EVERYBODY else said
        self._connection = connection

    @classmethod
    def check(cls, settings: Mapping[str, Any], options: Mapping[str, Mapping[str, Any]], file: str) -> None:
        """Judge a declaration. Raises DeclarationError."""
        if build(ZgwSettings, settings, file).bronorganisatie == zgw_whose.EVERYBODY:
            raise DeclarationError(file, "connection.bronorganisatie", "name one organisation, by its RSIN")
        for bericht, table in options.items():
            build(ZgwOptions, table, file, f"delivers.{bericht}")

    def _open(self) -> Client:
        connection = known_to(addressed(self._connection, "zgw"))
        base = connection.origin + str(connection.extra.get("path", "")).strip("/")
        auth = ZgwToken(connection.login, connection.password)
        return Client(base, self._settings, auth, tls_of(connection, self._tell))

    def fetch(
        self, requests: Sequence[Request], workdir: Path, vandaag: date, seen: Mapping[str, Before]
    ) -> Iterator[Payload]:
        for request in requests:
            before = seen.get(request.bericht, NEVER)
            if before.waiting != vandaag:
                yield self._payload(request, workdir, vandaag, whole=before.bookmark is None)

    def confirm(self, payload: Payload) -> None:
        """Nothing to put away: a zaak stays where it is."""

    def header(self, stream: BinaryIO) -> Header:
        return jsonl.header(stream)

    def read(self, bericht: str, options: Mapping[str, Any], stream: BinaryIO) -> Iterator[RawRecord]:
        catalogue: Mapping[str, Any] = {}
        asked_for = ""
        for nummer, content, start, end in jsonl.read(stream):
            if nummer == 0:
                catalogue = content.get("catalogus") or {}
                asked_for = str(content.get("bronorganisatie") or "")
                continue
            values = flatten(content, catalogue)
            month = MONTH.match(str(values.get("zaak.startdatum")))
            if asked_for and values.get("zaak.bronorganisatie") != asked_for:
                values[WHOSE] = "zaak.bronorganisatie"
            yield RawRecord(nummer, values, start, end, "record", month[0] if month else "")

    def still_there(self, bericht: str, options: Mapping[str, Any], locators: Iterable[str]) -> Iterator[bool]:
        asked = list(locators)
        if not asked:
            return
        versions = self._catalogue(options["zaaktype"]).versions
        yield from in_order(lambda uuid: self._exists(uuid, versions), asked, self._settings.parallel)

    def _exists(self, uuid: str, versions: tuple[str, ...]) -> bool:
        """Whether the zaak is there, and still one of ours. Without an id of its own nothing can be asked."""
        try:
            UUID(uuid)
        except ValueError:
            raise SourceRefused("a zaak without uuid cannot be asked for: its absence proves nothing") from None
        answer = self._opened.get(f"{ZAKEN}zaken/{uuid}", headers=CRS, told=not_found)
        if answer.status == 404:
            return False
        zaak = answer.body
        if not isinstance(zaak, dict) or zaak.get("uuid") != uuid:
            raise SourceRefused("the address of a zaak gives something else, though the standard says so")
        return zaak.get("zaaktype") in versions and not zgw_whose.is_of_another(zaak, self._ours)

    def zaaktypen(self) -> dict[str, str]:
        """identificatie -> omschrijving of every zaaktype that we may see."""
        return {
            str(row["identificatie"]): str(row["omschrijving"]) for row in rows(self._opened, f"{CATALOGI}zaaktypen")
        }

    def _catalogue(self, zaaktype: str) -> Catalogue:
        first = self._opened.get(f"{CATALOGI}zaaktypen", {"identificatie": zaaktype})
        versions = [row["url"] for row in rows(self._opened, f"{CATALOGI}zaaktypen", {"identificatie": zaaktype})]
        if not versions:
            raise SourceRefused(f"there is no zaaktype {zaaktype} here, or we lost the right to see it")
        names: dict[str, dict[str, Any]] = {"statustypen": {}, "roltypen": {}, "eigenschappen": {}}
        for version in versions:
            for row in self._types("statustypen", version):
                names["statustypen"][row["url"]] = {key: row.get(key) for key in ("volgnummer", "omschrijving")}
            for row in self._types("roltypen", version):
                names["roltypen"][row["url"]] = row.get("omschrijvingGeneriek")
            for row in self._types("eigenschappen", version):
                names["eigenschappen"][row["url"]] = row.get("naam")
        return Catalogue(tuple(sorted(versions)), names, first.moment)

    def _types(self, kind: str, version: str) -> Iterator[dict[str, Any]]:
        return rows(self._opened, f"{CATALOGI}{kind}", {"zaaktype": version})

    def _payload(self, request: Request, workdir: Path, vandaag: date, whole: bool) -> Payload:
        zaaktype = request.options["zaaktype"]
        catalogue = self._catalogue(zaaktype)
        moment = stand_op(vandaag, catalogue.moment)
        oldest = min(filter(None, map(self._oldest, catalogue.versions)), default=None)
        whose = zgw_whose.Whose(request.bericht, self._name, self._settings.bronorganisatie)
        reading = plan(vandaag, oldest, self._settings.window_days, whole)
        target = workdir / f"{request.bericht}.jsonl"
        header = {
            "bericht": request.bericht,
            "zaaktype": zaaktype,
            "stand_op": moment.isoformat(),
            "omvang": "volledig" if whole else "wijzigingen",
            "scope": list(reading.scope),
            "bronorganisatie": self._ours,
            "catalogus": catalogue.names,
        }
        with Spool(workdir) as spool, target.open("wb") as out:
            self._list(catalogue, reading, spool, whose)
            if whose.asks_around:
                whose.others = any(self._has_any(version) for version in catalogue.versions)
            for notice in whose.notices():
                self._tell(notice)
            out.write(jsonl.line(header))
            for composite in in_order(self._composite, spool.rows(), self._settings.parallel):
                if composite is not None:
                    out.write(jsonl.line(composite))
        return Payload(request.bericht, target.name, target, jsonl.MEDIA_TYPE, moment, reading.scope, "")

    def _list(self, catalogue: Catalogue, reading: Reading, spool: Spool, whose: zgw_whose.Whose) -> None:
        for version in catalogue.versions:
            for filters in reading.filters:
                for zaak in rows(self._opened, f"{ZAKEN}zaken", self._query(version, filters), CRS):
                    if whose.is_ours(zaak):
                        spool.add(zaak)

    def _has_any(self, version: str) -> bool:
        """Whether there is a zaak of anybody at all, so far as we may see."""
        query = {"zaaktype": version, "ordering": "identificatie", "pageSize": "1"}
        return next(iter(rows(self._opened, f"{ZAKEN}zaken", query, CRS)), None) is not None

    def _query(self, version: str, filters: Filters) -> Filters:
        query = {"zaaktype": version, **filters, "pageSize": str(self._settings.page_size)}
        query.setdefault("ordering", "identificatie")
        if self._ours:
            query["bronorganisatie"] = self._ours
        return query

    def _oldest(self, version: str) -> date | None:
        query = self._query(version, {"ordering": "startdatum"}) | {"pageSize": "1"}
        for zaak in rows(self._opened, f"{ZAKEN}zaken", query, CRS):
            try:
                return date.fromisoformat(str(zaak.get("startdatum")))
            except ValueError:
                return None
        return None

    def _composite(self, zaak: Mapping[str, Any]) -> dict[str, Any] | None:
        """A zaak with what belongs to it; None when it was deleted after it was listed."""
        url = zaak["url"]
        composite: dict[str, Any] = {"zaak": zaak}
        for kind in ("rollen", "statussen"):
            composite[kind] = sorted(rows(self._opened, ZAKEN + kind, {"zaak": url}), key=_url)
        # Asked last: of the three only this address is the zaak's own, and says 404 when the zaak is gone.
        answer = self._opened.get(f"{url}/zaakeigenschappen", told=not_found)
        if answer.status == 404:
            return None
        if not isinstance(answer.body, list) or not all(isinstance(row, dict) for row in answer.body):
            raise SourceRefused("zaakeigenschappen is no list, though the standard says so")
        composite["eigenschappen"] = sorted(answer.body, key=_url)
        return composite


def _url(row: Mapping[str, Any]) -> str:
    return str(row.get("url"))
