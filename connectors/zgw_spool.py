"""Zaken on disk between listing them and asking for their details, so that memory does not grow with them."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self


class Spool:
    """Takes zaken in any order, each url once; gives them back sorted by identificatie and bronorganisatie.

    The server's order is not relied on: its collation is not ours, and several lists come one after another.
    """

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by __exit__
        self._places: dict[str, tuple[tuple[str, str], int]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, zaak: Mapping[str, Any]) -> None:
        """Of a zaak that comes twice the later reading counts."""
        key = str(zaak.get("identificatie")), str(zaak.get("bronorganisatie"))
        self._places[str(zaak["url"])] = key, self._file.seek(0, 2)
        self._file.write(json.dumps(zaak, separators=(",", ":")).encode() + b"\n")

    def rows(self) -> Iterator[dict[str, Any]]:
        """All zaken, sorted."""
        for _, _, _, place in sorted((*key, url, at) for url, (key, at) in self._places.items()):
            self._file.seek(place)
            yield json.loads(self._file.readline())
