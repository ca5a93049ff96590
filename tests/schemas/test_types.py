"""The type engine against an independent judge: the calendar of Python, and the definition of the 11-proef."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.contract import Field
from schemas.types import DATE, MOMENT, elfproef, judge_for, looks_like_bsn

pytestmark = pytest.mark.pure


def _is_date(text: str) -> bool:
    try:
        return 1800 <= date.fromisoformat(text).year <= 2099
    except ValueError:
        return False


def test_the_pattern_knows_every_day_of_three_centuries() -> None:
    pattern = re.compile(DATE)
    day = date(1799, 1, 1)
    while day < date(2101, 1, 1):
        assert bool(pattern.fullmatch(day.isoformat())) == (1800 <= day.year <= 2099), day
        day += timedelta(days=1)


@given(st.integers(1790, 2110), st.integers(0, 14), st.integers(0, 33))
def test_the_pattern_refuses_what_is_no_day(year: int, month: int, day: int) -> None:
    text = f"{year:04}-{month:02}-{day:02}"
    assert bool(re.fullmatch(DATE, text)) == _is_date(text)


@given(st.integers(0, 999999999))
def test_the_elfproef_is_the_weighted_sum(number: int) -> None:
    bsn = f"{number:09}"
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    assert elfproef(bsn) == (sum(w * int(d) for w, d in zip(weights, bsn, strict=True)) % 11 == 0)


def test_only_nine_ascii_digits_look_like_a_bsn() -> None:
    assert looks_like_bsn("999900006")
    assert not any(looks_like_bsn(text) for text in ("999900007", "99990000", "EMM900006", "٩٩٩٩٠٠٠٠٦", ""))


def test_a_pattern_of_the_contract_holds() -> None:
    field = Field("kenmerk", "kenmerk", "tekst", "x", lengte=6, patroon="[A-Z]{2}[0-9]+")
    judge = judge_for(field, None, strict=False)
    assert judge(" AB12 ") == "AB12"
    assert judge("ab12") == ("V014",)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("2015-03-01T23:30:00Z", "2015-03-01T23:30:00Z"),
        ("2015-03-01T23:30:00-01:00", "2015-03-02T00:30:00Z"),
        ("2015-03-01T23:30:00.5Z", "2015-03-01T23:30:00.500000Z"),
        ("2015-03-01T23:30:00.000Z", "2015-03-01T23:30:00Z"),
    ],
)
def test_a_moment_is_kept_in_utc(text: str, kept: str) -> None:
    judge = judge_for(Field("op", "op", "tijdstip", "x"), None, strict=False)
    assert judge(text) == kept
    assert judge(text) == kept  # also when the day is known already
    assert re.fullmatch(MOMENT, kept)


def test_a_known_day_does_not_let_a_wrong_clock_through() -> None:
    judge = judge_for(Field("op", "op", "tijdstip", "x"), None, strict=False)
    assert judge("2015-03-01T10:00:00Z") == "2015-03-01T10:00:00Z"
    for wrong in ("2015-03-01T24:00:00Z", "2015-03-01T10:00:00Zx", "2015-03-01T10:00:00", "2015-03-01"):
        assert judge(wrong) == ("V006",)
