"""Deliveries in XLSX (ECMA-376): one visible sheet, a first row with names, then a row per record.

Values are read as Excel last computed them. Excel does not keep what a person typed: a code 0114 may stand there
as the number 114, a date as a date or as a serial number. Here a cell becomes the text of its value; mending is
for the declaration to allow. Hidden sheets (lists behind a drop-down) are no delivery.

A workbook is a ZIP and cannot be read as a stream: it is held in memory packed, and refused when it is too large
or unpacks to more than any register holds. A row at a time is unpacked. A record knows no byte range.
"""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any, BinaryIO, TypeVar

from defusedxml.common import DefusedXmlException
from openpyxl.reader.excel import SHARED_STRINGS, ExcelReader
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

from connectors.connector import Header, RawRecord
from connectors.errors import DeliveryRefused
from connectors.formats.rows import Columns, Removal

UNREADABLE, EMPTY, TOO_LARGE, FORBIDDEN_DTD, WRONG_SHEET = "L001", "L005", "L006", "L010", "L016"
MAX_PACKED = 64 << 20  # bytes
MAX_UNPACKED = 512 << 20  # bytes over all parts
MAX_STRINGS = 64 << 20  # bytes of the texts that cells share: held unpacked, at five times that size
MAX_RATIO = 200  # unpacked to packed; a sheet of real records comes to about 10
SMALL = 1 << 20  # bytes unpacked; below it no ratio matters
NOT_COMPUTED = object()
T = TypeVar("T")


@dataclass(frozen=True)
class XlsxFormat:
    """One party's workbooks."""

    removal: Removal

    def header(self, stream: BinaryIO) -> Header:
        """The names of the columns. Raises DeliveryRefused."""
        return next(_refusing(self._header(stream)))

    def read(self, stream: BinaryIO, bericht: str) -> Iterator[RawRecord]:
        """All records; rows without any value are no records. Raises DeliveryRefused after the last good one."""
        return iter(()) if getattr(stream, "is_empty", False) else _refusing(self._records(stream))

    def _header(self, stream: BinaryIO) -> Iterator[Header]:
        with _book(stream) as book:
            yield self._columns(_rows(book, _sheet(book))).header()

    def _records(self, stream: BinaryIO) -> Iterator[RawRecord]:
        nummer = 0
        with _book(stream) as book:
            rows = _rows(book, _sheet(book))
            columns = self._columns(rows)
            for values in rows:
                cells = [_text(value) for value in values]
                if any(cells) or NOT_COMPUTED in values:
                    nummer += 1
                    cells += [""] * (columns.width - len(cells))
                    yield columns.record(nummer, cells, wrong=_wrong(values, columns))

    def _columns(self, rows: Iterator[list[Any]]) -> Columns:
        first = next(rows, None)
        if first is None:
            raise DeliveryRefused(EMPTY)
        return Columns([_text(value) for value in first], self.removal)


class _Parser(WorkSheetParser):
    """openpyxl's reader of cells, which would take a formula that was never computed for an empty cell."""

    def parse_cell(self, element: Any) -> dict[str, Any]:
        cell: dict[str, Any] = super().parse_cell(element)
        if cell["value"] is None and element.find(FORMULA_TAG) is not None and element.get("t") != "str":
            cell["value"] = NOT_COMPUTED
        return cell


def _refusing(items: Iterator[T]) -> Iterator[T]:
    """The same items; whatever a damaged workbook does to the library becomes a refusal without its words."""
    while True:
        code = ""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # they quote the cell
                item = next(items)
        except StopIteration:
            return
        except DeliveryRefused:
            raise
        except Exception as error:  # a damaged file may raise anything in there: KeyError, BadZipFile and a dozen more
            has_dtd = isinstance(error, DefusedXmlException) or isinstance(error.__cause__, DefusedXmlException)
            code = FORBIDDEN_DTD if has_dtd else UNREADABLE
        if code:
            raise DeliveryRefused(code)
        yield item


@contextmanager
def _book(stream: BinaryIO) -> Iterator[Any]:
    packed = b""
    while len(packed) <= MAX_PACKED and (chunk := stream.read(MAX_PACKED + 1)):
        packed += chunk
    if not packed:
        raise DeliveryRefused(EMPTY)
    if len(packed) > MAX_PACKED:
        raise DeliveryRefused(TOO_LARGE)
    with zipfile.ZipFile(BytesIO(packed)) as parts:
        # Not only what it promises: zipfile never unpacks a part beyond the size that it is said to have.
        unpacked = sum(part.file_size for part in parts.infolist())
    if unpacked > MAX_UNPACKED or (unpacked > SMALL and unpacked > MAX_RATIO * len(packed)):
        raise DeliveryRefused(TOO_LARGE, "uitgepakt")
    reader = ExcelReader(BytesIO(packed), read_only=True, data_only=True, keep_links=False)
    try:
        reader.read_manifest()
        strings = reader.package.find(SHARED_STRINGS)
        if strings and reader.archive.getinfo(strings.PartName[1:]).file_size > MAX_STRINGS:
            raise DeliveryRefused(TOO_LARGE, "gedeelde teksten")
        reader.read()
        yield reader.wb
    finally:
        reader.archive.close()


def _sheet(book: Any) -> Any:
    """The only visible sheet that holds anything. Raises DeliveryRefused."""
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    filled = [sheet for sheet in visible if next(_rows(book, sheet), None) is not None]
    if len(filled) > 1 or not visible:
        raise DeliveryRefused(WRONG_SHEET)
    return filled[0] if filled else visible[0]


def _rows(book: Any, sheet: Any) -> Iterator[list[Any]]:
    """The rows that have a cell with a value, cells in their columns; None is an empty cell."""
    # The sheet of openpyxl does not say whether a cell is a formula, nor trust its own width: hence its parts.
    with sheet._get_source() as source:
        parser = _Parser(
            source,
            sheet._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for _, cells in parser.parse():
            row: list[Any] = []
            for cell in cells:
                row += [None] * (cell["column"] - len(row))
                row[cell["column"] - 1] = cell["value"]
            if any(value is not None for value in row):
                yield row


def _wrong(values: list[Any], columns: Columns) -> str:
    """What makes a row unreadable: a formula without a value, or with an error for a value."""
    for place, value in enumerate(values):
        if value is NOT_COMPUTED or (isinstance(value, str) and value.startswith("#") and value in ERRORS):
            name = columns.name(place)
            what = "een formule zonder waarde" if value is NOT_COMPUTED else "een foutwaarde van Excel"
            return f"in de kolom {name} staat {what}; sla het bestand op in Excel zelf, of zet waarden in de cellen"
    return ""


#: ECMA-376 part 1, 18.18.11 and what Excel added since.
ERRORS = frozenset(
    {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!", "#CALC!"}
)


def _text(value: Any) -> str:
    """The text of a value: whole numbers without a point, dates and moments as in ISO 8601, moments without a zone."""
    if value.__class__ is str:
        return str(value)
    if value is None or value is NOT_COMPUTED:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.15g}"  # Excel computes in 15 digits
    if isinstance(value, datetime):
        rounded = (value + timedelta(milliseconds=500)).replace(microsecond=0)
        return rounded.date().isoformat() if rounded.time() == time() else rounded.isoformat()
    return value.isoformat() if isinstance(value, date | time) else str(value)
