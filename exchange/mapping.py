"""From a sender's words to ours: names, constants, separators, notations and codes, as the source declares.

Only spelling changes here. A value that cannot be read in its declared notation is handed on as it came, so
that the check refuses it under the sender's own field name.
"""

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from exchange.region import Delivers

Raw = Mapping[str, Any]


def _yyyymmdd(text: str) -> str:
    """20150302 -> 2015-03-02; unknown month or day (00) -> 2015-03 or 2015."""
    if not re.fullmatch(r"\d{8}", text):
        return text
    year, month, day = text[:4], text[4:6], text[6:]
    return year if month == "00" else f"{year}-{month}" if day == "00" else f"{year}-{month}-{day}"


def _dd_mm_yyyy(text: str) -> str:
    match = re.fullmatch(r"(\d{1,2})-(\d{1,2})-(\d{4})", text)
    return f"{match[3]}-{match[2]:>02}-{match[1]:>02}" if match else text


def _moment_as_date(text: str) -> str:
    return text[:10] if re.match(r"\d{4}-\d\d-\d\dT", text) else text


FORMATS: Mapping[str, Callable[[str], str]] = {
    "yyyymmdd": _yyyymmdd,
    "dd-mm-yyyy": _dd_mm_yyyy,
    "tijdstip_als_datum": _moment_as_date,
}


class Mapper:
    """Applies one source's declaration to raw records. Where nothing is declared, a record passes untouched."""

    def __init__(self, delivers: "Delivers") -> None:
        self._vast = dict(delivers.vast)
        self._rename = dict(delivers.rename)
        self._split = delivers.split
        self._each: dict[str, Callable[[str], str]] = {}
        for path, notation in delivers.formats.items():
            self._each[path] = FORMATS[notation]
        for path, words in delivers.codes.items():
            self._each[path] = _translate(words, self._each.get(path))
        self._is_ours = not (self._vast or self._rename or self._split or self._each)

    def __call__(self, raw: Raw) -> Raw:
        """A record in contract paths; what we do not know keeps the sender's name."""
        if self._is_ours:
            return raw
        names = self._rename
        record = {names.get(name, name): value for name, value in raw.items()} if names else dict(raw)
        for path, separator in self._split.items():
            value = record.get(path)
            if isinstance(value, str) and value:
                record[path] = [part.strip() for part in value.split(separator) if part.strip()]
        for path, change in self._each.items():
            value = record.get(path)
            if isinstance(value, str) and value:
                record[path] = change(value)
            elif isinstance(value, list):
                record[path] = [change(part) if isinstance(part, str) else part for part in value]
        for path, constant in self._vast.items():
            record.setdefault(path, constant)
        return record


def _translate(words: Mapping[str, str], first: Callable[[str], str] | None) -> Callable[[str], str]:
    folded = {word.casefold(): code for word, code in words.items()}
    return lambda text: folded.get((first(text) if first else text).casefold(), text)
