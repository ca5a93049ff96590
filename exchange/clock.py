"""The one place where the hub asks what day it is; every verb takes `vandaag` as a parameter instead."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def today() -> date:
    """Today in the Netherlands."""
    return datetime.now(AMSTERDAM).date()
