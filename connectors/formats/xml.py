"""Deliveries in XML after our published schema.

    <levering xmlns="urn:nl:regiohub:aanmelding:1" stand_op="2015-03-02T00:00:00Z" afzender="0109"
              omvang="volledig">
      <aanmelding> … </aanmelding>
      <aanmelding actie="verwijderen"> … only the key … </aanmelding>
    </levering>

A field once gives a text, repeated a list of texts; an empty element gives "". The blok persoon gives paths
like `persoon.bsn`; any other nested element is a group and gives a list of dict. Nothing is lost when a file
is cut off: `read` yields what is whole, and then raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from lxml import etree

from connectors.connector import Header, Marker, RawRecord
from connectors.errors import DeliveryRefused
from connectors.formats import xml_tree
from connectors.formats.moment import moment_of
from connectors.formats.xml_plain import FOOT, NotPlain, PlainReader
from connectors.formats.xml_tree import FORBIDDEN_DTD, MAX_RECORD, OPTIONS, ROOT, UNREADABLE, WRONG_BERICHT

WRONG_VERSION, EMPTY, WRONG_OMVANG = "L003", "L005", "L009"
CHUNK = 1 << 18
MAX_HEAD = 1 << 16
BEFORE = "voor de XML-declaratie mag niets staan, ook geen lege regel"
AT_BEGIN = "al aan het begin van het bestand"
NAMESPACE = re.compile(r"urn:nl:regiohub:([a-z_]{1,40}):([1-9][0-9]{0,3})")
_PLAIN_HEAD = re.compile(
    rb"(?:\xef\xbb\xbf)?"
    rb"(?:<\?xml\s+version\s*=\s*[\"']1\.0[\"'](?:\s+encoding\s*=\s*[\"'](?i:utf-8)[\"'])?"
    rb"(?:\s+standalone\s*=\s*[\"'](?:yes|no)[\"'])?\s*\?>)?\s*"
    rb"<" + ROOT.encode() + rb"(?=[\s>])[^<>]*>"
)


def header(stream: BinaryIO) -> Header:
    """What a delivery says of itself in its first element. Raises DeliveryRefused."""
    root, _ = _root(stream)
    bericht, versie = _bericht(root)
    stand_op = moment_of(root.get("stand_op"))
    omvang = root.get("omvang")
    if omvang not in ("volledig", "wijzigingen"):
        raise DeliveryRefused(WRONG_OMVANG)
    scope = ("",) if omvang == "volledig" else ()
    return Header(bericht, versie, stand_op, root.get("afzender") or "", omvang, scope)


def read(
    stream: BinaryIO, bericht: str, versie: int | None = None, marker: Marker | None = None
) -> Iterator[RawRecord]:
    """All records of a delivery, in file order, with their byte range where that is cheap to tell (else -1).

    `stream` stands at the beginning, or is a part made by `split`; without `versie` any will do. Memory holds
    about one chunk whatever the size of the file. Records in plain form get a mark where there is a `marker`. Raises
    DeliveryRefused after the last record that could be read.
    """
    if getattr(stream, "is_empty", False):
        return
    root, first = _root(stream)
    found, number = _bericht(root)
    if found != bericht:
        raise DeliveryRefused(WRONG_BERICHT, found)
    if versie is not None and number != versie:
        raise DeliveryRefused(WRONG_VERSION, str(number))
    namespace = f"urn:nl:regiohub:{bericht}:{number}"
    shift = getattr(stream, "shift", 0)
    head = plain_head(first)
    nummer, rest = 0, first
    if head:
        reader = PlainReader(head, namespace, bericht, marker)
        buffer, at = first[len(head) :], len(head) + shift
        while True:
            end = buffer.rfind(reader.close) + len(reader.close)
            if end >= len(reader.close):
                try:
                    for values, actie, start, stop, mark in reader.records(buffer[:end]):
                        nummer += 1
                        yield RawRecord(nummer, values, at + start, at + stop, actie, mark=mark)
                except NotPlain as odd:
                    buffer = buffer[odd.offset :]
                    break
                buffer, at = buffer[end:], at + end
            if len(buffer) > MAX_RECORD or not (chunk := stream.read(CHUNK)):
                break
            buffer += chunk
        rest = head + buffer
    # What is left is the closing tag, or the first thing that is not plain and all behind it.
    for values, actie in xml_tree.records(_chunks(rest, stream), namespace, bericht):
        nummer += 1
        yield RawRecord(nummer, values, -1, -1, actie)


def plain_head(first: bytes) -> bytes:
    """The bytes up to and with the start tag of the root, when they are in plain form; else b""."""
    match = _PLAIN_HEAD.match(first)
    if match is None or match[0].endswith(b"/>"):
        return b""
    try:
        etree.fromstring(match[0] + FOOT, etree.XMLParser(**OPTIONS))
    except etree.XMLSyntaxError:
        return b""
    return match[0]


def _root(stream: BinaryIO) -> tuple[Any, bytes]:
    """The root element (attributes only) and the bytes that were read to find it."""
    parser = etree.XMLPullParser(events=("start",), **OPTIONS)
    first = b""
    while len(first) <= MAX_HEAD:
        chunk = stream.read(CHUNK if not first else MAX_HEAD)
        if not chunk:
            break
        first += chunk
        broken = False
        try:
            parser.feed(chunk)
        except etree.XMLSyntaxError:
            broken = True
        events: Iterator[tuple[str, Any]] = cast(Any, parser.read_events())
        for _, element in events:
            if element.getroottree().docinfo.doctype:
                raise DeliveryRefused(FORBIDDEN_DTD)
            return element, first
        if broken:
            break
    if not first.strip():
        raise DeliveryRefused(EMPTY)
    # The first angle bracket is that of the declaration, and it is not where the file begins.
    late = first.find(b"<") > 0 and first[first.find(b"<") :].startswith(b"<?xml ")
    raise DeliveryRefused(UNREADABLE, BEFORE if late else AT_BEGIN)


def _bericht(root: Any) -> tuple[str, int]:
    namespace, _, name = str(root.tag).rpartition("}")  # not QName: it chokes on a colon too many, and repeats the name
    match = NAMESPACE.fullmatch(namespace.removeprefix("{"))
    if match is None or name != ROOT:
        raise DeliveryRefused(WRONG_BERICHT, "het eerste element")
    return match[1], int(match[2])


def _chunks(first: bytes, stream: BinaryIO) -> Iterator[bytes]:
    """Small enough that one chunk never holds many records as a tree."""
    size = 1 << 16
    for start in range(0, len(first), size):
        yield first[start : start + size]
    while chunk := stream.read(size):
        yield chunk
