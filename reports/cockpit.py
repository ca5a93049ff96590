"""The pages of the cockpit: one template each in reports/cockpit, one dress for all. They ask nothing outside."""

from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from reports import wording
from reports.incident import KINDS

SENT = {"sent": "bezorgd", "waiting": "wacht op verzending", "overtaken": "ingehaald door een nieuwere versie"}
#: Where a delivery stands, by its state in the ledger: the word, and its colour.
STAND = {
    "received": ("ontvangen", "wacht"),
    "validated": ("gekeurd", "wacht"),
    "held": ("aangehouden", "wacht"),
    "merged": ("definitief", "goed"),
    "refused": ("geweigerd", "fout"),
    "duplicate": ("dubbel", "goed"),
    "tried": ("proef", "wacht"),
}


def page(name: str, **values: object) -> str:
    """One page by the name of its template; `base` is the address below which all pages stand."""
    return _templates().get_template(f"{name}.html.j2").render(**values, kinds=KINDS, sent_words=SENT)


def stand(state: str) -> tuple[str, str]:
    """The word for a state and its colour; a state that is not known here goes by its own name."""
    return STAND.get(state, (state, "wacht"))


def cell(value: Any) -> str:
    """A value of a mart as a reader in the Netherlands writes it."""
    if value is None:
        return "·"
    if isinstance(value, bool):
        return "ja" if value else "nee"
    if isinstance(value, int):
        return wording.number(value)
    if isinstance(value, (Decimal, float)):
        return f"{value:,}".translate(str.maketrans(",.", ".,"))
    if isinstance(value, datetime):
        return wording.moment(value.isoformat())
    if isinstance(value, date):
        return value.isoformat()
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def is_number(value: Any) -> bool:
    """Whether a value stands to the right of its column."""
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("reports", "cockpit"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"cel": cell, "getal": wording.number, "dag": lambda value: wording.day(value.isoformat())}
    environment.filters["stand"] = stand
    environment.tests["getal"] = is_number
    return environment
