"""The columns of ACCEPTED and `actueel_<bericht>`: what a contract leaves after identity went to KLUIS."""

from dataclasses import dataclass
from hashlib import sha256

from schemas.contract import Contract, Field, Group

_PG: dict[str, str] = {
    "tekst": "text",
    "code": "text",
    "datum": "date",
    "tijdstip": "timestamptz",
    "maand": "date",
    "geheel": "integer",
    "decimaal": "numeric",
    "ja_nee": "boolean",
    "bsn": "text",
    "postcode": "text",
}
_LARGEST_INTEGER = 2**31 - 1
CLIENT_NUMBER = "client_nummer_bron"  # by which a source finds a person again


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `path` is the key in checked values; empty for `client_ref`, which the loader fills."""

    name: str
    pg_type: str
    comment: str
    klasse: str | None
    not_null: bool
    path: str


def pg_type(field: Field) -> str:
    """The PostgreSQL type of a field."""
    if field.type == "geheel" and max(abs(field.min or 0), abs(field.max or 0)) > _LARGEST_INTEGER:
        return "bigint"
    return f"{_PG[field.type]}[]" if field.meervoud else _PG[field.type]


def columns(contract: Contract) -> list[Column]:
    """The contract's columns in order, without technical ones. `client_ref` stands where the number was."""
    optional = {block.name for block in contract.blocks if not block.verplicht}
    found = []
    for field in contract.fields:
        required = field.verplicht and field.blok not in optional
        if field.name == CLIENT_NUMBER:
            comment = "De persoon bij deze bron: verwijzing naar KLUIS, in plaats van het eigen nummer"
            found.append(Column("client_ref", "uuid", comment, field.klasse, required, ""))
        elif not field.kluis:
            found += _columns(field, required)
    return found


def _columns(field: Field, required: bool) -> list[Column]:
    comment = field.omschrijving + (f" (codelijst {field.lijst})" if field.lijst else "")
    found = [Column(field.column, pg_type(field), comment, field.klasse, required, field.path)]
    if field.precision:
        told = f"Wat van {field.column} bekend is: D dag, M maand, J jaar"
        found.append(Column(f"{field.column}_precisie", "text", told, field.klasse, False, field.precision))
    return found


@dataclass(frozen=True)
class IdentityForm:
    """What is sealed of a person: the values of `paths`, in that order. `id` names the form."""

    id: str
    paths: tuple[str, ...]


def identity_form(contract: Contract) -> IdentityForm:
    """The fields of a contract that go to KLUIS, but for the number by which the person is found again."""
    hidden = [field for field in contract.fields if field.kluis and field.name != CLIENT_NUMBER]
    paths = tuple([field.path for field in hidden] + [field.precision for field in hidden if field.precision])
    return IdentityForm(sha256("\n".join(paths).encode()).hexdigest()[:8], paths)


def group_columns(contract: Contract, group: Group) -> list[Column]:
    """The columns of `<bericht>_<groep>`, without its key (versie_id, volgnummer)."""
    return [column for field in group.fields for column in _columns(field, field.verplicht)]
