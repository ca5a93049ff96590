"""What an HTTP answer says beside its body: kind, code of a problem, when to come back, the server's clock."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult

import requests

PROBLEM = 1 << 16  # bytes of an error answer that are looked at
_CODE = re.compile(r"[a-z0-9_-]{1,40}")


def origin(parts: SplitResult) -> tuple[str, str, int | None]:
    """Scheme, host and port of an address, so that two can be compared."""
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or default


def is_json(response: requests.Response) -> bool:
    """Whether the answer calls itself JSON."""
    kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


def problem(response: requests.Response) -> str:
    """The `code` of a problem+json answer, "" when there is none that can be shown."""
    body = next(response.iter_content(PROBLEM), b"")
    try:
        code = json.loads(body).get("code", "")
    except (ValueError, AttributeError):
        return ""
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


def retry_after(response: requests.Response) -> float | None:
    """Seconds until the server wants to see us again (RFC 9110 10.2.3: a number or a date)."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def moment(response: requests.Response) -> datetime | None:
    """The server's own clock, from its Date header."""
    try:
        moment = parsedate_to_datetime(response.headers.get("Date", ""))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
