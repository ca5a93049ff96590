"""The folder of the trial (HUB_HOME, else .hub in the checkout): what it remembers between two commands."""

import json
import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent


class DemoError(RuntimeError):
    """The trial cannot go on; one line with the cause and where to look."""


@dataclass(frozen=True)
class Home:
    """Paths below the folder of the trial. Everything the trial writes stands here."""

    path: Path

    @classmethod
    def default(cls) -> "Home":
        """HUB_HOME when set, else .hub in the checkout."""
        return cls(Path(os.environ.get("HUB_HOME") or CHECKOUT / ".hub").absolute())

    @property
    def run(self) -> Path:
        """One small file per process that the trial started."""
        return self.path / "run"

    @property
    def logs(self) -> Path:
        """One log per process that the trial started."""
        return self.path / "logs"

    @property
    def postgres(self) -> Path:
        """The private server; absent where HUB_DATABASE_URL names another."""
        return self.path / "pg"

    @property
    def airflow(self) -> Path:
        """AIRFLOW_HOME."""
        return self.path / "airflow"

    @property
    def calendar(self) -> Path:
        """A file with the date on which the trial lives: the clock of its runs."""
        return self.path / "vandaag"

    @cached_property
    def mark(self) -> str:
        """A word in the environment of each process of this trial, by which `down` knows its own."""
        return str(self.remember("mark", lambda: secrets.token_hex(8)))

    def make(self) -> None:
        """Make the folders; only their owner may look inside, for keys and passwords stand there."""
        self.path.mkdir(parents=True, exist_ok=True)
        for folder in (self.run, self.logs, self.airflow):
            folder.mkdir(exist_ok=True, mode=0o700)

    def state(self) -> dict[str, Any]:
        """What was remembered; empty at first."""
        try:
            found: dict[str, Any] = json.loads((self.path / "demo.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        return found

    def write(self, **values: Any) -> None:
        """Remember values, at once and for the owner's eyes only: a password may be among them."""
        write_private(self.path / "demo.json", json.dumps(self.state() | values, indent=1) + "\n")

    def remember(self, name: str, make: Any) -> Any:
        """A value that is made once and kept."""
        known = self.state()
        if name not in known:
            self.write(**{name: make()})
        return self.state()[name]

    def write_env(self, env: Mapping[str, str]) -> None:
        """Lay down NAME=value lines, so that `hub` and `kit` by hand find what the tasks find."""
        write_private(self.path / "env", "".join(f"{name}={value}\n" for name, value in sorted(env.items())))

    def env(self) -> dict[str, str]:
        """What `write_env` laid down; empty before the first start."""
        file = self.path / "env"
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        return dict(line.split("=", 1) for line in lines)

    def set_vandaag(self, day: date, days: Mapping[str, date]) -> None:
        """Let the trial live on this date, and each region that lives in other years on its own."""
        lines = [day.isoformat(), *(f"{region} {own}" for region, own in sorted(days.items()))]
        write_private(self.calendar, "\n".join(lines) + "\n")


def write_private(path: Path, text: str) -> None:
    """Replace a file at once; nobody but its owner ever sees the new one."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def free_port(setting: str, first: int) -> int:
    """The port that the environment variable `setting` names, else the first free one from `first` up.

    Raises DemoError when the named port is taken: what was asked for is never silently replaced.
    """
    named = os.environ.get(setting)
    if named:
        if not named.isdigit() or not 0 < int(named) < 65536:
            raise DemoError(f"{setting}={named} is no port; give a number from 1 to 65535")
        if not _is_free(int(named)):
            raise DemoError(f"port {named} of {setting} is taken; choose another, or leave it out")
        return int(named)
    for port in range(first, first + 200):
        if _is_free(port):
            return port
    raise DemoError(f"no free port from {first} to {first + 199}; name one in {setting}")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
