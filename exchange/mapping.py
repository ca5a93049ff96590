"""From a sender's words to ours: names, constants, separators, notations and codes, as the source declares.

Only spelling changes here. A value that cannot be read in its declared notation is handed on as it came, so
that the check refuses it under the sender's own field name.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from exchange.mapping_groups import GroupMapper

if TYPE_CHECKING:
    from exchange.region import Delivers

Raw = Mapping[str, Any]

HERE = ZoneInfo("Europe/Amsterdam")
EXCEL_BEGINS = date(1899, 12, 30)  # ECMA-376 part 1, 18.17.4.1: day 61 is 1 March 1900


def _yyyymmdd(text: str) -> str:
    """20150302 -> 2015-03-02; unknown month or day (00) -> 2015-03 or 2015."""
    if not re.fullmatch(r"\d{8}", text):
        return text
    year, month, day = text[:4], text[4:6], text[6:]
    return year if month == "00" else f"{year}-{month}" if day == "00" else f"{year}-{month}-{day}"


def _dd_mm_yyyy(text: str) -> str:
    """2-3-2015 -> 2015-03-02; unknown day or month (00) -> 2015-03 or 2015."""
    match = re.fullmatch(r"(\d{1,2})-(\d{1,2})-(\d{4})", text)
    return _yyyymmdd(f"{match[3]}{match[2]:>02}{match[1]:>02}") if match else text


def _moment_as_date(text: str) -> str:
    return text[:10] if re.match(r"\d{4}-\d\d-\d\dT", text) else text


def _clock(text: str) -> str:
    """A Dutch clock without a zone, day as in ISO or dd-mm-yyyy: 02-03-2015 10:15 -> 2015-03-02T10:15:00+01:00."""
    day, _, hour = text.strip().replace("T", " ").partition(" ")
    try:
        local = datetime.fromisoformat(f"{_dd_mm_yyyy(day)}T{hour.strip() or '00:00'}")
    except ValueError:
        return text
    return local.replace(tzinfo=HERE).isoformat() if local.tzinfo is None else text


def _comma(text: str) -> str:
    """1.234,5 -> 1234.5; where there is no comma, nothing is a thousands separator."""
    return text.replace(".", "").replace(",", ".") if re.fullmatch(r"-?[\d.]+,\d+", text) else text


FORMATS: Mapping[str, Callable[[str], str]] = {
    "yyyymmdd": _yyyymmdd,
    "dd-mm-yyyy": _dd_mm_yyyy,
    "tijdstip_als_datum": _moment_as_date,
    "tijdstip_lokaal": _clock,
    "decimale_komma": _comma,
}


def _zeros(width: int) -> Callable[[str], str]:
    digits = re.compile(rf"\s*([0-9]{{1,{width - 1}}})\s*").fullmatch
    return lambda text: found[1].zfill(width) if (found := digits(text)) else text


#: A day as Excel keeps it: 42065 is 2 March 2015. Four digits may be a year: days before 18 May 1927 are not known.
EXCEL_DAY = re.compile(r"[1-6][0-9]{4}")


def _excel_day(text: str) -> str:
    """42065 -> 2015-03-02."""
    serial = EXCEL_DAY.fullmatch(text.strip())
    return (EXCEL_BEGINS + timedelta(days=int(serial[0]))).isoformat() if serial else text


#: What a spreadsheet did to a value, and how that is undone: only where the declaration says so, and it is counted.
REPAIRS: Mapping[str, Callable[[str], str]] = {
    "nullen_2": _zeros(2),
    "nullen_4": _zeros(4),
    "nullen_9": _zeros(9),
    "excel_datum": _excel_day,
}


class Mapper:
    """Applies one source's declaration to raw records. Where nothing is declared, a record passes untouched."""

    def __init__(self, delivers: "Delivers") -> None:
        self._vast = dict(delivers.vast)
        self._rename = dict(delivers.rename)
        self._split = delivers.split
        self._repair = {path: REPAIRS[name] for path, name in delivers.repair.items()}
        self._each: dict[str, Callable[[str], str]] = {}
        for path, notation in delivers.formats.items():
            self._each[path] = FORMATS[notation]
        for path, words in delivers.codes.items():
            self._each[path] = _translate(words, self._each.get(path))
        self._groups = GroupMapper(delivers, self._each)
        self._is_ours = not (self._vast or self._rename or self._split or self._repair or self._each)

    def __call__(self, raw: Raw, repaired: list[str] | None = None) -> Raw:
        """A record in contract paths; what we do not know keeps the sender's name.

        The paths whose value had to be repaired are added to `repaired`.
        """
        if self._is_ours:
            return raw
        names = self._rename
        record = {names.get(name, name): value for name, value in raw.items()} if names else dict(raw)
        for path, separator in self._split.items():
            value = record.get(path)
            if isinstance(value, str) and value:
                record[path] = [part.strip() for part in value.split(separator) if part.strip()]
        for path, mend in self._repair.items():
            if _change(record, path, mend) and repaired is not None:
                repaired.append(path)
        for path, change in self._each.items():
            _change(record, path, change)
        self._groups(record)
        for path, constant in self._vast.items():
            record.setdefault(path, constant)
        return record


def _change(record: dict[str, Any], path: str, change: Callable[[str], str]) -> bool:
    """Change the text or the texts that stand at a path; whether that made a difference."""
    value = record.get(path)
    if isinstance(value, str) and value:
        record[path] = change(value)
    elif isinstance(value, list):
        record[path] = [change(part) if isinstance(part, str) else part for part in value]
    return record.get(path) != value


def _translate(words: Mapping[str, str], first: Callable[[str], str] | None) -> Callable[[str], str]:
    folded = {word.casefold(): code for word, code in words.items()}
    return lambda text: folded.get((first(text) if first else text).casefold(), text)
