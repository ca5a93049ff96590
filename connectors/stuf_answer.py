"""What a zaaksysteem says to a question: zakLa01, or a fault.

A fault (Fo01, Fo02, Fo03, in a soap:Fault or bare) has a code and the side that must act: `client` is us, and
asking again cures nothing; `server` is the system, and some of its codes pass by themselves. What else stands in
a fault may hold anything, and is not repeated.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from connectors.errors import SourceRefused, SourceUnavailable
from connectors.stuf_xml import NAMES, SOAP, ZKN, Forbidden, Unreadable, body, local, parse, said

SENDER = "ZKN:stuurgegevens/StUF:zender/StUF:organisatie"
FAULTS = ("Fo01Bericht", "Fo02Bericht", "Fo03Bericht")
NOT_FOUND = "StUF064"  # some systems say this for a question that no zaak answers
# Of the side `server`, but for good: the system does not support the question, or not for us (StUF 03.01, 3.4).
LASTING = frozenset({"StUF025", "StUF031", "StUF037", "StUF040", "StUF067", "StUF124", "StUF127", "StUF133"})
CURES = {
    "StUF010": "it does not know itself by the name that we call it; check ontvanger and organisatie",
    "StUF040": "it does not support zakLv01, or not at this address; check the path and the SOAPAction it expects",
    "StUF013": "it does not know us; check zender and organisatie, and ask the administrator to admit us",
    "StUF052": "we lost rights; ask the administrator of the source",
    "StUF055": "it does not understand our question",
    "StUF133": "it does not sort by identificatie, so its pages cannot be trusted",
}
# Relations of a zaak that the berichten have use for. Documents, decisions, staff and others are left behind.
KEPT = frozenset({"isVan", "heeftAlsInitiator", "heeft"})


@dataclass(frozen=True)
class Page:
    """Some of the zaken that were asked for; `count` is how many there are in all, where the system says so.

    organisatie: for whom the system answers, "" where it does not say.
    """

    zaken: tuple[Any, ...]
    has_more: bool
    count: int | None
    organisatie: str = ""


def page(content: bytes) -> Page:
    """One answer. Raises SourceUnavailable for what time cures (half an answer too), else SourceRefused."""
    answer, is_forbidden = None, False
    try:
        answer = body(parse(content))
    except Unreadable as error:
        is_forbidden = isinstance(error, Forbidden)
    if is_forbidden:
        raise SourceRefused("an answer with a DTD or entities, which SOAP forbids: is this the zaaksysteem?")
    if answer is None:
        raise SourceUnavailable("an answer that is no whole XML")
    if answer.tag == f"{{{SOAP}}}Fault" or local(answer) in FAULTS:
        return _fault(answer)
    if answer.tag != f"{{{ZKN}}}zakLa01":
        raise SourceRefused("the zaaksysteem gives another message than zakLa01")
    zaken = answer.findall("ZKN:antwoord/ZKN:object", NAMES)
    for zaak in zaken:
        for child in [child for child in zaak if _is_left(child)]:
            zaak.remove(child)
    count = said(answer, "ZKN:parameters/StUF:aantalVoorkomens")
    has_more = said(answer, "ZKN:parameters/StUF:indicatorVervolgvraag") in ("true", "1")
    organisatie = said(answer, SENDER)
    return Page(tuple(zaken), has_more, int(count) if count.isascii() and count.isdigit() else None, organisatie)


def kind(zaak: Any) -> str:
    """The code of its zaaktype, "" where it names none."""
    return said(zaak, "ZKN:isVan/ZKN:gerelateerde/ZKN:code")


def number(zaak: Any) -> str:
    """Its identificatie, "" where it has none."""
    return said(zaak, "ZKN:identificatie")


def _is_left(child: Any) -> bool:
    name = local(child)
    return name not in KEPT and name.startswith(("heeft", "leidtTot", "historie"))


def _fault(answer: Any) -> Page:
    fault = next(
        (element for element in answer.iter() if isinstance(element.tag, str) and local(element) in FAULTS), None
    )
    if fault is None:
        code = said(answer, "faultcode").rpartition(":")[2]
        if code == "Server":
            raise SourceUnavailable("a SOAP fault of the server")
        raise SourceRefused("a SOAP fault: the server does not take our message; check path and SOAPAction")
    parts = {local(element): (element.text or "").strip() for element in fault.iter() if isinstance(element.tag, str)}
    code = parts.get("code", "")
    shown = code if re.fullmatch(r"StUF[0-9]{3}", code) else "a fault without a known code"
    if code == NOT_FOUND:
        return Page((), False, 0)
    if parts.get("plek") == "server" and code not in LASTING:
        raise SourceUnavailable(f"answers {shown}")
    raise SourceRefused(f"{shown}: {CURES.get(code, 'the zaaksysteem refuses the question; ask its administrator')}")
