"""One HTTP client for every source: pinned to its base address, patient with what time cures, and tight-lipped.

It follows no address outside its base (scheme, host, port, path), in a redirect or in an answer; it tries a GET
again after a dropped connection, a cut body, 408, 429, 500, 502, 503 and 504, waiting as Retry-After says; it
stops at a time and a size. Its errors name the path below the base, with ids left out, and no query, ever.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http.cookiejar import DefaultCookiePolicy
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote, urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter
from urllib3.exceptions import HTTPError, ProtocolError, ReadTimeoutError, SSLError

from connectors.answers import is_json, moment, origin, problem, retry_after
from connectors.auth import ZgwToken
from connectors.errors import SourceRefused, SourceUnavailable
from connectors.settings import setting

PASSING = frozenset({408, 429, 500, 502, 503, 504})
MAX_REDIRECTS = 3
_ID = re.compile(r"/[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}(?=/|$)|/[0-9]{4,}(?=/|$)")


@dataclass(frozen=True)
class HttpSettings:
    """How patient the client is. Seconds, megabytes, numbers of attempts."""

    connect_timeout: float = setting(10.0, low=0.01, high=120)
    read_timeout: float = setting(60.0, low=0.01, high=600)
    deadline: float = setting(300.0, low=0.01, high=3600)
    attempts: int = setting(5, low=1, high=20)
    backoff: float = setting(0.5, low=0.0, high=60)
    longest_wait: float = setting(120.0, low=0.0, high=3600)
    max_megabytes: int = setting(64, low=1, high=4096)
    parallel: int = setting(8, low=1, high=32)


@dataclass(frozen=True)
class Answer:
    """An answer that was understood: the JSON in it (None for an absent resource), and the server's clock."""

    status: int
    body: Any
    moment: datetime | None


class _Passing(Exception):
    """An attempt failed in a way that the next may not. `wait`: seconds that the server asks for."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


class Client:
    """GETs below one base address. Shared by threads; close it (or use `with`)."""

    def __init__(
        self,
        base: str,
        settings: HttpSettings,
        auth: ZgwToken | None = None,
        ca_file: str | None = None,
    ) -> None:
        self.base = base if base.endswith("/") else base + "/"
        self._pin = urlsplit(self.base)
        self._settings = settings
        self._auth = auth
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy, no .netrc: who we are and where we go is declared
        self._session.verify = ca_file or True
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=settings.parallel, pool_block=True)
        self._session.mount("http://", adapter)
        self._session.mount("https://", adapter)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def get(
        self,
        address: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        may_be_absent: bool = False,
    ) -> Answer:
        """The JSON at an address: a path below the base, or a full address that lies below it.

        With may_be_absent, a 404 that the API itself gives (code not_found) is an Answer with status 404; one of
        a gateway or a web server never is. Raises SourceUnavailable, SourceRefused.
        """
        sink = BytesIO()
        url = self._within(address)

        def parse(response: requests.Response) -> Answer:
            if response.status_code == 404:
                return Answer(404, None, moment(response))
            self._must_be_json(response, url)
            try:
                body = json.loads(sink.getvalue())
            except ValueError:
                body = _Passing
            if body is _Passing:
                raise _Passing("an answer that is no whole JSON")
            return Answer(response.status_code, body, moment(response))

        return self._patiently(url, params, headers, sink, parse, may_be_absent)

    def download(self, address: str, target: Path, params: Mapping[str, str] | None = None) -> int:
        """Write what stands at an address to `target`, and give its size. A half file never bears the name."""
        url = self._within(address)
        part = target.with_name(target.name + ".part")
        try:
            with part.open("wb") as sink:
                size: int = self._patiently(url, params, None, sink, lambda _: sink.tell(), False)
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
        return size

    def _patiently(self, url: str, params: Any, headers: Any, sink: BinaryIO, parse: Any, absent: bool) -> Any:
        retrying = Retrying(
            retry=retry_if_exception_type(_Passing),
            stop=stop_after_attempt(self._settings.attempts),
            wait=self._wait,
            reraise=True,
        )
        reason = ""
        try:
            return retrying(self._once, url, params, headers, sink, parse, absent)
        except _Passing as failed:
            reason = str(failed)
        # Outside the except: what requests says holds the whole address, and must not be chained to this.
        raise SourceUnavailable(f"{self._shown(url)}: {reason}, {self._settings.attempts} times")

    def _wait(self, state: RetryCallState) -> float:
        failed = state.outcome.exception() if state.outcome else None
        asked = failed.wait if isinstance(failed, _Passing) else None
        backoff = self._settings.backoff
        grown = wait_exponential_jitter(multiplier=backoff, max=30, jitter=backoff)(state)
        return grown if asked is None else max(asked, grown)

    def _once(self, url: str, params: Any, headers: Any, sink: BinaryIO, parse: Any, absent: bool) -> Any:
        sink.seek(0)
        sink.truncate()
        renewed = False
        for _ in range(MAX_REDIRECTS + 2):
            failed: Exception
            try:
                with self._send(url, params, headers) as response:
                    if response.is_redirect:
                        url, params = self._within(response.headers["Location"], url), None
                        continue
                    status = response.status_code
                    if status == 200:
                        self._pour(response, sink, url)
                        return parse(response)
                    code = problem(response)
                    if status == 404 and code == "not_found" and absent:
                        return parse(response)
                    if status == 403 and code == "jwt-expired" and self._auth and not renewed:
                        renewed = self._auth.refused(str(response.request.headers.get("Authorization", "")))
                        continue
                    failed = self._failure(response, code, url)
            except requests.exceptions.SSLError:
                failed = SourceRefused(f"{self._shown(url)}: the certificate is not one we trust")
            except ValueError:  # requests looks at the Location of a redirect by itself
                failed = SourceRefused(f"{self._shown(url)}: points to an address outside the one declared")
            except (requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError) as error:
                timed_out = isinstance(error, requests.exceptions.ConnectTimeout)
                failed = _Passing("no connection in time" if timed_out else "connection refused or broken off")
            except requests.exceptions.Timeout:
                failed = _Passing("no answer in time")
            except (ProtocolError, ReadTimeoutError, SSLError):
                failed = _Passing("the answer breaks off")
            except (requests.exceptions.RequestException, HTTPError) as error:
                failed = _Passing(f"no sound answer ({type(error).__name__})")
            raise failed
        raise SourceRefused(f"{self._shown(url)}: sends us from one address to the next")

    def _send(self, url: str, params: Any, headers: Any) -> requests.Response:
        return self._session.get(
            url,
            params=params,
            headers=headers,
            auth=self._auth,
            stream=True,
            allow_redirects=False,
            timeout=(self._settings.connect_timeout, self._settings.read_timeout),
        )

    def _pour(self, response: requests.Response, sink: BinaryIO, url: str) -> None:
        """The body into the sink, within size and time."""
        limit = self._settings.max_megabytes << 20
        until = time.monotonic() + self._settings.deadline
        size = 0
        # read1 gives what has come; a read of n bytes would wait for all n, and a dripping server sets the pace.
        while piece := response.raw.read1(1 << 16, decode_content=True):
            size += len(piece)
            if size > limit:
                raise SourceRefused(f"{self._shown(url)}: an answer larger than {self._settings.max_megabytes} MB")
            if time.monotonic() > until:
                raise _Passing("the answer takes too long")
            sink.write(piece)

    def _failure(self, response: requests.Response, code: str, url: str) -> _Passing:
        """What an answer other than 200 means. Returns what time may cure, raises what it will not."""
        status = response.status_code
        said = f"{self._shown(url)}: {status}" + (f" {code}" if code else "")
        if status in PASSING:
            wait = retry_after(response)
            if wait is not None and wait > self._settings.longest_wait:
                raise SourceUnavailable(f"{said}, and asks to come back after {wait:.0f} s")
            return _Passing(f"answers {status}", wait)
        if status >= 500:
            raise SourceUnavailable(said)
        cure = {
            400: "the server does not know this question; is it another version of the API?",
            401: "check client_id and secret",
            403: "we lost rights, or client_id or secret is wrong; ask the administrator of the source",
            404: "there is nothing at this address; check the path of the connection",
            406: "the server does not speak EPSG:4326",
            412: "the server misses the header Accept-Crs",
        }.get(status, "an answer that we did not expect")
        raise SourceRefused(f"{said}: {cure}")

    def _must_be_json(self, response: requests.Response, url: str) -> None:
        if not is_json(response):
            kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            shown = kind if re.fullmatch(r"[a-z]+/[a-z0-9.+-]{1,40}", kind) else "something"
            raise SourceRefused(f"{self._shown(url)}: {shown} instead of JSON; a log-in page, or another server?")

    def _within(self, address: str, seen_from: str = "") -> str:
        """The full address, when it lies below the base. Raises SourceRefused."""
        try:
            url = urljoin(seen_from or self.base, address)
            parts = urlsplit(url)
            same = origin(parts) == origin(self._pin) and not parts.username and not parts.password
        except ValueError:
            url, parts, same = "", self._pin, False
        path = unquote(unquote(parts.path))
        climbs = "\\" in path or any(step in (".", "..") for step in path.split("/"))
        if not same or climbs or not parts.path.startswith(self._pin.path):
            raise SourceRefused(f"{self._shown('')}: points to an address outside the one declared")
        return url

    def _shown(self, url: str) -> str:
        """An address fit for a log: host, path with ids left out, no query."""
        path = urlsplit(url).path if url else self._pin.path
        return f"{self._pin.hostname}{_ID.sub('/{id}', path)}"
