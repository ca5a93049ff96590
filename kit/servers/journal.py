"""What a provider's system holds and how it came to be: a journal of changes, and cursors into it.

Without a cursor a reader gets what there is now, in the order of the ids; with the cursor that it ended with, every
change since, in the order in which they were made. A cursor is opaque: it names a place in the journal (and, while
what there is now is being read, the last id that was given). After a maintenance the old ones are forgotten.
"""

import base64
import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from kit.servers.cases import Holder
from kit.servers.rest_dialect import RestDialect

Row = dict[str, Any]


class CursorError(Exception):
    """A cursor that is not ours (`forgotten` False), or that we no longer know."""

    def __init__(self, forgotten: bool) -> None:
        super().__init__("forgotten" if forgotten else "unknown")
        self.forgotten = forgotten


@dataclass(frozen=True)
class Page:
    """Some rows, the cursor to go on with, and whether there is more at once."""

    rows: list[Row]
    cursor: str
    more: bool


@dataclass
class Journal:
    """One list of the API. `forgets`: the nights in which the cursors of all nights before are forgotten."""

    party: str
    bericht: str
    dialect: RestDialect
    forgets: frozenset[int] = frozenset()
    night: int = 0
    changes: list[Row] = field(default_factory=list)
    held: dict[str, Row] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    _moments: dict[str, str] = field(default_factory=dict)

    def move(self, world: Holder, night: int) -> None:
        """Bring the journal to a night, with the changes of every night in between; a night back begins anew."""
        if night < self.night:
            self.night, self.changes, self.held, self.gone, self._moments = 0, [], {}, set(), {}
        for each in range(self.night + 1, night + 1):
            for change in world.changes(self.party, self.bericht, each):
                self._write(change.kind == "ingetrokken", change.key, change.record)
        self.night = night

    def _write(self, is_gone: bool, key: Iterable[str], record: Mapping[str, Any]) -> None:
        id = str(uuid5(NAMESPACE_URL, "/".join((self.party, self.bericht, *key))))
        row = {"id": id, "verwijderd": is_gone, "gegevens": self.dialect.content(record)}
        self.changes.append(row)
        moment = str(record.get("gewijzigd_op", ""))
        if is_gone:
            self.held.pop(id, None)
            self._moments.pop(id, None)
            self.gone.add(id)
        elif moment >= self._moments.get(id, ""):  # what was written down long ago does not undo what is newer
            self.held[id], self._moments[id] = row, moment
            self.gone.discard(id)

    def page(self, cursor: str, size: int) -> Page:
        """A page of at most `size` rows. Raises CursorError."""
        if not cursor:
            return self._now("", len(self.changes), size)
        era, place, last = _unpacked(cursor)
        if era != self._era:
            raise CursorError(forgotten=True)
        if last is not None:
            return self._now(last, place, size)
        end = min(place + size, len(self.changes))
        return Page(self.changes[place:end], self._packed(end), end < len(self.changes))

    def _now(self, last: str, place: int, size: int) -> Page:
        """What there is now behind the id `last`; changes since the journal was at `place` come afterwards."""
        ids = sorted(self.held)
        start = bisect_right(ids, last)
        chosen = ids[start : start + size]
        more = start + size < len(ids)
        cursor = self._packed(place, chosen[-1]) if more else self._packed(place)
        return Page([self.held[id] for id in chosen], cursor, more or place < len(self.changes))

    @property
    def _era(self) -> int:
        return sum(night <= self.night for night in self.forgets)

    def _packed(self, place: int, last: str | None = None) -> str:
        return base64.urlsafe_b64encode(json.dumps([self._era, place, last]).encode()).decode()


def _unpacked(cursor: str) -> tuple[int, int, str | None]:
    try:
        era, place, last = json.loads(base64.urlsafe_b64decode(cursor))
        return int(era), int(place), last if last is None else str(last)
    except (ValueError, TypeError):
        raise CursorError(forgotten=False) from None
