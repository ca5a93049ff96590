"""TLS with a source: whom we trust, who we are, why trust failed, and until when both certificates are good.

A certificate that runs out is no fault yet: 60 days before, it is a notice, and in the last 30 an urgent one. It is
read at each new connection from the certificate that was checked there, and for our own from its file.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPSConnectionPool

from connectors.connection import Connection
from connectors.errors import DeclarationError
from connectors.notice import URGENT, WARNING, Notice, Tell, unheard

WARN_DAYS, URGENT_DAYS = 60, 30
# X509_V_ERR_* of OpenSSL, openssl-verification-options(1).
_WHY = {
    9: "its certificate is not valid yet; is the clock of this machine right?",
    10: "its certificate has expired; the administrator of the source has to renew it",
    18: "its certificate is signed by itself; agree on it and put it in extra.ca_file",
    19: "its certificate is signed by nobody that we trust; put the issuer in extra.ca_file",
    20: "its certificate is signed by nobody that we trust; put the issuer in extra.ca_file",
    62: "its certificate is that of another host",
    64: "its certificate is that of another host",
}
_REASONS = {
    "WRONG_VERSION_NUMBER": "no TLS is spoken at this port; check schema and port",
    "HTTP_REQUEST": "no TLS is spoken at this port; check schema and port",
    "CERTIFICATE_REQUIRED": "it asks for a certificate of ours; give extra.cert_file and extra.key_file",
    "ALERT": "it refuses our certificate, or our kind of TLS; check extra.cert_file and extra.key_file",
}


@dataclass(frozen=True)
class Tls:
    """How a source and we show each other who we are. name: what people call the connection; ca_file: whom we trust
    instead of the public authorities; own: the files of our certificate and its key, where it asks for them."""

    name: str = ""
    ca_file: str | None = None
    own: tuple[str, str] | None = None
    tell: Tell = unheard

    def met(self, until: datetime) -> None:
        """A certificate of the source was seen, good until then."""
        self._say("certificaat", f"het certificaat van {self.name}", until)

    def check(self) -> None:
        """Whether what is declared can be used; says when ours runs out. Raises DeclarationError."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if self.ca_file:
            try:
                context.load_verify_locations(self.ca_file)
            except (OSError, ValueError):
                raise self._wrong("ca_file", "give a file with certificates (PEM) that we may read") from None
        if self.own:
            try:
                context.load_cert_chain(*self.own, password="")  # without one OpenSSL asks at a terminal
            except (OSError, ValueError):
                cure = "give our certificate and, in extra.key_file, its key: PEM that we may read, without pass phrase"
                raise self._wrong("cert_file", cure) from None
            ours = x509.load_pem_x509_certificate(Path(self.own[0]).read_bytes())
            self._say("eigen_certificaat", f"ons eigen certificaat voor {self.name}", ours.not_valid_after_utc)

    def _wrong(self, key: str, cure: str) -> DeclarationError:
        return DeclarationError(self.name, f"extra.{key}", cure)

    def _say(self, code: str, what: str, until: datetime) -> None:
        found = expiring(code, what, until, datetime.now(UTC))
        if found:
            self.tell(found)


def tls_of(connection: Connection, tell: Tell) -> Tls:
    """What a connection declares: extra ca_file, cert_file, key_file. Raises DeclarationError."""
    ca_file, cert_file, key_file = (connection.extra.get(name) for name in ("ca_file", "cert_file", "key_file"))
    own = (str(cert_file), str(key_file or cert_file)) if cert_file else None
    tls = Tls(connection.id, str(ca_file) if ca_file else None, own, tell)
    tls.check()
    return tls


def expiring(code: str, what: str, until: datetime, now: datetime) -> Notice | None:
    """What to say of a certificate that is good until then; None while there is time enough."""
    days = (until.date() - now.date()).days
    if days > WARN_DAYS:
        return None
    level = URGENT if days <= URGENT_DAYS else WARNING
    if until <= now:
        return Notice(code, level, f"{what} is verlopen op {until:%Y-%m-%d}")
    return Notice(code, level, f"{what} verloopt op {until:%Y-%m-%d}, over {days} {'dag' if days == 1 else 'dagen'}")


class TlsAdapter(HTTPAdapter):
    """Connections that look, when they are made, until when the certificate of the other side is good."""

    def __init__(self, tls: Tls, **pool: Any) -> None:
        self._tls = tls
        super().__init__(**pool)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        tls = self._tls

        class Looking(HTTPSConnection):
            def connect(self) -> None:
                super().connect()
                shown: Any = self.sock.getpeercert() if isinstance(self.sock, ssl.SSLSocket) else None
                if shown:
                    tls.met(datetime.fromtimestamp(ssl.cert_time_to_seconds(shown["notAfter"]), UTC))

        class Pool(HTTPSConnectionPool):
            ConnectionCls = Looking

        self.poolmanager.pool_classes_by_scheme = {"https": Pool}


def distrust(error: BaseException) -> str:
    """Why no trust came about, in one line; "" where the connection just broke off in the midst of it."""
    for found in _inside(error):
        if isinstance(found, ssl.SSLCertVerificationError):
            return _WHY.get(found.verify_code, "its certificate is not one we trust")
        if isinstance(found, ssl.SSLError) and not isinstance(found, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            reason = found.reason or ""
            return next((said for word, said in _REASONS.items() if word in reason), "no TLS came about")
    return ""


def _inside(error: BaseException) -> Iterator[BaseException]:
    """An error and all that it is made of: the libraries wrap one in another, as a cause or as an argument."""
    waiting, seen = [error], set[int]()
    while waiting:
        found = waiting.pop()
        if id(found) in seen:
            continue
        seen.add(id(found))
        yield found
        parts = (found.__cause__, found.__context__, getattr(found, "reason", None), *found.args)
        waiting += [part for part in parts if isinstance(part, BaseException)]
