"""JSON lines: a first line that says what the delivery is, then one JSON object a record.

The hub itself writes this form, for sources that are asked and do not send. Equal content gives equal bytes
(keys sorted, no spaces), so that the same night twice is recognised by its hash.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, BinaryIO

from connectors.connector import Header
from connectors.errors import DeliveryRefused, SourceRefused

MEDIA_TYPE = "application/jsonl"
UNREADABLE, EMPTY, TOO_LARGE = "L001", "L005", "L006"
CHUNK = 1 << 18
MAX_LINE = 16 << 20  # bytes; a zaak with its roles and properties is a few kB


def line(content: Mapping[str, Any]) -> bytes:
    """One object as one line. Half a surrogate pair, which JSON can write, is kept for the check to refuse.

    Raises SourceRefused for lists in lists without end.
    """
    text = ""
    try:
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    except RecursionError:
        text = ""
    if not text:
        raise SourceRefused("a record that holds lists in lists without end")
    return text.encode("utf-8", "surrogatepass") + b"\n"


def header(stream: BinaryIO) -> Header:
    """What the first line says: bericht, stand_op, omvang, scope. Raises DeliveryRefused."""
    first = next((content for number, content, _, _ in read(stream) if number == 0), None)
    if first is None:  # blanked as a whole
        raise DeliveryRefused(EMPTY)
    try:
        found = Header(
            bericht=first["bericht"],
            versie=1,
            stand_op=datetime.fromisoformat(first["stand_op"]),
            afzender="",
            omvang=first["omvang"],
            scope=tuple(first["scope"]),
        )
    except (KeyError, TypeError, ValueError):
        raise DeliveryRefused(UNREADABLE, "regel 1") from None
    return found


def read(stream: BinaryIO) -> Iterator[tuple[int, dict[str, Any], int, int]]:
    """(number, object, first byte, byte behind the last) of each line; number 0 is the line that describes.

    A line that was blanked counts and gives nothing.

    Asks no more of the stream than `read`. Raises DeliveryRefused at the first line that is cut off or no
    object, after all lines before it.
    """
    number, at = 0, 0
    for raw in _lines(stream):
        if not raw.isspace():
            yield number, _object(raw, number), at, at + len(raw)
        number, at = number + 1, at + len(raw)
    if not number:
        raise DeliveryRefused(EMPTY)


def _lines(stream: BinaryIO) -> Iterator[bytes]:
    rest = b""
    while chunk := stream.read(CHUNK):
        *whole, rest = (rest + chunk).split(b"\n")
        for raw in whole:
            yield raw + b"\n"
        if len(rest) > MAX_LINE:
            break
    if rest:
        yield rest


def _object(raw: bytes, number: int) -> dict[str, Any]:
    if len(raw) > MAX_LINE:
        raise DeliveryRefused(TOO_LARGE, f"regel {number + 1}")
    found: Any = None
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not raw.endswith(b"\n"):
        raise DeliveryRefused(UNREADABLE, f"regel {number + 1}")
    return found
