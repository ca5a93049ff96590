"""What an HTTP answer says beside its body: kind, code of a problem, when to come back, the server's clock."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, time
from email.utils import parsedate_to_datetime
from urllib.parse import SplitResult
from zoneinfo import ZoneInfo

import requests
from urllib3.exceptions import ProtocolError, ReadTimeoutError, SSLError

from connectors.errors import SourceRefused, SourceUnavailable
from connectors.tls import distrust

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
PASSING = frozenset({408, 429, 500, 502, 503, 504})
PROBLEM = 1 << 16  # bytes of an error answer that are looked at
SKEW = 5.0  # seconds; a Date header is whole seconds old, and some on the way
_CODE = re.compile(r"[a-z0-9_-]{1,40}")
_CURES = {
    400: "the server does not know this question; is it another version of the API?",
    401: "check client_id and secret",
    403: "we lost rights, or client_id or secret is wrong; ask the administrator of the source",
    404: "there is nothing at this address; check the path of the connection",
    406: "the server does not speak EPSG:4326",
    412: "the server misses the header Accept-Crs",
}


class Passing(Exception):
    """An attempt failed in a way that the next may not. `wait`: seconds that the server asks for."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


def failure(response: requests.Response, code: str, where: str, longest_wait: float) -> Passing:
    """What an answer other than 200 means. Returns what time may cure, raises what it will not.

    `where`: the address, fit for a log. Raises SourceUnavailable, SourceRefused.
    """
    status = response.status_code
    said = f"{where}: {status}" + (f" {code}" if code else "")
    if status in PASSING:
        wait = retry_after(response)
        if wait is not None and wait > longest_wait:
            raise SourceUnavailable(f"{said}, and asks to come back after {wait:.0f} s")
        return Passing(f"answers {status}", wait)
    if status >= 500:
        raise SourceUnavailable(said)
    clocks = _clocks(moment(response), datetime.now(UTC)) if status in (401, 403) else ""
    raise SourceRefused(f"{said}: {_CURES.get(status, 'an answer that we did not expect')}{clocks}")


def _clocks(theirs: datetime | None, ours: datetime) -> str:
    """What may be behind a refusal: a token that we date is of no use where the clocks differ; "" where they agree."""
    ahead = (ours - theirs).total_seconds() if theirs else 0.0
    if abs(ahead) < SKEW:
        return ""
    side = "ahead of" if ahead > 0 else "behind"
    return f"; the clock of this machine is {abs(ahead):.0f} seconds {side} the source's, set it right"


def trouble(error: Exception, where: str) -> Exception:
    """What went wrong on the way, without the words of the library: they hold the whole address."""
    if isinstance(error, requests.exceptions.SSLError):
        if said := distrust(error):
            return SourceRefused(f"{where}: {said}")
        return Passing("breaks off before it is trusted; does it want a certificate of ours (extra.cert_file)?")
    if isinstance(error, ValueError):  # requests looks at the Location of a redirect by itself
        return SourceRefused(f"{where}: points to an address outside the one declared")
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return Passing("no connection in time")
    if isinstance(error, requests.exceptions.ConnectionError | requests.exceptions.ChunkedEncodingError):
        return Passing("connection refused or broken off")
    if isinstance(error, requests.exceptions.Timeout):
        return Passing("no answer in time")
    if isinstance(error, ProtocolError | ReadTimeoutError | SSLError):
        return Passing("the answer breaks off")
    return Passing(f"no sound answer ({type(error).__name__})")


def must_be_json(response: requests.Response, where: str) -> None:
    """Raises SourceRefused for an answer that calls itself something else."""
    kind = _kind(response)
    if kind != "application/json" and not kind.endswith("+json"):
        raise _strange(kind, where, "JSON")


def must_be_xml(response: requests.Response, where: str) -> None:
    """Raises SourceRefused for an answer that calls itself something else."""
    if not is_xml(response):
        raise _strange(_kind(response), where, "XML")


def is_xml(response: requests.Response) -> bool:
    """Whether the answer calls itself XML; SOAP 1.1 says text/xml."""
    kind = _kind(response)
    return kind in ("text/xml", "application/xml") or kind.endswith("+xml")


def _kind(response: requests.Response) -> str:
    return str(response.headers.get("Content-Type", "")).partition(";")[0].strip().lower()


def _strange(kind: str, where: str, wanted: str) -> SourceRefused:
    shown = kind if re.fullmatch(r"[a-z]+/[a-z0-9.+-]{1,40}", kind) else "something"
    return SourceRefused(f"{where}: {shown} instead of {wanted}; a log-in page, or another server?")


def origin(parts: SplitResult) -> tuple[str, str, int | None]:
    """Scheme, host and port of an address, so that two can be compared."""
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, (parts.hostname or "").lower(), parts.port or default


def problem(body: bytes) -> str:
    """The `code` of a problem+json answer (`error` in OAuth2), "" when there is none that can be shown."""
    try:
        said = json.loads(body)
        code = said.get("code", said.get("error", ""))
    except (ValueError, AttributeError, RecursionError):
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


def stand_op(vandaag: date, server: datetime | None) -> datetime:
    """The moment of the state that is read: the server's clock, if it agrees with us what day it is.

    Otherwise (a day that is replayed or simulated) the beginning of `vandaag`, UTC.
    """
    if server is not None and server.astimezone(AMSTERDAM).date() == vandaag:
        return server.astimezone(UTC)
    return datetime.combine(vandaag, time(), UTC)
