"""What must be found in MART_CONTRACT of work, money and roles, counted from the generated records.

The contract as its parties know it: it runs in 2015; MEE Drenthe works for it where financier is 1; a dienst counts in
the month in which it ends and a course in that of the meeting, at the norm amounts of 2014. The text "3.5 million"
reads as the contract (A), or as all funds of which three quarters are the contract (B).
"""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache

from kit.figures import Span, count
from kit.nights import vandaag
from kit.parties import DATA, gemeente_party, inhabitants
from kit.records import Record
from kit.truth import Truth

MEE, COURSE = "mee_drenthe", "E"
TERM, COMPARED_FROM = date(2015, 1, 1), date(2012, 1, 1)
BUDGET = {"a": 3_500_000, "b": 2_625_000}
MINUTES = {"1": "minuten_direct", "2": "minuten_indirect", "3": "minuten_reis", "4": "minuten_cursus"}
GROUPS = {
    "5": "collectief",
    "6": "collectief",
    "7": "collectief",
    "8": "ivh",
    "9": "ivh",
    "10": "college",
    "98": "anders",
}
ROLES = {"1": "onafhankelijk", "2": "namens_college", "3": "beide", "99": "rol_onbekend"}

Cell = tuple[str, ...]
Rows = dict[Cell, dict[str, Span]]


@cache
def norms() -> dict[str, int]:
    """Euros per dienst, 2014."""
    with (DATA / "normbedragen.csv").open(encoding="utf-8", newline="") as stream:
        return {row["dienst_code"]: int(row["normbedrag_2014_eur"]) for row in csv.DictReader(stream)}


def months(first: date, until: date) -> Iterator[date]:
    """The first day of every month up to and including a day."""
    while first <= until:
        yield first
        first = (first + timedelta(days=32)).replace(day=1)


def quarters(first: date, until: date) -> Iterator[date]:
    """The first day of every quarter up to and including a day."""
    return (month for month in months(first, until) if month.month % 3 == 1)


def quarter(day: str) -> str:
    """The first day of the quarter of a day."""
    return f"{day[:4]}-{(int(day[5:7]) - 1) // 3 * 3 + 1:02d}-01"


def last_day(month: date) -> date:
    """The last day of a month."""
    return (month + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def contributed(
    truth: Truth, bericht: str, night: int, figures: Callable[[Record], dict[Cell, int]], rows: Rows, *parties: str
) -> Rows:
    """Add what the records of parties contribute: the last part of a cell is the column, the others are the row."""
    for party in parties:
        for (*row, column), span in count(truth.possible(party, bericht, night), figures).items():
            before = rows[tuple(row)].get(column, Span(0, 0))
            rows[tuple(row)][column] = Span(before.lo + span.lo, before.hi + span.hi)
    return rows


def zeros(columns: list[str], *parts: list[str]) -> Rows:
    """A row of zeros for every combination."""
    cells: list[Cell] = [()]
    for part in parts:
        cells = [(*cell, value) for cell in cells for value in part]
    return {cell: dict.fromkeys(columns, Span(0, 0)) for cell in cells}


def produced(truth: Truth, night: int) -> Rows:
    """mart_contract.productie: (gemeente, month, dienst) -> column -> figure."""
    today = vandaag(night)
    during = list(months(TERM, today))
    names = ["nieuw", "afgesloten", "lopend", "bijeenkomsten", *MINUTES.values()]
    rows = zeros(names, list(gemeente_party()), [str(month) for month in during], list(norms()))
    meetings: dict[tuple[str, str, str], set[str]] = defaultdict(set)

    def traject(record: Record) -> dict[Cell, int]:
        found: dict[Cell, int] = {}
        for month in during if record["financier_code"] == "1" else ():
            first, last = str(month), str(min(last_day(month), today))
            cell = (record["gemeente_code"], first, record["dienst_code"])
            end = record.get("datum_einde", "9999")
            if record["datum_start"] <= last and end >= first:
                found[*cell, "nieuw"] = int(record["datum_start"] >= first)
                found[*cell, "afgesloten"] = int(end <= last)
                found[*cell, "lopend"] = int(end > last)
        return found

    def activiteit(record: Record) -> dict[Cell, int]:
        on = record["datum"]
        if record["financier_code"] != "1" or record["soort_code"] not in MINUTES or not str(TERM) <= on <= str(today):
            return {}
        cell = (record["gemeente_code"], f"{on[:7]}-01", record["dienst_code"])
        return {(*cell, MINUTES[record["soort_code"]]): record["minuten"]}

    contributed(truth, "traject", night, traject, rows, MEE)
    contributed(truth, "activiteit", night, activiteit, rows, MEE)
    # People who lead one meeting together each write down their time: a course is given once a day.
    for record in truth.current(MEE, "activiteit", night).values():
        if record["soort_code"] == "4" and activiteit(record):
            meeting = (record["gemeente_code"], f"{record['datum'][:7]}-01", COURSE)
            meetings[meeting].add(f"{record['cursus_nummer']} {record['datum']}")
    for meeting, given in meetings.items():
        rows[meeting]["bijeenkomsten"] = Span(len(given), len(given))
    for (*_, dienst), row in rows.items():
        unit, norm = row["bijeenkomsten" if dienst == COURSE else "afgesloten"], norms()[dienst]
        row["bedrag_eur"] = Span(unit.lo * norm, unit.hi * norm)
    return rows


def beside(truth: Truth, night: int) -> Rows:
    """mart_contract.overige_inzet: (gemeente, month, kind of activity) -> column -> figure."""
    today = vandaag(night)

    def figures(record: Record) -> dict[Cell, int]:
        on, kind = record["datum"], record["soort_code"]
        if record["financier_code"] != "1" or kind not in GROUPS or not str(TERM) <= on <= str(today):
            return {}
        cell = (record["gemeente_code"], f"{on[:7]}-01", kind)
        return {(*cell, "activiteiten"): 1, (*cell, "minuten"): record["minuten"]}

    rows = zeros(
        ["activiteiten", "minuten"], list(gemeente_party()), [str(m) for m in months(TERM, today)], list(GROUPS)
    )
    return contributed(truth, "activiteit", night, figures, rows, MEE)


def realised(truth: Truth, night: int) -> Rows:
    """mart_contract.realisatie of 2015: (gemeente, or "" for the region) -> column -> figure; parts in 1/10,000."""
    work, other = produced(truth, night), beside(truth, night)
    people = {gemeente: sum(ages.values()) for gemeente, ages in inhabitants().items()}
    rows: Rows = {}
    for area in ("", *gemeente_party()):
        own = [row["bedrag_eur"] for cell, row in work.items() if area in ("", cell[0])]
        amount = Span(sum(span.lo for span in own), sum(span.hi for span in own))
        weight = people[area] / sum(people.values()) if area else 1
        minutes = {
            group: [row["minuten"] for cell, row in other.items() if area in ("", cell[0]) and GROUPS[cell[2]] == group]
            for group in ("collectief", "ivh")
        }
        rows[area,] = {"gerealiseerd_eur": amount} | {
            f"minuten_{group}": Span(sum(s.lo for s in spans), sum(s.hi for s in spans))
            for group, spans in minutes.items()
        }
        for reading, budget in BUDGET.items():
            lo, hi = (part / (budget * weight) * 10_000 for part in (amount.lo, amount.hi))
            rows[area,][f"aandeel_{reading}"] = Span(int(lo), int(hi) + 1)
        elapsed = round((vandaag(night) - TERM).days / 365 * 10_000)
        rows[area,]["aandeel_tijd"] = Span(elapsed, elapsed)
    return rows


def roles(truth: Truth, night: int) -> Rows:
    """mart_contract.onafhankelijkheid: (gemeente, quarter) -> column -> figure."""
    today = vandaag(night)

    def traject(record: Record) -> dict[Cell, int]:
        if record["financier_code"] != "1" or record["datum_start"] > str(today):
            return {}
        cell = (record["gemeente_code"], quarter(record["datum_start"]))
        return {(*cell, "trajecten"): 1, (*cell, ROLES[record["rol_code"]]): 1}

    def gesprek(record: Record) -> dict[Cell, int]:
        if record["financier_code"] != "1" or record["soort_code"] != "10" or record["datum"] > str(today):
            return {}
        cell = (record["gemeente_code"], quarter(record["datum"]))
        return {(*cell, "keukentafelgesprekken"): 1, (*cell, "minuten_keukentafel"): record["minuten"]}

    names = ["trajecten", *ROLES.values(), "keukentafelgesprekken", "minuten_keukentafel"]
    rows = zeros(names, list(gemeente_party()), [str(day) for day in quarters(COMPARED_FROM, today)])
    contributed(truth, "traject", night, traject, rows, MEE)
    return contributed(truth, "activiteit", night, gesprek, rows, MEE)
