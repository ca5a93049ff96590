"""A page of the cockpit stands whatever the ledger holds: one odd row does not take away all others."""

import re
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest
from lxml import html
from sqlalchemy import CheckConstraint

from exchange.outbox import KINDS
from reports import cockpit
from warehouse.tables import delivery

pytestmark = pytest.mark.pure

SOURCE = SimpleNamespace(id="proef", title="Gemeente Coevorden", region="drenthe")


def states() -> list[str]:
    """Every state that the database lets a delivery have."""
    (allowed,) = [
        str(one.sqltext)
        for one in delivery.constraints
        if isinstance(one, CheckConstraint) and "state in" in str(one.sqltext)
    ]
    return re.findall(r"'(\w+)'", allowed)


def row(state: str, soort: str, number: int = 1) -> dict[str, Any]:
    counts = {"received": 41, "accepted": 40, "rejected": 1}
    made = {"delivery_id": number, "vandaag": date(2015, 3, 2), "bericht": "aanmelding", "replay_reason": None}
    return made | counts | {"state": state, "soort": soort, "versie": 1, "sent": None}


def stands(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """The word of each row on the page of answers, and its colour."""
    text = cockpit.page("retourberichten", base="", shown=[(SOURCE, rows)], bron="", total=1)
    return [(one.text, one.get("class")) for one in html.fromstring(text).xpath("//span[contains(@class, 'vlag')]")]


def test_every_state_with_every_kind_of_answer_has_its_row() -> None:
    rows = [row(state, soort) for state in states() for soort in KINDS.values()]
    assert len(states()) == 7
    assert len(stands(rows)) == len(rows)


@pytest.mark.parametrize(
    ("state", "soort", "word", "colour"),
    [
        ("received", "ontvangen", "ontvangen", "wacht"),
        ("received", "definitief", "ontvangen", "wacht"),  # a replay: judged anew, and not told yet
        ("validated", "ontvangen", "gekeurd", "wacht"),
        ("validated", "aangehouden", "gekeurd", "wacht"),  # released, or a replay
        ("held", "aangehouden", "aangehouden", "wacht"),
        ("merged", "definitief", "definitief", "goed"),
        ("refused", "definitief", "geweigerd", "fout"),
        ("duplicate", "definitief", "dubbel", "goed"),
        ("tried", "proef", "proef", "wacht"),
    ],
)
def test_the_word_says_where_a_delivery_stands(state: str, soort: str, word: str, colour: str) -> None:
    assert stands([row(state, soort)]) == [(word, f"vlag {colour}")]


def test_a_state_of_a_later_version_is_shown_by_its_own_name() -> None:
    assert stands([row("gearchiveerd", "elders")]) == [("gearchiveerd", "vlag wacht")]
