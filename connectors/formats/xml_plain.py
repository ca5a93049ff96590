"""The fast lane for XML: records in the plain form that programs write, without building a tree.

A record is matched as a whole against one pattern, which the records before it have taught (xml_shape); that runs in
C. Anything else (an attribute, a comment, CDATA, an odd character, another order) is read by xml_tree, one record or,
where what is odd may reach further (`NotPlain`), all that follow. The two agree on every document: a test with
generated documents holds them together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from connectors.connector import Mark, Marker
from connectors.errors import DeliveryRefused
from connectors.formats import xml_tree
from connectors.formats.xml_shape import Shape
from connectors.formats.xml_tree import MAX_RECORD, ROOT, TOO_LARGE, Values

FOOT = f"</{ROOT}>".encode()
# Everything but brackets and forbidden control characters is deleted: what remains of sound text is "<><><>…".
_HARMLESS = bytes(byte for byte in range(256) if byte not in b"<>" and (byte >= 32 or byte in b"\t\n\r"))
_CLOSED = re.compile(r"<([A-Za-z_][A-Za-z0-9_-]*)[ \t\r\n]*/>")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


class NotPlain(Exception):
    """From `offset` in the block on, the document is not in plain form."""

    def __init__(self, offset: int) -> None:
        super().__init__(offset)
        self.offset = offset


class Found(NamedTuple):
    """One record and its byte range in the block."""

    values: Values
    actie: str
    start: int
    end: int
    mark: Mark | None = None


class PlainReader:
    """Reads blocks of whole records of one document; `head` is everything before the first record.

    A record that `marker` knows by its bytes is not taken apart.
    """

    def __init__(self, head: bytes, namespace: str, bericht: str, marker: Marker | None = None) -> None:
        self._head = head
        self._namespace = namespace
        self._bericht = bericht
        self._marker = marker
        self.close = f"</{bericht}>".encode()
        self._shape = Shape(bericht)

    def records(self, block: bytes) -> Iterator[Found]:
        """The records of a block that ends with a closing tag of a record. Raises NotPlain."""
        if not _sound(block):
            yield from self._one_by_one(block)
            return
        if not _decodes(block):
            yield from self._one_by_one(block)
            return
        shape, marker, mark = self._shape, self._marker, None
        closed, references, returns = b"/>" in block, b"&" in block, b"\r" in block
        close, offset = len(self.close), 0
        for record in block.split(self.close)[:-1]:
            end = offset + len(record) + close
            if end - offset > MAX_RECORD:
                raise DeliveryRefused(TOO_LARGE)
            record = record.lstrip()
            if marker is not None:
                mark = marker(record)
                if mark.known is not None:
                    yield Found({}, "record", end - close - len(record), end, mark)
                    offset = end
                    continue
            piece = record.decode()
            if returns and "\r" in piece:
                piece = piece.replace("\r\n", "\n").replace("\r", "\n")
            if closed and "/>" in piece:
                piece = _CLOSED.sub(r"<\1></\1>", piece)
            match = shape.match(piece)
            if match is None and shape.learn(piece):
                match = shape.match(piece)
            texts: Sequence[str | None] | None = match.groups() if match else None
            if texts is not None and references and "&" in piece:
                texts = _resolved(texts)
            if texts is None:
                yield self._single(block, offset, end)
            else:
                yield Found(shape.values(texts), "record", end - close - len(record), end, mark)
            offset = end

    def _one_by_one(self, block: bytes) -> Iterator[Found]:
        """Something in this block is odd: find out in which record."""
        offset = 0
        for piece in block.split(self.close)[:-1]:
            end = offset + len(piece) + len(self.close)
            record = block[offset:end]
            if _sound(record) and _decodes(record):
                try:
                    found = next(self.records(record))
                except NotPlain:
                    raise NotPlain(offset) from None
                yield found._replace(start=offset + found.start, end=end)
            else:
                yield self._single(block, offset, end)
            offset = end

    def _single(self, block: bytes, offset: int, end: int) -> Found:
        """One slice, by the tree reader. A slice that is sound by itself means the same inside the document."""
        record = block[offset:end]
        try:
            found = list(xml_tree.records([self._head + record + FOOT], self._namespace, self._bericht))
        except DeliveryRefused:
            found = []
        if len(found) != 1:
            raise NotPlain(offset)
        return Found(*found[0], offset + record.find(b"<" + self._bericht.encode()), end)


def _sound(block: bytes) -> bool:
    """Brackets alternate and no character is one that XML forbids."""
    rest = block.translate(None, _HARMLESS)
    if rest != b"<>" * (len(rest) // 2):
        return False
    # One byte is found much faster than three, and hardly any text has it.
    return b"\xef" not in block or (b"\xef\xbf\xbe" not in block and b"\xef\xbf\xbf" not in block)


def _decodes(record: bytes) -> bool:
    try:
        record.decode()
    except UnicodeDecodeError:
        return False
    return True


def _resolved(texts: Sequence[str | None]) -> list[str | None] | None:
    """Texts with characters in the place of &amp; and the like; None when a reference is not a plain one."""
    found = list(texts)
    for at, text in enumerate(found):
        if text is None or "&" not in text:
            continue
        first, *rest = text.split("&")
        for part in rest:
            name, ended, tail = part.partition(";")
            character = _NAMED.get(name) or _numbered(name)
            if not ended or character is None:
                return None
            first += character + tail
        found[at] = first
    return found


def _numbered(name: str) -> str | None:
    match = re.fullmatch(r"#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))", name)
    if match is None:
        return None
    number = int(match[1], 16) if match[1] else int(match[2])
    allowed = (
        number in (9, 10, 13) or 0x20 <= number <= 0xD7FF or 0xE000 <= number <= 0xFFFD or 0x10000 <= number <= 0x10FFFF
    )
    return chr(number) if allowed else None
