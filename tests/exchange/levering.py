"""Deliveries for tests: XML after the published form. People are made up; BSNs are of the test range."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

BSN = ("999900006", "999900018", "999900031", "999900043")  # test range, pass the 11-proef


def aanmelding(nummer: str, **changes: Any) -> dict[str, Any]:
    """A sound aanmelding of Coevorden; `changes` replace fields, None leaves one out, "" empties it."""
    record: dict[str, Any] = {
        "aanmelding_nummer": nummer,
        "gemeente_code": "0109",
        "organisatie_code": "0109",
        "verantwoordelijke_code": "0109",
        "financier_code": "1",
        "grondslag_code": "1",
        "datum_aanmelding": "2015-02-10",
        "loket_code": "0109-WMO",
        "clientrol_code": "1",
        "verwijzer_code": "01",
        "leefgebied_code": ["02", "01"],
        "persoon": {
            "client_nummer_bron": f"C-{nummer}",
            "is_anoniem": "false",
            "bsn": BSN[0],
            "geslachtsnaam": "Toverstaf",
            "geboortedatum": "1980-05-17",
            "geslacht_code": "2",
            "postcode": "7741AB",
            "huisnummer": "12",
            "woongemeente_code": "0109",
            "is_geheim_adres": "false",
        },
    }
    persoon = changes.pop("persoon", {})
    record |= changes
    record["persoon"] = record["persoon"] | persoon
    return record


def weg(nummer: str) -> dict[str, Any]:
    """A message that says that a record is gone."""
    return {"actie": "verwijderen", "aanmelding_nummer": nummer}


def xml(
    records: Sequence[Mapping[str, Any]],
    stand_op: str = "2015-03-02T00:00:00Z",
    omvang: str = "wijzigingen",
    afzender: str = "0109",
    bericht: str = "aanmelding",
) -> str:
    """One delivery as text."""
    body = "".join(_record(bericht, record) for record in records)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<levering xmlns="urn:nl:regiohub:{bericht}:1" '
        f'stand_op="{stand_op}" afzender="{afzender}" omvang="{omvang}">\n{body}</levering>\n'
    )


def _record(bericht: str, record: Mapping[str, Any]) -> str:
    record = dict(record)
    actie = record.pop("actie", None)
    opening = f'<{bericht} actie="{actie}">' if actie else f"<{bericht}>"
    return f"{opening}{''.join(_element(*item) for item in record.items())}</{bericht}>\n"


def _element(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return f"<{name}>{''.join(_element(*item) for item in value.items())}</{name}>"
    if isinstance(value, list):
        return "".join(_element(name, item) for item in value)
    return f"<{name}>{escape(str(value))}</{name}>"


def deliver(folder: Path, name: str, text: str) -> Path:
    """Put a file where the source leaves its deliveries."""
    (folder / "uit").mkdir(parents=True, exist_ok=True)
    path = folder / "uit" / name
    path.write_text(text, encoding="utf-8")
    return path
