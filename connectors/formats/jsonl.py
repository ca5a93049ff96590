"""JSON lines: a first line that says what the delivery is, then one JSON object a record.

The hub itself writes this form, for sources that are asked and do not send. Equal content gives equal bytes
(keys sorted, no spaces), so that the same night twice is recognised by its hash.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from connectors.errors import DeliveryRefused

UNREADABLE, EMPTY, TOO_LARGE = "L001", "L005", "L006"
CHUNK = 1 << 18
MAX_LINE = 16 << 20  # bytes; a zaak with its roles and properties is a few kB


def line(content: Mapping[str, Any]) -> bytes:
    """One object as one line."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def read(stream: BinaryIO) -> Iterator[tuple[int, dict[str, Any], int, int]]:
    """(number, object, first byte, byte behind the last) of each line; number 0 is the line that describes.

    Asks no more of the stream than `read`. Raises DeliveryRefused at the first line that is cut off or no
    object, after all lines before it.
    """
    number, at = 0, 0
    for raw in _lines(stream):
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
    except ValueError:
        found = None
    if not isinstance(found, dict) or not raw.endswith(b"\n"):
        raise DeliveryRefused(UNREADABLE, f"regel {number + 1}")
    return found
