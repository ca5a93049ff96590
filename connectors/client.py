"""One HTTP client for every source: pinned to its base address, patient with what time cures, and tight-lipped.

It follows no address outside its base (scheme, host, port, path), in a redirect or in an answer; it tries again
after a dropped connection, a cut body, 408, 429, 500, 502, 503 and 504, waiting as Retry-After says; it stops at
a time and a size. Its errors name the path below the base, with ids left out, and no query, ever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter
from urllib3.exceptions import HTTPError

from connectors.address import Pinned
from connectors.answers import PROBLEM, Passing, failure, is_xml, moment, must_be_json, must_be_xml, problem, trouble
from connectors.auth import Renewing
from connectors.bodies import as_json, beginning, body
from connectors.errors import SourceRefused, SourceUnavailable
from connectors.settings import setting
from connectors.tls import Tls, TlsAdapter

MAX_REDIRECTS = 3

Told = Callable[[int, str], bool]  # (status, code of the problem): is this an answer to work with?
Read = Callable[[bytes], Any]  # what a body means; raises SourceUnavailable for a refusal that time cures


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
    """An answer that was understood: the JSON in it (None for a status other than 200), and the server's clock."""

    status: int
    body: Any
    moment: datetime | None


def not_found(status: int, code: str) -> bool:
    """An absence that the API itself tells; a 404 of a gateway or a web server says nothing."""
    return status == 404 and code == "not_found"


class Client:
    """GET and POST below one base address. Shared by threads; close it (or use `with`)."""

    def __init__(
        self,
        base: str,
        settings: HttpSettings,
        auth: AuthBase | None = None,
        tls: Tls | None = None,
    ) -> None:
        self._pin = Pinned(base)
        self._settings = settings
        self._auth = auth
        self._session = requests.Session()
        self._session.headers["Accept-Encoding"] = "gzip, deflate"  # others cannot be unpacked a piece at a time
        self._session.trust_env = False  # no proxy, no .netrc: who we are and where we go is declared
        tls = tls or Tls()
        self._session.verify = tls.ca_file or True
        self._session.cert = tls.own
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        pool: dict[str, Any] = {"pool_connections": 1, "pool_maxsize": settings.parallel, "pool_block": True}
        self._session.mount("http://", HTTPAdapter(**pool))
        self._session.mount("https://", TlsAdapter(tls, **pool))

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """No more questions."""
        self._session.close()

    def get(
        self,
        address: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        told: Told | None = None,
    ) -> Answer:
        """The JSON at an address: a path below the base, or a full address that lies below it.

        `told` says which refusals are an answer too: then without a body. Raises SourceUnavailable, SourceRefused.
        """
        return self._patiently("GET", address, {"params": params, "headers": headers}, told)

    def post(self, address: str, form: Mapping[str, str]) -> Answer:
        """What a server says to a form. Tried again like a GET: only for questions that change nothing."""
        return self._patiently("POST", address, {"data": form}, None)

    def soap(self, address: str, message: bytes, action: str, read: Read) -> Answer:
        """What `read` makes of the answer to a SOAP 1.1 message, a fault too (status 500, section 6.2).

        Tried again like a GET: only for questions that change nothing.
        """
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": f'"{action}"'}
        return self._patiently("POST", address, {"data": message, "headers": headers}, None, read)

    def _patiently(
        self, method: str, address: str, sent: dict[str, Any], told: Told | None, read: Read | None = None
    ) -> Answer:
        url = self._pin.within(address)
        retrying = Retrying(
            retry=retry_if_exception_type(Passing),
            stop=stop_after_attempt(self._settings.attempts),
            wait=self._wait,
            reraise=True,
        )
        reason = ""
        try:
            answer: Answer = retrying(self._once, method, url, sent, told, read)
            return answer
        except Passing as failed:
            reason = str(failed)
        # Outside the except: what requests says holds the whole address, and must not be chained to this.
        raise SourceUnavailable(f"{self._pin.shown(url)}: {reason}, {self._settings.attempts} times")

    def _wait(self, state: RetryCallState) -> float:
        failed = state.outcome.exception() if state.outcome else None
        asked = failed.wait if isinstance(failed, Passing) else None
        backoff = self._settings.backoff
        grown = wait_exponential_jitter(multiplier=backoff, max=30, jitter=backoff)(state)
        return grown if asked is None else max(asked, grown)

    def _once(self, method: str, url: str, sent: dict[str, Any], told: Told | None, read: Read | None) -> Answer:
        renewed = False
        for _ in range(MAX_REDIRECTS + 2):
            where = self._pin.shown(url)
            failed: Exception
            try:
                with self._send(method, url, sent) as response:
                    if response.is_redirect and method == "GET":
                        url, sent = self._pin.within(response.headers["Location"], url), sent | {"params": None}
                        continue
                    status = response.status_code
                    if status == 200 or (read is not None and status == 500 and is_xml(response)):
                        return Answer(status, self._understood(response, where, read), moment(response))
                    code = problem(beginning(response, PROBLEM, self._settings.deadline))
                    if told is not None and told(status, code):
                        return Answer(status, None, moment(response))
                    if not renewed and (renewed := self._renew(response, code)):
                        continue
                    failed = failure(response, code, where, self._settings.longest_wait)
            except (requests.exceptions.RequestException, HTTPError, ValueError) as error:
                failed = trouble(error, where)
            raise failed
        raise SourceRefused(f"{self._pin.shown(url)}: sends us from one address to the next")

    def _understood(self, response: requests.Response, where: str, read: Read | None) -> Any:
        if read is None:
            must_be_json(response, where)
            return as_json(self._body(response, where))
        must_be_xml(response, where)
        reason = ""
        try:
            return read(self._body(response, where))
        except SourceUnavailable as later:
            reason = str(later)
        raise Passing(reason)

    def _renew(self, response: requests.Response, code: str) -> bool:
        """Whether the refusal is about a token of ours that was forgotten just now: then a new one may do."""
        auth = self._auth
        if not isinstance(auth, Renewing) or not auth.expired(response.status_code, code):
            return False
        return auth.refused(str(response.request.headers.get("Authorization", "")))

    def _send(self, method: str, url: str, sent: dict[str, Any]) -> requests.Response:
        return self._session.request(
            method,
            url,
            **sent,
            auth=self._auth,
            stream=True,
            allow_redirects=False,
            timeout=(self._settings.connect_timeout, self._settings.read_timeout),
        )

    def _body(self, response: requests.Response, where: str) -> bytes:
        return body(response, where, self._settings.max_megabytes, self._settings.deadline)
