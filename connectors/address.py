"""A base address that nothing leads away from: not a redirect, not a `next`, not an id with dots in it."""

from __future__ import annotations

import re
from urllib.parse import unquote, urljoin, urlsplit

from connectors.answers import origin
from connectors.errors import SourceRefused

# A part of a path with a digit in it may be somebody's number; v1 is a version.
_ID = re.compile(r"/(?!v[0-9]+(?=/|$))[^/]*[0-9][^/]*(?=/|$)")


class Pinned:
    """One base address (scheme, host, port, path), and what lies below it."""

    def __init__(self, base: str) -> None:
        self.base = base if base.endswith("/") else base + "/"
        self._pin = urlsplit(self.base)

    def within(self, address: str, seen_from: str = "") -> str:
        """The full address, when it lies below the base. Raises SourceRefused."""
        try:
            url = urljoin(seen_from or self.base, address)
            parts = urlsplit(url)
            same = origin(parts) == origin(self._pin) and not parts.username and not parts.password
        except ValueError:
            url, parts, same = "", self._pin, False
        path = unquote(unquote(parts.path))
        climbs = "\\" in path or any(step in (".", "..") for step in path.split("/"))
        if not same or climbs or not parts.path.startswith(self._pin.path):
            raise SourceRefused(f"{self.shown()}: points to an address outside the one declared")
        return url

    def shown(self, url: str = "") -> str:
        """An address fit for a log: host, path with ids left out, no query."""
        path = urlsplit(url).path if url else self._pin.path
        return f"{self._pin.hostname}{_ID.sub('/{id}', path)}"
