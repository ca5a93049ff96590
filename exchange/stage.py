"""From a checked record to one line of the stage table: identity split off, hashes made, text for COPY.

A record leaves here as text without any identity: the client number becomes a keyed lookup, the identity a
sealed blob, a consulent a keyed hash. What was refused leaves without a single value.

Cells are parted by U+001F, which no checked value can hold, and an empty cell is NULL: so hardly any value needs
an escape, and the text of the cells is at the same time the content that is hashed.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from json.encoder import encode_basestring as quoted
from operator import itemgetter
from typing import Any

from connectors.connector import RawRecord
from exchange.keys import Keys
from schemas.contract import Contract
from schemas.faults import Fault
from schemas.render.tables import columns
from warehouse.load import stage_columns

CLIENT_NUMBERS = ("persoon.client_nummer_bron", "client_nummer_bron")
MOMENT = "gewijzigd_op"
GONE = "verwijderd"
DIGITS = re.compile(r"[0-9](?:[ .\-]?[0-9]){8,}")
NEXT = "\x1f"
SPECIAL = re.compile(r"[\\\n\r\x1f]")
ESCAPES = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", NEXT: "\\" + NEXT}
BYTES = "\\\\x"  # in front of the hexadecimal digits of a bytea
ABSENT = NEXT * 3  # nobody: four empty cells
#: How COPY has to read the lines. Frozen: only we ever see the table, so no row needs a mark when it is read.
FORMAT = f"with (format text, freeze, delimiter '{NEXT}', null '')"


class StageWriter:
    """Makes stage lines for one source and one bericht. One instance per worker; holds no state of a record."""

    def __init__(self, contract: Contract, keys: Keys, source: str, code: str, qualifiers: Sequence[str]) -> None:
        """`qualifiers` are paths of the source's own that make a key unique together with ours (ZGW)."""
        self._bericht = contract.bericht
        self._keys = keys
        self._source = source
        self._code = code
        self._qualifiers = tuple(qualifiers)
        self._key = contract.sleutel
        stored = [column for column in columns(contract) if column.path]
        self._cells = itemgetter(*[column.path for column in stored])
        self._staff = [index for index, column in enumerate(stored) if column.klasse == "m"]
        self._groups = [group.name for group in contract.groups]
        hidden = [field for field in contract.fields if field.kluis]
        self._client = next((path for path in CLIENT_NUMBERS if path in [field.path for field in hidden]), None)
        identity = [field.path for field in hidden if field.path != self._client]
        identity += [field.precision for field in hidden if field.precision]
        # Never one path alone: itemgetter would then give no tuple.
        self._identity_of = itemgetter(*identity, MOMENT)
        self._identity_names = [f"{quoted(path)}:" for path in identity]
        self._refs = _references()
        self._persons = keys.hasher(f"{source}\x1f")
        self._contents = keys.hasher()
        self.names = stage_columns(contract)

    def accepted(self, raw: RawRecord, values: Mapping[str, Any], emptied: Sequence[str], place: str) -> str:
        """The line of a record that passed the check. values: every path of the contract, as checked."""
        row: Sequence[Any] = self._cells(values)
        if self._staff:
            row = self._without_staff(row)
        cells = [cell if cell.__class__ is str else _array(cell) if cell else "" for cell in row]
        for name in self._groups:
            parts = values[name]
            cells.append(json.dumps(parts, ensure_ascii=False) if parts else "")
        content = NEXT.join(cells)
        number = values[self._client] if self._client else None
        person, identity = ABSENT, ""
        if number is not None:
            known = zip(self._identity_names, self._identity_of(values), strict=False)
            identity = ",".join([name + quoted(value) for name, value in known if value is not None])
            person = self._person(number, identity)
        without = _array(emptied) if emptied else ""
        hashed = self._contents.copy()
        hashed.update(f"{content}{NEXT}{number or ''}{NEXT}{identity}{NEXT}{without}".encode())
        if "\\" in content or "\n" in content or "\r" in content:
            content = NEXT.join([_escape(cell) for cell in cells])
        return (
            f"{raw.nummer}{NEXT}{raw.start}{NEXT}{raw.end}{NEXT}f{NEXT}{NEXT}{NEXT}{NEXT}"
            f"{values['verantwoordelijke_code'] or self._code}{NEXT}"
            f"{BYTES}{self.key_hash(raw, values).hex()}{NEXT}{BYTES}{hashed.hexdigest()}{NEXT}"
            f"{values[MOMENT] or ''}{NEXT}"
            f"{_escape(raw.partitie)}{NEXT}{_escape(place)}{NEXT}{without}{NEXT}{person}{NEXT}{content}"
        )

    def _person(self, number: str, identity: str) -> str:
        """Four cells: lookup, proposed reference, digest and seal of the identity (empty where there is none)."""
        lookup = self._persons.copy()
        lookup.update(number.encode())
        who = f"{BYTES}{lookup.hexdigest()}{NEXT}{next(self._refs)}"
        if not identity:
            return f"{who}{NEXT}{NEXT}"
        packed = f"{{{identity}}}".encode()
        digest = self._contents.copy()
        digest.update(packed)
        sealed = self._keys.seal.encrypt(packed, lookup.digest())
        return f"{who}{NEXT}{BYTES}{digest.hexdigest()}{NEXT}{BYTES}{sealed.hex()}"

    def _without_staff(self, row: Sequence[Any]) -> list[Any]:
        """The cells with a keyed hash in the place of who works there."""
        cells = list(row)
        for index in self._staff:
            if cells[index] is not None:
                cells[index] = self._keys.lookup(self._source, cells[index]).hex()
        return cells

    def deleted(self, raw: RawRecord, values: Mapping[str, Any], place: str) -> str:
        """The line of a message that says that a record is gone: key only."""
        cells = dict.fromkeys(self.names, "")
        cells |= {
            "record_nummer": str(raw.nummer),
            "byte_start": str(raw.start),
            "byte_end": str(raw.end),
            "verwijderen": "t",
            "verantwoordelijk": self._code,
            "sleutel_hash": BYTES + self.key_hash(raw, values).hex(),
            "inhoud_hash": BYTES + self._keys.lookup(GONE).hex(),
            "partitie": _escape(raw.partitie),
            "vindplaats": _escape(place),
        }
        for name in self._key:
            cells[name] = _escape(values[name])
        cells["verantwoordelijke_code"] = self._code
        return NEXT.join(cells.values())

    def rejected(self, raw: RawRecord, values: Mapping[str, Any], faults: Sequence[Fault]) -> str:
        """The line of a refused record: where it stands, whose it is, which faults; no value but a sound key."""
        wrong = {fault.field for fault in faults}
        sound = all(values.get(name) and name not in wrong for name in self._key)
        cells = dict.fromkeys(self.names, "")
        cells |= {
            "record_nummer": str(raw.nummer),
            "byte_start": str(raw.start),
            "byte_end": str(raw.end),
            "verwijderen": "f",
            "fouten": _escape(
                json.dumps([fault.as_dict() | {"tekst": fault.text()} for fault in faults], ensure_ascii=False)
            ),
            "verantwoordelijk": self._code,
        }
        if "gemeente_code" not in wrong and values.get("gemeente_code"):
            cells["gemeente"] = _escape(str(values["gemeente_code"]))
        if sound:
            cells["sleutel"] = _escape(masked(" ".join(str(values[name]) for name in self._key)))
            cells["sleutel_hash"] = BYTES + self.key_hash(raw, values).hex()
        return NEXT.join(cells.values())

    def key_hash(self, raw: RawRecord, values: Mapping[str, Any]) -> bytes:
        """16 bytes that stand for (source, bericht, key); the source's qualifiers belong to the key."""
        own = [str(raw.values.get(path) or "") for path in self._qualifiers]
        return self._keys.lookup(self._source, self._bericht, *[str(values[name]) for name in self._key], *own)


def masked(key: str) -> str:
    """A text for people to read in which no BSN shows: nine digits that pass the 11-proef hide all digits near."""
    return DIGITS.sub(lambda found: "*********" if _hides_bsn(found[0]) else found[0], key)


def _hides_bsn(text: str) -> bool:
    digits = "".join(filter(str.isdigit, text))
    return any(_eleven(digits[start : start + 9]) for start in range(len(digits) - 8))


def _eleven(digits: str) -> bool:
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(w * int(d) for w, d in zip(weights, digits, strict=True)) % 11 == 0


def _escape(value: str) -> str:
    return SPECIAL.sub(lambda found: ESCAPES[found[0]], value)


def _array(values: Sequence[str]) -> str:
    """An array literal; codes and field names need no quotes."""
    return "{" + ",".join(values) + "}"


def _references() -> Iterator[str]:
    """Random UUIDs (version 4) without end: the client_ref of a person, should the hub not know this one yet."""
    while True:
        drawn = os.urandom(16 << 10).hex()
        for start in range(0, len(drawn), 32):
            digits = drawn[start : start + 32]
            yield f"{digits[:12]}4{digits[13:16]}a{digits[17:]}"
