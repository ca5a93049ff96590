"""The one place where the hub asks what day it is; every verb takes `vandaag` as a parameter instead."""

import os
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from croniter import croniter

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
CALENDAR = "HUB_CALENDAR"
PUBLISH_AT = "30 5 * * *"  # after the last source of the night, before the first reader of the day


def today(region: str = "") -> date:
    """Today in the Netherlands; in a trial the day of its own calendar."""
    return trial_day(region) or datetime.now(AMSTERDAM).date()


def trial_day(region: str = "") -> date | None:
    """A trial lives in another year: the date in the file that HUB_CALENDAR names, None without one.

    Regions may live in different years: a line "parkstad 2026-03-02" is that of one region, a line with a date alone
    is that of the others.
    """
    calendar = os.environ.get(CALENDAR)
    if not calendar:
        return None
    lines = (line.split() for line in Path(calendar).read_text(encoding="utf-8").splitlines() if line.strip())
    days = {name[0] if name else "": day for *name, day in lines}
    day = days.get(region, days.get(""))
    return date.fromisoformat(day) if day else None


def midnight(day: date) -> datetime:
    """The moment of what says no moment: the beginning of its day, in UTC."""
    return datetime.combine(day, time(), UTC)


def until_published(schedule: str) -> timedelta:
    """From the moment of a source's own schedule until the next publication."""
    asked: datetime = croniter(schedule, datetime(2015, 1, 1)).get_next(datetime)
    published: datetime = croniter(PUBLISH_AT, asked).get_next(datetime)
    return published - asked
