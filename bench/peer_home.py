"""The environment of dlt: made once below the home folder from bench/peer.lock, every file proven by its hash.

Apart from that of the hub, for dlt asks for other versions of what the hub stands on.
"""

import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

LOCK = Path(__file__).with_name("peer.lock")


class Unreachable(RuntimeError):
    """The environment cannot be made here; one line with the cause and where to look."""


def python(home: Path, lock: Path = LOCK) -> Path:
    """The Python that has dlt. Raises Unreachable where its packages cannot be fetched."""
    place = home / "peer"
    ready, digest = place / "ready", sha256(lock.read_bytes()).hexdigest()
    found = place / "bin" / "python"
    if ready.is_file() and ready.read_text() == digest:
        return found
    shutil.rmtree(place, ignore_errors=True)
    log = home / "peer.log"
    install = [found, "-m", "pip", "install", "--disable-pip-version-check", "--require-hashes", "-r", lock]
    with log.open("w") as told:
        for command in ([sys.executable, "-m", "venv", place], install):
            if subprocess.run(command, stdout=told, stderr=told).returncode:
                raise Unreachable(f"dlt cannot be installed here, so there is nothing to compare with: see {log}")
    ready.write_text(digest)
    return found
