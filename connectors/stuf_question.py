"""The questions that the hub puts to a zaaksysteem: zakLv01.

Sorted by identificatie (sortering 1), so that a next page can be asked for by where the last one ended: a zaak
that comes or goes meanwhile moves no other to another page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

from lxml import etree

from connectors.answers import AMSTERDAM
from connectors.stuf_xml import NAMES, SOAP, STUF, XSI, ZKN

ACTION = f"{ZKN}/zakLv01"
BY_IDENTIFICATIE = "1"


@dataclass(frozen=True)
class Parties:
    """Who asks whom, as the administrators agreed: applicaties, and the organisatie (gemeentecode) of both."""

    zender: str
    ontvanger: str
    organisatie: str


@dataclass(frozen=True)
class Question:
    """Which zaken: of a type, and of these only the one, the open ones, or those that began in a period."""

    zaaktype: str
    identificatie: str = ""
    is_open: bool = False
    since: date | None = None
    before: date | None = None

    @classmethod
    def of(cls, zaaktype: str, filters: Mapping[str, str]) -> Question:
        """The question that goes with one of the filters of `zgw_lookback.plan`."""
        since, before = filters.get("startdatum__gte"), filters.get("startdatum__lt")
        return cls(
            zaaktype,
            is_open="einddatum__isnull" in filters,
            since=date.fromisoformat(since) if since else None,
            before=date.fromisoformat(before) if before else None,
        )


def message(parties: Parties, question: Question, size: int, after: str = "") -> bytes:
    """The question in its envelope. `after`: the last identificatie of the page before; "" asks for the first."""
    envelope = etree.Element(f"{{{SOAP}}}Envelope", nsmap=NAMES)
    asked = _add(_add(envelope, SOAP, "Body"), ZKN, "zakLv01")
    _stuurgegevens(asked, parties)
    parameters = _add(asked, ZKN, "parameters")
    _add(parameters, STUF, "sortering", BY_IDENTIFICATIE)
    _add(parameters, STUF, "indicatorVervolgvraag", "true" if after else "false")
    _add(parameters, STUF, "maximumAantal", str(size))
    _add(parameters, STUF, "indicatorAantal", "true")
    equal = _zaak(asked, "gelijk")
    if question.identificatie:
        _add(equal, ZKN, "identificatie", question.identificatie)
    if question.is_open:
        ended = _add(equal, ZKN, "einddatum")
        ended.set(f"{{{XSI}}}nil", "true")
        ended.set(f"{{{STUF}}}noValue", "geenWaarde")
    kind = _entity(_add(_entity(_add(equal, ZKN, "isVan"), "ZAKZKT"), ZKN, "gerelateerde"), "ZKT")
    _add(kind, ZKN, "code", question.zaaktype)
    if question.since:
        _add(_zaak(asked, "vanaf"), ZKN, "startdatum", f"{question.since:%Y%m%d}")
    if question.before:
        _add(_zaak(asked, "totEnMet"), ZKN, "startdatum", f"{question.before - timedelta(days=1):%Y%m%d}")
    # The standard has no way to ask for local fields without naming each: everything, then, and `stuf_answer` drops.
    _zaak(_add(asked, ZKN, "scope"), "object").set(f"{{{STUF}}}scope", "alles")
    if after:
        _add(_zaak(_add(asked, ZKN, "start"), "object"), ZKN, "identificatie", after)
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")


def _stuurgegevens(asked: Any, parties: Parties) -> None:
    head = _add(asked, ZKN, "stuurgegevens")
    _add(head, STUF, "berichtcode", "Lv01")
    for role, applicatie in (("zender", parties.zender), ("ontvanger", parties.ontvanger)):
        system = _add(head, STUF, role)
        _add(system, STUF, "organisatie", parties.organisatie)
        _add(system, STUF, "applicatie", applicatie)
    _add(head, STUF, "referentienummer", str(uuid4()))
    # Real time, whatever day the hub works for: the other side holds a message to its clock.
    _add(head, STUF, "tijdstipBericht", f"{datetime.now(AMSTERDAM):%Y%m%d%H%M%S%f}"[:17])
    _add(head, STUF, "entiteittype", "ZAK")


def _zaak(parent: Any, name: str) -> Any:
    return _entity(_add(parent, ZKN, name), "ZAK")


def _entity(element: Any, kind: str) -> Any:
    element.set(f"{{{STUF}}}entiteittype", kind)
    return element


def _add(parent: Any, namespace: str, name: str, text: str | None = None) -> Any:
    child = etree.SubElement(parent, f"{{{namespace}}}{name}")
    child.text = text
    return child
