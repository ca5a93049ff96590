"""docker-compose.yml without containers: its services as processes, with the command and environment that stand there.

Only what a container would give is put in its place: addresses, ports, folders, secret files.
"""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import psycopg

from demo.home import CHECKOUT
from demo.postgres import Server
from deploy.environment import parsed

HOSTS = re.compile(r"\b(api-server|postgres|redis|localhost)(?=:\d)")
PORTS = ("8080", "8974", "8793", "8794", "6379")
BIN = Path(sys.executable).parent


@dataclass
class Stack:
    """The services of the file, on this machine below one folder, with a PostgreSQL that runs already."""

    folder: Path
    server: Server
    parsed: dict[str, Any] = field(default_factory=lambda: parsed({}))
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True)) | {"5432": str(self.server.port)}
        for name in ("hub/landing", "hub/data-docs", "logs", "data", "secrets", "backups"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)

    @property
    def secrets(self) -> Path:
        """Where the secret files are."""
        return self.folder / "secrets"

    @property
    def url(self) -> str:
        """Address of the api-server."""
        return f"http://127.0.0.1:{self.ports['8080']}"

    def make_secrets(self) -> None:
        """As docs/operate.md says; only the password of the server is the one that it has."""
        (self.secrets / "postgres_password").write_text(self.server.password)
        places = [f"--{name}=127.0.0.1:{self.ports[port]}" for name, port in (("postgres", "5432"), ("redis", "6379"))]
        subprocess.run([sys.executable, "-m", "deploy.new_secrets", self.secrets, *places], check=True)

    def connect(self, secret: str, database: str = "") -> "psycopg.Connection[tuple[Any, ...]]":
        """A session at the address of a secret file, or at another database of its server."""
        address = (self.secrets / secret).read_text().strip().removeprefix("db+").replace("+psycopg", "")
        return psycopg.connect(f"{address.rsplit('/', 1)[0]}/{database}" if database else address, autocommit=True)

    def placed(self, text: str, name: str) -> str:
        """A text of the file with addresses, ports and folders of this machine."""
        folders = {
            "/run/secrets": self.secrets,
            "/opt/hub": CHECKOUT,
            "/var/lib/hub": self.folder / "hub",
            "/var/log/hub": self.folder / "logs",
            "/tmp/airflow": self.folder / f"airflow-{name}",
            "/backups": self.folder / "backups",
            "/deploy/": f"{CHECKOUT}/deploy/",
            "/data": self.folder / "data",
        }
        for inside, outside in folders.items():
            text = re.sub(rf"(?<![\w/]){re.escape(inside)}", str(outside), text)
        text = HOSTS.sub("127.0.0.1", text)
        for inside, port in self.ports.items():
            text = re.sub(rf"(?<!\d){inside}(?!\d)", port, text)
        return text.replace("$$", "$")

    def environment(self, service: str, name: str = "") -> dict[str, str]:
        """What a container of this service would find in its environment, and no more."""
        given = self.parsed["services"][service].get("environment", {})
        base = {"PATH": f"{BIN}:{self.server.bin_dir}:{os.environ['PATH']}", "HOME": str(self.folder)}
        base |= {"LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1", "HOSTNAME": os.uname().nodename}
        return base | {key: self.placed(str(value), name or service) for key, value in given.items()}

    def command(self, service: str, name: str = "") -> list[str]:
        """The command as it stands in the file."""
        declared = self.parsed["services"][service]
        words = [*declared.get("entrypoint", []), *declared.get("command", [])]
        return [self.placed(word, name or service) for word in words]

    def run(self, service: str, *instead: str, stdin: str = "") -> str:
        """Run a service that ends, or another command in its environment (docker compose run). Gives its output."""
        done = subprocess.run(
            list(instead) or self.command(service),
            env=self.environment(service),
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            input=stdin,
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    def start(self, service: str, name: str = "", *more: str, **environment: str) -> None:
        """Start a service that goes on; `name` where it has a second one beside it."""
        name = name or service
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [*self.command(service, name), *more],
                env=self.environment(service, name) | environment,
                cwd=CHECKOUT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def is_healthy(self, service: str) -> bool:
        """What its own health check says now."""
        kind, *words = self.parsed["services"][service]["healthcheck"]["test"]
        words = [self.placed(word, service) for word in words]
        command = words if kind == "CMD" else ["/bin/sh", "-c", *words]
        done = subprocess.run(command, env=self.environment(service), cwd=CHECKOUT, capture_output=True)
        return done.returncode == 0

    def wait(self, *services: str) -> None:
        """Wait until the health checks of all are green."""
        for service in services:
            while not self.is_healthy(service):
                self.must_run()
                time.sleep(1)

    def must_run(self) -> None:
        """Fail with the end of the log of a service that ended."""
        for name, process in self.processes.items():
            assert process.poll() is None, f"{name} ended:\n{self.tail(name)}"

    def tail(self, name: str) -> str:
        """The end of the log of a service."""
        return (self.folder / f"{name}.log").read_text(errors="replace")[-4000:]

    @contextmanager
    def frozen(self, name: str) -> Iterator[set[int]]:
        """Meanwhile a service and all its children stand still; gives their process ids."""
        process = psutil.Process(self.processes[name].pid)
        still = [process, *process.children(recursive=True)]
        for one in still:
            _signal(one, signal.SIGSTOP)
        try:
            yield {one.pid for one in still}
        finally:
            for one in still:
                _signal(one, signal.SIGCONT)

    def kill(self, name: str) -> None:
        """SIGKILL to a service and all its children, as when its machine dies."""
        process = psutil.Process(self.processes.pop(name).pid)
        doomed = [process, *process.children(recursive=True)]
        for one in doomed:
            _signal(one, signal.SIGKILL)
        psutil.wait_procs(doomed, timeout=20)

    def stop(self) -> None:
        """End all that was started here, with their children."""
        doomed: list[psutil.Process] = []
        for started in self.processes.values():
            if started.poll() is None:
                process = psutil.Process(started.pid)
                doomed += [process, *process.children(recursive=True)]
        for one in doomed:
            _signal(one, signal.SIGTERM)
        _, stubborn = psutil.wait_procs(doomed, timeout=20)
        for one in stubborn:
            _signal(one, signal.SIGKILL)
        psutil.wait_procs(stubborn, timeout=20)
        for started in self.processes.values():
            started.wait(timeout=20)


def _signal(process: psutil.Process, number: int) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return


@contextmanager
def stack_of(folder: Path, server: Server) -> Iterator[Stack]:
    """A stack with its secrets, stopped with the block."""
    stack = Stack(folder, server)
    stack.make_secrets()
    try:
        yield stack
    finally:
        stack.stop()


def free_ports(count: int) -> list[str]:
    """Ports that are free now, all different."""
    with ExitStack() as probes:
        sockets = [probes.enter_context(socket.socket()) for _ in range(count)]
        for probe in sockets:
            probe.bind(("127.0.0.1", 0))
        return [str(probe.getsockname()[1]) for probe in sockets]


def settings(command: Mapping[str, Any]) -> dict[str, str]:
    """What `-cname=value` arguments of a server say."""
    words = [word.removeprefix("-c") for word in command["command"] if word.startswith("-c")]
    return dict(word.split("=", 1) for word in words)
