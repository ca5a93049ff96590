"""From a zaak object of StUF-ZKN to flat paths.

    zaak.identificatie · zaak.startdatum · zaak.opschorting.indicatie    as the sector model names them
    extraElement.<naam>                                                  the local field
    heeftAlsInitiator.natuurlijkPersoon.inp.bsn                          relation, kind of whom it leads to, field
    status.<volgnummer> · status.<omschrijving>                          day on which it was set (yyyymmdd)
    status.laatste · status.laatste.datum                                description and day of the latest

A field has three states. A value; emptied ("", for noValue geenWaarde and vastgesteldOnbekend: both say that
there is nothing to know); and not said, for an absent element and for noValue nietOndersteund, nietGeautoriseerd
and waardeOnbekend: those are about the sender, and not about the zaak.
Dates stay yyyymmdd, with 00 for what indOnvolledigeDatum calls unknown. The moment of registration, which StUF
writes in Dutch local time without a zone, becomes one with Z.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from connectors.answers import AMSTERDAM
from connectors.stuf_xml import STUF, XSI, local, said

Values = dict[str, object]

NO_VALUE = f"{{{STUF}}}noValue"
EMPTIED = frozenset({"geenWaarde", "vastgesteldOnbekend"})
HISTORY = frozenset({"historieMaterieel", "historieFormeel", "historieFormeelRelatie"})
REGISTERED = "tijdstipRegistratie"
KNOWN_DIGITS = {"D": 6, "M": 4, "J": 0}  # of a date of which indOnvolledigeDatum says what is unknown


def flatten(zaak: Any) -> Values:
    """One object of zakLa01 or zakLk01 as path -> text | list of texts; what occurs twice gives a list."""
    values: Values = {}
    statuses = []
    for child in zaak:
        name = local(child)
        if name == "extraElementen":
            for element in child:
                for path, text in _leaf(element, f"extraElement.{element.get('naam')}"):
                    _add(values, path, text)
        elif name == "heeft":
            if _is_emptied(child):
                values["status"] = ""
            else:
                statuses.append(child)
        elif name not in HISTORY:
            is_relation = any(local(each) == "gerelateerde" for each in child) or name.startswith("heeft")
            for path, text in _leaves(child, name if is_relation else f"zaak.{name}"):
                _add(values, path, text)
    _statuses(values, statuses)
    return values


def overlay(known: Values, changes: Values) -> None:
    """Put what a kennisgeving changes over a known state. Emptying a group or relation empties all in it."""
    for path, value in changes.items():
        if value == "":
            known.update({name: "" for name in known if name.startswith(f"{path}.")})
        known[path] = value


def month(values: Values) -> str:
    """The month in which the zaak began (yyyy-mm), "" when that cannot be read."""
    found = re.fullmatch(r"(\d{4})(\d\d)\d\d", str(values.get("zaak.startdatum") or ""))
    return f"{found[1]}-{found[2]}" if found else ""


def moment(text: str) -> str:
    """StUF Tijdstip (8 to 17 digits, Dutch time) as an ISO moment with Z; what is none is handed on as it is."""
    if re.fullmatch(r"[0-9]{8,17}", text):
        try:
            naive = datetime.strptime(text[:14].ljust(14, "0"), "%Y%m%d%H%M%S").replace(tzinfo=AMSTERDAM)
            return naive.astimezone(UTC).isoformat().replace("+00:00", "Z")
        except (ValueError, OverflowError):  # no moment, or one before the first of UTC
            return text
    return text


def _is_emptied(element: Any) -> bool:
    """Whether an element says that there is nothing: its value is known to be none, or the relation is removed."""
    no_value = element.get(NO_VALUE)
    nil = element.get(f"{{{XSI}}}nil") in ("true", "1")
    return no_value in EMPTIED or (nil and no_value is None) or element.get(f"{{{STUF}}}verwerkingssoort") == "V"


def _leaves(element: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every field at or below an element; the step `gerelateerde` is left out of the path."""
    if element.get(f"{{{STUF}}}metagegeven") == "true":
        return
    if _is_emptied(element) or not len(element):
        yield from _leaf(element, path)
        return
    for child in element:
        name = local(child)
        if name not in HISTORY:
            yield from _leaves(child, path if name == "gerelateerde" else f"{path}.{name}")


def _leaf(element: Any, path: str) -> Iterator[tuple[str, str]]:
    if _is_emptied(element):
        yield path, ""
    elif element.get(NO_VALUE) is None:
        text = (element.text or "").strip()
        known = KNOWN_DIGITS.get(element.get(f"{{{STUF}}}indOnvolledigeDatum") or "")
        if local(element) == REGISTERED:
            text = moment(text)
        elif known is not None:
            text = text[:known].ljust(8, "0") if known else ""
        yield path, text


def _statuses(values: Values, statuses: list[Any]) -> None:
    """A status that was set twice (a zaak reopened) counts by the last time."""
    for status in sorted(statuses, key=_order):
        number = said(status, "ZKN:gerelateerde/ZKN:volgnummer").lstrip("0")
        name = said(status, "ZKN:gerelateerde/ZKN:omschrijving")
        day = said(status, "ZKN:datumStatusGezet")[:8]
        for key in filter(None, (number, name)):
            values[f"status.{key}"] = day
        values["status.laatste"], values["status.laatste.datum"] = name, day


def _order(status: Any) -> tuple[str, bool]:
    """By moment, and of two at one moment the one that the system calls the latest comes last."""
    return said(status, "ZKN:datumStatusGezet"), said(status, "ZKN:indicatieLaatsteStatus") == "J"


def _add(values: Values, path: str, value: str) -> None:
    known = values.get(path)
    if known is None:
        values[path] = value
    else:
        values[path] = [*known, value] if isinstance(known, list) else [known, value]
