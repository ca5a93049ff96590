"""The private PostgreSQL of the trial: one command away, closed to others, gone when it has to be."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from demo import pg_files, postgres


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """A folder for a server; whatever a test leaves running there is ended and removed."""
    yield tmp_path / "pg"
    postgres.remove(tmp_path / "pg")


@pytest.fixture
def shared_place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place of this test that everybody can reach, instead of /var/tmp."""
    with tempfile.TemporaryDirectory(dir=pg_files.SHARED_PLACE) as folder:
        Path(folder).chmod(0o711)
        monkeypatch.setattr(pg_files, "SHARED_PLACE", Path(folder))
        yield Path(folder)


def ask(server: postgres.Server, query: str) -> object:
    with psycopg.connect(server.url.replace("+psycopg", "")) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def postmaster(server: postgres.Server) -> psutil.Process:
    return psutil.Process(int((server.cluster / "postmaster.pid").read_text().split()[0]))


def test_starting_twice_gives_one_server_and_stopping_twice_is_no_error(data_dir: Path) -> None:
    first = postgres.start(data_dir, durable=False)
    assert postgres.start(data_dir) == first
    assert postgres.is_running(data_dir)
    postgres.stop(first)
    assert not postgres.is_running(data_dir)
    postgres.stop(data_dir)
    postgres.stop(data_dir / "never")


def test_what_was_stored_is_there_after_a_restart_at_the_same_address(data_dir: Path) -> None:
    server = postgres.start(data_dir, durable=False)
    with psycopg.connect(server.url.replace("+psycopg", "")) as connection:
        connection.execute("CREATE TABLE gebleven (x int)")
    postgres.stop(server)
    again = postgres.start(data_dir)
    assert again == server
    assert ask(again, "SELECT count(*) FROM gebleven") == 0
    assert ask(again, "SHOW fsync") == "on"


def test_only_this_machine_and_only_the_password_get_in(data_dir: Path) -> None:
    server = postgres.start(data_dir, durable=False)
    listening = {c.laddr.ip for c in postmaster(server).net_connections() if c.status == psutil.CONN_LISTEN}
    assert listening == {"127.0.0.1"}
    assert ask(server, "SELECT setting FROM pg_settings WHERE name = 'unix_socket_directories'") == ""
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host="127.0.0.1", port=server.port, user=postgres.SUPERUSER, password="gok", dbname="postgres")
    assert stat.S_IMODE((data_dir / "server.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(server.cluster.stat().st_mode) == 0o700
    assert server.password not in repr(server)
    assert server.password not in " ".join(postmaster(server).cmdline())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_under_root_the_server_is_nobody_and_binaries_out_of_its_reach_are_copied(
    tmp_path: Path, shared_place: Path
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    package = pg_files.embedded_bin_dir().parent.parent
    for folder in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(folder, closed / folder.name, symlinks=True)
    try:
        server = postgres.start(tmp_path / "pg", bin_dir=closed / package.name / "pginstall" / "bin", durable=False)
        assert postmaster(server).username() == pg_files.UNPRIVILEGED
        assert server.bin_dir.is_relative_to(shared_place)
        assert server.cluster.is_relative_to(shared_place)  # pytest's own folder is closed as well
    finally:
        postgres.remove(tmp_path / "pg")
    assert not server.cluster.parent.exists()


def test_a_folder_that_another_laid_there_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pg_files, "SHARED_PLACE", tmp_path)
    monkeypatch.setattr(pg_files, "_as_other_user", lambda: True)
    monkeypatch.setattr(pg_files, "_reachable", lambda path: False)
    monkeypatch.setattr(pg_files, "_own_folder", _with_link_in_the_way(pg_files._own_folder))
    with pytest.raises(pg_files.PostgresError, match="not a folder of ours"):
        postgres.start(tmp_path / "pg")


def _with_link_in_the_way(own_folder):  # type: ignore[no-untyped-def]
    def laid(path: Path) -> Path:
        path.symlink_to(path.parent)
        found: Path = own_folder(path)
        return found

    return laid


def test_a_taken_port_is_refused_when_asked_for_and_avoided_otherwise(data_dir: Path, tmp_path: Path) -> None:
    taken = postgres.start(data_dir, durable=False)
    other = tmp_path / "other"
    with pytest.raises(pg_files.PostgresError, match="did not start"):
        postgres.start(other, port=taken.port, durable=False)
    try:
        assert postgres.start(other, durable=False).port != taken.port
    finally:
        postgres.remove(other)


def test_after_a_kill_of_the_server_the_next_start_recovers(data_dir: Path) -> None:
    server = postgres.start(data_dir, durable=False)
    killed = postmaster(server)
    killed.kill()
    killed.wait()
    again = postgres.start(data_dir, durable=False)
    assert ask(again, "SELECT 1") == 1


@pytest.mark.parametrize(("durable", "lives"), [(False, False), (True, True)])
def test_a_killed_starter_leaves_a_server_only_where_it_was_asked_to_stay(
    data_dir: Path, durable: bool, lives: bool
) -> None:
    code = (
        "import os, sys; from pathlib import Path; from demo import postgres;"
        f"postgres.start(Path(sys.argv[1]), durable={durable}); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(data_dir)], check=False)
    assert done.returncode == -signal.SIGKILL
    until = time.monotonic() + 10
    while postgres.is_running(data_dir) and not lives and time.monotonic() < until:
        time.sleep(0.05)
    assert postgres.is_running(data_dir) is lives
    postgres.remove(data_dir)
    assert not [p for p in psutil.process_iter(["cmdline"]) if str(data_dir) in " ".join(p.info["cmdline"] or [])]


def test_an_installation_that_does_not_work_is_told_and_leaves_nothing(
    data_dir: Path, tmp_path: Path, shared_place: Path
) -> None:
    for name in ("postgres", "initdb"):
        (tmp_path / "bin" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "bin" / name).write_text("#!/bin/sh\necho this machine is too old >&2\nexit 1\n")
        (tmp_path / "bin" / name).chmod(0o755)
    with pytest.raises(pg_files.PostgresError, match="initdb failed: this machine is too old"):
        postgres.start(data_dir, bin_dir=tmp_path / "bin")
    assert {path.name for path in data_dir.iterdir()} == {"lock"}
    assert not [place for place in shared_place.iterdir() if "-bin-" not in place.name]


def test_no_binaries_is_told_in_one_line(data_dir: Path, tmp_path: Path) -> None:
    with pytest.raises(pg_files.PostgresError, match="no PostgreSQL server in"):
        postgres.start(data_dir, bin_dir=tmp_path)
