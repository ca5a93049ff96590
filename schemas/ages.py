"""Age classes: from a birth date, perhaps incomplete, and a day to a code of the list `leeftijdsklasse`."""

from functools import cache

from schemas.codelists import read_rows

_OLDEST = 200
UNKNOWN = "99"
MINOR, ADULT = "20", "21"


@cache
def _classes() -> tuple[str, ...]:
    """Index = age in whole years. Classes that span others (minor, adult) are not exact and do not count."""
    by_age = [UNKNOWN] * (_OLDEST + 1)
    for row in read_rows("leeftijdsklasse"):
        if row["van_jaar"] and row["code"] not in (MINOR, ADULT):
            for age in range(int(row["van_jaar"]), int(row["tot_en_met_jaar"] or _OLDEST) + 1):
                by_age[age] = row["code"]
    return tuple(by_age)


@cache
def minor_codes() -> frozenset[str]:
    """The codes of people under 18."""
    rows = read_rows("leeftijdsklasse")
    return frozenset(row["code"] for row in rows if row["tot_en_met_jaar"] and int(row["tot_en_met_jaar"]) < 18)


def age(born: str, on: str) -> int:
    """Whole years on the day `on`; both ISO. Who was born on 29 February turns a year older on 1 March."""
    return int(on[:4]) - int(born[:4]) - (on[5:] < born[5:])


def leeftijdsklasse(born: str, precision: str, on: str) -> str | None:
    """The code on the day `on`. A birth date of month or year may leave only minor, adult or unknown.

    `born` is the first possible day, `precision` D, M or J. None where the day lies before the birth.
    """
    classes = _classes()
    oldest = age(born, on)
    if not 0 <= oldest <= _OLDEST:
        return None
    if precision == "D":
        return classes[oldest]
    last = f"{born[:4]}-12-31" if precision == "J" else f"{born[:7]}-31"
    youngest = max(age(last, on), 0)
    if classes[youngest] == classes[oldest]:
        return classes[oldest]
    if oldest < 18:
        return MINOR
    return ADULT if youngest >= 18 else UNKNOWN
