"""What a new source delivers, as far as it shows: the names of its fields, and how often each value stands there.

Values are looked at in memory and go nowhere; what of them may be written down is said by `shapes`.
"""

import codecs
import csv
import json
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from connectors import file_names
from connectors.connector import RawRecord, open_connector
from connectors.errors import DeliveryRefused
from connectors.formats.csv_rows import DELIMITERS, ENCODINGS
from connectors.rest_record import flatten
from exchange.check import refusal
from exchange.drafting.heads import is_value, values_for_names
from exchange.errors import DeclarationError
from schemas.contract import names as berichten
from schemas.masking import shown

ENOUGH = 20_000  # records; more say nothing new
FIRST_BYTES = 1 << 16
OURS = "urn:nl:regiohub:"
TOLD = 5  # places in one line
NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1f]")
FIRST_LINE = "the first line must hold the names of the columns, each once; add it, or remove what stands above it"


@dataclass
class Column:
    """One field of the sender: value -> how often, empty ones left out. `inside`: the name of the group it is in."""

    name: str
    values: Counter[str] = field(default_factory=Counter)
    inside: str = ""

    @property
    def filled(self) -> int:
        """In how many records it holds anything."""
        return self.values.total()


@dataclass
class Sample:
    """What was read of one bericht: how it is reached and written (`settings`, with why), and its columns.

    bericht is "" where nothing says it. options: for its [delivers.<bericht>] table.
    """

    name: str
    connector: str
    settings: dict[str, tuple[Any, str]] = field(default_factory=dict)
    options: dict[str, tuple[Any, str]] = field(default_factory=dict)
    bericht: str = ""
    records: int = 0
    columns: dict[str, Column] = field(default_factory=dict)
    is_ours: bool = False  # after the published schema: there is nothing to translate
    foreign: tuple[str, ...] = ()  # beginnings of names that its protocol always brings along

    def take(self, raw: Iterable[Mapping[str, object]]) -> "Sample":
        """Look at records, path -> text, list of texts, or list of elements of a group."""
        for record in islice(raw, ENOUGH - self.records):
            self.records += 1
            for name, value in record.items():
                self._see(name, value)
        return self

    def _see(self, name: str, value: object, inside: str = "") -> None:
        column = self.columns.setdefault(name, Column(name, inside=inside))
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, Mapping):
                for inner, each in one.items():
                    self._see(f"{name}.{inner}", each, name)
            elif one not in (None, ""):
                column.values[str(one).strip()] += 1


def read_file(path: Path) -> Sample:
    """One file as its sender delivers it. Raises DeclarationError where it can be read in no way that the hub knows."""
    first = path.open("rb").read(FIRST_BYTES)
    suffix = path.suffix.lower()
    try:
        if first.startswith(b"PK") or suffix == ".xlsx":
            return _table(path, "xlsx", {"format": ("xlsx", "het bestand is een werkboek")})
        if first.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
            return _xml(path)
        if first.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"{", b"[")):
            return _json(path)
        if NO_TEXT.search(first) and not first.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise _unusable(path, "is no CSV, XLSX, XML or JSON; give a file as the source delivers it")
        return _table(path, "csv", _csv(path, first))
    except DeliveryRefused as refused:
        raise _unusable(path, f"{refused.code}: {refusal(refused.code, refused.detail)}") from None


def _unusable(path: Path, cure: str) -> DeclarationError:
    return DeclarationError("command line", shown(path.name), cure)


def merged(samples: Iterable[Sample]) -> list[Sample]:
    """One sample for each bericht: several files of one bericht are looked at together."""
    found: dict[str, Sample] = {}
    for number, sample in enumerate(samples):
        known = found.setdefault(sample.bericht or f"#{number}", sample)
        if known is sample:
            continue
        known.records += sample.records
        if sample.settings.get("encoding", ("",))[0] == ENCODINGS[1]:
            known.settings["encoding"] = sample.settings["encoding"]
        for name, column in sample.columns.items():
            known.columns.setdefault(name, Column(name, inside=column.inside)).values.update(column.values)
    narrow = [one for one in found.values() if one.settings.get("encoding", ("",))[0] == ENCODINGS[1]]
    for one in found.values() if narrow else ():  # a file with a UTF-8 mark says so itself, whatever is declared
        one.settings["encoding"] = narrow[0].settings["encoding"]
    return list(found.values())


def _csv(path: Path, first: bytes) -> dict[str, tuple[Any, str]]:
    """How a CSV is written. Every byte decides on the encoding: one é at the end is enough."""
    settings: dict[str, tuple[Any, str]] = {"format": ("csv", "het bestand is tekst met een regel kolomnamen")}
    encoding, why = ENCODINGS[0], "alle bytes zijn UTF-8"
    with path.open("rb") as stream:
        try:
            for line in stream:
                line.decode("utf-8")
        except UnicodeDecodeError:
            encoding, why = ENCODINGS[1], "niet alle bytes zijn UTF-8, en in Windows-1252 is het leesbaar"
    text = first.decode("utf-8-sig" if encoding == "utf-8" else "cp1252", errors="replace")
    head = next((line for line in text.splitlines() if line.strip() and not line.lower().startswith("sep=")), "")
    try:
        delimiter = csv.Sniffer().sniff(text[: 1 << 13], "".join(DELIMITERS)).delimiter
    except csv.Error:
        delimiter = max(DELIMITERS, key=head.count)
    if head.count(delimiter) < max(map(head.count, DELIMITERS)):
        delimiter = max(DELIMITERS, key=head.count)
    settings["delimiter"] = (delimiter, f"scheidt de kolomnamen in {head.count(delimiter) + 1} delen")
    settings["encoding"] = (encoding, why)
    return settings


def _table(path: Path, kind: str, settings: dict[str, tuple[Any, str]]) -> Sample:
    bericht = _named(path.name)
    sample = Sample(path.name, "filedrop", settings, bericht=bericht)
    if not path.name.startswith(bericht) or not bericht:
        sample.options["pattern"] = (f"{_stem(path.name)}*{path.suffix}", "het begin van de bestandsnaam")
    connector = open_connector("filedrop", None, {name: value for name, (value, _) in settings.items()})
    with path.open("rb") as stream:
        for name in connector.header(stream).columns:
            sample.columns[name] = Column(name)
    odd: list[int] = []
    with path.open("rb") as stream:
        sample.take(_values(connector.read(bericht, {}, stream), odd))
    if len(sample.columns) < 2 or len(odd) > sample.records / 2:
        raise _unusable(path, f"names {len(sample.columns)} column(s), which its rows do not fit: {FIRST_LINE}")
    if places := values_for_names({name: column.values for name, column in sample.columns.items()}):
        at = ", ".join(map(str, places[:TOLD]))
        raise _unusable(path, f"has values in the place of names (column {at}): {FIRST_LINE}")
    return sample


def _values(records: Iterable[RawRecord], odd: list[int]) -> Iterator[Mapping[str, object]]:
    """What each row holds; `odd` takes the numbers of those that have other cells than there are names."""
    for record in records:
        if record.wrong and len(record.values) == 1:
            odd.append(record.nummer)
        yield record.values


def _xml(path: Path) -> Sample:
    with path.open("rb") as stream:
        head = stream.read(FIRST_BYTES).decode("utf-8", errors="replace")
    if OURS not in head:
        try:
            for _, element in iterparse(path):
                element.clear()
        except (ParseError, DefusedXmlException) as error:
            line = f" (regel {error.position[0]})" if isinstance(error, ParseError) else ""
            raise _unusable(path, f"L001: {refusal('L001')}{line}") from None
        cure = 'is XML, and not after a schema of ours; a StUF source begins with based_on = "stuf" and its zaaktypen'
        raise _unusable(path, cure)
    connector = open_connector("filedrop", None, {})
    with path.open("rb") as stream:
        header = connector.header(stream)
    sample = Sample(path.name, "filedrop", bericht=header.bericht, is_ours=True)
    with path.open("rb") as stream:
        sample.records = sum(1 for _ in connector.read(header.bericht, {}, stream))
    return sample


def _json(path: Path) -> Sample:
    """A page of an API: the largest list of objects in it holds the records."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise _unusable(path, "is JSON in another encoding than UTF-8; save it as UTF-8") from None
    except RecursionError:
        raise _unusable(path, "is nested without end; give a page of the API as it is") from None
    except json.JSONDecodeError as error:
        if _is_lines(path):
            cure = (
                "is JSON lines, an object on each, which no source delivers; give a page of the API: one list of them"
            )
            raise _unusable(path, cure) from None
        raise _unusable(path, f"is no JSON: {error.msg} on line {error.lineno}") from None
    place, found = max(_lists("", content), key=lambda each: len(each[1]), default=("", []))
    if not found:
        raise _unusable(path, "holds no list of records; give a page with some in it")
    bericht = _named(f"{path.name} {place}")
    sample = Sample(path.name, "rest", {"records": (place, f"daar staan {len(found)} records")}, bericht=bericht)
    inner = [name for name, value in found[0].items() if isinstance(value, Mapping) and len(value) > len(found[0])]
    if inner:
        sample.settings["content"] = (inner[0], "daar staan de velden van een record")
    sample.options["path"] = (_stem(path.name), "de naam van het bestand; verander het als het adres anders heet")
    sample.take(flatten(each.get(inner[0], {}) if inner else each) for each in found)
    if odd := [name for name in (place, *sample.columns) if is_value(name)]:
        raise _unusable(path, f"has {len(odd)} name(s) that look like values; give a page with one list of objects")
    return sample


def _is_lines(path: Path) -> bool:
    """Whether the first two lines are objects, each of its own."""
    with path.open(encoding="utf-8-sig") as lines:
        first = [line for line in islice(lines, 3) if line.strip()][:2]
    try:
        return len(first) == 2 and all(isinstance(json.loads(line), dict) for line in first)
    except ValueError:
        return False


def _lists(place: str, node: object) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    if isinstance(node, list) and node and all(isinstance(each, dict) for each in node):
        yield place, node
    elif isinstance(node, Mapping):
        for name, value in node.items():
            yield from _lists(f"{place}.{name}".strip("."), value)


def _named(name: str) -> str:
    """The bericht that a name names, the longest first; "" for none."""
    folded = name.casefold()
    return next((one for one in sorted(berichten(), key=len, reverse=True) if one in folded), "")


def _stem(name: str) -> str:
    """The part of a file's name that stays the same: what stands before its first digit."""
    stem = Path(name).stem
    cut = next((place for place, letter in enumerate(stem) if letter.isdigit()), len(stem))
    return stem[:cut].rstrip("_- ") or stem


def from_folder(store: Any, folder: str) -> list[Path]:
    """The newest file of each kind in a folder of a source, fetched; the caller removes them."""
    found: dict[str, str] = {}
    for name, _ in sorted(store.list(folder).items(), key=lambda each: each[1].mtime):
        if file_names.is_safe(name) and not file_names.is_unfinished(name):
            found[_stem(name)] = name
    target = Path(tempfile.mkdtemp(prefix="hub-"))
    for name in found.values():
        store.download(f"{folder}/{name}", target / name, 1 << 28)
    return [target / name for name in found.values()]


def from_records(sample: Sample, records: Iterable[RawRecord]) -> Sample:
    """The records of an open connector."""
    return sample.take(record.values for record in records)
