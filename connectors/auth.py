"""Who we are to a source, as a requests auth object: kinds of authentication are data, not code paths."""

from __future__ import annotations

import re
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

import jwt
import requests
from requests.auth import AuthBase

from connectors.errors import SourceRefused

RENEW_AFTER = 3000.0  # seconds; a Zaken API refuses a token of 3600 s
LIFE, USED = 300.0, 0.8  # seconds a token lives where the server does not say, and the share of it that we use
_TOKEN = re.compile(r"[\x21-\x7e]{1,8192}")


@runtime_checkable
class Renewing(Protocol):
    """A token that can die on the way, and is then asked for once more."""

    def expired(self, status: int, code: str) -> bool:
        """Whether a refusal says that the token is of no use any more."""
        ...

    def refused(self, header: str) -> bool:
        """Forget the token of this Authorization header. False when it was not ours."""
        ...


class BearerToken(AuthBase, ABC):
    """A token in the Authorization header, used until it is old or refused. Shared by threads.

    A subclass makes the token and says how long it is good for.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._token = ""
        self._made = 0.0
        self._good_for = 0.0

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.token()}"
        return request

    def token(self) -> str:
        """A token that is not old yet."""
        with self._lock:
            if not self._token or time.monotonic() - self._made > self._good_for:
                self._made = time.monotonic()
                self._token, self._good_for = self._make()
            return self._token

    def refused(self, header: str) -> bool:
        """Forget the token of this header, unless another thread has renewed it meanwhile."""
        with self._lock:
            if header == f"Bearer {self._token}":
                self._token = ""
            return header.startswith("Bearer ")

    @abstractmethod
    def _make(self) -> tuple[str, float]:
        """A fresh token, and for how many seconds to use it."""


class ZgwToken(BearerToken):
    """A JWT (HS256) as the ZGW standards ask for it, made here from client_id and secret.

    Claims: iss, iat, client_id, user_id, user_representation. `iat` is real time, whatever day the hub works for.
    """

    def __init__(self, client_id: str, secret: str) -> None:
        super().__init__()
        self._client_id = client_id
        self._secret = secret

    def expired(self, status: int, code: str) -> bool:
        """A Zaken API never says 401."""
        return status == 403 and code == "jwt-expired"

    def _make(self) -> tuple[str, float]:
        claims = {
            "iss": self._client_id,
            "iat": int(time.time()),
            "client_id": self._client_id,
            "user_id": self._client_id,
            "user_representation": "regionale uitwisseling",
        }
        return jwt.encode(claims, self._secret, algorithm="HS256"), RENEW_AFTER


class ClientCredentials(BearerToken):
    """A token that a server gives for client_id and secret (OAuth2, RFC 6749 section 4.4).

    `ask` puts the question to the token endpoint and gives the JSON of its answer; client.Client.post has the
    patience for that, which the OAuth libraries have not.
    """

    def __init__(self, ask: Callable[[], Any]) -> None:
        super().__init__()
        self._ask = ask

    def expired(self, status: int, code: str) -> bool:
        """RFC 6750 section 3.1: whatever is wrong with a token is a 401."""
        return status == 401

    def _make(self) -> tuple[str, float]:
        said = self._ask()
        said = said if isinstance(said, dict) else {}
        token, kind, life = said.get("access_token"), said.get("token_type"), said.get("expires_in", LIFE)
        if not isinstance(token, str) or not _TOKEN.fullmatch(token) or str(kind).lower() != "bearer":
            raise SourceRefused("the token endpoint gives no bearer token, though OAuth2 says so")
        seconds = float(life) if isinstance(life, int | float | str) and str(life).isdigit() else LIFE
        return token, seconds * USED
