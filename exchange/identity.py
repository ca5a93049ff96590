"""The identity of a person as one text, ready to be sealed, and back.

The values stand in the order of a form, which kluis.vorm keeps: what was sealed years ago can be told field by field,
whatever the contract has become since.
"""

from collections.abc import Mapping
from operator import itemgetter

from schemas.contract import Contract
from schemas.render.tables import identity_form

NEXT = "\x1f"  # no checked value can hold it


class Identity:
    """Packs the identity in records of one contract."""

    def __init__(self, contract: Contract) -> None:
        form = identity_form(contract)
        self._id = form.id
        # Never one path alone: itemgetter would then give no tuple. A traject has no identity at all.
        self._of = itemgetter(*form.paths) if len(form.paths) > 1 else lambda values: [values[p] for p in form.paths]

    def pack(self, values: Mapping[str, str | None]) -> str:
        """Of checked values; an empty text where nobody is told of."""
        packed = NEXT.join([value or "" for value in self._of(values)])
        return f"{self._id}{NEXT}{packed}" if packed.strip(NEXT) else ""


def unpack(packed: str, forms: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Contract path -> value, of an opened seal. forms: the paths of each form (kluis.vorm). Raises KeyError."""
    form, *values = packed.split(NEXT)
    return {path: value for path, value in zip(forms[form], values, strict=True) if value}
