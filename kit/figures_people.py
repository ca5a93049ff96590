"""What must be found in MART_CONTRACT of people: how many different ones, how long they wait, what they come for.

A person is one party's idea of a person. What may be seen of few people is stated as the rule that a reader may hold
the mart against, not as the way in which the hub chooses what to hide.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from math import ceil

from kit.figures import Options, Span, client, distinct, is_age_unknown, is_minor
from kit.figures_contract import Cell, Rows, last_day, months, quarter, quarters
from kit.records import Record
from kit.truth import Truth


@dataclass(frozen=True)
class People:
    """The people of the contract in one area and period. `adults` are those of whom it is certain."""

    everyone: int
    minors: int
    adults: int
    unknown: int


def periods(first: date, today: date) -> Iterator[tuple[str, date, date]]:
    """Every month, quarter and year from a day up to today: (kind, first day, last day that counts)."""
    for month in months(first, today):
        yield "maand", month, min(last_day(month), today)
        if month.month % 3 == 1:
            yield "kwartaal", month, min(last_day(month + timedelta(days=64)), today)
        if month.month == 1:
            yield "jaar", month, min(date(month.year, 12, 31), today)


def supported(truth: Truth, night: int) -> dict[Cell, People]:
    """mart_contract.clienten: (gemeente, or "" for the region; kind and first day of the period) -> people.

    The provider tells what changed, so the hub holds its newest states.
    """
    terms = truth.world.terms
    visits = {
        record["aanmelding_nummer"]: "unknown" if is_age_unknown(record) else "minor" if is_minor(record) else "adult"
        for record in truth.current(terms.provider, "aanmelding", night).values()
        if not record["persoon"]["is_anoniem"]
    }
    ages: dict[Cell, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    every = [
        (kind, str(first), str(last)) for kind, first, last in periods(terms.compared_from, truth.world.vandaag(night))
    ]
    for record in truth.current(terms.provider, "traject", night).values():
        age, who = visits.get(record["aanmelding_nummer"], "unknown"), client(record)
        for kind, first, last in every if record["financier_code"] == "1" and who else ():
            if record["datum_start"] <= last and record.get("datum_einde", "9999") >= first:
                for area in ("", record["gemeente_code"]):
                    ages[area, kind, first][str(who)].add(age)
    areas = ["", *terms.gemeenten]
    return {(area, kind, first): _people(ages[area, kind, first]) for area in areas for kind, first, _ in every}


def _people(ages: Mapping[str, set[str]]) -> People:
    minors = sum("minor" in found for found in ages.values())
    unknown = sum(found == {"unknown"} for found in ages.values())
    return People(len(ages), minors, len(ages) - minors - unknown, unknown)


def waits(truth: Truth, night: int) -> Rows:
    """mart_contract.wachttijd: (gemeente, or ""; quarter of the aanmelding) -> column -> figure."""
    today, terms = truth.world.vandaag(night), truth.world.terms
    came = {
        r["aanmelding_nummer"]: r["datum_aanmelding"]
        for r in truth.current(terms.provider, "aanmelding", night).values()
    }
    support: dict[tuple[str, str], list[Record]] = defaultdict(list)
    for record in truth.current(terms.provider, "traject", night).values():
        if record["financier_code"] == "1":
            support[record["aanmelding_nummer"], record["gemeente_code"]].append(record)
    rows: Rows = {
        (area, str(day)): dict.fromkeys(
            ("aanmeldingen", "met_gesprek", "wachtend", "zonder_gesprek", "onbekend"), Span(0, 0)
        )
        for area in ("", *terms.gemeenten)
        for day in quarters(terms.compared_from, today)
    }
    days: dict[Cell, list[int]] = defaultdict(list)

    def add(cell: Cell, column: str) -> None:
        rows[cell][column] = Span(rows[cell][column].lo + 1, rows[cell][column].hi + 1)

    for (nummer, gemeente), records in support.items():
        start = came.get(nummer, min(record["datum_start"] for record in records))
        talks = [r["datum_eerste_gesprek"] for r in records if r.get("datum_eerste_gesprek", "9999") <= str(today)]
        over = all(record.get("datum_einde", "9999") <= str(today) for record in records)
        for cell in ((gemeente, quarter(start)), ("", quarter(start))) if start <= str(today) else ():
            if cell not in rows:  # before the day from which figures are compared
                continue
            add(cell, "aanmeldingen")
            if nummer not in came:
                add(cell, "onbekend")
            elif talks:
                add(cell, "met_gesprek")
                days[cell].append(max((date.fromisoformat(min(talks)) - date.fromisoformat(start)).days, 0))
            else:
                add(cell, "zonder_gesprek" if over else "wachtend")
    for waited, found in days.items():
        for column, value in (
            ("dagen_samen", sum(found)),
            ("dagen_mediaan", sorted(found)[ceil(len(found) * 0.5) - 1]),
            ("dagen_p90", sorted(found)[ceil(len(found) * 0.9) - 1]),
        ):
            rows[waited][column] = Span(value, value)
    return rows


def needs(truth: Truth, night: int, parties: list[str]) -> dict[Cell, Span]:
    """mart_contract.kenmerken: (gemeente or "", kind and first day of the period, kenmerk, code) -> different people.

    Of visits to the desks of these parties, in periods that are over.
    """
    over = {
        (kind, str(first))
        for kind, first, last in periods(
            truth.world.terms.compared_from, truth.world.vandaag(night) - timedelta(days=1)
        )
        if _is_whole(kind, first, last)
    }
    found: dict[Cell, Span] = {}
    for party in parties:
        options: list[Options] = list(truth.possible(party, "aanmelding", night))
        for kenmerk in ("leefgebied", "doelgroep"):
            codes = {code for states in options for r in states if r for code in r.get(f"{kenmerk}_code", ())} - {"99"}
            for code in codes:
                for cell, span in distinct(options, partial(_visit, kenmerk, code)).items():
                    if cell[1:3] in over:
                        before = found.get((*cell, kenmerk, code), Span(0, 0))
                        found[*cell, kenmerk, code] = Span(before.lo + span.lo, before.hi + span.hi)
    return found


def _visit(kenmerk: str, code: str, record: Record) -> dict[Cell, str]:
    if (
        record["financier_code"] != "1"
        or record["persoon"]["is_anoniem"]
        or code not in record.get(f"{kenmerk}_code", ())
    ):
        return {}
    day, who = record["datum_aanmelding"], str(client(record))
    year = f"{day[:4]}-01-01"
    return {(record["gemeente_code"], "jaar", year): who, ("", "jaar", year): who, ("", "kwartaal", quarter(day)): who}


def _is_whole(kind: str, first: date, last: date) -> bool:
    """Whether a period ended: its last day that counts is its own last day."""
    return last == (date(first.year, 12, 31) if kind == "jaar" else last_day(first + timedelta(days=64)))
