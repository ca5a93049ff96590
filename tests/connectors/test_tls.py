"""Trust over a real TLS socket: who is believed, what is said of who is not, and what runs out."""

from __future__ import annotations

import socket
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization

from connectors.client import Client, HttpSettings
from connectors.connection import Connection
from connectors.connector import Request, open_connector
from connectors.errors import DeclarationError, SourceRefused, SourceUnavailable
from connectors.notice import URGENT, WARNING, Notice
from connectors.tls import expiring, tls_of
from tests.connectors.certificates import ELSEWHERE, Made, make, private, serving
from tests.connectors.weather import Reply, Weather

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture(scope="module")
def authority(folder: Path) -> Made:
    return make(folder)


def ask(port: int, scheme: str = "https", **extra: Any) -> list[Notice]:
    """Put one question; gives what a person has to see to."""
    told: list[Notice] = []
    connection = Connection("emmen_zgw", "http", "127.0.0.1", port, scheme, extra=extra)
    quick = HttpSettings(attempts=2, backoff=0.01, connect_timeout=2.0, read_timeout=2.0)
    with Client(connection.origin, quick, tls=tls_of(connection, told.append)) as client:
        assert client.get("x").body == {}
    return told


def test_a_certificate_of_whom_we_trust_is_believed_and_needs_no_word(folder: Path, authority: Made) -> None:
    with serving(make(folder, issuer=authority)) as port:
        assert ask(port, ca_file=str(authority.cert_file)) == []


@pytest.mark.parametrize(
    ("ill", "said"),
    [
        ({"days": -1}, "its certificate has expired; the administrator of the source has to renew it"),
        ({"begins": 1}, "not valid yet; is the clock of this machine right"),
        ({"name": ELSEWHERE}, "its certificate is that of another host"),
    ],
    ids=["expired", "of tomorrow", "of another host"],
)
def test_a_certificate_that_is_ill_is_refused_with_its_illness(
    folder: Path, authority: Made, ill: dict[str, Any], said: str
) -> None:
    with serving(make(folder, issuer=authority, **ill)) as port, pytest.raises(SourceRefused, match=said) as caught:
        ask(port, ca_file=str(authority.cert_file))
    assert str(caught.value).count("\n") == 0
    assert str(caught.value).startswith("127.0.0.1/x: ")


def test_who_signs_for_himself_is_trusted_only_by_agreement(folder: Path, authority: Made) -> None:
    with serving(authority) as port:
        with pytest.raises(SourceRefused, match=r"signed by itself; agree on it and put it in extra\.ca_file"):
            ask(port)
        assert ask(port, ca_file=str(authority.cert_file)) == []
    unknown = r"signed by nobody that we trust; put the issuer in extra\.ca_file"
    with serving(make(folder, issuer=authority)) as port, pytest.raises(SourceRefused, match=unknown):
        ask(port)


@pytest.mark.parametrize(("days", "level"), [(59.9, WARNING), (45.5, WARNING), (29.9, URGENT), (3.5, URGENT)])
def test_a_certificate_that_runs_out_is_told_in_time(folder: Path, authority: Made, days: float, level: str) -> None:
    until = datetime.now(UTC) + timedelta(days=days)
    with serving(make(folder, days=days, issuer=authority)) as port:
        (told,) = ask(port, ca_file=str(authority.cert_file))
    assert (told.code, told.level) == ("certificaat", level)
    left = (until.date() - datetime.now(UTC).date()).days
    assert told.text == f"het certificaat van emmen_zgw verloopt op {until:%Y-%m-%d}, over {left} dagen"


@pytest.mark.pure
@pytest.mark.parametrize(
    ("until", "level", "ending"),
    [
        (NOW + timedelta(days=61), "", ""),
        (NOW + timedelta(days=60), WARNING, "verloopt op 2027-01-21, over 60 dagen"),
        (NOW + timedelta(days=31), WARNING, "verloopt op 2026-12-23, over 31 dagen"),
        (NOW + timedelta(days=30), URGENT, "verloopt op 2026-12-22, over 30 dagen"),
        (NOW + timedelta(days=1), URGENT, "verloopt op 2026-11-23, over 1 dag"),
        (NOW - timedelta(hours=1), URGENT, "is verlopen op 2026-11-22"),
    ],
)
def test_how_loud_depends_on_the_days_left(until: datetime, level: str, ending: str) -> None:
    found = expiring("certificaat", "het certificaat van x", until, NOW)
    assert (found.level if found else "") == level
    assert (found.text if found else "").endswith(ending)


def test_our_own_certificate_opens_and_is_told_of_too(folder: Path, authority: Made) -> None:
    ours = make(folder, days=20.5, issuer=authority)
    extra = {"ca_file": str(authority.cert_file), "cert_file": str(ours.cert_file), "key_file": str(ours.key_file)}
    with serving(make(folder, issuer=authority), asks_for=authority) as port:
        (told,) = ask(port, **extra)
        with pytest.raises(SourceRefused, match=r"asks for a certificate of ours; give extra\.cert_file"):
            ask(port, ca_file=extra["ca_file"])
        stranger = make(folder)
        extra |= {"cert_file": str(stranger.cert_file), "key_file": str(stranger.key_file)}
        with pytest.raises(SourceRefused, match="refuses our certificate"):
            ask(port, **extra)
    assert (told.code, told.level) == ("eigen_certificaat", URGENT)
    assert told.text.startswith("ons eigen certificaat voor emmen_zgw verloopt op ")


@pytest.mark.parametrize("broken", ["missing", "empty", "no PEM", "a folder", "locked", "of another key"])
def test_a_file_of_ours_that_cannot_be_used_is_one_line(folder: Path, tmp_path: Path, broken: str) -> None:
    ours, other = make(folder), make(folder)
    cert_file, key_file = tmp_path / "ons.pem", tmp_path / "ons.key"
    cert_file.write_bytes(ours.cert_file.read_bytes())
    key_file.write_bytes(ours.key_file.read_bytes())
    if broken == "missing":
        key_file.unlink()
    elif broken == "empty":
        key_file.write_bytes(b"")
    elif broken == "no PEM":
        cert_file.write_bytes(b"\x00\xff geen certificaat")
    elif broken == "a folder":
        key_file = tmp_path
    elif broken == "locked":
        key_file.write_bytes(private(ours.key, serialization.BestAvailableEncryption(b"geheim")))
    else:
        key_file.write_bytes(other.key_file.read_bytes())
    with pytest.raises(DeclarationError, match=r"emmen_zgw: extra\.cert_file: give our certificate and.*its key"):
        ask(9, cert_file=str(cert_file), key_file=str(key_file))
    with pytest.raises(DeclarationError, match=r"emmen_zgw: extra\.ca_file: give a file with certificates"):
        ask(9, ca_file=str(key_file if broken != "of another key" else tmp_path / "weg"))


def test_where_no_tls_is_spoken_it_says_so() -> None:
    with Weather() as weather, pytest.raises(SourceRefused, match="no TLS is spoken at this port; check schema"):
        ask(weather.port)


def test_a_connection_that_breaks_off_before_it_is_trusted_may_pass() -> None:
    listening = socket.create_server(("127.0.0.1", 0))

    def hang_up() -> None:
        for _ in range(2):
            listening.accept()[0].close()

    thread = threading.Thread(target=hang_up, daemon=True)
    thread.start()
    with pytest.raises(SourceUnavailable, match=r"breaks off before it is trusted.*, 2 times"):
        ask(listening.getsockname()[1])
    thread.join()
    listening.close()


def test_plain_http_has_no_certificate_to_speak_of() -> None:
    with Weather() as weather:
        weather.always(Reply(body={}))
        assert ask(weather.port, "http") == []


@pytest.mark.parametrize("kind", ["zgw", "rest", "stuf"])
def test_every_connector_over_http_tells_of_certificates(
    folder: Path, authority: Made, tmp_path: Path, kind: str
) -> None:
    """The server knows none of them; that it was met at all is enough to see its certificate."""
    with serving(make(folder, days=10.5, issuer=authority)) as port:
        extra = {"ca_file": str(authority.cert_file), "path": "a/b", "token_url": "token"}
        connection = Connection("bron", "http", "127.0.0.1", port, "https", "hub", "x" * 40, extra)
        request = Request("aanmelding", {"path": "x"} if kind == "rest" else {"zaaktype": "CLO"})
        with open_connector(kind, connection, {"attempts": 1}) as connector:
            assert connector.notices == []
            with pytest.raises(SourceRefused if kind == "zgw" else (SourceRefused, SourceUnavailable)):
                list(connector.fetch([request], tmp_path, NOW.date(), {}))
            assert [(one.code, one.level) for one in connector.notices] == [("certificaat", URGENT)]
