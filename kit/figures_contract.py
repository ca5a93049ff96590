"""What must be found in MART_CONTRACT of work, money and roles, counted from the generated records.

The contract as its parties know it (`world.terms`): its provider works for it where financier is 1; a dienst counts in
the month in which it ends and a course in that of the meeting, at the norm amounts.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from kit.figures import Span, count
from kit.records import Record
from kit.truth import Truth

COURSE = "E"
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
    """Add what the records of parties contribute: the last part of a cell is the column, the others are the row.

    What lies before the first row there is, is not compared.
    """
    for party in parties:
        for (*row, column), span in count(truth.possible(party, bericht, night), figures).items():
            if tuple(row) in rows:
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
    today, terms = truth.world.vandaag(night), truth.world.terms
    during = list(months(terms.begin, today))
    names = ["nieuw", "afgesloten", "lopend", "bijeenkomsten", *MINUTES.values()]
    rows = zeros(names, terms.gemeenten, [str(month) for month in during], list(terms.norms))
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
        if (
            record["financier_code"] != "1"
            or record["soort_code"] not in MINUTES
            or not str(terms.begin) <= on <= str(today)
        ):
            return {}
        cell = (record["gemeente_code"], f"{on[:7]}-01", record["dienst_code"])
        return {(*cell, MINUTES[record["soort_code"]]): record["minuten"]}

    contributed(truth, "traject", night, traject, rows, terms.provider)
    contributed(truth, "activiteit", night, activiteit, rows, terms.provider)
    # People who lead one meeting together each write down their time: a course is given once a day.
    for record in truth.current(terms.provider, "activiteit", night).values():
        if record["soort_code"] == "4" and activiteit(record):
            meeting = (record["gemeente_code"], f"{record['datum'][:7]}-01", COURSE)
            meetings[meeting].add(f"{record['cursus_nummer']} {record['datum']}")
    for meeting, given in meetings.items():
        rows[meeting]["bijeenkomsten"] = Span(len(given), len(given))
    for (*_, dienst), row in rows.items():
        unit, norm = row["bijeenkomsten" if dienst == COURSE else "afgesloten"], terms.norms[dienst]
        row["bedrag_eur"] = Span(unit.lo * norm, unit.hi * norm)
    return rows


def beside(truth: Truth, night: int) -> Rows:
    """mart_contract.overige_inzet: (gemeente, month, kind of activity) -> column -> figure."""
    today, terms = truth.world.vandaag(night), truth.world.terms

    def figures(record: Record) -> dict[Cell, int]:
        on, kind = record["datum"], record["soort_code"]
        if record["financier_code"] != "1" or kind not in GROUPS or not str(terms.begin) <= on <= str(today):
            return {}
        cell = (record["gemeente_code"], f"{on[:7]}-01", kind)
        return {(*cell, "activiteiten"): 1, (*cell, "minuten"): record["minuten"]}

    rows = zeros(
        ["activiteiten", "minuten"], terms.gemeenten, [str(m) for m in months(terms.begin, today)], list(GROUPS)
    )
    return contributed(truth, "activiteit", night, figures, rows, terms.provider)


def realised(truth: Truth, night: int) -> Rows:
    """mart_contract.realisatie of year one: (gemeente, or "" for the region) -> column -> figure; parts in 1/10,000."""
    work, other = produced(truth, night), beside(truth, night)
    terms, rows = truth.world.terms, Rows()
    for area in ("", *terms.gemeenten):
        own = [row["bedrag_eur"] for cell, row in work.items() if area in ("", cell[0])]
        amount = Span(sum(span.lo for span in own), sum(span.hi for span in own))
        weight = terms.weights[area] / sum(terms.weights.values()) if area else 1
        minutes = {
            group: [row["minuten"] for cell, row in other.items() if area in ("", cell[0]) and GROUPS[cell[2]] == group]
            for group in ("collectief", "ivh")
        }
        rows[area,] = {"gerealiseerd_eur": amount} | {
            f"minuten_{group}": Span(sum(s.lo for s in spans), sum(s.hi for s in spans))
            for group, spans in minutes.items()
        }
        for reading, budget in terms.budget.items():
            lo, hi = (part / (budget * weight) * 10_000 for part in (amount.lo, amount.hi))
            rows[area,][f"aandeel_{reading}"] = Span(int(lo), int(hi) + 1)
        elapsed = round((truth.world.vandaag(night) - terms.begin).days / 365 * 10_000)
        rows[area,]["aandeel_tijd"] = Span(elapsed, elapsed)
    return rows


def roles(truth: Truth, night: int) -> Rows:
    """mart_contract.onafhankelijkheid: (gemeente, quarter) -> column -> figure."""
    today, terms = truth.world.vandaag(night), truth.world.terms

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
    rows = zeros(names, terms.gemeenten, [str(day) for day in quarters(terms.compared_from, today)])
    contributed(truth, "traject", night, traject, rows, terms.provider)
    return contributed(truth, "activiteit", night, gesprek, rows, terms.provider)
