"""The type engine: from one delivered text to one canonical text, ready for COPY, or to what is wrong with it.

The patterns are written in what Python, XSD 1.0 and ECMA regular expressions have in common (plain groups,
[0-9] and no look-around), because the published schemas are made from the same constants.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any, NamedTuple

from schemas.codelists import Code
from schemas.fields import Field

YEAR = "(18|19|20)[0-9]{2}"
_LONG = "(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])"
_SHORT = "(0[469]|11)-(0[1-9]|[12][0-9]|30)"
_FEBRUARY = "02-(0[1-9]|1[0-9]|2[0-8])"
_LEAP_YEAR = "((18|19|20)(0[48]|[2468][048]|[13579][26])|2000)"

#: Gregorian days of 1800 up to 2099, leap years included: no calendar is needed to judge a date.
DATE = f"({YEAR}-({_LONG}|{_SHORT}|{_FEBRUARY})|{_LEAP_YEAR}-02-29)"
MONTH = f"{YEAR}-(0[1-9]|1[0-2])"
INCOMPLETE_DATE = f"({DATE}|{MONTH}|{YEAR})"
_OFFSET = r"(Z|[+\-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
MOMENT = rf"{DATE}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{{1,6}})?{_OFFSET}"
WHOLE = "-?[0-9]{1,18}"
DECIMAL = r"-?[0-9]{1,18}(\.[0-9]+)?"
BSN = "[0-9]{9}"
POSTCODE = "[1-9][0-9]{3} *[A-Za-z]{2}"
#: A code of a list that the published schemas do not enumerate (gemeenten, lokets, organisations).
CODE = r"[0-9A-Za-z]([0-9A-Za-z_.\-]{0,39})"

_WHITE = " \t\n\r"  # white space in XML: nothing else is trimmed
#: What XML cannot hold (and PostgreSQL no NUL, UTF-8 no half pair).
FORBIDDEN = r"\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff"
_FORBIDDEN = re.compile(f"[{FORBIDDEN}]")

PATTERNS: Mapping[str, str] = {
    "datum": DATE,
    "tijdstip": MOMENT,
    "maand": MONTH,
    "geheel": WHOLE,
    "decimaal": DECIMAL,
    "ja_nee": "(true|false)",
    "bsn": BSN,
    "postcode": POSTCODE,
}

_DAYS = 110_000  # more than there are from 1800 up to 2099

SPECIAL_BSN = frozenset({"000000000", "999999999"})  # unborn, unknown: no one person's number


class Wrong(NamedTuple):
    """A fault of this code; there is no value."""

    code: str


class Warned(NamedTuple):
    """A warning of this code; the value is kept, or dropped (None)."""

    value: str | None
    code: str


class Partial(NamedTuple):
    """An incomplete date with its precision: M month (value is the first of it), J year (value is 1 January)."""

    value: str
    precision: str


class Timed(NamedTuple):
    """A code that is valid in some periods only: to be judged on the date of the record."""

    value: str
    periods: tuple[Code, ...]


class Emptied(NamedTuple):
    """Delivered without a value: the sender empties the field."""


EMPTIED = Emptied()
_WRONG_KIND = Wrong("V002")
Outcome = str | Wrong | Warned | Partial | Timed | Emptied
Judge = Callable[[Any], Outcome]  # None: emptied; what is no text: a fault


def elfproef(bsn: str) -> bool:
    """Whether nine ASCII digits pass the 11-proef with weights 9..2,-1. 000000000 passes: test specials first."""
    a, b, c, d, e, f, g, h, i = bsn.encode()
    # 48 is the byte of "0"; the weights add up to 43
    return (9 * a + 8 * b + 7 * c + 6 * d + 5 * e + 4 * f + 3 * g + 2 * h - i - 48 * 43) % 11 == 0


def looks_like_bsn(text: str) -> bool:
    """Nine digits that pass the 11-proef: a key like that is masked, and its sender warned."""
    return len(text) == 9 and text.isascii() and text.isdigit() and elfproef(text)


def judge_for(field: Field, codes: Mapping[str, tuple[Code, ...]] | None, strict: bool) -> Judge:
    """The check of one value of this field. `codes` is its list (None: only the form is judged).

    `strict` judges structure only, exactly as the published schemas do: no 11-proef, no white space around.
    """
    if field.type == "tekst":
        return _text(field, strict)
    judge = _code(codes) if field.type == "code" else _TYPES[field.type](field, strict)

    def whole(text: Any) -> Outcome:
        if text.__class__ is not str:
            return EMPTIED if text is None else _WRONG_KIND
        if not strict:
            text = text.strip(_WHITE)
        return judge(text) if text else EMPTIED

    return whole


def _text(field: Field, strict: bool) -> Judge:
    longest = field.lengte or 0
    pattern = re.compile(field.patroon) if field.patroon else None

    def judge(text: Any) -> Outcome:
        if text.__class__ is not str:
            return EMPTIED if text is None else _WRONG_KIND
        trimmed: str = text.strip(_WHITE)
        if len(text if strict else trimmed) > longest:
            return Wrong("V003")
        if not text.isprintable() and _FORBIDDEN.search(text):
            return Wrong("V004")
        if not trimmed:
            return EMPTIED
        if pattern is not None and not pattern.fullmatch(text if strict else trimmed):
            return Wrong("V014")
        return trimmed

    return judge


def _code(codes: Mapping[str, tuple[Code, ...]] | None) -> Judge:
    if codes is None:
        form = re.compile(CODE).fullmatch
        return lambda text: text if form(text) else Wrong("V002")
    known: dict[str, Outcome] = {}
    for code, periods in codes.items():
        always = any(row.geldig_van is None and row.geldig_tot is None for row in periods)
        known[code] = code if always else Timed(code, periods)
    unknown = Wrong("V020")
    return lambda text: known.get(text, unknown)


def _date(field: Field, strict: bool) -> Judge:
    if not field.onvolledig:
        whole = re.compile(DATE).fullmatch
        return lambda text: text if whole(text) else Wrong("V005")
    form = re.compile(INCOMPLETE_DATE).fullmatch

    def judge(text: str) -> Outcome:
        if not form(text):
            return Wrong("V005")
        if len(text) == 10:
            return text
        return Partial(f"{text}-01", "M") if len(text) == 7 else Partial(f"{text}-01-01", "J")

    return judge


def _moment(field: Field, strict: bool) -> Judge:
    form = re.compile(MOMENT).fullmatch
    days: set[str] = set()  # most moments of a delivery lie on few days, in the form that we keep
    clock = re.compile("T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z").fullmatch

    def judge(text: str) -> Outcome:
        if text[:10] in days and clock(text, 10):
            return text
        if not form(text):
            return Wrong("V006")
        if len(days) < _DAYS:
            days.add(text[:10])
        moment = datetime.fromisoformat(text).astimezone(timezone.utc)  # noqa: UP017  datetime.UTC reads no clearer
        return moment.isoformat().replace("+00:00", "Z")

    return judge


def _month(field: Field, strict: bool) -> Judge:
    form = re.compile(MONTH).fullmatch
    return lambda text: f"{text}-01" if form(text) else Wrong("V007")


def _whole(field: Field, strict: bool) -> Judge:
    form, low, high = re.compile(WHOLE).fullmatch, field.min or 0, field.max or 0

    def judge(text: str) -> Outcome:
        if not form(text):
            return Wrong("V008")
        number = int(text)
        return str(number) if low <= number <= high else Wrong("V009")

    return judge


def _decimal(field: Field, strict: bool) -> Judge:
    form, low, high = re.compile(DECIMAL).fullmatch, field.min or 0, field.max or 0

    def judge(text: str) -> Outcome:
        if not form(text):
            return Wrong("V008")
        if not low <= Decimal(text) <= high:
            return Wrong("V009")
        plain = text.rstrip("0").rstrip(".") if "." in text else text
        sign, digits = ("-", plain[1:]) if plain[0] == "-" else ("", plain)
        digits = digits.lstrip("0") or "0"
        digits = f"0{digits}" if digits[0] == "." else digits
        return digits if digits == "0" else sign + digits

    return judge


def _yes_no(field: Field, strict: bool) -> Judge:
    return lambda text: text if text in ("true", "false") else Wrong("V010")


def _bsn(field: Field, strict: bool) -> Judge:
    form = re.compile(BSN).fullmatch

    def judge(text: str) -> Outcome:
        if not form(text):
            return Wrong("V011")
        if strict:
            return text
        if text in SPECIAL_BSN:
            return Warned(None, "V023")
        return text if elfproef(text) else Wrong("V022")

    return judge


def _postcode(field: Field, strict: bool) -> Judge:
    form = re.compile(POSTCODE).fullmatch
    return lambda text: (text[:4] + text[-2:]).upper() if form(text) else Wrong("V012")


_TYPES: Mapping[str, Callable[[Field, bool], Judge]] = {
    "datum": _date,
    "tijdstip": _moment,
    "maand": _month,
    "geheel": _whole,
    "decimaal": _decimal,
    "ja_nee": _yes_no,
    "bsn": _bsn,
    "postcode": _postcode,
}
