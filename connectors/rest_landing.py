"""How entries of an API stand in landing: JSON lines, first what the reading is and how its entries are built.

The entries are those of the source, unchanged and in its order. Where no entry has a moment of its own, that order
is all that tells which word on a record is the last, and a removal has never one: so a removal that was taken back
in the same reading is blanked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from os import SEEK_END
from typing import Any, BinaryIO

from connectors.connector import RawRecord
from connectors.errors import SourceRefused
from connectors.formats import jsonl
from connectors.rest_feed import RestSettings
from connectors.rest_record import at, flatten, text

PLACE = "@plaats"  # the record's own address, under a name that no sender's field has
_STAYS = (None, False, "", 0, "false")  # what an entry says that is not removed


def is_removed(entry: object, path: str) -> bool:
    """Whether an entry is a removal: `path` holds true, a day, or anything else that is not nothing."""
    return bool(path) and at(entry, path) not in _STAYS


class Writer:
    """Writes one reading. `limit`: bytes at most."""

    def __init__(self, out: BinaryIO, settings: RestSettings) -> None:
        self._out = out
        self._settings = settings
        self._removals: dict[str, tuple[int, int]] = {}  # record -> where its removal stands, how long that line is
        self.size = 0

    def begin(self, bericht: str, stand_op: datetime, whole: bool) -> None:
        """The line that describes."""
        shape = {name: getattr(self._settings, name) for name in ("record_id", "removed", "content")}
        self._write(
            {
                "bericht": bericht,
                "stand_op": stand_op.isoformat(),
                "omvang": "volledig" if whole else "wijzigingen",
                "scope": [""] if whole else [],
                "vorm": shape,
            }
        )

    def add(self, entry: Mapping[str, Any]) -> None:
        """One entry. Raises SourceRefused when the reading grows without end."""
        id, place = text(at(entry, self._settings.record_id)), self.size
        if isinstance(id, str) and id in self._removals:
            start, length = self._removals.pop(id)
            self._out.seek(start)
            self._out.write(b" " * (length - 1))
            self._out.seek(0, SEEK_END)
        self._write(entry)
        if isinstance(id, str) and is_removed(entry, self._settings.removed):
            self._removals[id] = (place, self.size - place)
        if self.size > self._settings.max_total_megabytes << 20:
            raise SourceRefused(f"more than {self._settings.max_total_megabytes} MB in one reading")

    def _write(self, content: Mapping[str, Any]) -> None:
        self.size += self._out.write(jsonl.line(content))


def read(stream: BinaryIO) -> Iterator[RawRecord]:
    """All records of a reading, in the order of the source. Raises DeliveryRefused."""
    shape: Mapping[str, Any] = {}
    for nummer, entry, start, end in jsonl.read(stream):
        if nummer == 0:
            shape = entry.get("vorm") or {}
            continue
        content = at(entry, str(shape.get("content", "")))
        if not isinstance(content, Mapping):
            yield RawRecord(nummer, {}, start, end, wrong="het is geen object met velden")
            continue
        removed = str(shape.get("removed", ""))
        values = flatten(content)
        if content is entry:
            values.pop(removed, None)
        place = text(at(entry, str(shape.get("record_id", ""))))
        values[PLACE] = place if isinstance(place, str) else ""
        yield RawRecord(nummer, values, start, end, "verwijderen" if is_removed(entry, removed) else "record")
