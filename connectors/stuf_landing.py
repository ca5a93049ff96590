"""What of a StUF source stands in landing: JSON lines with a zaak each, or a file after our own schema.

{"bericht": …, "zaaktype": …, "stand_op": …, "omvang": …, "scope": […]}
{"zaak": "<ZKN:object …"}                         as the zaaksysteem answered
{"kennisgeving": ["<ZKN:zakLk01 …", …]}           as they were made, of a zaak that it did not answer
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, BinaryIO, cast

from connectors.connector import Header, RawRecord, Request
from connectors.errors import DeliveryRefused
from connectors.formats import jsonl, xml
from connectors.stuf_notice import fold
from connectors.stuf_record import Values, flatten, month
from connectors.stuf_xml import Unreadable, parse

ZAAK, NOTICE = "zaak", "kennisgeving"


def write(
    out: BinaryIO,
    request: Request,
    moment: datetime,
    scope: tuple[str, ...],
    whole: bool,
    rows: Iterable[Mapping[str, Any]],
) -> None:
    """The lines of one payload; a row holds a zaak or kennisgevingen."""
    head = {
        "bericht": request.bericht,
        "zaaktype": request.options["zaaktype"],
        "stand_op": moment.isoformat(),
        "omvang": "volledig" if whole else "wijzigingen",
        "scope": list(scope),
    }
    out.write(jsonl.line(head))
    for row in rows:
        out.write(jsonl.line({name: row[name] for name in (ZAAK, NOTICE) if name in row}))


def header(stream: BinaryIO) -> Header:
    """What the delivery says of itself. Raises DeliveryRefused."""
    again = _Again(stream)
    return jsonl.header(cast(BinaryIO, again)) if again.is_ours else xml.header(cast(BinaryIO, again))


def read(bericht: str, stream: BinaryIO) -> Iterator[RawRecord]:
    """All records, in file order. Raises DeliveryRefused."""
    again = _Again(stream)
    return _zaken(cast(BinaryIO, again)) if again.is_ours else xml.read(cast(BinaryIO, again), bericht)


def _zaken(stream: BinaryIO) -> Iterator[RawRecord]:
    for nummer, content, start, end in jsonl.read(stream):
        if nummer:
            values, is_gone = _values(content, nummer)
            yield RawRecord(nummer, values, start, end, "verwijderen" if is_gone else "record", month(values))


def _values(content: Mapping[str, Any], nummer: int) -> tuple[Values, bool]:
    found: tuple[Values, bool] | None = None
    try:
        found = (flatten(parse(content[ZAAK])), False) if ZAAK in content else fold(content[NOTICE])
    except (Unreadable, KeyError, IndexError, TypeError):
        found = None
    if found is None:
        raise DeliveryRefused(jsonl.UNREADABLE, f"regel {nummer + 1}")
    return found


class _Again:
    """A stream of which the first bytes were looked at already."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._first = stream.read(1 << 16)
        self.is_ours = self._first.startswith(b"{")

    def read(self, size: int = -1) -> bytes:
        if self._first:
            first, self._first = self._first, b""
            return first
        return self._stream.read(size)
