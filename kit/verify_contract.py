"""Hold MART_CONTRACT against the truth of a night: every figure of the contract, and that few people stay hidden."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, LiteralString

from psycopg import sql

from kit.figures import Span
from kit.figures_clocks import clocks
from kit.figures_contract import Cell, Rows, beside, produced, realised, roles
from kit.figures_people import People, needs, supported, waits
from kit.world import World

Query = Callable[..., list[tuple[Any, ...]]]
Check = Callable[[str, Span | int | str, Any], None]
EMPTY = "empty"
TABLES: tuple[LiteralString, ...] = (
    "aanlevering", "clienten", "kenmerken", "onafhankelijkheid", "overige_inzet", "productie", "realisatie",
    "termijnen", "wachttijd",
)  # fmt: skip
PARTS = ("aandeel_a", "aandeel_b", "aandeel_tijd")  # held in 1/10,000


class ContractVerifier:
    """Compares one night of one world with the marts of the contract. `connected`: source -> berichten delivered."""

    def __init__(self, world: World, night: int, connected: Mapping[str, list[str]], rows: Query, check: Check) -> None:
        self.world, self.night, self.connected, self.rows, self.check = world, night, connected, rows, check

    def run(self) -> None:
        """The work of the provider where it delivers all that it takes; visits and investigations of who has them."""
        truth, night = self.world.truth, self.night
        self._published()
        if {"aanmelding", "traject", "activiteit"} <= set(self.connected.get(self.world.terms.provider, ())):
            self._rows("productie", ("gemeente_code", "maand", "dienst_code"), produced(truth, night))
            self._rows("overige_inzet", ("gemeente_code", "maand", "soort_code"), beside(truth, night))
            self._rows("realisatie", ("gemeente_code",), realised(truth, night))
            self._rows("onafhankelijkheid", ("gemeente_code", "kwartaal"), roles(truth, night))
            self._rows("wachttijd", ("gemeente_code", "kwartaal"), waits(truth, night))
            self._people(supported(truth, night))
        if parties := self._delivering("onderzoek"):
            self._rows("termijnen", ("gemeente_code", "kwartaal"), clocks(truth, night, parties), only=True)
        if parties := self._delivering("aanmelding"):
            self._needs(needs(truth, night, parties))

    def _published(self) -> None:
        """Every mart of the contract is of this day."""
        for table in TABLES:
            days = self.rows(sql.SQL("select distinct vandaag from mart_contract.{}").format(sql.Identifier(table)))
            shown = ", ".join(str(each) for (each,) in days)
            self.check(f"mart_contract.{table}: published for", self.world.vandaag(self.night).isoformat(), shown)

    def _delivering(self, bericht: str) -> list[str]:
        return [party for party, berichten in self.connected.items() if bericht in berichten]

    def _found(self, table: LiteralString, keys: Iterable[str], columns: Iterable[str]) -> dict[Cell, dict[str, Any]]:
        keys, columns = tuple(keys), tuple(columns)
        query = sql.SQL("select {} from mart_contract.{}").format(
            sql.SQL(", ").join(sql.Identifier(name) for name in (*keys, *columns)), sql.Identifier(table)
        )
        width = len(keys)
        return {
            tuple("" if part is None else str(part) for part in row[:width]): dict(
                zip(columns, row[width:], strict=True)
            )
            for row in self.rows(query)
        }

    def _rows(self, table: LiteralString, keys: tuple[str, ...], expected: Rows, *, only: bool = False) -> None:
        """Every row that must be there; and, unless `only` these are known, no other."""
        columns = sorted({column for row in expected.values() for column in row})
        found = self._found(table, keys, columns)
        if not only:
            self.check(f"mart_contract.{table}: rows", len(expected), len(found))
        for cell, row in expected.items():
            for column, span in row.items():
                value = found.get(cell, {}).get(column)
                if value is not None and column in PARTS:
                    value = int(value * 10_000)
                self._figure(f"mart_contract.{table} {' '.join(cell)}: {column}", span, value)

    def _figure(self, name: str, span: Span, value: Any) -> None:
        self.check(name, str(span) if value is None else span, EMPTY if value is None else value)

    def _people(self, expected: Mapping[Cell, People]) -> None:
        keys = ("gemeente_code", "tijdvak", "datum_van")
        found = self._found("clienten", keys, ("unieke_clienten", "minderjarigen", "leeftijd_onbekend"))
        where, least = "mart_contract.clienten", self.world.terms.threshold["minderjarigen"]
        self.check(f"{where}: rows", len(expected), len(found))
        sets: dict[Cell, list[tuple[People, int | None]]] = {}
        for (area, kind, first), people in expected.items():
            row = found.get((area, kind, first), {})
            name = f"{where} {area} {kind} {first}"
            self.check(f"{name}: unieke_clienten", people.everyone, row.get("unieke_clienten"))
            self.check(f"{name}: leeftijd_onbekend", people.unknown, row.get("leeftijd_onbekend"))
            minors = row.get("minderjarigen")
            if kind == "maand" or min(people.minors, people.adults) < least:
                self.check(f"{name}: minderjarigen hidden", EMPTY, EMPTY if minors is None else "shown")
            elif minors is not None or area == "":
                self.check(f"{name}: minderjarigen", people.minors, minors)
            if area and kind != "maand":
                sets.setdefault((kind, first), []).append((people, minors))
        for (kind, first), rows in sets.items():
            hidden = [people for people, minors in rows if minors is None]
            small = [people for people in hidden if min(people.minors, people.adults) < least and people.everyone]
            region, shown = expected["", kind, first], [people for people, minors in rows if minors is not None]
            for name in ("minors", "adults"):
                left = getattr(region, name) - sum(getattr(people, name) for people in shown)
                few = bool(small) and bool(shown) and left < least
                self.check(f"{where} {kind} {first}: {name} by subtraction", "not few", "few" if few else "not few")
            over = bool(hidden) and not any(min(people.minors, people.adults) < least for people in hidden)
            self.check(f"{where} {kind} {first}: hidden without need", False, over)

    def _needs(self, expected: Mapping[Cell, Span]) -> None:
        keys = ("gemeente_code", "tijdvak", "datum_van", "kenmerk", "code")
        found = {cell: row["clienten"] for cell, row in self._found("kenmerken", keys, ("clienten",)).items()}
        where, sets = "mart_contract.kenmerken", dict[Cell, list[Cell]]()
        for cell in sorted(set(expected) | set(found)):
            area, kind, first, kenmerk, code = cell
            span, value, least = expected.get(cell, Span(0, 0)), found.get(cell), self.world.terms.threshold[kenmerk]
            name = f"{where} {' '.join(cell)}"
            if cell not in found:
                self.check(f"{name}: row", "there", "missing")
            elif value is None:
                # Wholly visible only where nobody of the same year and kind has to hide.
                self.check(f"{name}: hidden", True, area != "" or kind == "kwartaal" or span.lo < least)
            else:
                self.check(name, Span(max(span.lo, least), span.hi), value)
            if area or kind == "kwartaal":
                sets.setdefault((kind if area else "kwartaal", first[:4], kenmerk, code), []).append(cell)
        for (kind, year, kenmerk, code), cells in sets.items():
            hidden = [expected.get(cell, Span(0, 0)) for cell in cells if found.get(cell) is None]
            few = 0 < sum(span.hi for span in hidden) < self.world.terms.threshold[kenmerk]
            # All hidden: nothing to subtract from the region.
            few = few and len(hidden) < len(cells)
            name = f"{where} {kind} {year} {kenmerk} {code}"
            self.check(f"{name}: by subtraction", "not few", "few" if few else "not few")
            needless = bool(hidden) and all(span.lo >= self.world.terms.threshold[kenmerk] for span in hidden)
            self.check(f"{name}: hidden without need", False, needless)
