"""What the servers keep between two starts: secrets, and which files were put ready."""

import json
import secrets
from pathlib import Path
from typing import Any


def write_private(path: Path, values: Any) -> None:
    """Replace a JSON file at once, for its owner's eyes only: secrets may be in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    part.write_text(json.dumps(values, indent=1) + "\n", encoding="utf-8")
    part.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object; empty where there is no file."""
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return found


class Secrets:
    """Secrets by name, each made when first asked for."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, str] = read_json(path)

    def get(self, name: str) -> str:
        """The secret of this name."""
        if name not in self._known:
            self._known[name] = secrets.token_urlsafe(24)
            write_private(self._path, self._known)
        return self._known[name]


class Delivered:
    """Which files were put ready: none is ever put ready twice, also when the hub has taken it away."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._names: list[str] = read_json(path).get("geleverd", [])
        self._known = set(self._names)

    def __contains__(self, name: str) -> bool:
        return name in self._known

    def add(self, name: str) -> None:
        """Remember a file that was put ready."""
        self._names.append(name)
        self._known.add(name)
        write_private(self._path, {"geleverd": self._names})
