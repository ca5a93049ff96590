"""Answers for tests: a document as the hub makes it, and the published schema with all additions forbidden."""

import json
from collections.abc import Iterable
from typing import Any

import jsonschema

from reports.retourbericht import sentence
from schemas.publish import PUBLISHED

SCHEMA = PUBLISHED / "retourbericht" / "v1.schema.json"


def closed(schema: Any) -> Any:
    """The same schema, in which nothing may stand that it does not name."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    shut = {key: closed(value) for key, value in schema.items()}
    return shut | {"additionalProperties": False} if schema.get("type") == "object" else shut


def wrong(answer: Any) -> list[str]:
    """What is not after the published schema."""
    validator = jsonschema.Draft202012Validator(closed(json.loads(SCHEMA.read_text("utf-8"))))
    return [f"{'/'.join(map(str, error.path))}: {error.message}" for error in validator.iter_errors(answer)]


def texts(value: Any) -> Iterable[str]:
    """Every text in a document."""
    if isinstance(value, dict):
        for one in value.values():
            yield from texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)
    elif isinstance(value, str):
        yield value


def head(uitkomst: str = "verwerkt", **counts: int) -> dict[str, Any]:
    """A document but for its records; counts as in `aantallen`."""
    names = ("ontvangen", "aangenomen", "afgekeurd", "ongewijzigd", "achterhaald", "verwijderd", "ingetrokken")
    made: dict[str, Any] = {
        "retourbericht": "1.0",
        "versie": 2,
        "soort": uitkomst if uitkomst in ("ontvangen", "aangehouden") else "definitief",
        "uitkomst": uitkomst,
        "gemaakt_op": "2015-03-02T01:04:00Z",
        "samenvatting": "",
        "afzender": {"bron": "coevorden", "naam": "Gemeente Coevorden", "soort": "gemeente", "code": "0109"},
        "levering": {
            "nummer": 12,
            "bericht": "aanmelding",
            "contract": "1.0",
            "naam": "aanmelding_20150302.xml",
            "stand_op": "2015-03-02T00:00:00Z",
            "omvang": "wijzigingen",
            "opgehaald_voor": "2015-03-02",
            "ontvangen_op": "2015-03-02T01:03:00Z",
            "gelijk_aan": 7 if uitkomst == "dubbel" else None,
        },
        "aantallen": None if uitkomst == "ontvangen" else dict.fromkeys(names, 0) | counts,
        "weigering": None,
        "fouten": [],
        "waarschuwingen": [],
        "kwaliteit": [],
        "contact": {"naam": "Regiohub Drenthe", "email": "regiohub@drenthe.example"},
    }
    made["samenvatting"] = sentence(made)
    return made


def record(number: int, *codes: str, sleutel: str | None = None) -> dict[str, Any]:
    """A refused record with these faults."""
    return {
        "record": number,
        "sleutel": sleutel or f"A-{number}",
        "gemeente_code": "0109",
        "fouten": [
            {
                "code": code,
                "veld": "Datum",
                "contractveld": "datum_aanmelding",
                "plaats": None,
                "tekst": f"tekst {code}",
            }
            for code in codes
        ],
    }
