"""Records out of XML with libxml2's own parser: any encoding, comments, CDATA, prefixes; and strict.

No entity, no DTD, no network, no huge texts. Slower than xml_plain, which hands over to this module whatever
is out of the ordinary; what this module says about a document is the verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, cast

from lxml import etree

from connectors.errors import DeliveryRefused

UNREADABLE, WRONG_BERICHT, TOO_LARGE, FORBIDDEN_DTD = "L001", "L002", "L006", "L010"
ROOT = "levering"
SPACE = " \t\r\n"  # XML 1.0 par. 2.3: a no-break space is text
MAX_RECORD = 1 << 20  # bytes; a record is one or two kB
OPTIONS: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}
BLOKKEN = frozenset({"persoon"})  # nested elements that are part of the record; any other is a group

Values = dict[str, object]


def records(chunks: Iterable[bytes], namespace: str, bericht: str) -> Iterator[tuple[Values, str]]:
    """(values, actie) of each record. Memory holds one record and one chunk.

    Raises DeliveryRefused after the last record that could be read.
    """
    parser = etree.XMLPullParser(
        events=("start", "end"),
        tag=(f"{{{namespace}}}{ROOT}", f"{{{namespace}}}{bericht}"),
        **OPTIONS,
    )
    walker = _Walker(parser, namespace, bericht)
    waiting = 0
    for chunk in chunks:
        broken = False
        try:
            parser.feed(chunk)
        except etree.XMLSyntaxError:
            broken = True
        before = walker.count
        yield from walker.drain()
        if broken:
            raise DeliveryRefused(UNREADABLE, f"na record {walker.count}")
        waiting = 0 if walker.count > before else waiting + len(chunk)
        if waiting > MAX_RECORD:
            raise DeliveryRefused(TOO_LARGE, f"record {walker.count + 1}")
    complete = True
    try:
        parser.close()
    except etree.XMLSyntaxError:
        complete = False
    yield from walker.drain()
    if not complete or not walker.ended:
        raise DeliveryRefused(UNREADABLE, f"na record {walker.count}")


class _Walker:
    """Follows the events of one document, and throws away what has been read."""

    def __init__(self, parser: etree.XMLPullParser, namespace: str, bericht: str) -> None:
        self._parser = parser
        self._prefix = f"{{{namespace}}}"
        self._record = f"{{{namespace}}}{bericht}"
        self.count = 0
        self.ended = False

    def drain(self) -> Iterator[tuple[Values, str]]:
        events: Iterator[tuple[str, Any]] = cast(Any, self._parser.read_events())
        for event, element in events:
            parent = element.getparent()
            if parent is None:
                if event == "start":
                    self._may_begin(element)
                else:
                    self._must_be_records(element, None)
                    self.ended = True
            elif parent.getparent() is not None:
                raise DeliveryRefused(UNREADABLE, f"record in record {self.count + 1}")
            elif event == "end" and element.tag == self._record:
                self.count += 1
                yield values_of(element, self._prefix)
                element.clear(keep_tail=True)
                self._must_be_records(parent, element)

    def _may_begin(self, root: Any) -> None:
        if root.tag != self._prefix + ROOT:
            raise DeliveryRefused(WRONG_BERICHT, "het eerste element")
        if root.getroottree().docinfo.doctype:
            raise DeliveryRefused(FORBIDDEN_DTD)

    def _must_be_records(self, root: Any, last: Any) -> None:
        """Between and beside records there is nothing; what was looked at is thrown away."""
        if (root.text or "").strip(SPACE):
            raise DeliveryRefused(UNREADABLE, f"tekst tussen de records, bij record {self.count}")
        while len(root) and root[0] is not last:
            if root[0].tag != self._record:
                raise DeliveryRefused(WRONG_BERICHT, f"ander element bij record {self.count}")
            if (root[0].tail or "").strip(SPACE):
                raise DeliveryRefused(UNREADABLE, f"tekst tussen de records, bij record {self.count}")
            del root[0]


def values_of(record: Any, prefix: str) -> tuple[Values, str]:
    """The paths of one record element, and its actie.

    What has no place in a record (an attribute, text between fields, a name of another namespace) gets a path
    that no contract knows, so that it shows as an unknown field and does not vanish.
    """
    values: Values = {}
    actie = "record"
    for name, value in record.items():
        if name == "actie" and value == "verwijderen":
            actie = "verwijderen"
        else:
            values[f"@{name}"] = value
    _stray_text(values, record, "")
    seen: dict[str, list[Values]] = {}
    for child in record:
        name = _name(child.tag, prefix)
        if name in BLOKKEN:
            seen.setdefault(name, []).append(_inner(child, prefix))
        elif len(child):
            _add(values, name, _inner(child, prefix), always_list=True)
        else:
            _add(values, name, child.text or "")
            _attributes(values, child, name)
    for name, blokken in seen.items():
        _merge(values, name, blokken)
    return values, actie


def _inner(element: Any, prefix: str) -> Values:
    """The fields of a blok or of one element of a group; deeper ones by a dotted path."""
    values: Values = {}
    _attributes(values, element, "")
    if len(element) or (element.text or "").strip(SPACE):
        _stray_text(values, element, "")
    for child in element:
        name = _name(child.tag, prefix)
        if len(child):
            for inner, value in _inner(child, prefix).items():
                _add(values, f"{name}.{inner}", value)
        else:
            _add(values, name, child.text or "")
            _attributes(values, child, name)
    return values


def _merge(values: Values, name: str, blokken: list[Values]) -> None:
    """One blok becomes `name.field`; of a repeated blok each field becomes a list, so that it shows."""
    if len(blokken) == 1:
        values.update({f"{name}.{path}": value for path, value in blokken[0].items()})
        return
    for path in dict.fromkeys(path for blok in blokken for path in blok):
        values[f"{name}.{path}"] = [blok.get(path, "") for blok in blokken]


def _name(tag: str, prefix: str) -> str:
    """The local name; with its namespace where that is not ours, or where a dot would look like a path."""
    if not tag.startswith(prefix):
        return tag if tag.startswith("{") else f"{{}}{tag}"
    name = tag[len(prefix) :]
    return tag if "." in name else name


def _add(values: Values, name: str, value: object, always_list: bool = False) -> None:
    if name not in values:
        values[name] = [value] if always_list else value
        return
    known = values[name]
    values[name] = [*known, value] if isinstance(known, list) else [known, value]


def _attributes(values: Values, element: Any, name: str) -> None:
    for attribute, value in element.items():
        values[f"{name}@{attribute}"] = value


def _stray_text(values: Values, element: Any, name: str) -> None:
    stray = (element.text or "") + "".join(child.tail or "" for child in element)
    if stray.strip(SPACE):
        values[f"{name}#tekst"] = stray.strip(SPACE)
