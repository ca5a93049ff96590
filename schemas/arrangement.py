"""The arrangement of a gemeente (plaatselijke invulling): what it asks beyond the contract, in the room that is left.

An arrangement may make a field required or shorten a list, for records of its gemeente with a date (the `peildatum` of
the contract) in its period. It adds no field and widens nothing, so the published XSD and JSON Schema hold for all.
It is never rewritten: of two about one day the last known holds, so that an old judgement can be explained.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from schemas.contract import Contract
from schemas.faults import CATALOGUE, Fault
from schemas.messages import details

REQUIRED, NOT_ALLOWED = "V028", "V029"
CODES = frozenset((REQUIRED, NOT_ALLOWED))
GEMEENTE = "gemeente_code"


@dataclass(frozen=True, slots=True)
class Arrangement:
    """What one gemeente asks of one bericht in one period.

    van, tot_en_met: of the date of a record, both inclusive; None: without end. known_from: the first night that
    judges by it. verplicht: contract paths. alleen: contract path -> the codes that are left of its list.
    """

    bericht: str
    major: int
    gemeente_code: str
    gemeente: str
    van: date
    tot_en_met: date | None
    known_from: date
    verplicht: tuple[str, ...] = ()
    alleen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Arrangements:
    """The arrangements on one contract that a night knows, by gemeente and date of the record."""

    def __init__(self, arrangements: Iterable[Arrangement] = ()) -> None:
        self._of: dict[str, list[tuple[str, str, Arrangement]]] = {}
        for one in sorted(arrangements, key=lambda one: one.known_from, reverse=True):
            period = (one.van.isoformat(), (one.tot_en_met or date.max).isoformat(), one)
            self._of.setdefault(one.gemeente_code, []).append(period)

    def __bool__(self) -> bool:
        return bool(self._of)

    def __iter__(self) -> Iterator[Arrangement]:
        return (one for periods in self._of.values() for _, _, one in periods)

    def voor(self, gemeente_code: str | None, datum: str | None) -> Arrangement | None:
        """The arrangement for a record; None where the contract alone holds, as without a sound gemeente or date."""
        if datum is None or gemeente_code not in self._of:
            return None
        for van, tot_en_met, one in self._of[gemeente_code]:
            if van <= datum <= tot_en_met:
                return one
        return None

    @cached_property
    def digest(self) -> str:
        """sha256 in hex over all of them: part of the `regelset` of what may be judged by them; empty for none."""
        told = sorted(
            repr((one.gemeente_code, one.gemeente, str(one.van), str(one.tot_en_met), str(one.known_from),
                  one.verplicht, sorted(one.alleen.items())))
            for one in self
        )  # fmt: skip
        return hashlib.sha256("\n".join(told).encode()).hexdigest() if told else ""


@dataclass(frozen=True, slots=True)
class _Compiled:
    """One arrangement as it is asked of a record: (path, what is wrong where it fails)."""

    required: tuple[tuple[str, Fault], ...]
    lists: tuple[tuple[str, frozenset[str], Fault], ...]


class Arranged:
    """The check of records against arrangements, after that against the contract. `names` as in schemas.check."""

    def __init__(self, contract: Contract, arrangements: Arrangements, names: Mapping[str, str]) -> None:
        self._voor = arrangements.voor
        self._day = contract.peildatum
        self._optional = {
            one.path: tuple(other.path for other in block.fields)
            for block in contract.blocks
            if not block.verplicht
            for one in block.fields
        }
        self._compiled = {id(one): _compile(contract, one, names) for one in arrangements}

    def __call__(self, values: Mapping[str, Any], faults: Iterable[Fault]) -> list[Fault]:
        """What is wrong with checked values beside `faults`; a field that has a fault of its own gets no second."""
        found = self._voor(values[GEMEENTE], values[self._day])
        if found is None:
            return []
        compiled = self._compiled[id(found)]
        faulty = {fault.field for fault in faults if fault.rejects}
        wrong = [
            fault
            for path, fault in compiled.required
            if values[path] is None and path not in faulty and self._is_asked(path, values)
        ]
        for path, codes, fault in compiled.lists:
            given = () if values[path] is None or path in faulty else values[path]
            if not codes.issuperset((given,) if isinstance(given, str) else given):
                wrong.append(fault)
        return wrong

    def _is_asked(self, path: str, values: Mapping[str, Any]) -> bool:
        """A field of a block that may be left out is asked for once the block is there."""
        inside = self._optional.get(path)
        return inside is None or any(values[other] is not None for other in inside)


def _compile(contract: Contract, one: Arrangement, names: Mapping[str, str]) -> _Compiled:
    told = {"gemeente": one.gemeente, "vanaf": one.van.isoformat()}

    def fault(code: str, path: str, **more: str) -> Fault:
        return Fault(code, path, CATALOGUE[code].level, None, {**details(contract, path, code, names), **told, **more})

    return _Compiled(
        tuple((path, fault(REQUIRED, path)) for path in one.verplicht),
        tuple(
            (path, frozenset(codes), fault(NOT_ALLOWED, path, codes=", ".join(codes)))
            for path, codes in one.alleen.items()
        ),
    )
