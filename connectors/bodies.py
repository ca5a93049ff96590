"""The body of an HTTP answer: read within size and time, and as JSON."""

from __future__ import annotations

import json
import time
from io import BytesIO
from typing import Any

import requests

from connectors.answers import Passing
from connectors.errors import SourceRefused


def body(response: requests.Response, where: str, max_megabytes: int, deadline: float) -> bytes:
    """The whole body. `deadline`: seconds it may take. Raises SourceRefused when it is too large, Passing when slow."""
    sink = BytesIO()
    until = time.monotonic() + deadline
    # read1 gives what has come; a read of n bytes would wait for all n, and a dripping server sets the pace.
    while piece := response.raw.read1(1 << 16, decode_content=True):
        if sink.tell() + len(piece) > max_megabytes << 20:
            raise SourceRefused(f"{where}: an answer larger than {max_megabytes} MB")
        if time.monotonic() > until:
            raise Passing("the answer takes too long")
        sink.write(piece)
    return sink.getvalue()


def beginning(response: requests.Response, size: int, deadline: float) -> bytes:
    """The first bytes of a body, at most `size`: what came of them within `deadline` seconds."""
    found, until = b"", time.monotonic() + deadline
    while len(found) < size and time.monotonic() < until:
        piece = response.raw.read1(size - len(found), decode_content=True)
        if not piece:
            break
        found += piece
    return found


def as_json(content: bytes) -> Any:
    """The JSON in a body. Raises Passing where it is not whole."""
    found: tuple[Any, ...] = ()
    try:
        found = (json.loads(content),)
    except (ValueError, RecursionError):
        found = ()
    if not found:  # outside the except: what the parser says must not be chained to this
        raise Passing("an answer that is no whole JSON")
    return found[0]
