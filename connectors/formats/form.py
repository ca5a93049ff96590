"""The form that a party's files have: XML after our schema, CSV, XLSX, or JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, Protocol, cast

from connectors.connector import Header, Marker, RawRecord
from connectors.formats import xml
from connectors.formats.csv_rows import CSV_SHAPE, CsvFormat
from connectors.formats.json_records import JsonFormat
from connectors.formats.rows import Removal
from connectors.formats.split import WHOLE, Part, Shape
from connectors.formats.xml_plain import FOOT

if TYPE_CHECKING:
    from connectors.filedrop_settings import FileDropSettings

NAMES = ("xml", "csv", "xlsx", "json")
MEDIA_TYPES = {
    ".xml": "application/xml",
    ".csv": "text/csv",
    ".json": "application/json",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Form(Protocol):
    """How bytes become records. Raises DeliveryRefused."""

    def header(self, stream: BinaryIO) -> Header: ...

    def read(self, stream: BinaryIO, bericht: str) -> Iterator[RawRecord]: ...


class XmlFormat:
    """XML says everything of itself: nothing is declared."""

    def header(self, stream: BinaryIO) -> Header:
        return xml.header(stream)

    def read(self, stream: BinaryIO, bericht: str, marker: Marker | None = None) -> Iterator[RawRecord]:
        return xml.read(stream, bericht, marker=marker)


def form_of(settings: FileDropSettings) -> Form:
    """The form that these settings declare."""
    removal = Removal(settings.removed_column, settings.removed_word)
    if settings.format == "csv":
        return CsvFormat(settings.delimiter, settings.encoding, removal)
    if settings.format == "json":
        said = (settings.records, settings.head, settings.single, settings.stand_op, settings.afzender)
        return JsonFormat(*said, removal)
    if settings.format == "xlsx":
        from connectors.formats.xlsx import XlsxFormat  # its library is slow to import, and few parties need it

        return XlsxFormat(removal)
    return XmlFormat()


def split(name: str, stream: BinaryIO, bericht: str, size: int, part: int, parts: int) -> BinaryIO:
    """Part number `part` (from 0) of `parts` of a delivery of `size` bytes; the stream stands at its begin."""
    shapes = {"csv": CSV_SHAPE, "xlsx": WHOLE, "json": WHOLE}
    xml_shape = Shape(xml.plain_head, f"</{bericht}>".encode(), (b"<!", b"<?"), FOOT)
    return cast(BinaryIO, Part(stream, shapes.get(name, xml_shape), size, part, parts))
