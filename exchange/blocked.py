"""The block list: persons whose controller decided that the hub destroys what it has of them (Wmo 2015, 5.3.5).

A keyed list: it holds the hash by which a person of a source is found, never a number or a name. Tomorrow's delivery
may bring the person again; validate refuses such a record, and nothing of it is kept (decision 0024).
"""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, select

from exchange.keys import Keys
from exchange.stage import CLIENT_NUMBERS
from warehouse.tables import gewist

CODE = "R035"  # of faults.toml


class Blocked:
    """Whom one source may not bring back. False where that is nobody: then asking costs nothing."""

    def __init__(self, keys: Keys, source: str, code: str, pairs: frozenset[tuple[bytes, str]]) -> None:
        """pairs: (lookup of the person, controller who decided); `code` is the controller of the source itself."""
        self._keys = keys
        self._source = source
        self._code = code
        self._pairs = pairs

    def __bool__(self) -> bool:
        return bool(self._pairs)

    @property
    def mark(self) -> str:
        """Another text for another list, empty for an empty one: what was judged under it is judged again."""
        parts = sorted(f"{lookup.hex()} {code}" for lookup, code in self._pairs)
        return sha256("\n".join(parts).encode()).hexdigest()[:16] if parts else ""

    def field(self, values: Mapping[str, Any]) -> str:
        """The path of the number of a person who is on the list; empty where the record is about nobody on it."""
        code = values.get("verantwoordelijke_code") or self._code
        for path in CLIENT_NUMBERS:
            number = values.get(path)
            if number is not None and (self._keys.lookup(self._source, number), code) in self._pairs:
                return path
        return ""


def blocked(connection: Connection, keys: Keys, source: str, code: str) -> Blocked:
    """The block list of a source, as the loader may read it."""
    rows = connection.execute(select(gewist.c.lookup, gewist.c.verantwoordelijke_code).where(gewist.c.source == source))
    return Blocked(keys, source, code, frozenset((bytes(lookup), owner) for lookup, owner in rows))
