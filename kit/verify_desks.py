"""Hold the marts of the desks and of vroeghulp against the truth of a night. A failure names no file and no child."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from psycopg import sql

from kit.figures import Span
from kit.figures_desks import Cell, first_desk, handovers
from kit.figures_vroeghulp import Course, courses, lead_times, lines
from kit.world import World

Query = Callable[..., list[tuple[Any, ...]]]
Check = Callable[[str, Span | int | str, Any], None]
EMPTY = Span(0, 0)


class DesksVerifier:
    """Compares one night of one world with MART_LOKET (hand-overs) and MART_VROEGHULP."""

    def __init__(self, world: World, night: int, connected: Mapping[str, list[str]], rows: Query, check: Check) -> None:
        self.world, self.night, self.rows, self.check = world, night, rows, check
        self.connected = connected

    def run(self) -> None:
        """Every source that delivers aanmeldingen, and every one that delivers vroeghulp."""
        sources = [source for source, berichten in self.connected.items() if "aanmelding" in berichten]
        if sources:
            self._handovers(sources)
        for source in sources:
            expected = first_desk(self.world.truth, source, self.night)
            self._cells("eerste_loket", ("gemeente_code", "loket_code", "maand"), expected, source)
        if early := [source for source, berichten in self.connected.items() if "vroeghulp" in berichten]:
            files = courses(self.world.truth, self.night, early)
            self._dossiers(files)
            self._lead_times(files)

    def _handovers(self, sources: list[str]) -> None:
        own = {self.world.parties[source].code for source in sources}
        delivered: dict[str, date] = dict(
            self.rows(
                "select verantwoordelijke_code, max(stand_op at time zone 'Europe/Amsterdam')::date"
                " from exchange.delivery where bericht = 'aanmelding' and state in ('merged', 'duplicate') group by 1"
            )
        )
        expected = handovers(self.world.truth, self.night, sources, {c: d for c, d in delivered.items() if c in own})
        keys = ("gemeente_code", "van_loket_code", "naar_loket_code", "maand")
        self._cells("overdrachten_maanden", keys, expected)
        ((pairs,),) = self.rows("select count(*) from mart_loket.overdrachten")
        total = [row["overdrachten"] for row in expected.values()]
        self.check("mart_loket.overdrachten: rows", Span(sum(s.lo for s in total), sum(s.hi for s in total)), pairs)

    def _cells(
        self, table: str, keys: tuple[str, ...], expected: Mapping[Cell, Mapping[str, Span]], source: str | None = None
    ) -> None:
        columns = sorted({column for row in expected.values() for column in row})
        where = f"mart_loket.{table} {source or ''}".strip()
        query = sql.SQL("select {} from mart_loket.{} where vandaag = %s").format(
            sql.SQL(", ").join(map(sql.Identifier, (*keys, *columns))), sql.Identifier(table)
        )
        values: list[object] = [self.world.vandaag(self.night)]
        if source:
            query, values = query + sql.SQL(" and source = %s"), [*values, source]
        width = len(keys)
        found = {tuple(map(str, row[:width])): row[width:] for row in self.rows(query, *values)}
        for cell in sorted(set(expected) | set(found)):
            for column, value in zip(columns, found.get(cell, (0,) * len(columns)), strict=True):
                self.check(f"{where} {' '.join(cell)}: {column}", expected.get(cell, {}).get(column, EMPTY), value)

    def _dossiers(self, files: Mapping[str, Course]) -> None:
        """Per column how many files differ; which ones is for who may look."""
        norms: dict[str, int] = dict(self.rows("select fase, norm_dagen from warehouse.vroeghulp_norm"))
        expected = lines(files, norms)
        columns = sorted({column for row in expected.values() for column in row})
        query = sql.SQL("select dossier_nummer, heeft_toestemming, {} from mart_vroeghulp.dossiers").format(
            sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        found = {number: (consent, values) for number, consent, *values in self.rows(query)}
        where = "mart_vroeghulp.dossiers"
        self.check(f"{where}: files", len(expected), len(found))
        same = set(expected) & set(found)
        self.check(f"{where}: files that must be there", len(expected), len(same))
        consent = sum(found[number][0] == bool(expected[number]) for number in same)
        self.check(f"{where}: heeft_toestemming right", len(same), consent)
        for index, column in enumerate(columns):
            wrong = sum(_told(found[number][1][index]) != expected[number].get(column) for number in same)
            self.check(f"{where}: files with another {column}", 0, wrong)
        shown = [number for number in same if expected[number]]
        days = sum(files[number].running for number in shown if not files[number].closed)
        ((phases,),) = self.rows(
            "select coalesce(sum(dagen), 0) from mart_vroeghulp.dossier_fasen join mart_vroeghulp.dossiers"
            " using (source, verantwoordelijke_code, dossier_nummer) where not is_afgesloten"
        )
        self.check("mart_vroeghulp.dossier_fasen: days of open files", days, int(phases))

    def _lead_times(self, files: Mapping[str, Course]) -> None:
        expected = lead_times(files.values(), self.world.vandaag(self.night))
        found = {
            (traject, niveau, area, first.isoformat()): None if number is None else (number, mean, middle)
            for traject, niveau, area, first, number, mean, middle in self.rows(
                "select traject, niveau, gebied_code, periode_begin, aantal, gemiddelde_dagen, mediaan_dagen"
                " from mart_vroeghulp.looptijden"
            )
        }
        where = "mart_vroeghulp.looptijden"
        self.check(f"{where}: rows", len(expected), len(found))
        for cell, figures in expected.items():
            self.check(f"{where} {' '.join(cell)}", str(figures), str(found.get(cell, "no row")))


def _told(value: Any) -> Any:
    """Dates as the records write them."""
    return value.isoformat() if isinstance(value, date) else value
