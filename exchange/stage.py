"""From a checked record to one line of the stage table: identity split off, hashes made, text for COPY.

A record leaves here as text without any identity: the client number becomes a keyed lookup, the identity a
sealed blob, a consulent a keyed hash of the year. What was refused leaves without a single value.

Cells are parted by U+001F, which no checked value can hold, and an empty cell is NULL: so hardly any value needs
an escape, and the text of the cells is at the same time the content that is hashed.
"""

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

from connectors.connector import RawRecord
from exchange.identity import NEXT, Identity
from exchange.keys import Keys
from schemas.contract import Contract
from schemas.faults import Fault
from schemas.masking import masked
from schemas.render.tables import columns
from warehouse.load import stage_columns

CLIENT_NUMBERS = ("persoon.client_nummer_bron", "client_nummer_bron")
MOMENT = "gewijzigd_op"
GONE = "verwijderd"
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
        self._keys = keys
        self._source = source
        self._code = code
        self._qualifiers = tuple(qualifiers)
        self._key = contract.sleutel
        self._months = frozenset(field.path for field in contract.fields if field.type == "maand")
        self._day = contract.peildatum
        stored = [column for column in columns(contract) if column.path]
        self._cells = itemgetter(*[column.path for column in stored])
        self._staff = [index for index, column in enumerate(stored) if column.klasse == "m"]
        self._groups = [group.name for group in contract.groups]
        hidden = [field for field in contract.fields if field.kluis]
        self._client = next((path for path in CLIENT_NUMBERS if path in [field.path for field in hidden]), None)
        self._identity = Identity(contract)
        self._refs = _references()
        self._records = keys.hasher(f"{source}\x1f{contract.bericht}\x1f")
        self._persons = keys.hasher(f"{source}\x1f")
        self._contents = keys.hasher()
        self._seal = keys.seal
        self.names = stage_columns(contract)
        self._blank = NEXT * (len(self.names) - 1 - self.names.index("is_bekend"))

    def accepted(
        self, raw: RawRecord, values: Mapping[str, Any], emptied: Sequence[str], place: str, hidden: Sequence[str] = ()
    ) -> str:
        """The line of a record that passed the check. values: every path of the contract, as checked.

        `hidden` are the paths whose own number looks like a BSN; identity of the record is that of the number itself.
        """
        row: Sequence[Any] = self._cells(self._covered(values, hidden) if hidden else values)
        if self._staff:
            row = self._without_staff(row, values[self._day][:4])
        cells = [cell if cell.__class__ is str else _array(cell) if cell else "" for cell in row]
        for name in self._groups:
            parts = values[name]
            cells.append(json.dumps(parts, ensure_ascii=False) if parts else "")
        content = NEXT.join(cells)
        number = values[self._client] if self._client else None
        who, person = ("", ABSENT) if number is None else self._person(number, values)
        without = _array(emptied) if emptied else ""
        hashed = self._contents.copy()
        hashed.update(f"{content}{NEXT}{who}{NEXT}{without}".encode())
        if "\\" in content or "\n" in content or "\r" in content:
            content = NEXT.join([_escape(cell) for cell in cells])
        return (
            f"{raw.nummer}{NEXT}{raw.start}{NEXT}{raw.end}{NEXT}f{NEXT}{NEXT}{NEXT}{NEXT}"
            f"{values['verantwoordelijke_code'] or self._code}{NEXT}"
            f"{BYTES}{self.key_hash(raw, values).hex()}{NEXT}{BYTES}{hashed.hexdigest()}{NEXT}"
            f"{BYTES + raw.mark.afdruk.hex() if raw.mark else ''}{NEXT}f{NEXT}"
            f"{values[MOMENT] or ''}{NEXT}"
            f"{raw.partitie and _escape(raw.partitie)}{NEXT}{place and _escape(place)}{NEXT}"
            f"{without}{NEXT}{person}{NEXT}{content}"
        )

    def known(self, raw: RawRecord) -> str:
        """The line of a record that came before in the same bytes: its hashes, and no value."""
        assert raw.mark is not None
        assert raw.mark.known is not None
        key, content = raw.mark.known
        return (
            f"{raw.nummer}{NEXT}{raw.start}{NEXT}{raw.end}{NEXT}f{NEXT * 5}"
            f"{BYTES}{key.hex()}{NEXT}{BYTES}{content.hex()}{NEXT}{BYTES}{raw.mark.afdruk.hex()}{NEXT}t{self._blank}"
        )

    def _person(self, number: str, values: Mapping[str, Any]) -> tuple[str, str]:
        """Who it is, as keyed hashes for the content; and four cells for the stage.

        The cells are lookup, proposed reference, digest and seal of the identity (empty where there is none).
        """
        hashed = self._persons.copy()
        hashed.update(number.encode())
        lookup = hashed.hexdigest()
        identity = self._identity.pack(values)
        if not identity:
            return lookup, f"{BYTES}{lookup}{NEXT}{next(self._refs)}{NEXT}{NEXT}"
        packed = identity.encode()
        hashed = self._contents.copy()
        hashed.update(packed)
        digest = hashed.hexdigest()
        sealed = self._seal.encrypt(packed, bytes.fromhex(lookup)).hex()
        return lookup + digest, f"{BYTES}{lookup}{NEXT}{next(self._refs)}{NEXT}{BYTES}{digest}{NEXT}{BYTES}{sealed}"

    def _without_staff(self, row: Sequence[Any], year: str) -> list[Any]:
        """The cells with a keyed hash in the place of who works there: another one each year of the record."""
        cells = list(row)
        for index in self._staff:
            if cells[index] is not None:
                cells[index] = self._keys.lookup("medewerker", year, self._source, cells[index]).hex()
        return cells

    def _covered(self, values: Mapping[str, Any], hidden: Sequence[str]) -> Mapping[str, Any]:
        """The values with a keyed hash in the place of numbers that look like a BSN: the same one within a source."""
        covered = {path: self._keys.lookup("afgedekt", self._source, values[path]).hex() for path in hidden}
        return {**values, **{path: f"afgedekt-{digits}" for path, digits in covered.items()}}

    def deleted(self, raw: RawRecord, values: Mapping[str, Any], place: str, hidden: Sequence[str] = ()) -> str:
        """The line of a message that says that a record is gone: key only."""
        cells = self._place_of(raw) | {
            "verwijderen": "t",
            "sleutel_hash": BYTES + self.key_hash(raw, values).hex(),
            "inhoud_hash": BYTES + self._keys.lookup(GONE).hex(),
            "partitie": _escape(raw.partitie),
            "vindplaats": _escape(place),
        }
        shown = self._covered(values, hidden)
        for name in self._key:
            cells[name] = _escape(shown[name])
        cells["verantwoordelijke_code"] = self._code
        return NEXT.join(cells.values())

    def rejected(self, raw: RawRecord, values: Mapping[str, Any], faults: Sequence[Fault]) -> str:
        """The line of a refused record: where it stands, whose it is, which faults; no value but a sound key."""
        wrong = {fault.field for fault in faults}
        sound = all(values.get(name) and name not in wrong for name in self._key)
        told = [fault.as_dict() | {"tekst": fault.text()} for fault in faults]
        cells = self._place_of(raw) | {"verwijderen": "f", "fouten": _escape(json.dumps(told, ensure_ascii=False))}
        if "gemeente_code" not in wrong and values.get("gemeente_code"):
            cells["gemeente"] = _escape(str(values["gemeente_code"]))
        if sound:
            cells["sleutel"] = _escape(" ".join(masked(self._as_delivered(name, values)) for name in self._key))
            cells["sleutel_hash"] = BYTES + self.key_hash(raw, values).hex()
        return NEXT.join(cells.values())

    def _place_of(self, raw: RawRecord) -> dict[str, str]:
        """Every cell of a line, in order; empty but for where the record stands and who answers for it."""
        return dict.fromkeys(self.names, "") | {
            "record_nummer": str(raw.nummer),
            "byte_start": str(raw.start),
            "byte_end": str(raw.end),
            "verantwoordelijk": self._code,
            "is_bekend": "f",
        }

    def _as_delivered(self, name: str, values: Mapping[str, Any]) -> str:
        """A key value in the form in which senders know it: a month has no day."""
        value = str(values[name])
        return value[: len("2015-03")] if name in self._months else value

    def key_hash(self, raw: RawRecord, values: Mapping[str, Any]) -> bytes:
        """16 bytes that stand for (source, bericht, key); the source's qualifiers belong to the key."""
        parts = [str(values[name]) for name in self._key]
        if self._qualifiers:
            parts += [str(raw.values.get(path) or "") for path in self._qualifiers]
        hashed = self._records.copy()
        hashed.update("\x1f".join(parts).encode("utf-8", "surrogatepass"))  # qualifiers are as they came
        return hashed.digest()


def _escape(value: str) -> str:
    return SPECIAL.sub(lambda found: ESCAPES[found[0]], value)


def _array(values: Sequence[str]) -> str:
    """An array literal; codes and field names need no quotes."""
    return "{" + ",".join(values) + "}"


def _references() -> Iterator[str]:
    """Random UUIDs (version 4) without end: the client_ref of a person, should the hub not know this one yet.

    Of each thousand the first 32 bits are the same, so that what is written together lies together in an index; 90 are
    drawn for each. Who came in with whom the ledger tells anyhow.
    """
    while True:
        drawn = os.urandom(16 << 10).hex()
        near = drawn[:8]
        for start in range(0, len(drawn), 32):
            digits = drawn[start : start + 32]
            yield f"{near}{digits[8:12]}4{digits[13:16]}a{digits[17:]}"
