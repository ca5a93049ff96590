"""A zaaksysteem over StUF-ZKN 3.10: it answers zakLv01 over SOAP 1.1, with the habits of a real one.

    POST /<party>/stuf/BeantwoordVraag

Habits: fifteen zaken unless more are asked for, and never more than 250; a SOAPAction that must be right (Fo01);
faults with status 500 that say by code and plek who must act; zaken of a zaaktype that one may not see are left
out without a word.
"""

import asyncio
import base64
import binascii
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from lxml import etree
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kit.servers.stuf_xml import (
    NAMES,
    SOAP,
    STUF,
    ZKN,
    Zaak,
    add,
    digits,
    envelope,
    stuurgegevens,
    written,
    zaak_object,
)
from kit.servers.stuf_zaken import ZAAKSYSTEEM, Zaken

ACTION = f"{ZKN}/zakLv01"
DEFAULT_SIZE, LARGEST_SIZE = 15, 250
LATENCY, LATENCY_ZAAK = 0.06, 0.002  # seconds: a question, and each zaak in its answer
ASKED = {
    "gelijk": {"identificatie", "einddatum", "isVan"},
    "vanaf": {"startdatum"},
    "totEnMet": {"startdatum"},
}


class Fault(Exception):
    """What goes wrong with a question; `plek` says whose turn it is."""

    def __init__(self, form: str, code: str, plek: str, text: str) -> None:
        super().__init__(text)
        self.form, self.code, self.plek, self.text = form, code, plek, text


@dataclass
class Asker:
    """The application that may ask, and the zaaktypen that it may see. All of it may change while it runs."""

    applicatie: str
    login: str
    password: str
    rights: set[str] = field(default_factory=set)


@dataclass
class StufSystem:
    """One zaaksysteem."""

    name: str
    zaken: Zaken
    asker: Asker
    latency: bool = True

    @property
    def path(self) -> str:
        """Where it listens."""
        return f"/{self.name}/stuf/BeantwoordVraag"

    def routes(self) -> list[BaseRoute]:
        """The one service of this system."""
        return [Route(self.path, self.answer, methods=["POST"])]

    async def answer(self, request: Request) -> Response:
        """zakLa01, or a soap:Fault."""
        if not self._is_let_in(request.headers.get("authorization", "")):
            return Response("Unauthorized", 401, {"WWW-Authenticate": 'Basic realm="zaaksysteem"'})
        try:
            page, has_more, count = self._found(await request.body(), request.headers.get("soapaction", ""))
        except Fault as fault:
            return Response(_fault(fault), 500, media_type="text/xml")
        if self.latency:
            await asyncio.sleep(LATENCY + len(page) * LATENCY_ZAAK)
        return Response(self._la01(page, has_more, count), media_type="text/xml")

    def _is_let_in(self, header: str) -> bool:
        try:
            login, _, password = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        return login == self.asker.login and secrets.compare_digest(password.encode(), self.asker.password.encode())

    def _found(self, content: bytes, action: str) -> tuple[list[Zaak], bool, int | None]:
        """(page, whether there is more, how many in all when that was asked)"""
        if action.strip('"') != ACTION:
            raise Fault("Fo01", "StUF040", "server", "SOAPAction hoort niet bij een bericht dat hier wordt ondersteund")
        asked = _read(content)
        self._check_head(asked)
        if _text(asked, "ZKN:parameters/StUF:sortering") != "1":
            raise Fault("Fo02", "StUF133", "server", "Sortering niet ondersteund")
        chosen = sorted(
            (zaak for zaak in self.zaken.zaken.values() if zaak.zaaktype in self.asker.rights and _fits(zaak, asked)),
            key=lambda zaak: zaak.identificatie,
        )
        count = len(chosen) if _text(asked, "ZKN:parameters/StUF:indicatorAantal") == "true" else None
        if _text(asked, "ZKN:parameters/StUF:indicatorVervolgvraag") == "true":
            after = _text(asked, "ZKN:start/ZKN:object/ZKN:identificatie")
            chosen = [zaak for zaak in chosen if zaak.identificatie > after]
        wanted = _text(asked, "ZKN:parameters/StUF:maximumAantal")
        size = min(int(wanted) if wanted.isdigit() else DEFAULT_SIZE, LARGEST_SIZE)
        return chosen[:size], len(chosen) > size, count

    def _check_head(self, asked: Any) -> None:
        head = "ZKN:stuurgegevens/StUF:"
        if _text(asked, f"{head}berichtcode") != "Lv01" or _text(asked, f"{head}entiteittype") != "ZAK":
            raise Fault("Fo02", "StUF022", "client", "Berichtcode onbekend")
        us = (self.zaken.code, ZAAKSYSTEEM)
        if (_text(asked, f"{head}ontvanger/StUF:organisatie"), _text(asked, f"{head}ontvanger/StUF:applicatie")) != us:
            raise Fault("Fo02", "StUF010", "client", "Ontvanger onbekend")
        if _text(asked, f"{head}zender/StUF:applicatie") != self.asker.applicatie:
            raise Fault("Fo02", "StUF013", "client", "Zender onbekend")

    def _la01(self, page: Iterable[Zaak], has_more: bool, count: int | None) -> bytes:
        root, body = envelope()
        message = add(body, ZKN, "zakLa01")
        us, them = (self.zaken.code, ZAAKSYSTEEM), (self.zaken.code, self.asker.applicatie)
        head = stuurgegevens(message, "La01", us, them, str(uuid4()))
        add(head, STUF, "entiteittype", "ZAK")
        parameters = add(message, ZKN, "parameters")
        add(parameters, STUF, "indicatorVervolgvraag", "true" if has_more else "false")
        if count is not None:
            add(parameters, STUF, "aantalVoorkomens", str(count))
        zaken = list(page)
        if zaken:
            answer = add(message, ZKN, "antwoord")
            for zaak in zaken:
                zaak_object(answer, zaak)
        return written(root)


def _read(content: bytes) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        asked = etree.fromstring(content, parser).find(f"{{{SOAP}}}Body/{{{ZKN}}}zakLv01")
    except etree.XMLSyntaxError:
        asked = None
    if asked is None:
        raise Fault("Fo02", "StUF055", "client", "Berichtbody is niet conform schema in sectormodel")
    for name, known in ASKED.items():
        part = asked.find(f"{{{ZKN}}}{name}")
        if part is not None and {etree.QName(child).localname for child in part} - known:
            raise Fault("Fo02", "StUF055", "client", f"{name}: element niet ondersteund")
    return asked


def _fits(zaak: Zaak, asked: Any) -> bool:
    equal = "ZKN:gelijk/ZKN:"
    wanted = _text(asked, f"{equal}identificatie")
    kind = _text(asked, f"{equal}isVan/ZKN:gerelateerde/ZKN:code")
    ended = asked.find(f"{equal}einddatum", NAMES)
    begun = digits(zaak.startdatum)
    return (
        wanted in ("", zaak.identificatie)
        and kind in ("", zaak.zaaktype)
        and (ended is None or (not zaak.einddatum if not ended.text else ended.text == digits(zaak.einddatum or "")))
        and begun >= _text(asked, "ZKN:vanaf/ZKN:startdatum")
        and begun <= (_text(asked, "ZKN:totEnMet/ZKN:startdatum") or "99999999")
    )


def _text(element: Any, path: str) -> str:
    return (element.findtext(path, "", NAMES) or "").strip()


def _fault(fault: Fault) -> bytes:
    root, body = envelope()
    found = add(body, SOAP, "Fault")
    for name, text in (("faultcode", f"SOAP-ENV:{fault.plek.capitalize()}"), ("faultstring", fault.text)):
        etree.SubElement(found, name).text = text
    message = add(etree.SubElement(found, "detail"), STUF, f"{fault.form}Bericht")
    add(add(message, STUF, "stuurgegevens"), STUF, "berichtcode", fault.form)
    content = add(message, STUF, "body")
    for name, text in (("code", fault.code), ("plek", fault.plek), ("omschrijving", fault.text)):
        add(content, STUF, name, text)
    return written(root)
