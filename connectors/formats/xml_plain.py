"""The fast lane for XML: records in the plain form that programs write, without building a tree.

A record is cut at its angle brackets; the sequence of its tags is its *shape*. A shape is proven well-formed
once and compiled to "which path stands at which place"; each further record of that shape costs a few calls
that run in C. Anything else (an attribute, a comment, CDATA, an odd character) is `NotPlain`, and xml_tree
reads it. The two agree on every document: a test with generated documents holds them together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import NamedTuple

from connectors.connector import Mark, Marker
from connectors.errors import DeliveryRefused
from connectors.formats import xml_tree
from connectors.formats.xml_tree import BLOKKEN, MAX_RECORD, ROOT, SPACE, TOO_LARGE, Values

FOOT = f"</{ROOT}>".encode()
MAX_SHAPES = 20_000
# Everything but brackets and forbidden control characters is deleted: what remains of sound text is "<><><>…".
_HARMLESS = bytes(byte for byte in range(256) if byte not in b"<>" and (byte >= 32 or byte in b"\t\n\r"))
_TAG = re.compile(r"(/?)([A-Za-z_][A-Za-z0-9_-]*)[ \t\r\n]*(/?)")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_EMPTY = -1


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


class _Plan(NamedTuple):
    """Where the paths of one shape stand among the pieces of a record."""

    keys: tuple[str, ...]
    pieces: Callable[[list[str]], tuple[str, ...]]
    blank: Callable[[list[str]], tuple[str, ...]]
    fixed: tuple[tuple[str, list[int]], ...]
    groups: tuple[tuple[str, list[dict[str, int]]], ...]


_NEW = _Plan((), lambda pieces: (), lambda pieces: (), (), ())


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
        self._plans: dict[str, _Plan | None] = {}

    def records(self, block: bytes) -> Iterator[Found]:
        """The records of a block that ends with a closing tag of a record. Raises NotPlain."""
        if not _sound(block):
            yield from self._one_by_one(block)
            return
        try:
            text = block.decode()
        except UnicodeDecodeError:
            yield from self._one_by_one(block)
            return
        is_ascii, references, returns = block.isascii(), "&" in text, "\r" in text
        length, offset, plans, marker, mark = len(self.close), 0, self._plans, self._marker, None
        for piece in text.replace(">", "<").split(f"</{self._bericht}<")[:-1]:
            size = length + (len(piece) if is_ascii else len(piece.encode()))
            end = offset + size
            if size > MAX_RECORD:
                raise DeliveryRefused(TOO_LARGE)
            if marker is not None:
                record = block[offset:end].lstrip()
                mark = marker(record)
                if mark.known is not None:
                    yield Found({}, "record", end - len(record), end, mark)
                    offset = end
                    continue
            pieces = piece.split("<")
            shape = "<".join(pieces[1::2])
            plan = plans.get(shape, _NEW)
            if plan is _NEW:
                plan = self._learn(shape)
            gap = len(pieces[0])
            if plan is not None and returns and "\r" in piece:
                pieces = piece.replace("\r\n", "\n").replace("\r", "\n").split("<")
            if plan is not None and references and "&" in piece:
                plan = plan if _resolve(pieces) else None
            if plan is None or "".join(plan.blank(pieces)).strip(SPACE):
                yield self._single(block, offset, end)
            else:
                values: Values = dict(zip(plan.keys, plan.pieces(pieces), strict=False))
                for key, places in plan.fixed:
                    texts = ["" if place == _EMPTY else pieces[place] for place in places]
                    values[key] = texts if len(texts) > 1 else texts[0]
                for key, elements in plan.groups:
                    values[key] = [
                        {name: "" if place == _EMPTY else pieces[place] for name, place in element.items()}
                        for element in elements
                    ]
                yield Found(values, "record", offset + gap, end, mark)
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

    def _learn(self, shape: str) -> _Plan | None:
        if len(self._plans) >= MAX_SHAPES:
            self._plans.clear()
        plan = self._plans[shape] = _compile(tuple(shape.split("<")), self._bericht)
        return plan


def _sound(block: bytes) -> bool:
    """Brackets alternate and no character is one that XML forbids."""
    rest = block.translate(None, _HARMLESS)
    return rest == b"<>" * (len(rest) // 2) and b"\xef\xbf\xbe" not in block and b"\xef\xbf\xbf" not in block


def _decodes(record: bytes) -> bool:
    try:
        record.decode()
    except UnicodeDecodeError:
        return False
    return True


def _resolve(pieces: list[str]) -> bool:
    """Put characters in the place of &amp; and the like; False when a reference is not a plain one."""
    for place in range(0, len(pieces), 2):
        if "&" in pieces[place]:
            first, *rest = pieces[place].split("&")
            for part in rest:
                name, found, tail = part.partition(";")
                character = _NAMED.get(name) or _numbered(name)
                if not found or character is None:
                    return False
                first += character + tail
            pieces[place] = first
    return True


def _numbered(name: str) -> str | None:
    match = re.fullmatch(r"#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))", name)
    if match is None:
        return None
    number = int(match[1], 16) if match[1] else int(match[2])
    allowed = (
        number in (9, 10, 13) or 0x20 <= number <= 0xD7FF or 0xE000 <= number <= 0xFFFD or 0x10000 <= number <= 0x10FFFF
    )
    return chr(number) if allowed else None


def _compile(shape: tuple[str, ...], bericht: str) -> _Plan | None:
    """Prove one shape well-formed and say where its paths stand; None when it is not of the plain form.

    shape[i] stands at piece 2i+1, the text after it at piece 2i+2; the closing tag of the record is cut off.
    """
    tags = [_TAG.fullmatch(tag) for tag in shape]
    if not tags or tags[0] is None or tags[0].groups() != ("", bericht, ""):
        return None
    blank, fields, groups, blokken = [0, 2], dict[str, list[int]](), dict[str, list[dict[str, int]]](), set()
    inside: str | None = None
    place = 1
    while place < len(tags):
        tag = tags[place]
        if tag is None or (tag[1] and tag[3]):
            return None
        name, after = tag[2], tags[place + 1] if place + 1 < len(tags) else None
        if name == bericht:  # a record in a record: the tree knows what to say of it
            return None
        if tag[1]:
            if name != inside:
                return None
            inside = None
        elif tag[3] or (after is not None and after[1] and after[2] == name and not after[3]):
            text = _EMPTY if tag[3] else 2 * place + 2
            if inside is None and name in BLOKKEN:
                return None
            if inside is None or inside in BLOKKEN:
                fields.setdefault(f"{inside}.{name}" if inside else name, []).append(text)
            elif name in groups[inside][-1]:
                return None
            else:
                groups[inside][-1][name] = text
            place += 0 if tag[3] else 1
        else:
            if inside is not None or name in blokken:
                return None
            inside = name
            blokken.add(name) if name in BLOKKEN else groups.setdefault(name, []).append({})
        blank.append(2 * place + 2)
        place += 1
    if inside is not None or fields.keys() & groups.keys():
        return None
    single = {key: places[0] for key, places in fields.items() if len(places) == 1 and places[0] != _EMPTY}
    fixed = tuple((key, places) for key, places in fields.items() if key not in single)
    # Of one place itemgetter gives a bare item: two more keep it a tuple, and fall off beside the keys.
    pieces = itemgetter(*single.values(), 0, 0)
    return _Plan(tuple(single), pieces, itemgetter(*blank), fixed, tuple(groups.items()))
