"""How a page writes numbers, days and moments, in Dutch."""

from datetime import datetime
from zoneinfo import ZoneInfo

MONTHS = (
    "januari", "februari", "maart", "april", "mei", "juni",
    "juli", "augustus", "september", "oktober", "november", "december",
)  # fmt: skip
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def number(value: int) -> str:
    """1234 -> 1.234"""
    return f"{value:,}".replace(",", ".")


def counted(value: int, one: str, more: str) -> str:
    """1 -> 1 record; 1234 -> 1.234 records"""
    return f"{number(value)} {one if value == 1 else more}"


def day(text: str) -> str:
    """2015-03-02 -> 2 maart 2015"""
    year, month, number_of_day = text[:10].split("-")
    return f"{int(number_of_day)} {MONTHS[int(month) - 1]} {year}"


def moment(text: str) -> str:
    """2015-03-02T00:00:00Z -> 2 maart 2015, 01:00 uur (as the clock in the Netherlands says)"""
    local = datetime.fromisoformat(text).astimezone(AMSTERDAM)
    return f"{day(local.date().isoformat())}, {local:%H:%M} uur"
