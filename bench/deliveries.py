"""The same aanmeldingen as a delivery in each form that a source may send: XML, CSV, XLSX, and JSON over REST.

XML is that of our published schema. CSV and XLSX have a column per field under the same name, repeated values in
one cell. JSON is what the REST connector lands: an envelope an entry, yes and no and numbers as JSON has them.
"""

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from bench.aanmeldingen import COEVORDEN, FAULTY, REPEATED, Fields, Part, aanmeldingen
from connectors.rest_feed import RestSettings
from connectors.rest_landing import Writer
from schemas.contract import load

BETWEEN = ","  # values of one cell
REST = RestSettings(removed="verwijderd", content="gegevens")
NUMBERS, YES_OR_NO = ("persoon.huisnummer",), {"true": True, "false": False}


def write_xml(
    path: Path, records: int, stand_op: str, seed: int = 1, faulty: float = FAULTY, part: Part = COEVORDEN
) -> int:
    """Write a delivery of one gemeente; the same seed gives the same records. Returns the number of bytes.

    faulty: which share of the records has a fault.
    """
    with path.open("w", encoding="utf-8") as file:
        file.write(
            '<?xml version="1.0" encoding="UTF-8"?>\n<levering xmlns="urn:nl:regiohub:aanmelding:1" '
            f'stand_op="{stand_op}" afzender="{part.gemeente}" omvang="wijzigingen">\n'
        )
        file.writelines(map(_element, aanmeldingen(records, seed, faulty, part)))
        file.write("</levering>\n")
    return path.stat().st_size


def write_csv(path: Path, records: int, stand_op: str, seed: int = 1) -> int:
    """As `write_xml`. When it was made and what it holds stands in the name of a CSV, and not in the file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows(_table(records, seed))
    return path.stat().st_size


def write_xlsx(path: Path, records: int, stand_op: str, seed: int = 1) -> int:
    """As `write_csv`; all cells are text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Aanmelding")
    for row in _table(records, seed):
        sheet.append([cell or None for cell in row])
    book.save(path)
    return path.stat().st_size


def write_json(path: Path, records: int, stand_op: str, seed: int = 1) -> int:
    """As `write_xml`, as a reading of a REST source stands in landing."""
    with path.open("wb") as file:
        writer = Writer(file, REST)
        writer.begin("aanmelding", datetime.fromisoformat(stand_op), whole=False)
        for number, fields in enumerate(aanmeldingen(records, seed), 1):
            writer.add({"id": number, "verwijderd": False, "gegevens": _object(fields)})
    return path.stat().st_size


def _element(fields: Fields) -> str:
    out = io.StringIO()
    inside = False
    out.write("<aanmelding>")
    for path, value in fields:
        name = path.removeprefix("persoon.")
        if name is not path and not inside:
            out.write("<persoon>")
            inside = True
        out.write(f"<{name}>{value}</{name}>")
    out.write("</persoon></aanmelding>\n")
    return out.getvalue()


def _table(records: int, seed: int) -> Iterator[list[str]]:
    """The row of names, and a row per record."""
    names = [field.path for field in load("aanmelding", 1).fields]
    yield names
    for fields in aanmeldingen(records, seed):
        cells: dict[str, str] = {}
        for path, value in fields:
            cells[path] = f"{cells[path]}{BETWEEN}{value}" if path in cells else value
        yield [cells.get(name, "") for name in names]


def _object(fields: Fields) -> dict[str, Any]:
    record: dict[str, Any] = {"persoon": {}}
    for path, value in fields:
        if path in REPEATED:
            record.setdefault(path, []).append(value)
            continue
        blok, _, name = path.rpartition(".")
        plain = int(value) if path in NUMBERS else YES_OR_NO.get(value, value)
        (record[blok] if blok else record)[name] = plain
    return record
