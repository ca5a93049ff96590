"""Changes to sound deliveries that keep their form: a field twice, a list for a text, a number without end.

Bytes that were drawn decide what changes. So Hypothesis and libFuzzer, who both draw bytes, use the same changes.
"""

import csv
import json
import math
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO, StringIO
from typing import Any

from lxml import etree

from schemas.record import NOT_TEXT
from tests.fuzz.party import SECRET

MOST = 6  # changes in one delivery
ODD = (
    "", " ", "\t\r\n", "0", "-1", "1e5", "1,5", "9" * 400, "\ud800", "\x00", "\x1f", "\\", "\u0663", "\uff11\uff12",
    "\u202e", "2015-02-30", "0000-00-00", "9999-12-31", "00010101", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00", "2015-03-02T25:00:00Z", "99991231235959", "20150000", "true", "nee", "999990019",
    "=1+1", "#N/A",
)  # fmt: skip
STRANGE: tuple[Any, ...] = (None, True, 0, -1, 2**70, 0.5, 1e300, math.nan, math.inf, [], {}, [[]], [None], [{}])
_STUF, _XSI = "{http://www.egem.nl/StUF/StUF0301}", "{http://www.w3.org/2001/XMLSchema-instance}"
ATTRIBUTES = (
    ("actie", "verwijderen"), ("actie", ""), (f"{_STUF}noValue", "geenWaarde"), (f"{_STUF}noValue", "waardeOnbekend"),
    (f"{_STUF}indOnvolledigeDatum", "M"), (f"{_XSI}nil", "true"), ("naam", "x"), ("t", "s"), ("t", "d"), ("s", "7"),
    ("r", "ZZZ999999"),
)  # fmt: skip


class Drawn:
    """Takes drawn bytes apart; beyond their end there are zeros."""

    def __init__(self, content: bytes) -> None:
        self._rest: Iterator[int] = iter(content)
        self._left = len(content)

    @property
    def is_empty(self) -> bool:
        return self._left <= 0

    def number(self, below: int = 256) -> int:
        self._left -= 1
        return next(self._rest, 0) % below

    def text(self) -> str:
        """A text: an odd one, or what the bytes happen to say. Sometimes it holds what nobody may repeat."""
        kind = self.number()
        if kind % 4:
            return ODD[self.number(len(ODD))]
        return (SECRET if kind % 8 else "") + bytes(self.number() for _ in range(self.number(12))).decode(
            errors="replace"
        )

    def value(self, depth: int = 3) -> Any:
        """Anything that JSON can hold."""
        kind = self.number(6)
        if kind == 0 and depth:
            return [self.value(depth - 1) for _ in range(self.number(4))]
        if kind == 1 and depth:
            return {self.text(): self.value(depth - 1) for _ in range(self.number(3))}
        return STRANGE[self.number(len(STRANGE))] if kind == 2 else self.text()


def json_document(content: bytes, drawn: bytes) -> bytes:
    """A JSON document with other values at some of its places."""
    document, source = json.loads(content), Drawn(drawn)
    for _ in range(MOST):
        places = list(_places(document))
        if source.is_empty or not places:
            break
        parent, key = places[(source.number() << 8 | source.number()) % len(places)]
        kind = source.number(5)
        if kind == 0 and isinstance(parent, dict):
            del parent[key]
        elif kind == 1 and isinstance(parent, list):
            parent.append(parent[key])
        elif kind == 2 and isinstance(parent, dict):
            parent[source.text()] = parent[key]
        else:
            parent[key] = source.value()
    return json.dumps(document).encode()


def _places(document: Any) -> Iterator[tuple[Any, Any]]:
    if not document:
        return
    for key in list(document) if isinstance(document, dict) else range(len(document)):
        yield document, key
        if isinstance(document[key], dict | list):
            yield from _places(document[key])


def xml_document(content: bytes, drawn: bytes) -> bytes:
    """An XML document with elements gone, twice, renamed, moved, or with another text or attribute."""
    root, source = etree.fromstring(content), Drawn(drawn)
    for _ in range(MOST):
        elements = [element for element in root.iter() if isinstance(element.tag, str) and element is not root]
        if source.is_empty or not elements:
            break
        element, other = (elements[(source.number() << 8 | source.number()) % len(elements)] for _ in range(2))
        parent = element.getparent()
        kind = source.number(8)
        with suppress(ValueError):  # a character that XML cannot hold, or an element into itself
            if kind == 0:
                parent.remove(element)
            elif kind == 1:
                parent.append(etree.fromstring(etree.tostring(element, with_tail=False)))
            elif kind == 2:
                element.tag = other.tag
            elif kind == 3:
                element.set(*ATTRIBUTES[source.number(len(ATTRIBUTES))])
            elif kind == 4:
                other.append(element)
            elif kind == 5:
                element.tail = source.text()
            elif kind == 6:
                element.tag = etree.QName(element).localname
            else:
                element.text = source.text()
    return bytes(etree.tostring(root, xml_declaration=source.number(2) == 1, encoding="utf-8"))


def table(content: bytes, drawn: bytes) -> bytes:
    """A CSV with other cells and other names; rows with a cell too many or too few."""
    source = Drawn(drawn)
    rows = list(csv.reader(StringIO(content.decode("cp1252"), newline=""), delimiter=";"))
    for _ in range(MOST):
        filled = [row for row in rows if row]
        if source.is_empty or not filled:
            break
        row = filled[source.number(len(filled))]
        place, kind = source.number(len(row)), source.number(6)
        if kind == 0:
            del row[place]
        elif kind == 1:
            row.insert(place, source.text())
        elif kind == 2:
            rows.append(list(row))
        else:
            row[place] = source.text()
    out = StringIO(newline="")
    csv.writer(out, delimiter=";").writerows(rows)
    return out.getvalue().encode("cp1252", "replace")


def workbook(content: bytes, drawn: bytes) -> bytes:
    """A workbook in which one of the parts is another XML."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as new:
        names = old.namelist()
        chosen = names[drawn[0] % len(names)] if drawn else ""
        for name in names:
            part = old.read(name)
            new.writestr(name, xml_document(part, drawn[1:]) if name == chosen else part)
    return out.getvalue()


def record(flat: dict[str, Any], source: Drawn) -> dict[str, Any]:
    """A flat record with values that no reader would hand on, and some that it would."""
    made = dict(flat)
    for _ in range(MOST):
        if source.is_empty:
            break
        paths = list(made) or ["x"]
        path, kind = paths[source.number(len(paths))], source.number(12)
        if kind == 0:
            made.pop(path, None)
        elif kind == 1:
            made[source.text() or path] = source.value()
        else:
            made[path] = (NOT_TEXT, b"bytes", NOT_TEXT, 7)[kind - 2] if kind < 6 else source.value()
    return made
