"""Digits that could be a BSN are hidden wherever a person reads a text of a sender: a key, a name of a file or a field.

Whoever typed them meant a number of their own, or did not. One in eleven numbers of nine digits passes the
11-proef by chance, and is hidden too: that costs a reader a number, never a resident a BSN.
"""

import re

from schemas.types import elfproef

DIGITS = re.compile(r"[0-9](?:[ .\-]?[0-9]){8,}")
COVER = "*********"


def masked(text: str) -> str:
    """A text in which no BSN shows: nine digits that pass the 11-proef hide all digits near."""
    return DIGITS.sub(lambda found: COVER if _hides_bsn(found[0]) else found[0], text)


def shown(name: str, most: int = 80) -> str:
    """A name that a sender made up and that may hold anything, as a ledger or a log can keep it; no BSN shows."""
    return masked("".join(letter if letter.isprintable() else "?" for letter in name)[:most])


def _hides_bsn(text: str) -> bool:
    digits = "".join(filter(str.isdigit, text))
    return any(elfproef(digits[start : start + 9]) for start in range(len(digits) - 8))
