"""Files as the CSV and XLSX parties make them: a row of names and a row per record, in the words of their own desk.

A dialect is a TOML in dialects/: how the file is written (`format`, `delimiter`, `removed`), `columns` (contract
field -> heading, where that differs), `constant` (fields that nobody there has a column for), `words`, `notations`
and `separators` as in `dialect` (`days` is the notation of every day), and what a spreadsheet did: `eaten` (leading
zeros gone) and `serial` (days that became numbers).
"""

import csv
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.worksheet.worksheet import Worksheet

from kit.servers.dialect import FOLDER, Dialect, flatten
from kit.servers.files import Levering, Order, order_of

FORMATS = ("csv", "xlsx")
GROUPS = ("score", "inbreng")
HERE = ZoneInfo("Europe/Amsterdam")
EXCEL_BEGINS = date(1899, 12, 30)


@dataclass(frozen=True)
class TableDialect:
    """How one party writes its tables."""

    format: str
    columns: Mapping[str, str]
    constant: frozenset[str]
    words: Mapping[str, Mapping[str, str]]
    notations: Mapping[str, str]
    separators: Mapping[str, str]
    removed: tuple[str, str]  # heading, word
    days: str = ""
    eaten: frozenset[str] = frozenset()
    serial: frozenset[str] = frozenset()
    delimiter: str = ";"
    encoding: str = "utf-8"
    line_end: str = "\r\n"

    def headings(self, bericht: str) -> dict[str, str]:
        """Contract field -> heading, in the order of the columns."""
        paths = [path for path in _paths(order_of(bericht)) if path not in self.constant]
        return {path: self.columns.get(path, path) for path in paths}

    def text(self, path: str, value: Any) -> str:
        """A value as a person of this party reads it in the file."""
        if path == "gewijzigd_op" and self.notations.get(path) == "lokaal":
            return f"{_local(value):%d-%m-%Y %H:%M:%S}"
        if path in self.eaten and isinstance(value, list) and len(value) == 1:
            value = value[0]
        if isinstance(value, float) and self.notations.get(path) == "komma":
            return str(value).replace(".", ",")
        notations = {path: self.days, **self.notations} if _is_day(path) else self.notations
        text = Dialect("", "", {}, self.words, notations, self.separators).text(path, value)
        return str(int(text)) if path in self.eaten and text.isdigit() else text

    def cell(self, path: str, value: Any) -> Any:
        """A value as Excel keeps it: a number, a day or a moment where it took it for one, else a text."""
        text = self.text(path, value)
        if path == "gewijzigd_op":
            return _local(value).replace(tzinfo=None)
        if _is_day(path) and (day := _day(str(value))):
            return (day - EXCEL_BEGINS).days if path in self.serial else day
        if path in self.eaten and text.isdigit():
            return int(text)
        return value if isinstance(value, int | float) and not isinstance(value, bool) else text


@cache
def dialect_of(party: str) -> TableDialect:
    """The dialect of a party."""
    table = tomllib.loads((FOLDER / f"{party}.toml").read_text(encoding="utf-8"))
    for name in ("constant", "eaten", "serial"):
        table[name] = frozenset(table.get(name, ()))
    for name in ("columns", "words", "notations", "separators"):
        table.setdefault(name, {})
    return TableDialect(**table | {"removed": tuple(table["removed"])})


def file_name(levering: Levering, format: str) -> str:
    """aanmelding_20150302_volledig.csv"""
    day = levering.stand_op[:10].replace("-", "")
    return f"{levering.bericht}_{day}{'_volledig' if levering.omvang == 'volledig' else ''}.{format}"


def write(levering: Levering, party: str, path: Path) -> None:
    """Write a levering as this party does. The name `path` appears when the file is whole."""
    dialect = dialect_of(party)
    part = path.with_name(f"{path.name}.part")
    if dialect.format == "csv":
        _write_csv(levering, dialect, part)
    else:
        _write_xlsx(levering, dialect, part)
    part.replace(path)


def _write_csv(levering: Levering, dialect: TableDialect, part: Path) -> None:
    headings = dialect.headings(levering.bericht)
    resaved = dialect.encoding == "cp1252" and int(levering.stand_op[8:10]) % 2 == 1
    # Every other day somebody opens the export in Excel and saves it as "CSV UTF-8", which begins with a mark.
    with part.open("w", encoding="utf-8-sig" if resaved else dialect.encoding, newline="") as out:
        rows = csv.writer(out, delimiter=dialect.delimiter, lineterminator=dialect.line_end)
        rows.writerow([*headings.values(), dialect.removed[0], *[""] * resaved])
        for known, word in _lines(levering, dialect):
            cells = [dialect.text(name, known[name]) if known.get(name) is not None else "" for name in headings]
            rows.writerow([*cells, word, *[""] * resaved])


def _write_xlsx(levering: Levering, dialect: TableDialect, part: Path) -> None:
    headings = dialect.headings(levering.bericht)
    book = Workbook(write_only=True)
    sheet = book.create_sheet(levering.bericht.capitalize())
    sheet.append([*headings.values(), dialect.removed[0]])
    for known, word in _lines(levering, dialect):
        cells = [dialect.cell(name, known[name]) if known.get(name) is not None else None for name in headings]
        sheet.append([*[_shown(sheet, cell) for cell in cells], word or None])
    lists = book.create_sheet("Lijsten")
    lists.sheet_state = "hidden"
    for word in ("ja", "nee"):
        lists.append([word])
    book.save(part)


def _shown(sheet: Worksheet, value: Any) -> Any:
    """A day or moment needs the look of one; Excel itself knows only numbers."""
    if not isinstance(value, date):
        return value
    cell = WriteOnlyCell(sheet, value)
    cell.number_format = "dd-mm-yyyy hh:mm:ss" if isinstance(value, datetime) else "dd-mm-yyyy"
    return cell


def _lines(levering: Levering, dialect: TableDialect) -> Iterator[tuple[dict[str, Any], str]]:
    """(values by contract field, the word in the column of removals) of each line."""
    for regel in levering.regels:
        yield dict(_cells(regel.record)), dialect.removed[1] if regel.actie == "verwijderen" else ""


def _cells(record: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """(path, value) of each cell: of a group the fields of its first element, which is all that these parties keep."""
    for name, value in flatten(record):
        if name in GROUPS:
            yield from ((f"{name}.1.{inner}", part) for inner, part in value[0].items())
        else:
            yield name, value


def _paths(order: Order) -> Iterator[str]:
    for name, inner in order.items():
        group = f"{name}.1" if name in GROUPS else name
        yield from [f"{group}.{each}" for each in inner] if inner else [name]


def _is_day(path: str) -> bool:
    name = path.split(".")[-1]
    return name == "datum" or name.startswith(("datum_", "geboortedatum"))


def _local(moment: str) -> datetime:
    return datetime.fromisoformat(moment.replace("Z", "+00:00")).astimezone(HERE)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
