"""What has no end, and what unfolds without end: refused within a few megabytes, by every reader."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, cast

import pytest

from connectors.connector import RawRecord
from connectors.errors import DeliveryRefused
from connectors.formats import jsonl, xml
from connectors.formats.csv_rows import CsvFormat
from connectors.formats.rows import Removal
from connectors.formats.xlsx import XlsxFormat

GIGABYTE = 1 << 30
MEMORY = 48 << 20
HEAD = b'<levering xmlns="urn:nl:regiohub:aanmelding:1" stand_op="2015-03-02T00:00:00Z" omvang="volledig">'
SOUND = b"<aanmelding><a>1</a></aanmelding>"


class Endless:
    """A begin, and then the same bytes up to a gigabyte; nothing of it exists before it is read."""

    def __init__(self, begin: bytes, more: bytes) -> None:
        self._more = more * (1 + (1 << 16) // len(more))
        self._waiting = begin
        self.given = 0

    def read(self, size: int = -1) -> bytes:
        if self.given >= GIGABYTE:
            return b""
        while len(self._waiting) < size:
            self._waiting += self._more
        piece, self._waiting = self._waiting[:size], self._waiting[size:]
        self.given += len(piece)
        return piece


Reader = Callable[[BinaryIO], Iterator[Any]]
CSV = CsvFormat(";", "utf-8", Removal())
READERS: dict[str, Reader] = {
    "xml": lambda stream: xml.read(stream, "aanmelding"),
    "csv": lambda stream: CSV.read(stream, "aanmelding"),
    "jsonl": jsonl.read,
}
ENDLESS = {
    "xml, a field": ("xml", HEAD + SOUND + b"<aanmelding><a>", b"x", "L006"),
    "xml, a field in a group": ("xml", HEAD + SOUND + b"<aanmelding><g><a>", b"x", "L006"),
    "xml, fields": ("xml", HEAD + SOUND + b"<aanmelding>", b"<a>x</a>", "L006"),
    "xml, elements in elements": ("xml", HEAD + SOUND + b"<aanmelding>", b"<a>", "L001"),
    "xml, an attribute": ("xml", HEAD + SOUND + b'<aanmelding actie="', b"x", "L006"),
    "xml, attributes": ("xml", HEAD + SOUND + b"<aanmelding ", b'a="x" ', "L006"),
    "xml, a comment": ("xml", HEAD + SOUND + b"<!--", b"x", "L006"),
    "xml, comments": ("xml", HEAD + SOUND, b"<!-- x -->", "L006"),
    "xml, an instruction": ("xml", HEAD + SOUND + b"<?x ", b"x", "L006"),
    "xml, CDATA": ("xml", HEAD + SOUND + b"<aanmelding><a><![CDATA[", b"x", "L006"),
    "xml, white space": ("xml", HEAD + SOUND, b" \n", "L006"),
    "xml, the name of an element": ("xml", HEAD + SOUND + b"<aanmelding><", b"a", "L006"),
    "xml, other elements": ("xml", HEAD + SOUND, b"<anders/>", "L006"),
    "xml, the first element": ("xml", b'<levering xmlns="', b"x", "L001"),
    "xml, white space before it": ("xml", b"", b" ", "L005"),
    "xml, a DTD": ("xml", b"<!DOCTYPE levering [", b'<!ENTITY a "x">', "L001"),
    "xml, another encoding": ("xml", '<?xml version="1.0"?><levering a="'.encode("utf-16"), b"x\0", "L001"),
    "csv, a line": ("csv", b"nr;naam\n1;", b"x", "L001"),
    "csv, a cell between quotes": ("csv", b'nr;naam\n1;"', b"x\n", "L001"),
    "csv, cells": ("csv", b"nr;naam\n1;", b";", "L001"),
    "csv, the names": ("csv", b"nr;", b"x", "L001"),
    "csv, the names between quotes": ("csv", b'"', b"x\n", "L001"),
    "jsonl, a line": ("jsonl", b'{"a":1}\n{"a":"', b"x", "L006"),
    "jsonl, lists in lists": ("jsonl", b'{"a":1}\n', b"[", "L006"),
}  # fmt: skip


@pytest.mark.parametrize("name", ENDLESS)
def test_what_has_no_end_is_refused_and_costs_no_memory(name: str) -> None:
    reader, begin, more, code = ENDLESS[name]
    stream = Endless(begin, more)
    assert refused(lambda: list(READERS[reader](cast(BinaryIO, stream)))) == code
    assert stream.given < 24 << 20


def test_a_workbook_without_end_is_refused_at_what_fits_in_memory() -> None:
    stream = Endless(b"PK\x03\x04", b"x")
    tracemalloc.start()
    with pytest.raises(DeliveryRefused, match="L006"):
        list(XlsxFormat(Removal()).read(cast(BinaryIO, stream), "aanmelding"))
    assert tracemalloc.get_traced_memory()[1] < 4 * (64 << 20)
    tracemalloc.stop()


def test_blank_lines_are_no_records_however_many() -> None:
    """A gigabyte of them would take a while to read: it is no more than time that it takes."""
    content = io.BytesIO(b"nr;naam\n" + b"\n" * (4 << 20) + b"1;x\n")
    found: list[RawRecord] = []
    tracemalloc.start()
    found.extend(CSV.read(content, "aanmelding"))
    assert tracemalloc.get_traced_memory()[1] < MEMORY
    tracemalloc.stop()
    assert [record.values for record in found] == [{"nr": "1", "naam": "x"}]


def refused(work: Callable[[], object]) -> str:
    """The code of the refusal; what is held meanwhile stays below MEMORY."""
    tracemalloc.start()
    try:
        with pytest.raises(DeliveryRefused) as caught:
            work()
        assert tracemalloc.get_traced_memory()[1] < MEMORY
    finally:
        tracemalloc.stop()
    return caught.value.code
