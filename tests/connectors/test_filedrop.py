"""File drops: an SFTP server with a real socket, and a folder."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from connectors.connector import Connection, Connector, Payload, Request, check_declaration, open_connector
from connectors.errors import DeclarationError, SourceRefused, SourceUnavailable
from tests.connectors.sftp import LOGIN, PASSWORD, SftpServer
from tests.connectors.suite import VANDAAG, ConnectorSuite, records_of

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
        return open_connector(self.kind, connection, QUICK | settings)

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
            connector._store._client.close()  # type: ignore[attr-defined]
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
            pytest.raises(SourceRefused, match="no such folder"),
        ):
            fetch(connector, tmp_path)

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


@pytest.mark.parametrize("name", ["aanmelding\n.xml", "aanmelding\\..\\x.xml"])
def test_names_that_are_tricks_are_refused(folder: Connector, root: Path, tmp_path: Path, name: str) -> None:
    (root / "uit" / name).write_text("x")
    with pytest.raises(SourceRefused, match="file name"):
        fetch(folder, tmp_path)


def test_a_server_that_sends_a_path_as_a_name_is_refused(
    folder: Connector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = folder._store  # type: ignore[attr-defined]
    stat = store.list("uit")["inzet_20150302.xml"]
    monkeypatch.setattr(type(store), "list", lambda *_: {"aanmelding/../../x.xml": stat})
    with pytest.raises(SourceRefused, match="file name"):
        fetch(folder, tmp_path)


def test_a_file_beyond_the_limit_is_refused(root: Path, tmp_path: Path) -> None:
    (root / "uit" / "aanmelding_20150302.xml").write_bytes(b" " * ((1 << 20) + 1))
    connection = Connection("map", "fs", extra={"path": str(root)})
    with (
        open_connector("filedrop", connection, QUICK | {"max_megabytes": 1}) as connector,
        pytest.raises(SourceRefused, match="larger than 1 MB"),
    ):
        fetch(connector, tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_without_rights_is_told_to_the_owner(folder: Connector, root: Path, tmp_path: Path) -> None:
    (root / "uit").chmod(0)
    try:
        with pytest.raises(SourceRefused, match="may not read"):
            fetch(folder, tmp_path)
    finally:
        (root / "uit").chmod(0o755)


def test_a_disk_that_is_not_there_is_unavailable(tmp_path: Path) -> None:
    connection = Connection("map", "fs", extra={"path": str(tmp_path / "weg")})
    with open_connector("filedrop", connection, QUICK) as connector, pytest.raises(SourceUnavailable):
        fetch(connector, tmp_path)


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
