"""Who we are to a source, as a requests auth object: kinds of authentication are data, not code paths."""

from __future__ import annotations

import threading
import time

import jwt
import requests
from requests.auth import AuthBase

RENEW_AFTER = 3000.0  # seconds; a Zaken API refuses a token of 3600 s


class ZgwToken(AuthBase):
    """A JWT (HS256) as the ZGW standards ask for it, made here from client_id and secret.

    Claims: iss, iat, client_id, user_id, user_representation. Shared by threads. `iat` is real time, whatever
    day the hub works for.
    """

    def __init__(self, client_id: str, secret: str) -> None:
        self._client_id = client_id
        self._secret = secret
        self._lock = threading.Lock()
        self._token = ""
        self._made = 0.0

    def __repr__(self) -> str:
        return "ZgwToken()"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.token()}"
        return request

    def token(self) -> str:
        """A token that will live at least another ten minutes."""
        with self._lock:
            if not self._token or time.monotonic() - self._made > RENEW_AFTER:
                self._made = time.monotonic()
                claims = {
                    "iss": self._client_id,
                    "iat": int(time.time()),
                    "client_id": self._client_id,
                    "user_id": self._client_id,
                    "user_representation": "regionale uitwisseling",
                }
                self._token = jwt.encode(claims, self._secret, algorithm="HS256")
            return self._token

    def refused(self, header: str) -> bool:
        """The server called this Authorization header expired: forget it. False when it was not our own."""
        with self._lock:
            if header == f"Bearer {self._token}":
                self._token = ""
            return header.startswith("Bearer ")
