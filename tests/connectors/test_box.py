"""A file comes into a sender's box whole, once and under its own name, over SFTP and in a folder."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connectors.box import open_box
from connectors.connection import Connection
from connectors.errors import DeclarationError, SourceRefused, SourceUnavailable
from tests.connectors.sftp import LOGIN, PASSWORD, SftpServer

Put = Callable[[str, bytes], None]


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SftpServer]:
    monkeypatch.setattr("connectors.box.BACKOFF_SECONDS", 0.0)
    root = tmp_path / "postvak"
    root.mkdir()
    found = SftpServer(root)
    yield found
    found.close()


def sftp(server: SftpServer) -> Connection:
    extra = {"host_key": server.host_key}
    return Connection("postvak", "sftp", "127.0.0.1", server.port, login=LOGIN, password=PASSWORD, extra=extra)


@pytest.fixture(params=["sftp", "folder"])
def put(request: pytest.FixtureRequest, server: SftpServer, tmp_path: Path) -> Put:
    """Bring bytes into the box, below the root of the server, either way."""
    folder = Connection("postvak", "fs", extra={"path": str(server.root)})
    connection = sftp(server) if request.param == "sftp" else folder

    def bring(name: str, content: bytes) -> None:
        file = tmp_path / "antwoord"
        file.write_bytes(content)
        with open_box(connection, "in") as box:
            box.put(file, name)

    return bring


def lying(server: SftpServer) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (server.root / "in").iterdir()}


def test_a_file_lies_in_the_folder_that_is_made_for_it(put: Put, server: SftpServer) -> None:
    put("a.json", b"{}")
    put("leeg.json", b"")
    assert lying(server) == {"a.json": b"{}", "leeg.json": b""}


def test_a_file_that_is_brought_again_takes_its_own_place(put: Put, server: SftpServer) -> None:
    put("a.json", b"een langere eerste versie")
    put("a.json", b"tweede")
    assert lying(server) == {"a.json": b"tweede"}


def test_what_a_killed_try_left_behind_goes_with_the_next(put: Put, server: SftpServer) -> None:
    (server.root / "in").mkdir()
    (server.root / "in" / "a.json.part").write_bytes(b"half")
    put("a.json", b"heel")
    assert lying(server) == {"a.json": b"heel"}


def test_a_server_that_renames_over_nothing_gets_it_too(server: SftpServer, tmp_path: Path) -> None:
    server.renames_over = False
    file = tmp_path / "antwoord"
    with open_box(sftp(server), "in") as box:
        for content in (b"eerste", b"tweede"):
            file.write_bytes(content)
            box.put(file, "a.json")
    assert lying(server) == {"a.json": b"tweede"}


def test_a_cut_line_leaves_the_older_file_and_asks_for_another_try(server: SftpServer, tmp_path: Path) -> None:
    file = tmp_path / "antwoord"
    file.write_bytes(b"x" * 100_000)
    (server.root / "in").mkdir()
    (server.root / "in" / "a.json").write_bytes(b"eerste")
    server.cuts = True
    with pytest.raises(SourceUnavailable), open_box(sftp(server), "in") as box:
        box.put(file, "a.json")
    assert lying(server)["a.json"] == b"eerste"


def test_a_box_without_room_for_us_is_told_to_its_owner(server: SftpServer) -> None:
    with pytest.raises(SourceRefused, match="cannot be made there"), open_box(sftp(server), "post/in"):
        pytest.fail("opened")


def test_a_connection_of_another_kind_is_our_own_mistake() -> None:
    with pytest.raises(DeclarationError, match="use sftp"), open_box(Connection("postvak", "http"), "in"):
        pytest.fail("opened")
