"""From a zaak with its roles, statuses and properties to flat paths.

    zaak.identificatie · zaak.startdatum · zaak.opschorting.indicatie        as the API names them
    eigenschap.<naam>                                                       the local field
    rol.<omschrijvingGeneriek>.<path> · rol.<path>                          the latter for the initiator
    status.<volgnummer> · status.<omschrijving>                             date it was set, Dutch time
    status.laatste · status.laatste.datum                                   description and date of the latest

What occurs more than once (two initiators, a property twice) gives a list, so that it shows as a fault where
the contract has one. Real servers write "" for what is absent; both "" and null are emptied.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from connectors.answers import AMSTERDAM
from connectors.rest_record import DEPTH

INITIATOR = "initiator"


def flatten(composite: Mapping[str, Any], catalogue: Mapping[str, Any]) -> dict[str, object]:
    """One composite line as path -> text | list of texts. `catalogue`: see ZgwCatalogue.as_json."""
    values: dict[str, object] = {}
    names: Mapping[Any, Any] = catalogue.get("eigenschappen", {})
    kinds: Mapping[Any, Any] = catalogue.get("roltypen", {})
    for path, value in _leaves(composite.get("zaak") or {}):
        _add(values, f"zaak.{path}", value)
    for eigenschap in composite.get("eigenschappen") or []:
        name = _name(eigenschap.get("naam")) or names.get(_name(eigenschap.get("eigenschap")), "")
        _add(values, f"eigenschap.{name}", _text(eigenschap.get("waarde")))
    for rol in composite.get("rollen") or []:
        kind = _name(rol.get("omschrijvingGeneriek")) or kinds.get(_name(rol.get("roltype")), "")
        for path, value in _leaves(rol):
            _add(values, f"rol.{kind}.{path}", value)
            if kind == INITIATOR:
                _add(values, f"rol.{path}", value)
    _statuses(values, composite.get("statussen") or [], catalogue.get("statustypen", {}))
    return values


def _statuses(values: dict[str, object], statuses: list[dict[str, Any]], types: Mapping[Any, Any]) -> None:
    """A status that was set twice (a zaak reopened) counts by the last time."""
    for status in sorted(statuses, key=_order):
        kind = types.get(_name(status.get("statustype")), {})
        day = _day(str(status.get("datumStatusGezet") or ""))
        for name in (kind.get("volgnummer"), kind.get("omschrijving")):
            if name not in (None, ""):
                values[f"status.{name}"] = day
        values["status.laatste"] = _text(kind.get("omschrijving"))
        values["status.laatste.datum"] = day


def _order(status: Mapping[str, Any]) -> tuple[str, bool]:
    """By moment, and of two at one moment the one that the server calls the latest comes last."""
    return str(status.get("datumStatusGezet") or ""), status.get("indicatieLaatstGezetteStatus") is True


def _day(moment: str) -> str:
    """The Dutch calendar day of a moment; what is no moment is handed on for the check to refuse."""
    try:
        parsed = datetime.fromisoformat(moment)
        return parsed.astimezone(AMSTERDAM).date().isoformat() if parsed.tzinfo else parsed.date().isoformat()
    except (ValueError, OverflowError):  # no moment, or one that is no day here: the first and the last of all years
        return moment


def _name(value: object) -> str:
    """What stands where a name or an address belongs; "" where an answer has something else there."""
    return value if isinstance(value, str) else ""


def _leaves(node: Mapping[str, Any], prefix: str = "", depth: int = DEPTH) -> Iterator[tuple[str, object]]:
    """Every scalar below a JSON object, by dotted path; addresses of other resources in lists are left out."""
    for name, value in node.items():
        path = prefix + name
        for item in value if isinstance(value, list) else (value,):
            if isinstance(item, Mapping) and depth:
                yield from _leaves(item, path + ".", depth - 1)
            elif item is value or not _name(item).startswith(("http://", "https://")):
                yield path, _text(item)


def _text(value: object) -> object:
    """The text of a scalar; a list or an object where a scalar belongs is handed on for the check to refuse."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value) if isinstance(value, int | float) else value


def _add(values: dict[str, object], path: str, value: object) -> None:
    known = values.get(path)
    if known is None:
        values[path] = value
    else:
        values[path] = [*known, value] if isinstance(known, list) else [known, value]
