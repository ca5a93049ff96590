"""JSON Schema (draft 2020-12) of one record: for senders, and equal in verdict to the structural check.

A date carries its calendar in the pattern, so that a validator that ignores `format` gives the same verdict.
"""

import json
from typing import Any

from schemas.codelists import DATED, REGION_LISTS, CodeLists
from schemas.contract import Block, Contract, Field, Group
from schemas.types import CODE, DATE, INCOMPLETE_DATE, PATTERNS

Schema = dict[str, Any]

#: What XML cannot hold, as an ECMA regular expression; Python reads it too.
_FORBIDDEN = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff"
#: The end of a text. Python's $ also matches before a last newline, which ECMA's does not.
_END = r"(?!\n)$"
_EMPTY: Schema = {"$ref": "#/$defs/leeg"}


class _Definitions:
    def __init__(self) -> None:
        self.schemas: dict[str, Schema] = {
            "leeg": {"enum": [None, ""], "description": "Het veld wordt leeggemaakt."},
        }

    def value(self, field: Field, required: bool) -> Schema:
        """The schema of one value."""
        if field.type == "tekst":
            return _text(field, required)
        if field.type in ("geheel", "decimaal"):
            kind = "integer" if field.type == "geheel" else "number"
            return {
                "type": kind if required else [kind, "null"],
                "minimum": field.min,
                "maximum": field.max,
            }
        if field.type == "ja_nee":
            return {"type": "boolean" if required else ["boolean", "null"]}
        reference = {"$ref": f"#/$defs/{self._name(field)}"}
        return reference if required else {"anyOf": [_EMPTY, reference]}

    def _name(self, field: Field) -> str:
        if field.type != "code" or field.lijst is None:
            name = "datum_onvolledig" if field.onvolledig else field.type
            pattern = INCOMPLETE_DATE if field.onvolledig else PATTERNS[field.type]
            self.schemas[name] = {"type": "string", "pattern": f"^{pattern}{_END}"}
            if pattern == DATE:
                self.schemas[name]["format"] = "date"
            return name
        if field.lijst in DATED or field.lijst in REGION_LISTS:
            self.schemas["code"] = {"type": "string", "pattern": f"^{CODE}{_END}"}
            return "code"
        name, rows = f"code_{field.lijst}", CodeLists.standard().rows(field.lijst)
        told = "; ".join(f"{row.code} {row.naam}" for row in rows)
        self.schemas[name] = {"enum": [row.code for row in rows], "description": told}
        return name


def _text(field: Field, required: bool) -> Schema:
    pattern = f"^[^{_FORBIDDEN}]*$"
    if required:
        pattern = rf"^[ \t\n\r]*[^ \t\n\r{_FORBIDDEN}][^{_FORBIDDEN}]*$"
    schema: Schema = {
        "type": "string" if required else ["string", "null"],
        "maxLength": field.lengte,
        "pattern": pattern,
    }
    if field.patroon:
        empty = "" if required else r"|[ \t\n\r]*"
        schema["allOf"] = [{"pattern": f"^(({field.patroon}){empty}){_END}"}]
    return schema


def render(contract: Contract) -> str:
    """The JSON Schema as text, ending in a newline."""
    definitions = _Definitions()
    schema = _object(definitions, contract.flat)
    for block in contract.blocks:
        if block.genest:
            schema["properties"][block.name] = _block(definitions, block)
            if block.verplicht:
                schema["required"].append(block.name)
    for group in contract.groups:
        schema["properties"][group.name] = _group(definitions, group)
        if group.verplicht:
            schema["required"].append(group.name)
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": contract.namespace,
        "title": f"{contract.titel} {contract.versie}",
        "description": f"{contract.omschrijving} Gemaakt uit het contract.",
        **schema,
        "$defs": dict(sorted(definitions.schemas.items())),
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _object(definitions: _Definitions, fields: tuple[Field, ...]) -> Schema:
    return {
        "type": "object",
        "properties": {field.name: _property(definitions, field) for field in fields},
        "required": [field.name for field in fields if field.verplicht],
        "additionalProperties": False,
    }


def _property(definitions: _Definitions, field: Field) -> Schema:
    if not field.meervoud:
        return {"description": field.omschrijving, **definitions.value(field, field.verplicht)}
    schema: Schema = {
        "description": field.omschrijving,
        "type": "array" if field.verplicht else ["array", "null"],
        "maxItems": field.meervoud,
        "items": definitions.value(field, field.verplicht),
    }
    if field.verplicht:
        schema["minItems"] = 1
    return schema


def _block(definitions: _Definitions, block: Block) -> Schema:
    """An optional block may be absent, null or {}; once it holds anything, its required fields are required."""
    schema = _object(definitions, block.fields)
    if not block.verplicht:
        schema = {"anyOf": [{"type": "null"}, {"type": "object", "maxProperties": 0}, schema]}
    return {"description": block.omschrijving, **schema}


def _group(definitions: _Definitions, group: Group) -> Schema:
    element = _object(definitions, group.fields)
    if not group.verplicht:
        element = {"anyOf": [{"type": "null"}, {"type": "object", "maxProperties": 0}, element]}
    schema: Schema = {
        "description": group.omschrijving,
        "type": "array" if group.verplicht else ["array", "null"],
        "maxItems": group.meervoud,
        "items": element,
    }
    if group.verplicht:
        schema["minItems"] = 1
    return schema
