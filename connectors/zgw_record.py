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

INITIATOR = "initiator"


def flatten(composite: Mapping[str, Any], catalogue: Mapping[str, Any]) -> dict[str, object]:
    """One composite line as path -> text | list of texts. `catalogue`: see ZgwCatalogue.as_json."""
    values: dict[str, object] = {}
    names: Mapping[Any, Any] = catalogue.get("eigenschappen", {})
    kinds: Mapping[Any, Any] = catalogue.get("roltypen", {})
    for path, value in _leaves(composite.get("zaak") or {}):
        _add(values, f"zaak.{path}", value)
    for eigenschap in composite.get("eigenschappen") or []:
        name = eigenschap.get("naam") or names.get(eigenschap.get("eigenschap"), "")
        _add(values, f"eigenschap.{name}", _text(eigenschap.get("waarde")))
    for rol in composite.get("rollen") or []:
        kind = rol.get("omschrijvingGeneriek") or kinds.get(rol.get("roltype"), "")
        for path, value in _leaves(rol):
            _add(values, f"rol.{kind}.{path}", value)
            if kind == INITIATOR:
                _add(values, f"rol.{path}", value)
    _statuses(values, composite.get("statussen") or [], catalogue.get("statustypen", {}))
    return values


def _statuses(values: dict[str, object], statuses: list[dict[str, Any]], types: Mapping[Any, Any]) -> None:
    """A status that was set twice (a zaak reopened) counts by the last time."""
    for status in sorted(statuses, key=_order):
        kind = types.get(status.get("statustype"), {})
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
    except ValueError:
        return moment
    return parsed.astimezone(AMSTERDAM).date().isoformat() if parsed.tzinfo else parsed.date().isoformat()


def _leaves(node: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every scalar below a JSON object, by dotted path; addresses of other resources in lists are left out."""
    for name, value in node.items():
        path = prefix + name
        if isinstance(value, Mapping):
            yield from _leaves(value, path + ".")
        elif isinstance(value, list):
            for item in value:
                if isinstance(item, Mapping):
                    yield from _leaves(item, path + ".")
                elif not str(item).startswith(("http://", "https://")):
                    yield path, _text(item)
        else:
            yield path, _text(value)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _add(values: dict[str, object], path: str, value: str) -> None:
    known = values.get(path)
    if known is None:
        values[path] = value
    else:
        values[path] = [*known, value] if isinstance(known, list) else [known, value]
