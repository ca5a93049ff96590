"""What the name of a delivered file says, for formats that have no place for it themselves.

    aanmelding_20150302.csv             what changed, as of that day
    aanmelding_20150302_volledig.csv    all there is, as of that day: what is absent is gone
    aanmelding_20150302_0730.csv        as of half past seven: a second file of that day

A day begins at 00:00 UTC, and so the clock in a name is read, so that names and moments stand in one order.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from connectors.connector import Found, Request
from schemas import masking

UNFINISHED = (".part", ".tmp", ".filepart", ".partial", ".crdownload", ".swp", "~")
LOCKED = "~$"  # Office, while a document is open
_DAY = re.compile(r"(?<![0-9])(20[0-9]{6})(?:[_T-]?([0-9]{4}))?(?![0-9])")
LONGEST = 255  # bytes; what file systems hold


def is_unfinished(name: str) -> bool:
    """Whether a sender is still writing it, by what its program adds to the name meanwhile."""
    return name.lower().endswith(UNFINISHED) or name.startswith(LOCKED)


def is_safe(name: str) -> bool:
    """Whether it is a name that a person can read and a disk can hold, and not a path or worse.

    Not printable are control characters, marks that turn the direction of writing, and bytes that are no UTF-8.
    """
    is_path = "/" in name or "\\" in name or name in ("", ".", "..")
    return not is_path and name.isprintable() and len(name.encode()) <= LONGEST


def shown(name: str) -> str:
    """A name that may hold anything, as a ledger or a log can keep it and a person can read it; no BSN shows."""
    return masking.shown(name, LONGEST)


def of_bericht(names: Iterable[str], request: Request, format: str) -> list[str]:
    """The finished files that hold this bericht, by the pattern of its declaration; in the order of their names."""
    pattern = _pattern(request, format)
    return sorted(name for name in names if fnmatch.fnmatchcase(name, pattern) and not is_unfinished(name))


def found(name: str, requests: Sequence[Request], format: str) -> Found | None:
    """What the name of a file says; None where it fits no bericht, or does not say one day of the calendar."""
    bericht = next((request.bericht for request in requests if of_bericht([name], request, format)), None)
    days = _DAY.findall(name)
    if bericht is None or len(days) != 1:
        return None
    day, clock = days[0]
    try:
        stand_op = datetime.strptime(day + (clock or "0000"), "%Y%m%d%H%M").replace(tzinfo=UTC)
    except ValueError:
        return None
    return Found(bericht, stand_op, ("",) if "volledig" in name.lower() else ())


def example(request: Request, format: str) -> str:
    """A name that fits the pattern of its declaration; the pattern itself where one day does not complete it."""
    pattern = _pattern(request, format)
    before, _, after = pattern.partition("*")
    name = f"{before}{'_' if before[-1:].isalnum() else ''}20150302{after}"
    return name if found(name, [request], format) else pattern


def _pattern(request: Request, format: str) -> str:
    return str(request.options.get("pattern") or f"{request.bericht}*.{format}")
