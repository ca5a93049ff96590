"""One large XML delivery, read by several processes: each gets its own part as a document of its own.

    part = split(stream, "aanmelding", size, part=1, parts=2)      # in the second process
    for record in read(part, "aanmelding"): ...

The cut is behind the first closing tag of a record at or after size*k/parts. Whether that place is really
between two records is certain unless a comment, CDATA section or instruction stands before it; then there is
no cut: the part before it goes on to the end of the file, and the parts behind it are empty. Every process
comes to the same cuts by itself, in one pass over a stream that cannot seek.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO, cast

from connectors.formats.xml import CHUNK, MAX_HEAD, plain_head
from connectors.formats.xml_plain import FOOT


class Part(io.BufferedIOBase):
    """A readable part of a delivery: the head of the file, the records of this part, a closing tag.

    shift: what to add to an offset in this part to get the offset in the file. is_empty: there is no such part.
    """

    def __init__(self, stream: BinaryIO, bericht: str, size: int, part: int, parts: int) -> None:
        self._cut = _Cut(stream, bericht, size, parts)
        self._chunks = self._mine(part)
        self._rest = b""
        self.shift = 0
        self._rest = next(self._chunks, b"")
        self.is_empty = part > 0 and not self._rest

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        """At most `size` bytes; b"" at the end of the part. A negative size reads all."""
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(CHUNK), b""))
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return b""
            self._rest = chunk
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece

    def _mine(self, part: int) -> Iterator[bytes]:
        at, begun = 0, False
        for number, piece in self._cut.pieces():
            if number == part:
                if part and not begun:
                    self.shift = at - len(self._cut.head)
                    yield self._cut.head
                begun = True
                yield piece
            elif number > part:
                yield FOOT
                return
            at += len(piece)


class _Cut:
    """The file as (number of the part, bytes), one after another."""

    def __init__(self, stream: BinaryIO, bericht: str, size: int, parts: int) -> None:
        self._stream = stream
        self._close = f"</{bericht}>".encode()
        self._targets = [size * number // parts for number in range(1, parts)]
        self.head = b""

    def pieces(self) -> Iterator[tuple[int, bytes]]:
        first = b""
        while len(first) < MAX_HEAD and (chunk := self._stream.read(CHUNK)):
            first += chunk
        self.head = plain_head(first)
        targets = list(self._targets) if self.head else []
        if self.head:
            yield 0, self.head
        buffer, at, number = first[len(self.head) :], len(self.head), 0
        overlap = len(self._close) - 1
        while True:
            while targets:
                found = buffer.find(self._close, max(targets[0] - at, 0))
                searched = buffer if found < 0 else buffer[:found]
                if b"<!" in searched or b"<?" in searched:
                    targets = []
                if found < 0 or not targets:
                    break
                found += len(self._close)
                yield number, buffer[:found]
                buffer, at, number = buffer[found:], at + found, number + 1
                targets.pop(0)
            keep = overlap if targets else 0
            if len(buffer) > keep:
                piece = buffer[: len(buffer) - keep]
                yield number, piece
                buffer, at = buffer[len(piece) :], at + len(piece)
            chunk = self._stream.read(CHUNK)
            if not chunk:
                break
            buffer += chunk
        if buffer:
            yield number, buffer


def split(stream: BinaryIO, bericht: str, size: int, part: int, parts: int) -> BinaryIO:
    """Part number `part` (from 0) of `parts` of a delivery of `size` bytes; the stream stands at its begin."""
    return cast(BinaryIO, Part(stream, bericht, size, part, parts))
