"""The one place where the hub asks what day it is; every verb takes `vandaag` as a parameter instead."""

import os
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
CALENDAR = "HUB_CALENDAR"
PUBLISH_AT = "30 5 * * *"  # after the last source of the night, before the first reader of the day


def today() -> date:
    """Today in the Netherlands; in a trial the day of its own calendar."""
    return trial_day() or datetime.now(AMSTERDAM).date()


def trial_day() -> date | None:
    """A trial lives in another year: the date in the file that HUB_CALENDAR names, None without one."""
    calendar = os.environ.get(CALENDAR)
    return date.fromisoformat(Path(calendar).read_text(encoding="utf-8").strip()) if calendar else None
