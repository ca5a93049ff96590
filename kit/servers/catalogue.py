"""The catalogue of a case system: zaaktypen in versions, with their statustypen, roltypen and eigenschappen.

A zaaktype is a version: each has a URL of its own, and a zaak keeps the version it was started under. Halfway
2014 every zaaktype got a new one, in which a step was put in between, so the numbers of its statustypen moved.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from kit.servers.dialect import EIGENSCHAP_NAME, Dialect

Resource = dict[str, Any]
FIRST, SECOND = "2012-01-01", "2014-07-01"
STATUSSEN: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "CLO-AANMELDING": (
        ("Aangemeld", "Doorgestuurd", "Overgenomen", "Afgehandeld"),
        ("Aangemeld", "In behandeling", "Doorgestuurd", "Overgenomen", "Afgehandeld"),
    ),
    "WMO-ONDERZOEK": (
        ("Gemeld", "Bevestigd", "Gesprek gevoerd", "Onderzoek gereed", "Aanvraag ontvangen", "Besluit genomen",
         "Afgehandeld"),
        ("Gemeld", "In behandeling", "Bevestigd", "Gesprek gevoerd", "Onderzoek gereed", "Aanvraag ontvangen",
         "Besluit genomen", "Afgehandeld"),
    ),
    "PARKEERVERGUNNING": (("Aangevraagd", "Verleend"), ("Aangevraagd", "In behandeling", "Verleend")),
}  # fmt: skip
TITLES = {
    "CLO-AANMELDING": "Aanmelding cliëntondersteuning",
    "WMO-ONDERZOEK": "Onderzoek na melding",
    "PARKEERVERGUNNING": "Aanvraag parkeervergunning",
}
ROLLEN = (("Cliënt", "initiator"), ("Behandelend team", "behandelaar"))
GENERAL = dict.fromkeys(("beginGeldigheid", "eindeGeldigheid", "beginObject", "eindeObject"))


@dataclass
class Version:
    """One version of a zaaktype: its resources by the word that a zaak refers to them with."""

    identificatie: str
    uuid: str
    begin: str
    statustypen: dict[str, Resource] = field(default_factory=dict)  # omschrijving -> resource
    roltypen: dict[str, Resource] = field(default_factory=dict)  # omschrijvingGeneriek -> resource
    eigenschappen: dict[str, Resource] = field(default_factory=dict)  # naam -> resource
    zaaktype: Resource = field(default_factory=dict)


class Catalogue:
    """All zaaktypen of one system. URLs in the resources are paths; the server puts its address before them."""

    def __init__(self, base: str, rsin: str, dialects: Mapping[str, Dialect]) -> None:
        self.base, self.rsin = base, rsin
        self.url = self._url("catalogussen", "catalogus")
        self.versions: dict[str, tuple[Version, ...]] = {}
        names = {dialect.zaaktype: dialect.names("eigenschap") for dialect in dialects.values()}
        for identificatie, steps in STATUSSEN.items():
            self.versions[identificatie] = tuple(
                self._version(identificatie, begin, end, statussen, names.get(identificatie, []))
                for begin, end, statussen in zip((FIRST, SECOND), ("2014-06-30", None), steps, strict=True)
            )
        self.zaaktypen = {version.uuid: version for both in self.versions.values() for version in both}

    def at(self, identificatie: str, startdatum: str) -> Version:
        """The version that a zaak of this day was started under."""
        first, second = self.versions[identificatie]
        return first if startdatum < SECOND else second

    def resources(self, kind: str) -> Iterator[Resource]:
        """All resources of a kind ("zaaktypen", "statustypen", "roltypen", "eigenschappen"), oldest first."""
        for version in self.zaaktypen.values():
            if kind == "zaaktypen":
                yield version.zaaktype
            else:
                yield from getattr(version, kind).values()

    def _url(self, kind: str, *names: str) -> str:
        return f"{self.base}/catalogi/api/v1/{kind}/{uuid5(NAMESPACE_URL, '/'.join((self.base, kind, *names)))}"

    def _version(
        self, identificatie: str, begin: str, end: str | None, statussen: tuple[str, ...], eigenschappen: list[str]
    ) -> Version:
        url = self._url("zaaktypen", identificatie, begin)
        part = {"zaaktype": url, "zaaktypeIdentificatie": identificatie, "catalogus": self.url}
        version = Version(identificatie, url.rpartition("/")[2], begin)
        for number, name in enumerate(statussen, 1):
            version.statustypen[name] = {
                "url": self._url("statustypen", identificatie, begin, name), "omschrijving": name,
                "omschrijvingGeneriek": "", "statustekst": "", **part, "volgnummer": number,
                "isEindstatus": number == len(statussen), "informeren": False, "doorlooptijd": None,
                "toelichting": "", "checklistitemStatustype": [], "eigenschappen": [], "zaakobjecttypen": [],
                **GENERAL,
            }  # fmt: skip
        for name, generic in ROLLEN:
            version.roltypen[generic] = {
                "url": self._url("roltypen", identificatie, begin, generic), **part, "omschrijving": name,
                "omschrijvingGeneriek": generic, **GENERAL,
            }  # fmt: skip
        for name in eigenschappen:
            assert len(name) <= EIGENSCHAP_NAME, f"eigenschap {name}: longer than {EIGENSCHAP_NAME} characters"
            version.eigenschappen[name] = {
                "url": self._url("eigenschappen", identificatie, begin, name), "naam": name, "definitie": name,
                "specificatie": {"groep": "", "formaat": "tekst", "lengte": "255", "kardinaliteit": "1",
                                 "waardenverzameling": []},
                "toelichting": "", **part, "statustype": None, **GENERAL,
            }  # fmt: skip
        version.zaaktype = self._zaaktype(version, url, end)
        return version

    def _zaaktype(self, version: Version, url: str, end: str | None) -> Resource:
        title = TITLES[version.identificatie]
        return {
            "url": url, "identificatie": version.identificatie, "omschrijving": title,
            "omschrijvingGeneriek": title, "vertrouwelijkheidaanduiding": "vertrouwelijk",
            "doel": "toegang tot ondersteuning", "aanleiding": "vraag van een inwoner", "toelichting": "",
            "indicatieInternOfExtern": "extern", "handelingInitiator": "melden", "onderwerp": "ondersteuning",
            "handelingBehandelaar": "behandelen", "doorlooptijd": "P56D", "servicenorm": None,
            "opschortingEnAanhoudingMogelijk": True, "verlengingMogelijk": False, "verlengingstermijn": None,
            "trefwoorden": [], "publicatieIndicatie": False, "publicatietekst": "", "verantwoordingsrelatie": [],
            "productenOfDiensten": [], "selectielijstProcestype": "",
            "referentieproces": {"naam": version.identificatie.lower(), "link": ""}, "concept": False,
            "verantwoordelijke": self.rsin, "broncatalogus": {"url": "", "domein": "", "rsin": ""},
            "bronzaaktype": {"url": "", "identificatie": "", "omschrijving": ""},
            "beginGeldigheid": version.begin, "eindeGeldigheid": end, "versiedatum": version.begin,
            "beginObject": FIRST, "eindeObject": None, "catalogus": self.url,
            "statustypen": [status["url"] for status in version.statustypen.values()], "resultaattypen": [],
            "eigenschappen": [each["url"] for each in version.eigenschappen.values()],
            "informatieobjecttypen": [], "roltypen": [rol["url"] for rol in version.roltypen.values()],
            "besluittypen": [], "deelzaaktypen": [], "gerelateerdeZaaktypen": [], "zaakobjecttypen": [],
        }  # fmt: skip
