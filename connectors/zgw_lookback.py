"""What to ask a Zaken API each night, since it cannot say what changed.

There is no filter on the moment of change, and that moment does not move when a role or a property changes.
So each night reads: all open zaken, those that began within the window, and a seventh of all months of
startdatum. Within a week every zaak has been read again. The first time everything is read.

Only a month that was read completely can prove that something is absent; those months are the scope.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

TURN = 7
# Files on client support are kept 15 to 20 years (Wmo 5.3.4, Jeugdwet 7.3.8): an empty month that far back is
# still looked at, for what was in it may be gone.
YEARS = 20

Filters = dict[str, str]


@dataclass(frozen=True)
class Reading:
    """The filters to read with, and the months (yyyy-mm) that they read completely."""

    filters: tuple[Filters, ...]
    scope: tuple[str, ...]


def plan(vandaag: date, oldest: date | None, window_days: int, whole: bool) -> Reading:
    """The reading of one night. `oldest`: first startdatum at the source; None when it has no zaken."""
    first = min(date(vandaag.year - YEARS, 1, 1), oldest or vandaag)
    months = list(_months(first, vandaag))
    if whole:
        return Reading(({},), tuple(_name(month) for month in months))
    begin = vandaag - timedelta(days=window_days)
    in_window = [month for month in months if month >= begin]
    turn = [month for month in months if _index(month) % TURN == vandaag.toordinal() % TURN]
    asked = [month for month in turn if month not in in_window and oldest and _next(month) > oldest]
    filters: list[Filters] = [{"einddatum__isnull": "true"}, {"startdatum__gte": begin.isoformat()}]
    filters += [{"startdatum__gte": month.isoformat(), "startdatum__lt": _next(month).isoformat()} for month in asked]
    return Reading(tuple(filters), tuple(sorted({_name(month) for month in [*turn, *in_window]})))


def _months(first: date, last: date) -> Iterator[date]:
    month = first.replace(day=1)
    while month <= last:
        yield month
        month = _next(month)


def _next(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _index(month: date) -> int:
    return month.year * 12 + month.month - 1


def _name(month: date) -> str:
    return f"{month:%Y-%m}"
