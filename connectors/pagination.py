"""Reading a paged list: follow `next` until it is null, and give every row once.

`count` is no guide to the number of pages (it can be a floor). A row that is inserted between two pages makes
one come twice: it is given once. A row that is deleted between two pages hides a living one: a count that
shrinks on the way shows it, and the list is read again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.client import Client
from connectors.errors import SourceRefused, SourceUnavailable

MAX_PAGES = 100_000
READINGS = 3


def rows(
    client: Client,
    address: str,
    params: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Iterator[dict[str, Any]]:
    """All rows of a paged list, each `url` once. Raises SourceUnavailable, SourceRefused."""
    seen: set[str] = set()
    for _ in range(READINGS):
        shrunk = False
        highest = 0
        for body in pages(client, address, params, headers):
            count = body.get("count")
            if isinstance(count, int):
                shrunk = shrunk or count < highest
                highest = max(highest, count)
            for row in body["results"]:
                url = row["url"]
                if url not in seen:
                    seen.add(url)
                    yield row
        if not shrunk:
            return
    raise SourceUnavailable(f"{address}: rows disappear while the list is read, {READINGS} times")


def pages(
    client: Client,
    address: str,
    params: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Iterator[dict[str, Any]]:
    """The pages of a list, as they come."""
    following: str | None = address
    visited: set[str] = set()
    while following is not None:
        if following in visited or len(visited) > MAX_PAGES:
            raise SourceRefused(f"{address}: its pages point to each other and do not end")
        visited.add(following)
        # `next` carries the whole query itself.
        body = client.get(following, None if len(visited) > 1 else params, headers).body
        if not _is_page(body):
            raise SourceRefused(f"{address}: no paged list, though the standard says so")
        yield body
        following = body.get("next") or None


def _is_page(body: object) -> bool:
    return (
        isinstance(body, dict)
        and isinstance(body.get("results"), list)
        and isinstance(body.get("next"), str | None)
        and all(isinstance(row, dict) and isinstance(row.get("url"), str) for row in body["results"])
    )
