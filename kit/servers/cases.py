"""The zaken of one case system, as they are in a night: what people registered, in the shapes of the Zaken API.

A `Case` holds one record. Its resources are made when asked for, as JSON shapes whose URLs begin with "/"; the
server puts its own address before them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol
from uuid import NAMESPACE_URL, uuid5

from kit.servers.catalogue import Catalogue, Resource, Version
from kit.servers.dialect import Dialect, Parts

PERSON_FIELDS = (
    "inpBsn", "anpIdentificatie", "inpA_nummer", "geslachtsnaam", "voorvoegselGeslachtsnaam", "voorletters",
    "voornamen", "geslachtsaanduiding", "geboortedatum",
)  # fmt: skip


class Change(Protocol):
    """What the world says of one record in one night: see kit.nights.Change."""

    @property
    def kind(self) -> str: ...

    @property
    def key(self) -> tuple[str, ...]: ...

    @property
    def record(self) -> Mapping[str, Any]: ...


class Holder(Protocol):
    """A world, as far as a case system needs it."""

    def changes(self, party: str, bericht: str, night: int) -> Iterable[Change]: ...

    def vandaag(self, night: int) -> date: ...


@dataclass
class Case:
    """One zaak. `number` grows with each zaak that is made, and is what "newest first" sorts by."""

    uuid: str
    number: int
    rsin: str
    version: Version
    parts: Parts
    einddatum: str | None
    created: date
    changed: date  # of the zaak itself: a new rol or eigenschap does not move it
    base: str

    @property
    def url(self) -> str:
        return f"{self.base}/zaken/api/v1/zaken/{self.uuid}"

    @property
    def identificatie(self) -> str:
        return self.parts.zaak["identificatie"]

    @property
    def startdatum(self) -> str:
        return self.parts.zaak["startdatum"]

    def zaak(self) -> Resource:
        """The zaak itself. Empty strings where the standard asks for a uri or nothing."""
        start = self.startdatum
        steps = self.status_urls()
        return {
            "url": self.url, "uuid": self.uuid, "identificatie": self.identificatie,
            "bronorganisatie": self.rsin, "omschrijving": self.version.zaaktype["omschrijving"],
            "toelichting": "", "zaaktype": self.version.zaaktype["url"],
            "registratiedatum": self.created.isoformat(), "verantwoordelijkeOrganisatie": self.rsin,
            "startdatum": start, "einddatum": self.einddatum,
            "einddatumGepland": None, "uiterlijkeEinddatumAfdoening": _later(start, 56), "publicatiedatum": None,
            "laatstGemuteerd": moment(self.changed), "laatstGeopend": None, "communicatiekanaal": "",
            "communicatiekanaalNaam": self.parts.zaak.get("communicatiekanaalNaam", ""),
            "productenOfDiensten": [], "vertrouwelijkheidaanduiding": "vertrouwelijk", "betalingsindicatie": "",
            "betalingsindicatieWeergave": "", "laatsteBetaaldatum": None, "zaakgeometrie": None,
            "verlenging": None, "opschorting": {"indicatie": False, "eerdereOpschorting": False, "reden": ""},
            "selectielijstklasse": "", "hoofdzaak": None, "deelzaken": [], "relevanteAndereZaken": [],
            "gerelateerdeZaken": [], "eigenschappen": [each["url"] for each in self.eigenschappen()],
            "rollen": [rol["url"] for rol in self.rollen()], "status": steps[0] if steps else None,
            "zaakinformatieobjecten": [], "zaakobjecten": [], "kenmerken": [], "archiefnominatie": None,
            "archiefstatus": "nog_te_archiveren", "archiefactiedatum": None, "resultaat": None,
            "opdrachtgevendeOrganisatie": "", "processobjectaard": "", "startdatumBewaartermijn": None,
            "processobject": {"datumkenmerk": "", "identificatie": "", "objecttype": "", "registratie": ""},
            "_expand": {},
        }  # fmt: skip

    def eigenschappen(self) -> list[Resource]:
        """The zaakeigenschappen: a bare list."""
        return [
            {
                "url": f"{self.url}/zaakeigenschappen/{uuid}", "uuid": uuid, "zaak": self.url,
                "eigenschap": self.version.eigenschappen[naam]["url"], "naam": naam, "waarde": waarde,
            }
            for naam, waarde in self.parts.eigenschappen.items()
            for uuid in (self._uuid("eigenschap", naam),)
        ]  # fmt: skip

    def statussen(self) -> list[Resource]:
        """The statuses that were set, newest first; the first status is set on the day of the zaak."""
        dates = {name: day for name, day in self.parts.statussen.items() if day}
        types = list(self.version.statustypen.values())
        dates.setdefault(types[0]["omschrijving"], self.startdatum)
        if self.einddatum:
            dates.setdefault(types[-1]["omschrijving"], self.einddatum)
        order = sorted(
            (type_ for type_ in types if type_["omschrijving"] in dates),
            key=lambda type_: (dates[type_["omschrijving"]], type_["volgnummer"]), reverse=True,
        )  # fmt: skip
        return [
            {
                "url": f"{self.base}/zaken/api/v1/statussen/{uuid}", "uuid": uuid, "zaak": self.url,
                "statustype": type_["url"], "datumStatusGezet": f"{dates[type_['omschrijving']]}T09:00:00Z",
                "statustoelichting": "", "indicatieLaatstGezetteStatus": index == 0, "gezetdoor": None,
                "zaakinformatieobjecten": [],
            }
            for index, type_ in enumerate(order)
            for uuid in (self._uuid("status", type_["omschrijving"]),)
        ]  # fmt: skip

    def status_urls(self) -> list[str]:
        """URLs of the statuses, newest first."""
        return [status["url"] for status in self.statussen()]

    def rollen(self) -> list[Resource]:
        """The team that handles the zaak, and the client unless the question was asked without a name."""
        team = {"identificatie": "TEAM", "naam": "Team toegang", "isGehuisvestIn": ""}
        rollen = [self._rol("behandelaar", "organisatorische_eenheid", team)]
        if self.parts.persoon:
            rollen.append(self._rol("initiator", "natuurlijk_persoon", self._person()))
        return rollen

    def _rol(self, generic: str, kind: str, identificatie: Resource) -> Resource:
        uuid = self._uuid("rol", generic)
        type_ = self.version.roltypen[generic]
        return {
            "url": f"{self.base}/zaken/api/v1/rollen/{uuid}", "uuid": uuid, "zaak": self.url, "betrokkene": "",
            "betrokkeneType": kind, "afwijkendeNaamBetrokkene": "", "roltype": type_["url"],
            "omschrijving": type_["omschrijving"], "omschrijvingGeneriek": generic, "roltoelichting": "",
            "registratiedatum": moment(self.created), "indicatieMachtiging": "",
            "contactpersoonRol": {"emailadres": "", "functie": "", "telefoonnummer": "", "naam": ""},
            "statussen": [], "beginGeldigheid": None, "eindeGeldigheid": None,
            "betrokkeneIdentificatie": identificatie, "authenticatieContext": None,
        }  # fmt: skip

    def _person(self) -> Resource:
        known = self.parts.persoon
        person: Resource = {name: known.get(name, "") for name in PERSON_FIELDS}
        address = {name.partition(".")[2]: value for name, value in known.items() if "." in name}
        number = address.get("aoaHuisnummer", "")
        person["verblijfsadres"] = {
            "aoaIdentificatie": "", "wplWoonplaatsNaam": "", "gorOpenbareRuimteNaam": "",
            "aoaPostcode": address.get("aoaPostcode", ""),
            "aoaHuisnummer": int(number) if number.isdigit() else None, "aoaHuisletter": "",
            "aoaHuisnummertoevoeging": address.get("aoaHuisnummertoevoeging", ""), "inpLocatiebeschrijving": "",
        } if address else None  # fmt: skip
        person["subVerblijfBuitenland"] = None
        return person

    def _uuid(self, *names: str) -> str:
        return str(uuid5(NAMESPACE_URL, "/".join((self.url, *names))))


def _later(start: str, days: int) -> str:
    return (date.fromisoformat(start) + timedelta(days=days)).isoformat()


def moment(day: date) -> str:
    """A moment in the evening of the day before a night, as the API writes it."""
    return datetime.combine(day - timedelta(days=1), time(16, 30)).isoformat() + ".481220Z"


def closed_on(bericht: str, record: Mapping[str, Any]) -> str | None:
    """When a zaak is closed: an aanmelding that is done, a decision, or an investigation that leads to none."""
    if bericht == "aanmelding":
        return record.get("datum_afgehandeld") or None
    waits = record.get("uitkomst_code") == "3"
    return record.get("datum_besluit") or (None if waits else record.get("datum_onderzoek_gereed")) or None


@dataclass
class Register:
    """All zaken of one system. Move it to a night with `move`; a night back begins anew."""

    catalogue: Catalogue
    dialects: Mapping[str, Dialect]
    parties: Mapping[str, str]  # name of the party -> its RSIN
    night: int = 0
    cases: dict[str, Case] = field(default_factory=dict)  # by uuid, oldest first
    _by_key: dict[tuple[str, ...], str] = field(default_factory=dict)
    _number: int = 0

    def move(self, world: Holder, night: int) -> None:
        """Bring the register to a night, with the changes of every night in between."""
        if night < self.night:
            self.night, self._number = 0, 0
            self.cases.clear()
            self._by_key.clear()
        for each in range(self.night + 1, night + 1):
            for party in self.parties:
                for bericht in self.dialects:
                    for change in world.changes(party, bericht, each):
                        self._apply(party, bericht, change, world.vandaag(each))
        self.night = night

    def newest_first(self) -> Iterator[Case]:
        """All zaken, the last made first."""
        return reversed(self.cases.values())

    def _apply(self, party: str, bericht: str, change: Change, vandaag: date) -> None:
        key = (party, bericht, *change.key)
        uuid = self._by_key.get(key)
        if change.kind == "ingetrokken":
            if uuid is not None:
                del self.cases[uuid], self._by_key[key]
            return
        old = self.cases.get(uuid or "")
        parts = self.dialects[bericht].parts(change.record)
        end = closed_on(bericht, change.record)
        if old is None:
            self._number += 1
            uuid = str(uuid5(NAMESPACE_URL, f"{self.catalogue.base}/{'/'.join(key)}/{self._number}"))
            self._by_key[key] = uuid
            version = self.catalogue.at(self.dialects[bericht].zaaktype, parts.zaak["startdatum"])
            self.cases[uuid] = Case(
                uuid, self._number, self.parties[party], version, parts, end, vandaag, vandaag,
                self.catalogue.base,
            )  # fmt: skip
            return
        if old.parts.zaak != parts.zaak or old.einddatum != end or old.parts.statussen != parts.statussen:
            old.changed = vandaag
        old.parts, old.einddatum = parts, end
