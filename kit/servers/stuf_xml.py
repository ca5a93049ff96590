"""Zaken as StUF-ZKN 3.10 writes them: the object of an answer, the pair of a kennisgeving, the envelope, a fault."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from lxml import etree

from kit.servers.dialect import Parts

STUF = "http://www.egem.nl/StUF/StUF0301"
ZKN = "http://www.egem.nl/StUF/sector/zkn/0310"
BG = "http://www.egem.nl/StUF/sector/bg/0310"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
NAMES = {"StUF": STUF, "ZKN": ZKN, "BG": BG, "SOAP-ENV": SOAP, "xsi": XSI}
PERSON = ("inp.bsn", "geslachtsnaam", "voorvoegselGeslachtsnaam", "voorletters", "voornamen", "geslachtsaanduiding",
          "geboortedatum")  # fmt: skip
ADDRESS = ("aoa.postcode", "aoa.huisnummer", "aoa.huisnummertoevoeging")
DUTCH = ZoneInfo("Europe/Amsterdam")
Element = Any


@dataclass(frozen=True)
class Zaak:
    """One zaak as its system holds it. `steps` are the names of its statuses, in order."""

    zaaktype: str
    omschrijving: str
    steps: tuple[str, ...]
    parts: Parts
    einddatum: str | None
    registered: str  # ISO date of the night that first showed it

    @property
    def identificatie(self) -> str:
        return self.parts.zaak["identificatie"]

    @property
    def startdatum(self) -> str:
        return self.parts.zaak["startdatum"]


def add(parent: Element, namespace: str, name: str, text: str | None = None, **stuf: str) -> Element:
    """A child; keywords become attributes of StUF."""
    child = etree.SubElement(parent, f"{{{namespace}}}{name}")
    child.text = text
    for key, value in stuf.items():
        child.set(f"{{{STUF}}}{key}", value)
    return child


def nothing(parent: Element, namespace: str, name: str, **stuf: str) -> Element:
    """An element that says that it has no value."""
    child = add(parent, namespace, name, None, noValue="geenWaarde", **stuf)
    child.set(f"{{{XSI}}}nil", "true")
    return child


def envelope() -> tuple[Element, Element]:
    """(envelope, body)"""
    root = etree.Element(f"{{{SOAP}}}Envelope", nsmap=NAMES)
    return root, add(root, SOAP, "Body")


def written(root: Element) -> bytes:
    """The document as bytes."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def stuurgegevens(
    parent: Element, code: str, zender: tuple[str, str], ontvanger: tuple[str, str], ours: str
) -> Element:
    """The head of a message; zender and ontvanger are (organisatie, applicatie), `ours` its referentienummer."""
    head = add(parent, ZKN, "stuurgegevens")
    add(head, STUF, "berichtcode", code)
    for role, (organisatie, applicatie) in (("zender", zender), ("ontvanger", ontvanger)):
        system = add(head, STUF, role)
        add(system, STUF, "organisatie", organisatie)
        add(system, STUF, "applicatie", applicatie)
    add(head, STUF, "referentienummer", ours)
    return head


def digits(iso: str) -> str:
    """An ISO date or moment (UTC) as StUF writes it: 20150302, or 20150302103000 in Dutch time."""
    if "T" not in iso:
        return iso.replace("-", "")
    return f"{datetime.fromisoformat(iso).astimezone(DUTCH):%Y%m%d%H%M%S}"


def zaak_object(parent: Element, zaak: Zaak, was: Zaak | None = None, kind: str = "") -> Element:
    """The object of a zaak. In a kennisgeving `kind` is its verwerkingssoort; with `was`, only what differs from it
    and the key data."""
    soort = {"verwerkingssoort": kind} if kind else {}
    related = {"verwerkingssoort": "I" if kind == "W" else kind} if kind else {}
    ident = {"sleutelVerzendend": zaak.identificatie} if kind else {}
    found = add(parent, ZKN, "object", None, entiteittype="ZAK", **ident, **soort)
    add(found, ZKN, "identificatie", zaak.identificatie)
    add(found, ZKN, "omschrijving", zaak.omschrijving)
    _result(found, zaak, was)
    add(found, ZKN, "startdatum", digits(zaak.startdatum))
    add(found, ZKN, "registratiedatum", digits(zaak.registered))
    if was is None or was.einddatum != zaak.einddatum:
        _value(found, ZKN, "einddatum", digits(zaak.einddatum or ""))
    if zaak.parts.zaak.get("tijdstipRegistratie"):
        add(found, STUF, "tijdstipRegistratie", digits(zaak.parts.zaak["tijdstipRegistratie"]))
    _extra(found, zaak.parts.eigenschappen, was.parts.eigenschappen if was else None)
    link = add(found, ZKN, "isVan", None, entiteittype="ZAKZKT", **related)
    kind_of = add(link, ZKN, "gerelateerde", None, entiteittype="ZKT", **related)
    add(kind_of, ZKN, "omschrijving", zaak.omschrijving)
    add(kind_of, ZKN, "code", zaak.zaaktype)
    if zaak.parts.persoon and (was is None or was.parts.persoon != zaak.parts.persoon):
        _initiator(found, zaak.parts.persoon, soort)
    if kind == "":
        _team(found)
    _statuses(found, zaak, was, {"verwerkingssoort": "T"} if kind else {})
    return found


def _result(found: Element, zaak: Zaak, was: Zaak | None) -> None:
    text = zaak.parts.zaak.get("resultaat", "")
    before = was.parts.zaak.get("resultaat", "") if was else ""
    if text != before:
        _value(add(found, ZKN, "resultaat"), ZKN, "omschrijving", text)


def _value(parent: Element, namespace: str, name: str, text: str) -> None:
    if text:
        add(parent, namespace, name, text)
    else:
        nothing(parent, namespace, name)


def _extra(found: Element, values: Mapping[str, str], before: Mapping[str, str] | None) -> None:
    known = before or {}
    names = [name for name in {**known, **values} if before is None or known.get(name) != values.get(name)]
    if names:
        parent = add(found, STUF, "extraElementen")
        for name in names:
            if values.get(name):
                add(parent, STUF, "extraElement", values[name]).set("naam", name)
            else:
                nothing(parent, STUF, "extraElement").set("naam", name)


def _initiator(found: Element, persoon: Mapping[str, str], soort: Mapping[str, str]) -> None:
    link = add(found, ZKN, "heeftAlsInitiator", None, entiteittype="ZAKBTRINI", **soort)
    person = add(add(link, ZKN, "gerelateerde"), ZKN, "natuurlijkPersoon", None, entiteittype="NPS", **soort)
    for name in PERSON:
        text = persoon.get(name, "")
        if name == "geboortedatum" and text.endswith("00"):
            unknown = "M" if text.endswith("0000") else "D"
            text = text.replace("0000", "0101") if unknown == "M" else f"{text[:6]}01"
            add(person, BG, name, text, indOnvolledigeDatum=unknown)
        elif name != "inp.bsn" or text:
            _value(person, BG, name, text)
            if name == "inp.bsn":
                add(person, BG, "authentiek", "J", metagegeven="true")
    address = {name: persoon.get(f"verblijfsadres.{name}", "") for name in ADDRESS}
    if any(address.values()):
        place = add(person, BG, "verblijfsadres")
        for name, text in address.items():
            _value(place, BG, name, text)


def _team(found: Element) -> None:
    link = add(found, ZKN, "heeftAlsUitvoerende", None, entiteittype="ZAKBTRUTV")
    team = add(add(link, ZKN, "gerelateerde"), ZKN, "organisatorischeEenheid", None, entiteittype="OEH")
    add(team, ZKN, "identificatie", "TEAM-TOEGANG")
    add(team, ZKN, "naam", "Team toegang")


def _statuses(found: Element, zaak: Zaak, was: Zaak | None, soort: Mapping[str, str]) -> None:
    """Newest first, as the standard says."""
    set_on = {name: day for name, day in zaak.parts.statussen.items() if day}
    before = was.parts.statussen if was else {}
    order = sorted(set_on, key=lambda name: (set_on[name], zaak.steps.index(name)), reverse=True)
    for place, name in enumerate(order):
        if before.get(name) == set_on[name]:
            continue
        link = add(found, ZKN, "heeft", None, entiteittype="ZAKSTT", **soort)
        status = add(link, ZKN, "gerelateerde", None, entiteittype="STT", **soort)
        add(status, ZKN, "zkt.code", zaak.zaaktype)
        add(status, ZKN, "zkt.omschrijving", zaak.omschrijving)
        add(status, ZKN, "volgnummer", f"{zaak.steps.index(name) + 1:04d}")
        add(status, ZKN, "omschrijving", name)
        add(link, ZKN, "datumStatusGezet", f"{digits(set_on[name])}09000000")
        if not soort:  # an answer; a kennisgeving does not have it
            add(link, ZKN, "indicatieLaatsteStatus", "J" if place == 0 else "N")
