"""Certificates made for a test, and a server that shows them on a real socket."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

HERE = x509.IPAddress(ip_address("127.0.0.1"))
ELSEWHERE = x509.DNSName("elders.example")


@dataclass(frozen=True)
class Made:
    """A certificate and its key, as files (PEM) and as they are."""

    cert_file: Path
    key_file: Path
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def make(
    folder: Path, days: float = 365, begins: float = -400, name: x509.GeneralName = HERE, issuer: Made | None = None
) -> Made:
    """A certificate that is good from `begins` days on until in `days` days; without an issuer signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    number = x509.random_serial_number()
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"proef {number}")])
    now = datetime.now(UTC)
    signer = issuer.certificate.subject if issuer else subject
    made = (
        x509.CertificateBuilder(signer, subject, key.public_key(), number)
        .not_valid_before(now + timedelta(days=begins))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([name]), critical=False)
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .sign(issuer.key if issuer else key, hashes.SHA256())
    )
    cert_file, key_file = folder / f"{number}.pem", folder / f"{number}.key"
    cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(private(key, serialization.NoEncryption()))
    return Made(cert_file, key_file, made, key)


def private(key: ec.EllipticCurvePrivateKey, lock: serialization.KeySerializationEncryption) -> bytes:
    """A key as PEM."""
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock)


@contextmanager
def serving(shown: Made, asks_for: Made | None = None) -> Iterator[int]:
    """The port of a server that answers {} to all; with `asks_for` only to who has a certificate of that issuer."""

    class Hello(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            """Quiet."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(shown.cert_file, shown.key_file)
    if asks_for:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(asks_for.cert_file)

    class Server(ThreadingHTTPServer):
        def finish_request(self, request: Any, client_address: Any) -> None:
            try:
                request.do_handshake()
            except OSError:
                time.sleep(0.2)  # closed at once, what it says of the certificate could overtake itself
            else:
                super().finish_request(request, client_address)

        def handle_error(self, *_: object) -> None:
            """Who hangs up is expected here."""

    server = Server(("127.0.0.1", 0), Hello)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
