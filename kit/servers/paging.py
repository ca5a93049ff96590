"""Pages of a list, with the filters and the order that a client asks for."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request

from kit.servers.cases import Case
from kit.servers.problems import Problem, invalid

DEFAULT_SIZE, LARGEST_SIZE = 100, 500
COUNT_LIMIT = 500  # beyond it `count` is a floor: counting costs the database too much
ORDERINGS = ("identificatie", "startdatum", "einddatum", "registratiedatum")
Test = Callable[[Case, str], bool]


def _date_tests(name: str, get: Callable[[Case], str | None], *suffixes: str) -> dict[str, Test]:
    compare: dict[str, Callable[[str, str], bool]] = {
        "": lambda a, b: a == b,
        "__gt": lambda a, b: a > b,
        "__gte": lambda a, b: a >= b,
        "__lt": lambda a, b: a < b,
        "__lte": lambda a, b: a <= b,
    }

    def test(how: Callable[[str, str], bool]) -> Test:
        return lambda case, wanted: (value := get(case)) is not None and how(value, wanted)

    return {name + suffix: test(compare[suffix]) for suffix in suffixes}


DATES: dict[str, Test] = {
    **_date_tests("startdatum", lambda case: case.startdatum, "", "__gt", "__gte", "__lt", "__lte"),
    **_date_tests("einddatum", lambda case: case.einddatum, "", "__gt", "__lt"),
    **_date_tests("registratiedatum", lambda case: case.created.isoformat(), "", "__gt", "__lt"),
}
TESTS: dict[str, Test] = {
    "identificatie": lambda case, wanted: case.identificatie == wanted,
    "bronorganisatie": lambda case, wanted: case.rsin == wanted,
    "bronorganisatie__in": lambda case, wanted: case.rsin in wanted.split(","),
    "einddatum__isnull": lambda case, wanted: (case.einddatum is None) == (wanted.lower() == "true"),
    **DATES,
}
OTHERS = ("zaaktype", "ordering", "page", "pageSize", "expand")


@dataclass(frozen=True)
class Page:
    """Some rows of a list: `count` is what the API tells, a floor where the list is long."""

    rows: Sequence[Any]
    number: int
    count: int
    more: bool


def sort_and_filter(cases: Iterable[Case], request: Request, address: str) -> list[Case]:
    """The zaken that the parameters ask for, in their order. Raises Problem 400 for a wrong or unknown one."""
    parameters = request.query_params
    unknown = sorted(set(parameters) - set(TESTS) - set(OTHERS))
    if unknown:
        reason = f"Onbekende query parameters: {', '.join(unknown)}"
        raise invalid(("nonFieldErrors", "unknown-parameters", reason))
    wrong = [name for name in parameters if name in DATES and not _is_date(parameters[name])]
    if wrong:
        raise invalid(*((name, "invalid", "Voer een geldige datum in.") for name in wrong))
    tests = [(TESTS[name], value) for name, value in parameters.items() if name in TESTS and value]
    zaaktype = parameters.get("zaaktype")
    found = [
        case
        for case in cases
        if (not zaaktype or address + case.version.zaaktype["url"] == zaaktype)
        and all(test(case, value) for test, value in tests)
    ]
    ordering = parameters.get("ordering", "")
    if ordering.lstrip("-") in ORDERINGS:
        name = {"registratiedatum": "created"}.get(ordering.lstrip("-"), ordering.lstrip("-"))
        found.sort(key=lambda case: str(getattr(case, name) or "9999"), reverse=ordering.startswith("-"))
    elif ordering:
        raise invalid(("ordering", "invalid_choice", f"Selecteer een geldige keuze: {', '.join(ORDERINGS)}"))
    return found


def _is_date(text: str) -> bool:
    try:
        return len(text) == 10 and bool(date.fromisoformat(text))
    except ValueError:
        return False


def page_of(rows: Sequence[Any], request: Request) -> Page:
    """The page that is asked for. A page size that is too large, zero or no number is replaced without a word."""
    size = _whole(request.query_params.get("pageSize", "")) or DEFAULT_SIZE
    size = min(size, LARGEST_SIZE)
    number = _whole(request.query_params.get("page", "1"))
    start = (number - 1) * size
    if number < 1 or (start >= len(rows) and number > 1):
        raise Problem(404, "NotFound", "not_found", "Ongeldige pagina.")
    end = min(start + size, len(rows))
    more = end < len(rows)
    count = len(rows) if len(rows) <= COUNT_LIMIT or not more else max(COUNT_LIMIT, end + 1)
    return Page(rows[start:end], number, count, more)


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() else 0


def answer(page: Page, rows: Sequence[Any], request: Request) -> dict[str, Any]:
    """The envelope of a page: count, next, previous, results."""
    return {
        "count": page.count,
        "next": _link(request, page.number + 1) if page.more else None,
        "previous": _link(request, page.number - 1) if page.number > 1 else None,
        "results": rows,
    }


def _link(request: Request, number: int) -> str:
    parameters = {**request.query_params, "page": str(number)}
    if number == 1:
        del parameters["page"]
    query = urlencode(sorted(parameters.items()))
    return f"{request.url.scheme}://{request.url.netloc}{request.url.path}{'?' + query if query else ''}"
