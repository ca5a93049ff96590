"""What must be found of hand-overs between desks, from the generated records of both sides.

In this world a desk sends one question to another desk at most once, so two sides that name the same kenmerk and the
same two desks are one hand-over. A side of a lagging source may be in one of several states; so may the pair.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from itertools import product
from typing import Any

from kit.figures import Options, Span, count
from kit.parties import Loket
from kit.records import Record
from kit.truth import Truth

DAYS = 90
HUISARTS = "13"
KINDS = {"1": "warm", "2": "koud"}
Question = tuple[str, str, str]  # kenmerk, sending desk, receiving desk
Cell = tuple[str, ...]


def handovers(
    truth: Truth, night: int, sources: Collection[str], delivered: Mapping[str, date]
) -> dict[Cell, dict[str, Span]]:
    """(gemeente, sending desk, receiving desk, first of the month) -> column of overdrachten_maanden -> figure.

    sources: whose aanmeldingen the hub has; delivered: code of an organisation -> day up to which it delivered.
    """
    today, desks = truth.world.vandaag(night), truth.world.desks
    sides: dict[Question, dict[str, Options]] = defaultdict(dict)
    for source in sources:
        for states in truth.possible(source, "aanmelding", night):
            for side, of in (("van", _sent), ("naar", _received)):
                for question in {of(record, today) for record in states if record} - {None}:
                    seen = tuple(record if record and of(record, today) == question else None for record in states)
                    assert question is not None
                    assert side not in sides[question], "a desk sent one question twice to another desk"
                    sides[question][side] = seen
    pairs: list[Options] = [
        tuple(
            {"van": van, "naar": naar, "question": question} if van or naar else None
            for van, naar in product(both.get("van", (None,)), both.get("naar", (None,)))
        )
        for question, both in sides.items()
    ]
    rows: dict[Cell, dict[str, Span]] = defaultdict(dict)
    for (*cell, column), span in count(pairs, lambda pair: _figures(pair, today, delivered, desks)).items():
        rows[tuple(cell)][column] = span
    return dict(rows)


def _sent(record: Record, today: date) -> Question | None:
    naar = record.get("doorgestuurd_naar_loket_code")
    if naar is None or record["datum_doorgestuurd"] > today.isoformat():
        return None
    return record["overdracht_kenmerk"], record["loket_code"], naar


def _received(record: Record, today: date) -> Question | None:
    van = record.get("ontvangen_van_loket_code")
    if van is None or record["datum_aanmelding"] > today.isoformat():
        return None
    return record["overdracht_kenmerk"], van, record["loket_code"]


def _figures(pair: Record, today: date, delivered: Mapping[str, date], desks: Mapping[str, Loket]) -> dict[Cell, int]:
    """What one hand-over adds to its cell."""
    van, naar, (_, van_loket, naar_loket) = pair["van"], pair["naar"], pair["question"]
    own = None if naar is None or "doorgestuurd_naar_loket_code" in naar else naar.get("overdracht_code")
    kind = KINDS.get((van or {}).get("overdracht_code") or own or "", "soort_onbekend")
    sent = date.fromisoformat(van["datum_doorgestuurd"]) if van else None
    said = (van or {}).get("datum_overdracht_geaccepteerd") or (naar or {}).get("datum_aanmelding")
    accepted = date.fromisoformat(said) if said else None
    days = max((accepted - sent).days, 0) if accepted and sent else None
    until = delivered.get(desks[naar_loket].organisatie_code)
    if desks[naar_loket].soort == HUISARTS:
        state = "verwijzing"
    elif sent is None:
        state = "alleen_ontvangen"
    elif accepted:
        state = "aangenomen"
    elif until is None:
        state = "onbekend"
    else:
        state = "verloren" if (min(today, until) - sent).days > DAYS else "open"
    hop = accepted is not None and state != "verwijzing" and van_loket != naar_loket and (days or 0) <= DAYS
    month = ((sent or accepted) or today).replace(day=1).isoformat()
    cell = ((van or naar)["gemeente_code"], van_loket, naar_loket, month)
    found = dict.fromkeys(("overdrachten", kind, state), 1) | {
        "hops": int(hop),
        "na_90_dagen": int(state == "aangenomen" and (days or 0) > DAYS),
        "dagen_bekend": int(days is not None),
        "dagen_tot_aangenomen": days or 0,
    }
    return {(*cell, column): value for column, value in found.items()}


def first_desk(truth: Truth, source: str, night: int) -> dict[Cell, dict[str, Span]]:
    """(gemeente, desk, first of the month) -> column of eerste_loket -> figure, of one source."""
    today = truth.world.vandaag(night).isoformat()

    def figures(record: Record) -> dict[Cell, int]:
        if "ontvangen_van_loket_code" in record or record["datum_aanmelding"] > today:
            return {}
        cell = (record["gemeente_code"], record["loket_code"], record["datum_aanmelding"][:7] + "-01")
        return {(*cell, "aanmeldingen"): 1, (*cell, _end(record, truth.world.desks)): 1}

    rows: dict[Cell, dict[str, Span]] = defaultdict(dict)
    for (*cell, column), span in count(truth.possible(source, "aanmelding", night), figures).items():
        rows[tuple(cell)][column] = span
    return dict(rows)


def _end(record: Record, desks: Mapping[str, Loket]) -> str:
    naar = record.get("doorgestuurd_naar_loket_code")
    if naar and desks[naar].soort == HUISARTS:
        return "verwezen"
    if naar:
        kind = KINDS.get(record.get("overdracht_code", ""))
        return f"{kind}_overgedragen" if kind else "overgedragen_onbekend"
    outcome: Any = record.get("uitkomst_code", "99")
    return {"1": "geholpen", "2": "geholpen", "99": "uitkomst_onbekend"}.get(outcome, "overige_uitkomst")
