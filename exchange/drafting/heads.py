"""Whether names are names: what stands in the place of one is written in a draft, where no value of a person may be.

A table without its line of names shows a record there. Which columns that are may be told, never what stands in them.
"""

import re
from collections.abc import Collection, Mapping

from schemas.masking import masked

LONGEST = 100  # letters; what is longer is a sentence
SAYS = frozenset({"ja", "nee", "true", "false"})
MONTH = re.compile(r"\d{1,2}[ -][^\W\d]{3,9}[ -]\d{2,4}")
UNNAMED = re.compile(r"\(kolom \d+\)")  # how a reader calls a column that has values and no name


def values_for_names(columns: Mapping[str, Collection[str]]) -> list[int]:
    """The places, from 1, where a value stands for a name. columns: name -> the values below it."""
    return [
        place
        for place, (name, values) in enumerate(columns.items(), 1)
        if is_value(name) or name in values or UNNAMED.fullmatch(name)
    ]


def is_value(name: str) -> bool:
    """Whether this looks like what a record holds: a number, a day, a postcode, a BSN, an address, yes or no."""
    parts = [part for part in name.split(".") if len(part) > 2]  # score.1.begin is an element of a group
    return len(name) > LONGEST or masked(name) != name or any(_is_value(part) for part in (*parts, name))


def _is_value(text: str) -> bool:
    digits, letters = (sum(map(kind, text)) for kind in (str.isdigit, str.isalpha))
    return digits > letters or "@" in text or text.casefold() in SAYS or bool(MONTH.fullmatch(text))
