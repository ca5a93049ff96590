"""The columns of a delivery with a row of names, held against the contract: one fault for the sender, not one a row."""

from collections.abc import Sequence

from exchange.errors import DeliveryRefused
from exchange.region import Delivers
from exchange.words import fields_of

NO_NAMES, MISSING = "L014", "L015"


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
