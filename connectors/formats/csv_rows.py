"""Deliveries in CSV (RFC 4180): a first line with the names of the columns, then a line per record.

Delimiter and encoding are declared, because a CSV does not say them. A byte order mark does: it goes before the
declaration. Whatever contradicts what was agreed refuses the file, before a wrong letter gets into a name.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from connectors.connector import Header, RawRecord
from connectors.errors import DeliveryRefused
from connectors.formats.rows import Columns, Removal
from connectors.formats.split import Shape

UNREADABLE, EMPTY, WRONG_DELIMITER, WRONG_ENCODING = "L001", "L005", "L012", "L013"
ENCODINGS = ("utf-8", "windows-1252")
DELIMITERS = (";", ",", "\t", "|")
CHUNK = 1 << 18
MAX_LINE = 1 << 20  # bytes; a record is one or two kB
OLD_MAC, NO_END = "de regels eindigen op CR; verwacht is LF of CR LF", "een regel zonder einde"


@dataclass(frozen=True)
class CsvFormat:
    """One party's CSV."""

    delimiter: str
    encoding: str
    removal: Removal

    def header(self, stream: BinaryIO) -> Header:
        """The names of the columns. Raises DeliveryRefused."""
        columns, _, _ = self._begin(stream)
        return columns.header()

    def read(self, stream: BinaryIO, bericht: str) -> Iterator[RawRecord]:
        """All records with their byte ranges; lines without any value are no records. Memory holds one chunk.

        Raises DeliveryRefused after the last record that could be read.
        """
        if getattr(stream, "is_empty", False):
            return
        columns, lines, rows = self._begin(stream)
        shift = getattr(stream, "shift", 0)
        record, nummer, start = columns.record, 0, lines.at + shift
        while (cells := _next(rows, nummer)) is not None:
            end = lines.at + shift
            if any(cells):
                nummer += 1
                raw = record(nummer, cells, start, end)
                if raw.wrong and not shift:  # of the second half of a split file nobody counted the lines before it
                    raw = raw._replace(wrong=f"{raw.wrong} (regel {lines.number} van het bestand)")
                yield raw
            start = end

    def _begin(self, stream: BinaryIO) -> tuple[Columns, _Lines, Iterator[list[str]]]:
        lines = _Lines(stream, self.encoding)
        first = next(lines, "")
        if first.strip().casefold() == f"sep={self.delimiter}":  # what Excel itself writes above a CSV
            first = next(lines, "")
        if not first.strip() and next(lines, None) is None:
            raise DeliveryRefused(EMPTY)
        if "\r" in first.rstrip("\r\n") and '"' not in first:
            raise DeliveryRefused(UNREADABLE, OLD_MAC)
        lines.again(first)
        rows = csv.reader(lines, delimiter=self.delimiter, strict=True)
        names = _next(rows, 0) or []
        if len(names) == 1 and any(other in names[0] for other in DELIMITERS):
            raise DeliveryRefused(WRONG_DELIMITER)
        return Columns(names, self.removal), lines, rows


class _Lines:
    """The lines of a stream as text; `at` is the number of bytes in the lines given out so far, number theirs."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._raw = _split(stream)
        self._encoding = encoding
        self._waiting = ""
        self.number = 0
        self.at = 0

    def __iter__(self) -> _Lines:
        return self

    def again(self, line: str) -> None:
        """Give this line out once more."""
        self._waiting = line

    def __next__(self) -> str:
        if self._waiting:
            line, self._waiting = self._waiting, ""
            return line
        raw = next(self._raw)
        self.at += len(raw)
        self.number += 1
        if self.number == 1:
            raw = self._without_mark(raw)
        if raw.isascii():
            return raw.decode("ascii")
        text = _decoded(raw, self._encoding)
        # Bytes of Windows-1252 practically never happen to be UTF-8: this is a file saved in the other encoding.
        if text is None or (self._encoding != "utf-8" and _decoded(raw, "utf-8") is not None):
            raise DeliveryRefused(WRONG_ENCODING, f"regel {self.number}")
        return text

    def _without_mark(self, raw: bytes) -> bytes:
        if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise DeliveryRefused(WRONG_ENCODING, "UTF-16")
        if raw.startswith(codecs.BOM_UTF8):
            self._encoding = "utf-8"
            return raw[len(codecs.BOM_UTF8) :]
        return raw


def _decoded(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _next(rows: Iterator[list[str]], nummer: int) -> list[str] | None:
    """The next row; None at the end. Raises DeliveryRefused for quotes that do not match, or a file cut off in one."""
    broken = False
    try:
        return next(rows, None)
    except csv.Error:
        broken = True
    if broken:
        raise DeliveryRefused(UNREADABLE, f"na record {nummer}")
    return None


def _split(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a stream with their ends. Raises DeliveryRefused for one that does not end."""
    rest = b""
    while chunk := stream.read(CHUNK):
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line + b"\n"
        if len(rest) > MAX_LINE:
            raise DeliveryRefused(UNREADABLE, OLD_MAC if b"\r" in rest else NO_END)
    if rest:
        yield rest


def _first_line(first: bytes) -> bytes:
    """The line of names, with what may stand before it; nothing where quotes make it hard to say where it ends."""
    head, mark, _ = first.partition(b"\n")
    if b"sep=" in head.lower():
        second, mark, _ = first[len(head) + 1 :].partition(b"\n")
        head += b"\n" + second
    return head + mark if mark and b'"' not in head else b""


#: Within quotes an end of line is no end of record: the first quote is the end of certainty.
CSV_SHAPE = Shape(_first_line, b"\n", (b'"',))
