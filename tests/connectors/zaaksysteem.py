"""A zaaksysteem over StUF in the small, with the habits that matter to the connector; and messages as text."""

from __future__ import annotations

import base64
from typing import Any

from lxml import etree

from connectors.stuf_xml import NAMES
from tests.connectors.weather import Reply, Seen

SECRET = "geheim-van-de-test-dat-lang-genoeg-is"
ACTION = "http://www.egem.nl/StUF/sector/zkn/0310/zakLv01"
_SPACES = (
    'xmlns:StUF="http://www.egem.nl/StUF/StUF0301" xmlns:ZKN="http://www.egem.nl/StUF/sector/zkn/0310"'
    ' xmlns:BG="http://www.egem.nl/StUF/sector/bg/0310" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
)
EMPTY = 'xsi:nil="true" StUF:noValue="geenWaarde"'


def enveloped(message: str) -> bytes:
    """A message in SOAP."""
    soap = "http://schemas.xmlsoap.org/soap/envelope/"
    return f'<s:Envelope xmlns:s="{soap}"><s:Body>{message}</s:Body></s:Envelope>'.encode()


def zaak(number: str, inner: str = "", zaaktype: str = "CLO", kind: str = "") -> str:
    """The object of a zaak; `kind` is its verwerkingssoort in a kennisgeving."""
    soort = f' StUF:verwerkingssoort="{kind}"' if kind else ""
    return (
        f'<ZKN:object {_SPACES} StUF:entiteittype="ZAK"{soort}><ZKN:identificatie>{number}</ZKN:identificatie>{inner}'
        f"<ZKN:isVan><ZKN:gerelateerde><ZKN:code>{zaaktype}</ZKN:code></ZKN:gerelateerde></ZKN:isVan></ZKN:object>"
    )


def lk01(mutatie: str, *objects: str, made: str = "20150301180000000") -> str:
    """A kennisgeving."""
    return (
        f"<ZKN:zakLk01 {_SPACES}><ZKN:stuurgegevens><StUF:berichtcode>Lk01</StUF:berichtcode>"
        f"<StUF:tijdstipBericht>{made}</StUF:tijdstipBericht></ZKN:stuurgegevens>"
        f"<ZKN:parameters><StUF:mutatiesoort>{mutatie}</StUF:mutatiesoort></ZKN:parameters>"
        f"{''.join(objects)}</ZKN:zakLk01>"
    )


def fault(form: str, code: str, plek: str, faultcode: str = "Server") -> Reply:
    """A soap:Fault with a StUF message in it; its description holds what must not come out."""
    stuf = (
        f"<StUF:{form}Bericht {_SPACES}><StUF:stuurgegevens><StUF:berichtcode>{form}</StUF:berichtcode>"
        f"</StUF:stuurgegevens><StUF:body><StUF:code>{code}</StUF:code><StUF:plek>{plek}</StUF:plek>"
        f"<StUF:omschrijving>Voorbeeld</StUF:omschrijving></StUF:body></StUF:{form}Bericht>"
    )
    return soap_fault(faultcode, f"<detail>{stuf}</detail>" if form else "")


def soap_fault(faultcode: str, detail: str = "") -> Reply:
    """A soap:Fault."""
    soap = "http://schemas.xmlsoap.org/soap/envelope/"
    inner = f"<faultcode>s:{faultcode}</faultcode><faultstring>Voorbeeld</faultstring>{detail}"
    return Reply(500, enveloped(f'<s:Fault xmlns:s="{soap}">{inner}</s:Fault>'), kind="text/xml; charset=utf-8")


class Zaaksysteem:
    """Answers at /gemeente/stuf/BeantwoordVraag. Zaken can be added, changed and deleted; rights can be taken away."""

    path = "/gemeente/stuf/BeantwoordVraag"

    def __init__(self) -> None:
        self.zaken: dict[str, tuple[str, str, str, str]] = {}  # number -> startdatum, einddatum, inner, zaaktype
        self.rights = True
        self.counts = True
        self.hidden: dict[str, bool] = {}  # number -> whether it is counted all the same
        self.by_place = False  # pages by place instead of by key, as bad systems do
        self.between: Any = None  # called after each page
        self.questions: list[Any] = []
        self._asked = 0

    def add(self, number: str, startdatum: str, einddatum: str = "", inner: str = "", zaaktype: str = "CLO") -> None:
        self.zaken[number] = startdatum, einddatum, inner, zaaktype

    def __call__(self, seen: Seen) -> Reply:
        if seen.path != self.path:
            return Reply(404, b"<h1>Not Found</h1>", kind="text/html")
        given = base64.b64encode(f"hub:{SECRET}".encode()).decode()
        if seen.headers.get("Authorization") != f"Basic {given}":
            return Reply(401, b"Unauthorized", kind="text/plain")
        if seen.headers.get("SOAPAction") != f'"{ACTION}"':
            return fault("Fo01", "StUF040", "server")
        asked = etree.fromstring(seen.body).find(".//ZKN:zakLv01", NAMES)
        self.questions.append(asked)
        if self._text(asked, "ZKN:stuurgegevens/StUF:ontvanger/StUF:applicatie") != "ZAAKSYSTEEM":
            return fault("Fo02", "StUF010", "client", "Client")
        reply = self._page(asked)
        if self.between:
            self.between()
        return reply

    def _page(self, asked: Any) -> Reply:
        chosen = sorted(number for number, row in self.zaken.items() if self.rights and self._fits(asked, number, row))
        count = len([number for number in chosen if self.hidden.get(number, True)])
        chosen = [number for number in chosen if number not in self.hidden]
        size = int(self._text(asked, "ZKN:parameters/StUF:maximumAantal"))
        if self._text(asked, "ZKN:parameters/StUF:indicatorVervolgvraag") == "true":
            after = self._text(asked, "ZKN:start/ZKN:object/ZKN:identificatie")
            self._asked += size
            chosen = chosen[self._asked :] if self.by_place else [number for number in chosen if number > after]
        else:
            self._asked = 0
        objects = "".join(self.object(number) for number in chosen[:size])
        answer = f"<ZKN:antwoord>{objects}</ZKN:antwoord>" if objects else ""
        more = "true" if len(chosen) > size else "false"
        total = f"<StUF:aantalVoorkomens>{count}</StUF:aantalVoorkomens>" if self.counts else ""
        return self.la01(f"<StUF:indicatorVervolgvraag>{more}</StUF:indicatorVervolgvraag>{total}", answer)

    @staticmethod
    def la01(parameters: str, answer: str) -> Reply:
        message = f"<ZKN:zakLa01 {_SPACES}><ZKN:parameters>{parameters}</ZKN:parameters>{answer}</ZKN:zakLa01>"
        return Reply(body=enveloped(message), kind="text/xml; charset=utf-8")

    def object(self, number: str) -> str:
        """A zaak as it is now, with somebody's name, and a member of staff whom nobody asked for."""
        startdatum, einddatum, inner, zaaktype = self.zaken[number]
        ended = f"<ZKN:einddatum>{einddatum}</ZKN:einddatum>" if einddatum else f"<ZKN:einddatum {EMPTY}/>"
        person = (
            "<ZKN:heeftAlsInitiator><ZKN:gerelateerde><ZKN:natuurlijkPersoon><BG:geslachtsnaam>Voorbeeld"
            "</BG:geslachtsnaam></ZKN:natuurlijkPersoon></ZKN:gerelateerde></ZKN:heeftAlsInitiator>"
            "<ZKN:heeftAlsUitvoerende><ZKN:gerelateerde><ZKN:medewerker><ZKN:achternaam>Medewerker</ZKN:achternaam>"
            "</ZKN:medewerker></ZKN:gerelateerde></ZKN:heeftAlsUitvoerende>"
        )
        return zaak(number, f"<ZKN:startdatum>{startdatum}</ZKN:startdatum>{ended}{inner}{person}", zaaktype)

    def _fits(self, asked: Any, number: str, row: tuple[str, str, str, str]) -> bool:
        return (
            self._text(asked, "ZKN:gelijk/ZKN:identificatie") in ("", number)
            and self._text(asked, "ZKN:gelijk/ZKN:isVan/ZKN:gerelateerde/ZKN:code") == row[3]
            and not (asked.find("ZKN:gelijk/ZKN:einddatum", NAMES) is not None and row[1])
            and row[0] >= self._text(asked, "ZKN:vanaf/ZKN:startdatum")
            and row[0] <= (self._text(asked, "ZKN:totEnMet/ZKN:startdatum") or "9")
        )

    @staticmethod
    def _text(element: Any, path: str) -> str:
        return element.findtext(path, "", NAMES) or ""
