"""File drops: an SFTP server with a real socket, and a folder."""

from __future__ import annotations

import io
import json
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from openpyxl import Workbook

from connectors import file_names
from connectors.connection import Connection
from connectors.connector import Connector, Payload, Request, check_declaration, open_connector
from connectors.errors import DeclarationError, SourceRefused, SourceUnavailable
from connectors.store import TooLarge, Vanished
from tests.connectors.sftp import LOGIN, PASSWORD, SftpServer
from tests.connectors.suite import VANDAAG, ConnectorSuite, fails, records_of

HEAD = '<levering xmlns="urn:nl:regiohub:{0}:1" stand_op="2015-03-02T00:00:00Z" afzender="0109" omvang="volledig">'
QUICK: dict[str, Any] = {"settle_seconds": 0.05, "backoff": 0.01, "attempts": 2}


def levering(bericht: str, count: int) -> str:
    records = "".join(f"<{bericht}><nummer>{number}</nummer></{bericht}>\n" for number in range(count))
    return HEAD.format(bericht) + records + "</levering>"


@dataclass
class SftpSite:
    """Two berichten in the folder `uit` of an SFTP user."""

    server: SftpServer
    root: Path
    extra: dict[str, Any]
    kind: str = "filedrop"
    requests: tuple[Request, ...] = (Request("aanmelding"), Request("inzet"))
    expected: int = 7
    secrets: tuple[str, ...] = (PASSWORD,)
    settings: dict[str, Any] = field(default_factory=dict)
    opening: tuple[bytes, ...] = (b"<",)

    def connector(self, **settings: Any) -> Connector:
        connection = Connection(
            id="gemeente_sftp",
            conn_type="sftp",
            host="127.0.0.1",
            port=self.server.port,
            login=LOGIN,
            password=PASSWORD,
            extra=self.extra,
        )
        return open_connector(self.kind, connection, QUICK | self.settings | settings)

    def down(self) -> None:
        self.server.close()

    def slow(self) -> None:
        self.server.is_slow = True

    def cut(self) -> None:
        self.server.cuts = True

    def lock_out(self) -> None:
        self.server.password = "een-ander-wachtwoord"


@pytest.fixture
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("sftp")
    (root / "uit").mkdir()
    (root / "uit" / "aanmelding_20150302.xml").write_text(levering("aanmelding", 5))
    (root / "uit" / "inzet_20150302.xml").write_text(levering("inzet", 2))
    return root


@pytest.fixture
def site(root: Path) -> Iterator[SftpSite]:
    server = SftpServer(root)
    yield SftpSite(server, root, {"host_key": server.host_key})
    server.close()


@pytest.fixture
def folder(root: Path) -> Connector:
    return open_connector("filedrop", Connection("map", "fs", extra={"path": str(root)}), QUICK)


def fetch(connector: Connector, workdir: Path) -> list[Payload]:
    requests = [Request("aanmelding"), Request("inzet")]
    return list(connector.fetch(requests, workdir, VANDAAG, {}))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class TestSftp(ConnectorSuite):
    """What every connector promises."""

    def test_a_key_file_opens_too(self, site: SftpSite, tmp_path: Path) -> None:
        key = tmp_path / "sleutel"
        site.server.client_key.write_private_key(str(key))
        site.server.password = "niet van belang"
        site.extra["key_file"] = str(key)
        with site.connector() as connector:
            assert len(fetch(connector, tmp_path)) == 2

    def test_a_key_file_that_is_not_there_is_a_wrong_declaration(self, site: SftpSite, tmp_path: Path) -> None:
        site.extra["key_file"] = str(tmp_path / "weg")
        with site.connector() as connector, pytest.raises(DeclarationError, match=r"extra\.key_file"):
            fetch(connector, tmp_path)

    def test_another_host_key_is_refused_before_anything_is_sent(self, site: SftpSite, tmp_path: Path) -> None:
        other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
        site.extra["host_key"] = other
        with site.connector() as connector, pytest.raises(SourceRefused, match="host key is not the one"):
            fetch(connector, tmp_path)

    def test_a_host_key_of_another_kind_is_refused(self, site: SftpSite, tmp_path: Path) -> None:
        other = asyncssh.generate_private_key("ecdsa-sha2-nistp256").export_public_key().decode()
        site.extra["host_key"] = other
        with site.connector() as connector, pytest.raises(SourceRefused, match="host key is not"):
            fetch(connector, tmp_path)

    @pytest.mark.parametrize("key", [None, "", "ssh-ed25519", "ssh-ed25519 geen-sleutel", "AAAA"])
    def test_without_a_host_key_nothing_happens(self, site: SftpSite, tmp_path: Path, key: str | None) -> None:
        site.extra["host_key"] = key
        with site.connector() as connector, pytest.raises(DeclarationError, match=r"extra\.host_key"):
            fetch(connector, tmp_path)

    def test_a_file_moves_to_the_archive_once_it_is_safe(self, site: SftpSite, tmp_path: Path) -> None:
        with site.connector() as connector:
            for payload in connector.fetch(site.requests, tmp_path, VANDAAG, {}):
                assert payload.name in names(site.root / "uit")
                connector.confirm(payload)
                assert payload.name not in names(site.root / "uit")
            assert names(site.root / "verwerkt") == ["aanmelding_20150302.xml", "inzet_20150302.xml"]
            assert fetch(connector, tmp_path) == []

    def test_a_confirmation_survives_a_lost_connection(self, site: SftpSite, tmp_path: Path) -> None:
        with site.connector() as connector:
            payload, _ = fetch(connector, tmp_path)
            connector._opened._client.close()  # type: ignore[attr-defined]
            connector.confirm(payload)
        assert names(site.root / "verwerkt") == ["aanmelding_20150302.xml"]

    def test_a_file_that_vanishes_is_left_out(self, site: SftpSite, tmp_path: Path) -> None:
        def vanish(path: bytes) -> None:
            (site.root / "uit" / "aanmelding_20150302.xml").unlink(missing_ok=True)

        site.server.on_open = vanish
        with site.connector() as connector:
            assert [payload.bericht for payload in fetch(connector, tmp_path)] == ["inzet"]

    def test_a_missing_folder_is_told_to_the_owner(self, site: SftpSite, tmp_path: Path) -> None:
        with (
            site.connector(directory="nergens") as connector,
            pytest.raises(SourceRefused, match=r"127\.0\.0\.1: nergens: there is no such folder"),
        ):
            fetch(connector, tmp_path)

    @pytest.mark.parametrize(
        "name",
        [
            b"../aanmelding_1.xml",
            b"aanmelding/../../../etc/passwd.xml",
            b"/etc/aanmelding_1.xml",
            b"aanmelding_\\..\\x.xml",
            b"aanmelding_\x00.xml",
            b"aanmelding_\n2015-03-02 INFO alles goed.xml",
            b"aanmelding_\x1b[2J.xml",
            "aanmelding_\u202elmx.xml".encode(),
            "aanmelding_\u00e9.xml".encode("cp1252"),
            b"aanmelding_" + b"x" * 300 + b".xml",
            b"aanmelding_" + b"x" * 30_000 + b".xml",
        ],
        ids=lambda name: repr(name[:30]),
    )
    def test_a_server_that_lies_about_names_leads_nowhere(self, site: SftpSite, tmp_path: Path, name: bytes) -> None:
        site.server.lies = [name]
        outside = tmp_path / "werk"
        outside.mkdir()
        with site.connector() as connector:
            assert len(fetch(connector, outside)) == 2
            (left,) = connector.left  # type: ignore[attr-defined]
        assert (left.size, left.fault) == (3, "L011")
        assert left.name.isprintable()
        assert len(left.name) <= 255
        assert len(names(outside)) == 2
        assert names(tmp_path) == ["werk"]

    def test_a_file_that_grows_while_it_is_read_comes_the_next_time(self, site: SftpSite, tmp_path: Path) -> None:
        def grow(path: bytes) -> None:
            if path.endswith(b"aanmelding_20150302.xml"):
                with (site.root / "uit" / "aanmelding_20150302.xml").open("a") as out:
                    out.write("<!-- en nog wat -->")

        site.server.on_open = grow
        with site.connector() as connector:
            assert [payload.bericht for payload in fetch(connector, tmp_path)] == ["inzet"]
            site.server.on_open = None
            first, _ = fetch(connector, tmp_path)
            assert first.path.read_text().endswith("<!-- en nog wat -->")

    def test_what_is_no_ordinary_file_is_left_alone(self, site: SftpSite, tmp_path: Path) -> None:
        (tmp_path / "elders.xml").write_text(levering("aanmelding", 1))
        (site.root / "uit" / "aanmelding_0.xml").symlink_to(tmp_path / "elders.xml")
        (site.root / "uit" / "aanmelding_1.xml").mkdir()
        os.mkfifo(site.root / "uit" / "aanmelding_2.xml")
        with site.connector() as connector:
            assert len(fetch(connector, tmp_path)) == 2

    @pytest.mark.parametrize(
        "content", [b"", b"geen sleutel", b"\xff\x00", None], ids=["empty", "text", "bytes", "folder"]
    )
    def test_a_key_file_that_is_no_key_is_one_line(self, site: SftpSite, tmp_path: Path, content: bytes | None) -> None:
        key = tmp_path / "sleutel"
        if content is None:
            key.mkdir()
        else:
            key.write_bytes(content)
        site.extra["key_file"] = str(key)
        with site.connector() as connector, pytest.raises(DeclarationError) as caught:
            fetch(connector, tmp_path)
        cure = "give the path of a private key that we may read, without pass phrase (OpenSSH or PEM)"
        assert str(caught.value) == f"gemeente_sftp: extra.key_file: {cure}"

    def test_a_key_behind_a_pass_phrase_is_one_line(self, site: SftpSite, tmp_path: Path) -> None:
        key = tmp_path / "sleutel"
        site.server.client_key.write_private_key(str(key), passphrase="geheim")
        site.extra["key_file"] = str(key)
        with fails(site, DeclarationError), site.connector() as connector:
            fetch(connector, tmp_path)

    def test_an_error_about_a_file_shows_no_number_of_a_person(self, site: SftpSite, tmp_path: Path) -> None:
        (site.root / "uit" / "aanmelding_999900031.xml").write_text(levering("aanmelding", 1))

        def refuse(path: bytes) -> None:
            if b"999900031" in path:
                raise asyncssh.SFTPPermissionDenied("nee")

        site.server.on_open = refuse
        with site.connector() as connector, pytest.raises(SourceRefused, match="we may not read or move") as caught:
            fetch(connector, tmp_path)
        assert "uit/aanmelding_" in str(caught.value)
        assert "999900031" not in str(caught.value)

    def test_a_large_file_comes_whole(self, site: SftpSite, tmp_path: Path) -> None:
        content = levering("aanmelding", 100_000)
        (site.root / "uit" / "aanmelding_20150302.xml").write_text(content)
        with site.connector() as connector:
            payload = fetch(connector, tmp_path)[0]
        assert payload.path.read_text() == content

    def test_an_empty_file_comes_too(self, site: SftpSite, tmp_path: Path) -> None:
        (site.root / "uit" / "aanmelding_20150302.xml").write_text("")
        with site.connector() as connector:
            assert fetch(connector, tmp_path)[0].path.read_bytes() == b""


def table(count: int, form: str) -> bytes:
    """`count` records as a CSV of Windows-1252 or as a workbook."""
    rows = [["nummer", "naam"], *[[f"A{number}", "Zoë"] for number in range(count)]]
    if form == "csv":
        return "".join(";".join(row) + "\r\n" for row in rows).encode("cp1252")
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


class TestTablesOverSftp(ConnectorSuite):
    """The same promises for files that do not say themselves what they are."""

    @pytest.fixture(params=["csv", "xlsx"])
    def site(self, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SftpSite]:
        root = tmp_path_factory.mktemp("sftp")
        (root / "uit").mkdir()
        form = request.param
        for bericht, count in (("aanmelding", 5), ("inzet", 2)):
            (root / "uit" / f"{bericht}_20150302_volledig.{form}").write_bytes(table(count, form))
        settings = {"format": form} | ({"encoding": "windows-1252"} if form == "csv" else {})
        server = SftpServer(root)
        yield SftpSite(server, root, {"host_key": server.host_key}, settings=settings, opening=(b"A",))
        server.close()

    def test_the_name_says_the_day_and_how_much(self, site: SftpSite, tmp_path: Path) -> None:
        form = site.settings["format"]
        (site.root / "uit" / f"aanmelding_20150303.{form}").write_bytes(table(1, form))
        (site.root / "uit" / f"aanmelding_20150303_0730.{form}").write_bytes(table(1, form))
        with site.connector() as connector:
            found = [(payload.stand_op, payload.scope) for payload in fetch(connector, tmp_path)]
        days = [
            datetime(2015, 3, day, hour, minute, tzinfo=UTC) for day, hour, minute in ((2, 0, 0), (3, 0, 0), (3, 7, 30))
        ]
        assert found == [(days[0], ("",)), (days[1], ()), (days[2], ()), (days[0], ("",))]

    @pytest.mark.parametrize(
        "name", ["aanmelding", "aanmelding_20150230", "aanmelding_20150302_20150303", "aanmelding 2015"]
    )
    def test_a_name_without_one_day_is_left(self, site: SftpSite, tmp_path: Path, name: str) -> None:
        form = site.settings["format"]
        (site.root / "uit" / f"{name}.{form}").write_bytes(table(1, form))
        with site.connector() as connector:
            assert len(fetch(connector, tmp_path)) == 2
            (left,) = connector.left  # type: ignore[attr-defined]
        assert (left.bericht, left.fault) == ("aanmelding", "L011")


def test_a_folder_gives_the_same_as_a_server(folder: Connector, root: Path, tmp_path: Path) -> None:
    payloads = fetch(folder, tmp_path)
    assert [len(records_of(folder, payload)) for payload in payloads] == [5, 2]
    for payload in payloads:
        folder.confirm(payload)
    assert names(root / "uit") == []
    assert names(root / "verwerkt") == ["aanmelding_20150302.xml", "inzet_20150302.xml"]


@pytest.mark.parametrize(
    "name", ["aanmelding.xml.part", "aanmelding.xml.tmp", "aanmelding.xml.filepart", "aanmelding.csv"]
)
def test_unfinished_and_other_names_are_left(folder: Connector, root: Path, tmp_path: Path, name: str) -> None:
    (root / "uit" / name).write_text("half")
    assert len(fetch(folder, tmp_path)) == 2


def test_a_half_written_file_with_a_wide_pattern_is_left(folder: Connector, root: Path, tmp_path: Path) -> None:
    (root / "uit" / "aanmelding.xml.part").write_text("half")
    payloads = folder.fetch([Request("aanmelding", {"pattern": "aanmelding*"})], tmp_path, VANDAAG, {})
    assert [payload.name for payload in payloads] == ["aanmelding_20150302.xml"]


def test_a_file_that_grows_is_left_for_the_next_time(folder: Connector, root: Path, tmp_path: Path) -> None:
    growing = root / "uit" / "aanmelding_20150302.xml"
    stop = threading.Event()

    def write() -> None:
        with growing.open("a") as out:
            while not stop.wait(0.01):
                out.write("meer")
                out.flush()

    writer = threading.Thread(target=write)
    writer.start()
    time.sleep(0.05)
    try:
        assert [payload.bericht for payload in fetch(folder, tmp_path)] == ["inzet"]
    finally:
        stop.set()
        writer.join()
    assert growing.exists()
    time.sleep(0.1)
    assert len(fetch(folder, tmp_path)) == 2


def test_the_archive_keeps_both_of_one_name(folder: Connector, root: Path, tmp_path: Path) -> None:
    for turn in range(3):
        (root / "uit" / "aanmelding_20150302.xml").write_text(levering("aanmelding", turn + 10))
        folder.confirm(fetch(folder, tmp_path)[0])
    found = names(root / "verwerkt")
    assert found == ["aanmelding_20150302.2.xml", "aanmelding_20150302.3.xml", "aanmelding_20150302.xml"]
    assert "<nummer>10</nummer>" in (root / "verwerkt" / found[0]).read_text()
    assert "<nummer>11</nummer>" not in (root / "verwerkt" / found[0]).read_text()


def test_a_file_replaced_after_it_was_fetched_is_the_next_delivery(
    folder: Connector, root: Path, tmp_path: Path
) -> None:
    payload = fetch(folder, tmp_path)[0]
    (root / "uit" / payload.name).write_text(levering("aanmelding", 99))
    folder.confirm(payload)
    assert payload.name in names(root / "uit")
    assert len(records_of(folder, fetch(folder, tmp_path)[0])) == 99


def test_links_out_of_the_folder_are_not_followed(folder: Connector, root: Path, tmp_path: Path) -> None:
    (tmp_path / "elders.xml").write_text(levering("aanmelding", 1))
    (root / "uit" / "aanmelding_0.xml").symlink_to(tmp_path / "elders.xml")
    (root / "uit" / "aanmelding_1.xml").mkdir()
    assert [payload.name for payload in fetch(folder, tmp_path)] == [
        "aanmelding_20150302.xml",
        "inzet_20150302.xml",
    ]


@pytest.mark.parametrize("kind", ["link", "folder", "pipe"])
def test_what_becomes_something_else_after_it_was_listed_is_not_read(folder: Connector, root: Path, kind: str) -> None:
    """A pipe would keep us waiting without end, a link would bring what nobody delivered."""
    place, target = root / "uit" / "aanmelding_20150302.xml", root / "gehaald"
    place.unlink()
    if kind == "link":
        place.symlink_to("/etc/hostname")
    elif kind == "folder":
        place.mkdir()
    else:
        os.mkfifo(place)
    with pytest.raises(Vanished):
        folder._opened.download("uit/aanmelding_20150302.xml", target, 1000)  # type: ignore[attr-defined]
    assert not target.exists()


@pytest.mark.parametrize(
    "name", ["aanmelding\n.xml", "aanmelding\\..\\x.xml", "aanmelding\u202e.xml", "aanmelding\udce9.xml"]
)
def test_a_name_that_is_a_trick_holds_up_only_its_own_file(
    folder: Connector, root: Path, tmp_path: Path, name: str
) -> None:
    (root / "uit" / name).write_text("x")
    assert len(fetch(folder, tmp_path)) == 2
    (left,) = folder.left  # type: ignore[attr-defined]
    assert (left.bericht, left.size, left.fault) == ("aanmelding", 1, "L011")
    assert left.name.isprintable()
    assert name in names(root / "uit")


def test_a_server_that_sends_a_path_as_a_name_is_not_followed(
    folder: Connector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = folder._opened  # type: ignore[attr-defined]
    found = store.list("uit")
    path = {"aanmelding/../../x.xml": found["inzet_20150302.xml"]}
    monkeypatch.setattr(type(store), "list", lambda *_: found | path)
    assert len(fetch(folder, tmp_path)) == 2
    assert [left.fault for left in folder.left] == ["L011"]  # type: ignore[attr-defined]


def test_a_file_beyond_the_limit_holds_up_only_itself(root: Path, tmp_path: Path) -> None:
    (root / "uit" / "aanmelding_20150302.xml").write_bytes(b" " * ((1 << 20) + 1))
    connection = Connection("map", "fs", extra={"path": str(root)})
    with open_connector("filedrop", connection, QUICK | {"max_megabytes": 1}) as connector:
        assert [payload.bericht for payload in fetch(connector, tmp_path)] == ["inzet"]
        (left,) = connector.left  # type: ignore[attr-defined]
    assert (left.name, left.size, left.fault) == ("aanmelding_20150302.xml", (1 << 20) + 1, "L006")


def test_a_file_that_grows_beyond_the_limit_while_it_comes_is_left(
    folder: Connector, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def grow(path: str, target: Path, limit: int) -> int:
        raise TooLarge(path)

    monkeypatch.setattr(folder._opened, "download", grow)  # type: ignore[attr-defined]
    assert fetch(folder, tmp_path) == []
    assert [left.fault for left in folder.left] == ["L006", "L006"]  # type: ignore[attr-defined]


def test_a_file_that_fits_no_agreement_is_told_and_stays(folder: Connector, root: Path, tmp_path: Path) -> None:
    (root / "uit" / "Kopie van aanmelding.xml").write_text("x")
    (root / "uit" / "aanmelding.xml.part").write_text("half")
    for _ in range(2):
        assert len(fetch(folder, tmp_path)) == 2
        (left,) = folder.left  # type: ignore[attr-defined]
        assert (left.bericht, left.name, left.fault) == ("", "Kopie van aanmelding.xml", "L011")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_without_rights_is_told_to_the_owner(folder: Connector, root: Path, tmp_path: Path) -> None:
    (root / "uit").chmod(0)
    try:
        with pytest.raises(SourceRefused, match="may not read"):
            fetch(folder, tmp_path)
    finally:
        (root / "uit").chmod(0o755)


def test_a_disk_that_is_not_there_is_unavailable_and_named_whole(tmp_path: Path) -> None:
    connection = Connection("map", "fs", extra={"path": str(tmp_path / "weg")})
    with open_connector("filedrop", connection, QUICK) as connector, pytest.raises(SourceUnavailable) as caught:
        fetch(connector, tmp_path)
    assert str(caught.value) == f"{tmp_path}/weg: no such folder"


def test_a_folder_that_is_missing_on_a_disk_is_named_whole(tmp_path: Path) -> None:
    connection = Connection("map", "fs", extra={"path": str(tmp_path)})
    with open_connector("filedrop", connection, QUICK) as connector, pytest.raises(SourceRefused) as caught:
        fetch(connector, tmp_path)
    assert str(caught.value) == f"{tmp_path}/uit: there is no such folder"


def test_the_receipt_is_plain_text_that_can_be_stored(folder: Connector, tmp_path: Path) -> None:
    payload = fetch(folder, tmp_path)[0]
    assert json.loads(payload.receipt)["name"] == payload.name


@pytest.mark.parametrize(
    ("settings", "options", "key"),
    [
        ({"directory": "../elders"}, {}, "connection.directory"),
        ({"archive": "/etc"}, {}, "connection.archive"),
        ({"archive": "uit"}, {}, "connection.archive"),
        ({"map": "uit"}, {}, "connection.map"),
        ({"format": "ods"}, {}, "connection.format"),
        ({"format": "csv", "delimiter": "#"}, {}, "connection.delimiter"),
        ({"format": "csv", "encoding": "latin9"}, {}, "connection.encoding"),
        ({"format": "xlsx", "delimiter": ";"}, {}, "connection.delimiter"),
        ({"removed_column": "weg", "removed_word": "x"}, {}, "connection.removed_column"),
        ({"format": "csv", "removed_column": "weg"}, {}, "connection.removed_word"),
        ({}, {"pattern": "../*.xml"}, "delivers.inzet.pattern"),
        ({}, {"zaaktype": "X"}, "delivers.inzet.zaaktype"),
    ],
)
def test_a_wrong_declaration_says_file_key_and_cure(
    settings: dict[str, Any], options: dict[str, Any], key: str
) -> None:
    with pytest.raises(DeclarationError) as caught:
        check_declaration("filedrop", settings, {"inzet": options}, "coevorden.toml")
    assert (caught.value.file, caught.value.key) == ("coevorden.toml", key)


@pytest.mark.parametrize(
    ("pattern", "format", "name"),
    [
        ("", "csv", "aanmelding_20150302.csv"),
        ("", "xml", "aanmelding_20150302.xml"),
        ("Aanmeldingen *.xlsx", "xlsx", "Aanmeldingen 20150302.xlsx"),
        ("aanmelding_*_export.txt", "csv", "aanmelding_20150302_export.txt"),
        ("aanmelding-????????.csv", "csv", "aanmelding-????????.csv"),
    ],
)
def test_the_example_of_a_name_is_one_that_the_source_itself_may_give(pattern: str, format: str, name: str) -> None:
    request = Request("aanmelding", {"pattern": pattern} if pattern else {})
    assert file_names.example(request, format) == name
