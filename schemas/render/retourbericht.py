"""JSON Schema (draft 2020-12) of the answer to a sender: what comes back about each delivery.

Additions come within version 1, so a reader passes over what it does not know. A test holds every answer against
this schema with all additions forbidden.
"""

import json
from typing import Any

Schema = dict[str, Any]

VERSIE = "1.0"
_MOMENT: Schema = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$"}
_DAY: Schema = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_CODE: Schema = {"type": "string", "pattern": "^[A-Z][0-9]{3}$", "description": "Zie docs/contracts/fouten.md"}
_TEXT: Schema = {"type": "string", "minLength": 1}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_FIELD = "Uw eigen naam van het veld; leeg waar het om het hele record gaat"
_PATH = "Naam van het veld in het contract van het bericht"

_COUNTS = {
    "ontvangen": "Records in de levering: de som van de volgende vijf",
    "aangenomen": "Nieuw of gewijzigd, en in orde",
    "afgekeurd": "Door u te herstellen",
    "ongewijzigd": "Gelijk aan wat bekend was",
    "achterhaald": "Er is al een nieuwere stand bekend",
    "verwijderd": "Berichten om een record te verwijderen",
    "ingetrokken": "Stond niet meer in een volledige levering; telt niet mee in de som",
}


def render() -> str:
    """The JSON Schema as text, ending in a newline."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:nl:regiohub:retourbericht:1",
        "title": "retourbericht",
        "description": "Wat er van een levering werd. Een nieuwere versie vervangt een oudere van dezelfde naam. "
        "Binnen versie 1 kunnen velden erbij komen: sla over wat u niet kent.",
        **_object(
            retourbericht={"type": "string", "pattern": r"^1\.[0-9]+$", "description": "Versie van deze vorm"},
            versie={"type": "integer", "minimum": 1, "description": "Volgnummer over deze levering"},
            soort={
                "enum": ["ontvangen", "aangehouden", "definitief", "proef"],
                "description": "proef: getoetst als een echte levering, en niets ervan bewaard of verwerkt",
            },
            uitkomst={"enum": ["ontvangen", "aangehouden", "verwerkt", "geweigerd", "dubbel"]},
            gemaakt_op=_MOMENT,
            samenvatting={**_TEXT, "description": "In een of twee zinnen"},
            afzender=_object(
                bron=_TEXT, naam=_TEXT, soort={"enum": ["gemeente", "aanbieder"]}, code={"type": "string"}
            ),
            levering=_object(
                nummer={"type": "integer", "minimum": 1, "description": "Noem dit nummer bij een vraag"},
                bericht=_or_null(_TEXT, "Leeg waar de naam van het bestand bij geen bericht past"),
                contract=_or_null(_TEXT, "Versie van het contract waartegen is gekeurd"),
                naam={"type": "string", "description": "Naam van uw bestand, of van de bevraging van uw systeem"},
                stand_op=_or_null(_MOMENT, "Moment waarvan de levering de stand geeft"),
                omvang=_or_null({"enum": ["volledig", "wijzigingen"]}, "Volgens de levering zelf"),
                opgehaald_voor={**_DAY, "description": "De dag waarvoor is opgehaald"},
                ontvangen_op=_MOMENT,
                gelijk_aan=_or_null({"type": "integer"}, "Nummer van de eerdere levering met dezelfde inhoud"),
            ),
            aantallen=_or_null(
                _object(**{name: {**_COUNT, "description": said} for name, said in _COUNTS.items()}),
                "Leeg zolang de levering niet gekeurd is; bij aangehouden en proef: wat ervan zou worden",
            ),
            weigering=_or_null(
                _object(code=_CODE, tekst=_TEXT, herstel=_TEXT), "Waarom de levering als geheel niet verwerkt is"
            ),
            fouten=_list(
                "Soorten fouten in de afgekeurde records",
                code=_CODE,
                aantal={**_COUNT, "description": "Records met deze fout"},
                herstel=_TEXT,
                velden=_list(
                    "Waar",
                    veld=_or_null(_TEXT, _FIELD),
                    contractveld=_or_null(_TEXT, _PATH),
                    tekst=_TEXT,
                    aantal=_COUNT,
                ),
            ),
            waarschuwingen=_list(
                "Wat opviel, en geen record tegenhoudt",
                code=_CODE,
                veld=_or_null(_TEXT, _FIELD),
                tekst=_TEXT,
                herstel=_TEXT,
                aantal=_COUNT,
            ),
            kwaliteit=_list("Wat opviel aan de levering als geheel", tekst=_TEXT, gevolg=_TEXT),
            contact=_object(naam=_TEXT, email=_TEXT),
            afgekeurde_records=_list(
                "Elk afgekeurd record, met al zijn fouten",
                record={"type": "integer", "minimum": 1, "description": "Volgnummer in de levering"},
                sleutel=_or_null(
                    _TEXT, "Uw eigen sleutel; afgedekt waar zij op een bsn lijkt, leeg waar zij niet leesbaar was"
                ),
                gemeente_code=_or_null(_TEXT, "Gemeente van het record"),
                fouten=_list(
                    "Alle fouten van dit record",
                    code=_CODE,
                    veld=_or_null(_TEXT, _FIELD),
                    contractveld=_or_null(_TEXT, _PATH),
                    plaats=_or_null({"type": "integer", "minimum": 1}, "De hoeveelste van een veld dat zich herhaalt"),
                    tekst=_TEXT,
                ),
            ),
        ),
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "required": list(properties), "properties": properties}


def _list(description: str, **properties: Schema) -> Schema:
    return {"type": "array", "description": description, "items": _object(**properties)}


def _or_null(schema: Schema, description: str) -> Schema:
    return {"description": description, "anyOf": [{"type": "null"}, schema]}
