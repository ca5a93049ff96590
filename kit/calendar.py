"""The calendar of the kit: a small file that says which night it is.

`.hub/kit/calendar.json` holds {"seed": 1, "night": 1}. Night n is the night of 2015-03-01 plus n days, so night 1
(2015-03-02) brings all history and night 30 is 2015-03-31. Whoever wants the next night moves the file on with
`advance`; the servers see it and show the region as it then is.
"""

import json
import os
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

EPOCH = date(2015, 3, 1)
NIGHTS = 30


class CalendarError(RuntimeError):
    """The calendar cannot be read, or has no such night; one line with the cure."""


@dataclass(frozen=True)
class Calendar:
    """Which world, and how far it is: night 1 to 30."""

    seed: int = 1
    night: int = 1

    def __post_init__(self) -> None:
        if not 1 <= self.night <= NIGHTS:
            raise CalendarError(f"night {self.night} does not exist: the calendar runs from 1 to {NIGHTS}")

    @property
    def day(self) -> date:
        """The date of the night."""
        return date_of(self.night)


def date_of(night: int) -> date:
    """The date of a night: 1 is 2015-03-02."""
    return EPOCH + timedelta(days=night)


def path_of(home: Path) -> Path:
    """Where the calendar stands below the home folder (.hub)."""
    return home / "kit" / "calendar.json"


def read(home: Path) -> Calendar:
    """The calendar as it stands; night 1 of world 1 where there is none yet. Raises CalendarError."""
    path = path_of(home)
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        return Calendar(seed=int(values["seed"]), night=int(values["night"]))
    except FileNotFoundError:
        return Calendar()
    except (ValueError, KeyError, TypeError):
        raise CalendarError(f'{path}: write {{"seed": 1, "night": 1}}, or remove the file') from None


def write(home: Path, calendar: Calendar) -> None:
    """Replace the calendar at once: a reader sees the old night or the new one, never half a file."""
    path = path_of(home)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.write_text(json.dumps({"seed": calendar.seed, "night": calendar.night}) + "\n", encoding="utf-8")
    part.replace(path)


def advance(home: Path) -> Calendar:
    """Move to the next night and return it. Raises CalendarError after the last one."""
    now = read(home)
    following = Calendar(seed=now.seed, night=now.night + 1)
    write(home, following)
    return following
