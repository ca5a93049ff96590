"""The contract in the Open Data Contract Standard v3 (Bitol), as JSON (which is YAML too)."""

import json
from typing import Any

from schemas.codelists import DATED, REGION_LISTS, CodeLists
from schemas.contract import Contract, Field
from schemas.render.tables import pg_type
from schemas.rules import RULES
from schemas.types import INCOMPLETE_DATE, PATTERNS

_LOGICAL = {
    "tekst": "string",
    "code": "string",
    "datum": "date",
    "tijdstip": "timestamp",
    "maand": "string",
    "geheel": "integer",
    "decimaal": "number",
    "ja_nee": "boolean",
    "bsn": "string",
    "postcode": "string",
}
_CLASSIFICATION = {
    "w": "persoonsgegeven",
    "b": "bijzonder persoonsgegeven (AVG artikel 9)",
    "bsn": "burgerservicenummer",
    "m": "gegeven van een medewerker",
    None: "geen persoonsgegeven",
}


def render(contract: Contract) -> str:
    """The ODCS document as text, ending in a newline."""
    blocks = [block for block in contract.blocks if block.genest]
    properties = [_property(contract, field) for field in contract.flat]
    properties += [
        {
            "name": block.name,
            "description": block.omschrijving,
            "logicalType": "object",
            "required": block.verplicht,
            "properties": [_property(contract, field) for field in block.fields],
        }
        for block in blocks
    ]
    properties += [
        {
            "name": group.name,
            "description": group.omschrijving,
            "logicalType": "array",
            "logicalTypeOptions": {"maxItems": group.meervoud},
            "required": group.verplicht,
            "items": {
                "logicalType": "object",
                "properties": [_property(contract, field) for field in group.fields],
            },
        }
        for group in contract.groups
    ]
    document: dict[str, Any] = {
        "version": contract.versie,
        "apiVersion": "v3.2.0",
        "kind": "DataContract",
        "id": contract.namespace,
        "name": contract.bericht,
        "status": "active",
        "description": {"purpose": contract.omschrijving},
        "schema": [
            {
                "name": contract.bericht,
                "physicalName": f"accepted.{contract.bericht}",
                "logicalType": "object",
                "physicalType": "table",
                "description": contract.omschrijving,
                "properties": properties,
                "quality": [
                    {"type": "text", "name": name, "description": RULES[name].omschrijving} for name in contract.regels
                ],
            }
        ],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _property(contract: Contract, field: Field) -> dict[str, Any]:
    single = _single(field)
    found: dict[str, Any] = {"name": field.name, "description": field.omschrijving}
    if field.meervoud:
        found |= {"logicalType": "array", "logicalTypeOptions": {"maxItems": field.meervoud}, "items": single}
    else:
        found |= single
    found |= {
        "physicalType": pg_type(field),
        "required": field.verplicht,
        "classification": _CLASSIFICATION[field.klasse],
    }
    if field.path in contract.sleutel:
        found |= {"primaryKey": True, "primaryKeyPosition": contract.sleutel.index(field.path) + 1}
    found["customProperties"] = [{"property": key, "value": value} for key, value in _own(field).items()]
    return found


def _own(field: Field) -> dict[str, str]:
    """What the standard has no word for; with it, two versions of a contract can be compared."""
    own = {"type": field.type + ("_onvolledig" if field.onvolledig else "")}
    if field.lijst:
        own["codelijst"] = field.lijst
    if field.patroon:
        own["patroon"] = field.patroon
    if field.vereist_als:
        own["vereist_als"] = " of ".join(
            f"{one.veld} in {', '.join(one.waarden)}" if one.waarden else f"{one.veld} gevuld"
            for one in field.vereist_als
        )
    return own


def _single(field: Field) -> dict[str, Any]:
    """Type and limits of one value. A date of which the day may be unknown is a string here."""
    found: dict[str, Any] = {"logicalType": "string" if field.onvolledig else _LOGICAL[field.type]}
    if field.type == "tekst":
        found["logicalTypeOptions"] = {"maxLength": field.lengte}
    elif field.type in ("geheel", "decimaal"):
        found["logicalTypeOptions"] = {"minimum": field.min, "maximum": field.max}
    elif field.type == "datum" and not field.onvolledig:
        found["logicalTypeOptions"] = {"format": "yyyy-MM-dd"}
    elif field.type not in ("code", "ja_nee", "tijdstip"):
        pattern = INCOMPLETE_DATE if field.onvolledig else PATTERNS[field.type]
        found["logicalTypeOptions"] = {"pattern": f"^{pattern}$"}
    standard = field.lijst is not None and field.lijst not in DATED and field.lijst not in REGION_LISTS
    if standard and field.lijst is not None:
        rows = CodeLists.standard().rows(field.lijst)
        found["enum"] = [{"value": row.code, "description": row.naam} for row in rows]
    return found
