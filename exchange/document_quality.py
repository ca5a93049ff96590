"""What stood out in a delivery as a whole, in plain Dutch: what was measured, what was seen, and what was expected."""

import re
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from exchange.expectations import expected
from exchange.region import Region, Source
from quality.expectations import Bounds, Plausible
from warehouse.tables import quality_result as table

SHARE = re.compile(r"\bdeel\b", re.IGNORECASE)  # a part of 1, by the words of the expectation itself
NOTED = "Ter kennisgeving; dit houdt de levering niet tegen"
HELD = "De levering is hierom aangehouden"
WOULD_HOLD = "Een echte levering wordt hierom aangehouden"
RELEASED = "De levering was hierom aangehouden en is na controle vrijgegeven"


def quality(
    connection: Connection, region: Region, source: Source, head: Mapping[str, Any], names: Mapping[str, str]
) -> list[dict[str, str]]:
    """The expectations that a delivery did not meet: what holds it first, of each subject the gravest.

    head: the answer so far; names: contract path -> the sender's own name.
    """
    levering = head["levering"]
    query = select(table).where(table.c.delivery_id == levering["nummer"], table.c.is_met.is_(False))
    gravest: dict[tuple[str, str], RowMapping] = {}
    for row in connection.execute(query.order_by(table.c.level, table.c.quality_result_id)).mappings():
        gravest.setdefault((row["expectation"], row["subject"]), row)
    if not gravest:
        return []
    known = expected(levering["bericht"], region.quality, source.quality)
    held = {"aangehouden": HELD, "proef": WOULD_HOLD}.get(head["soort"], RELEASED)
    return [
        {
            "tekst": _text(row, known.bounds.get(row["expectation"], Bounds()), known.plausibel, names),
            "gevolg": held if row["level"] == "hold" else NOTED,
        }
        for row in gravest.values()
    ]


def _text(row: RowMapping, bounds: Bounds, plausible: Mapping[str, Plausible], names: Mapping[str, str]) -> str:
    wat = bounds.wat or row["expectation"]
    odd = plausible.get(row["expectation"].partition(".")[2])
    if odd:
        wat += f" ({_odd(odd, names)})"
    elif row["subject"]:
        wat += f" ({names.get(row['subject'], row['subject'])})"
    is_share = SHARE.search(wat) is not None
    limits = {word: row[name] for word, name in (("minstens", "minimum"), ("hoogstens", "maximum"))}
    set_out = {word: limit for word, limit in limits.items() if limit is not None}
    digits = _digits(row["observed"], set_out.values(), is_share)
    expects = " en ".join(f"{word} {_shown(limit, is_share, digits)}" for word, limit in set_out.items())
    return f"{wat}: {_shown(row['observed'], is_share, digits)}, verwacht {expects}."


def _odd(odd: Plausible, names: Mapping[str, str]) -> str:
    veld = names.get(odd.veld, odd.veld)
    if odd.codes:
        return f"{veld} {', '.join(odd.codes)}"
    parts = [f"{word} {limit:g}" for word, limit in (("onder", odd.onder), ("boven", odd.boven)) if limit is not None]
    days = f" dagen na {names.get(odd.na, odd.na)}" if odd.na else ""
    return f"{veld} {' of '.join(parts)}{days}"


def _digits(observed: Decimal, limits: Iterable[Decimal], is_share: bool) -> int:
    """How many decimals it takes to tell what was seen from what was expected; one where that is enough."""
    others = [limit for limit in limits if limit != observed]
    digits = 1
    while any(_rounded(limit, is_share, digits) == _rounded(observed, is_share, digits) for limit in others):
        digits += 1
    return digits


def _rounded(value: Decimal, is_share: bool, digits: int) -> Decimal:
    return (value * (100 if is_share else 1)).quantize(Decimal(10) ** -digits, ROUND_HALF_UP) + 0  # no -0


def _shown(value: Decimal, is_share: bool, digits: int) -> str:
    """With one decimal 0.314 of a share -> 31,4 %; 3.25 -> 3,3; 2 -> 2"""
    number = f"{_rounded(value, is_share, digits):f}".rstrip("0").removesuffix(".").replace(".", ",")
    return f"{number} %" if is_share else number
