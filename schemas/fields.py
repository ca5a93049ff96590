"""The parts of a contract: a field, and the sets of fields in which it can stand."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Condition:
    """Required as soon as `veld` holds one of `waarden`; with `waarden` None: any value."""

    veld: str
    waarden: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `path` is its place in a record (`persoon.bsn`); of a group's field it is the bare name."""

    path: str
    name: str
    type: str
    omschrijving: str
    verplicht: bool = False
    vereist_als: tuple[Condition, ...] = ()
    lengte: int | None = None
    lijst: str | None = None
    meervoud: int | None = None  # most times that it may occur; None: once
    klasse: str | None = None  # w ordinary, b special category, bsn, m staff, None not personal
    kluis: bool = False  # identity: to KLUIS, never to ACCEPTED
    onvolledig: bool = False  # a date of which day or month may be unknown
    min: int | None = None
    max: int | None = None
    patroon: str | None = None
    blok: str = ""

    @property
    def column(self) -> str:
        """Its column name in every table."""
        return self.name

    @property
    def precision(self) -> str | None:
        """The path of the companion that says D, M or J; for an incomplete date only."""
        return f"{self.path}_precisie" if self.onvolledig else None


@dataclass(frozen=True, slots=True)
class Block:
    """A named set of fields. A required field of an optional block is required once the block is there."""

    name: str
    omschrijving: str
    genest: bool
    verplicht: bool
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A repeated set of fields with a table of its own."""

    name: str
    omschrijving: str
    meervoud: int
    verplicht: bool
    fields: tuple[Field, ...]
