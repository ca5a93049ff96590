"""One large delivery, read by several processes: each gets its own part as a delivery of its own.

    part = Part(stream, XML_SHAPE, size, part=1, parts=2)      # in the second process

The cut is behind the first `mark` at or after size*k/parts. Whether that place is really between two records is
certain unless something doubtful stands before it; then there is no cut: the part before it goes on to the end
of the file, and the parts behind it are empty. Every process comes to the same cuts by itself, in one pass over a
stream that cannot seek.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

CHUNK = 1 << 18
MAX_HEAD = 1 << 16


@dataclass(frozen=True)
class Shape:
    """How a format can be cut. head: of the first bytes, those that every part begins with; b"" is no cut at all.

    mark ends a record; doubtful are bytes behind which a mark may be no end; foot closes every part but the last.
    """

    head: Callable[[bytes], bytes]
    mark: bytes = b"\n"
    doubtful: tuple[bytes, ...] = ()
    foot: bytes = b""


WHOLE = Shape(head=lambda first: b"")  # what cannot be cut: the first part is all


class Part(io.BufferedIOBase):
    """A readable part of a delivery: the head of the file, the records of this part, the foot.

    shift: what to add to an offset in this part to get the offset in the file. is_empty: there is no such part.
    """

    def __init__(self, stream: BinaryIO, shape: Shape, size: int, part: int, parts: int) -> None:
        self._cut = _Cut(stream, shape, size, parts)
        self._foot = shape.foot
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
                yield self._foot
                return
            at += len(piece)


class _Cut:
    """The file as (number of the part, bytes), one after another."""

    def __init__(self, stream: BinaryIO, shape: Shape, size: int, parts: int) -> None:
        self._stream = stream
        self._shape = shape
        self._targets = [size * number // parts for number in range(1, parts)]
        self.head = b""

    def pieces(self) -> Iterator[tuple[int, bytes]]:
        first = b""
        while len(first) < MAX_HEAD and (chunk := self._stream.read(CHUNK)):
            first += chunk
        self.head = self._shape.head(first)
        targets = list(self._targets) if self.head else []
        if self.head:
            yield 0, self.head
        buffer, at, number = first[len(self.head) :], len(self.head), 0
        mark = self._shape.mark
        overlap = max(map(len, (mark, *self._shape.doubtful))) - 1
        while True:
            while targets:
                found = buffer.find(mark, max(targets[0] - at, 0))
                searched = buffer if found < 0 else buffer[:found]
                # One byte is found much faster than two, and hardly any delivery has it.
                if any(odd[-1:] in searched and odd in searched for odd in self._shape.doubtful):
                    targets = []
                if found < 0 or not targets:
                    break
                found += len(mark)
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
