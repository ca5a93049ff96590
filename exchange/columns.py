"""What a file says once for many records, held against the declaration: one fault for the sender, not one a row."""

from collections.abc import Sequence

from connectors.connector import Head
from exchange.errors import DeliveryRefused
from exchange.region import Delivers
from exchange.words import fields_of

NO_NAMES, MISSING, NOT_OF_THIS_SOURCE = "L014", "L015", "L018"


def judge_columns(delivers: Delivers, columns: Sequence[str]) -> None:
    """Raises DeliveryRefused where no column is known, or one is missing that every record needs."""
    contract = delivers.contract
    ours = {delivers.rename.get(name, name) for name in columns}
    if ours.isdisjoint(fields_of(contract)):
        raise DeliveryRefused(NO_NAMES)  # and no word about what stands there: without names it is a record
    optional = {field.path for block in contract.blocks if not block.verplicht for field in block.fields}
    needed = [field.path for field in contract.fields if field.verplicht and field.path not in optional]
    missing = [delivers.theirs.get(path, path) for path in needed if path not in ours and path not in delivers.vast]
    if missing:
        raise DeliveryRefused(MISSING, ", ".join(missing))


def judge_heads(delivers: Delivers, heads: Sequence[Head]) -> None:
    """Raises DeliveryRefused where a part of a file says a word that the declaration has no code for.

    What the word is, is not told: in a wrong file anything may stand there.
    """
    for head in heads:
        words = delivers.codes.get(delivers.rename.get(head.name, head.name))
        if words is not None and head.value.casefold() not in {word.casefold() for word in words}:
            raise DeliveryRefused(NOT_OF_THIS_SOURCE, f"{head.name} in {head.place}")
