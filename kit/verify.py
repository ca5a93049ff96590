"""Hold the hub's warehouse against the truth of a night, figure by figure, through its documented tables.

Only sources that have delivered are looked at (rows in exchange.delivery). A failure names a table, a source, a
column and a code or month: never a value of a person.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, LiteralString
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from kit.figures import HASHED, IDENTITY, Span, client, clients, contents, loket_months
from kit.parkstad.world import Parkstad
from kit.truth import DeliveryTruth
from kit.verify_answers import AnswersVerifier
from kit.verify_contract import ContractVerifier
from kit.verify_desks import DesksVerifier
from kit.world import World

REGIONS: Mapping[str, type[World]] = {"drenthe": World, "parkstad": Parkstad}
COUNTS = ("received", "accepted", "rejected", "unchanged", "superseded", "deleted", "withdrawn")


class VerifyError(RuntimeError):
    """The warehouse cannot be reached or read; one line with the cure."""


@dataclass(frozen=True)
class Failure:
    """One figure that is not what it must be."""

    check: str
    expected: str
    found: str


@dataclass
class Result:
    """What was compared. `checks` and `failed` are numbers."""

    region: str
    night: int
    vandaag: str
    sources: list[str] = field(default_factory=list)
    checks: int = 0
    failures: list[Failure] = field(default_factory=list)

    @property
    def failed(self) -> int:
        """How many checks failed."""
        return len(self.failures)

    def check(self, name: str, expected: Span | int | str, found: Any) -> None:
        """Compare one figure."""
        self.checks += 1
        if not (expected.holds(found) if isinstance(expected, Span) else expected == found):
            self.failures.append(Failure(name, str(expected), str(found)))

    def as_dict(self) -> dict[str, Any]:
        """For `--json`."""
        return {
            "region": self.region,
            "night": self.night,
            "vandaag": self.vandaag,
            "sources": self.sources,
            "checks": self.checks,
            "failed": self.failed,
            "failures": [asdict(failure) for failure in self.failures],
        }


def _address(database: str = "") -> str:
    """The address of a database on the server of HUB_DATABASE_URL. Raises VerifyError."""
    url = os.environ.get("HUB_DATABASE_URL")
    if not url:
        raise VerifyError("HUB_DATABASE_URL is not set: postgresql://login:password@host:port/postgres")
    parts = urlsplit(url)._replace(scheme="postgresql")
    return urlunsplit(parts._replace(path=f"/{database}") if database else parts)


def _server() -> "psycopg.Connection[Any]":
    """The server itself. Raises VerifyError."""
    address = _address()
    try:
        return psycopg.connect(address, connect_timeout=10)
    except psycopg.Error as error:
        # Of the client, so it names host, port and login only.
        said = str(error).splitlines()[0] if isinstance(error, psycopg.OperationalError) else type(error).__name__
        raise VerifyError(f"the server of HUB_DATABASE_URL cannot be reached: {said}") from None


def connect(database: str) -> "psycopg.Connection[Any]":
    """A region's database on the server of HUB_DATABASE_URL, as its loader. Raises VerifyError."""
    _server().close()
    try:
        connection = psycopg.connect(_address(database), autocommit=True, connect_timeout=10)
        connection.execute(sql.SQL("set role {}").format(sql.Identifier(f"{database}_loader")))
        connection.execute("set time zone 'UTC'")
    except psycopg.Error as error:
        raise VerifyError(f"{database} cannot be read ({type(error).__name__}): run one night first") from None
    return connection


class Verifier:
    """Compares one night of one world with one database."""

    def __init__(self, world: World, night: int, connection: "psycopg.Connection[Any]") -> None:
        self.world, self.night, self.connection = world, night, connection
        self.result = Result(world.name, night, world.vandaag(night).isoformat())

    def run(self) -> Result:
        """Every check of every source that has delivered."""
        connected: dict[str, list[str]] = {}
        for source, bericht in self._rows("select distinct source, bericht from exchange.delivery order by 1, 2"):
            if bericht in getattr(self.world.parties.get(source), "berichten", ()):
                connected.setdefault(source, []).append(bericht)
        self.result.sources = list(connected)
        self.result.check("exchange.delivery: sources that delivered", Span(1, 99), len(connected))
        ((residual,),) = self._rows("select count(*) from exchange.delivery where residual <> 0")
        self.result.check("exchange.delivery: deliveries with a residual", 0, residual)
        for source, berichten in connected.items():
            for bericht in berichten:
                self._deliveries(source, bericht)
                self._contents(source, bericht)
            self._people(source, berichten)
            if "aanmelding" in berichten:
                self._mart(source)
        if connected:
            ContractVerifier(self.world, self.night, connected, self._rows, self.result.check).run()
            DesksVerifier(self.world, self.night, connected, self._rows, self.result.check).run()
        return self.result

    def _rows(self, query: LiteralString | sql.Composed, *values: object) -> list[tuple[Any, ...]]:
        try:
            return self.connection.execute(query, values or None).fetchall()
        except psycopg.Error as error:
            raise VerifyError(f"a documented table cannot be read ({type(error).__name__})") from None

    def _deliveries(self, source: str, bericht: str) -> None:
        expected = [d for d in self.world.truth.deliveries(source, bericht) if d.night <= self.night]
        is_file = self.world.parties[source].sends_file(bericht)
        rows = self._rows(
            """select delivery_id, state, stand_op, vandaag, received, accepted, rejected, unchanged, superseded,
                      deleted, withdrawn, coalesce(fault_code, '')
               from exchange.delivery where source = %s and bericht = %s and state <> 'duplicate'
               order by delivery_id""",
            source,
            bericht,
        )
        name = f"exchange.delivery {source} {bericht}"
        held = {truth.stand_op for truth in expected if truth.is_held}
        unfinished = sum(row[1] not in ("merged", "refused") and _moment(row[2]) not in held for row in rows)
        self.result.check(f"{name}: deliveries not merged", 0, unfinished)
        if is_file:
            self.result.check(f"{name}: deliveries", len(expected), len(rows))
        for truth in expected:
            found = [
                row
                for row in rows
                if (row[1] == "refused") == bool(truth.refused)
                and (
                    row[3] == self.world.vandaag(truth.night)
                    if truth.refused or not is_file
                    else _moment(row[2]) == truth.stand_op
                )
            ]
            where = f"{name} night {truth.night}"
            if not found:
                self.result.check(f"{where}: deliveries", 1, 0)
                continue
            if truth.is_held:
                self.result.check(f"{where}: state", "held", found[0][1])
            self.result.check(f"{where}: refused as a whole", truth.refused, found[0][11])
            for column, value in zip(COUNTS, found[0][4:11], strict=True):
                self.result.check(f"{where}: {column}", getattr(truth, column), value)
            self._rejects(where, found[0][0], truth)

    def _rejects(self, where: str, delivery_id: int, truth: DeliveryTruth) -> None:
        found = dict(
            self._rows(
                """select fault ->> 'code', count(distinct record_nummer)
                   from exchange.reject cross join jsonb_array_elements(faults) as fault
                   where delivery_id = %s group by 1""",
                delivery_id,
            )
        )
        for code in sorted(truth.faults):
            self.result.check(f"{where}: rejects with fault {code}", truth.faults[code], found.get(code, 0))

    def _contents(self, source: str, bericht: str) -> None:
        table = f"actueel_{bericht}"
        types = dict(
            self._rows(
                "select column_name, data_type from information_schema.columns"
                " where table_schema = 'warehouse' and table_name = %s",
                table,
            )
        )
        where = f"warehouse.{table} {source}"
        self.result.check(f"{where}: columns with identity", 0, len(IDENTITY & set(types)))
        expected = contents(self.world.truth, source, bericht, self.night)
        for column, values in expected.items():
            if column and column not in types:
                self.result.check(f"{where}: column {column}", "exists", "missing")
                continue
            found = self._counted(table, source, column, types.get(column, ""))
            for value in sorted(set(values) | set(found)):
                what = f"{column} = {value}" if column else "records"
                self.result.check(f"{where}: {what}", values.get(value, Span(0, 0)), found.get(value, 0))
        people = clients(self.world.truth, source, bericht, self.night)
        if people is not None:
            query = sql.SQL("select count(distinct client_ref) from warehouse.{} where source = %s")
            ((number,),) = self._rows(query.format(sql.Identifier(table)), source)
            self.result.check(f"{where}: different people", people, number)

    def _counted(self, table: str, source: str, column: str, data_type: str) -> dict[str, int]:
        """Records per value of a column, in the form of `figures.shown`; "" counts the records themselves."""
        form: LiteralString = "{column}::text"
        origin: LiteralString = "warehouse.{table}"
        if column in HASHED or column.endswith(("_nummer", "_kenmerk")):
            form = "'filled'"
        elif data_type == "date" or data_type.startswith("timestamp"):
            form = "to_char({column}, 'YYYY-MM')"
        elif data_type in ("numeric", "double precision"):
            form = "{column}::float8::text"
        elif data_type == "ARRAY":
            form, origin = "item", "warehouse.{table} cross join unnest({column}) as item"
        query: LiteralString = "select " + form + ", count(*) from " + origin + " where source = %s"
        if column:
            query += " and {column} is not null"
        else:
            query = "select '', count(*) from warehouse.{table} where source = %s"
        composed = sql.SQL(query + " group by 1").format(
            column=sql.Identifier(column or "source"), table=sql.Identifier(table)
        )
        return dict(self._rows(composed, source))

    def _people(self, source: str, berichten: list[str]) -> None:
        """Everyone of whom a record was ever accepted is known in the KLUIS once per source (file sources)."""
        if not self.world.parties[source].is_file:
            return
        ((found,),) = self._rows("select count(*) from kluis.persoon where source = %s", source)
        self.result.check(f"kluis.persoon {source}: people", len(self._known(source, berichten)), found)

    def _known(self, source: str, berichten: list[str]) -> set[str]:
        histories = [self.world.truth.history(source, bericht) for bericht in berichten]
        states = [state for history in histories for of_key in history.states.values() for state in of_key]
        states += [state for history in histories for state in history.held]
        return {
            number
            for since, record in states
            if record is not None and since <= self.night and (number := client(record))
        }

    def _mart(self, source: str) -> None:
        expected = loket_months(self.world.truth, source, self.night)
        columns = sorted(next(iter(expected.values())))
        query = sql.SQL("select gemeente_code, loket_code, maand, {} from mart_loket.aanmeldingen where source = %s")
        composed = query.format(sql.SQL(", ").join(map(sql.Identifier, columns)))
        found = {row[:3]: dict(zip(columns, row[3:], strict=True)) for row in self._rows(composed, source)}
        days = self._rows("select distinct vandaag from mart_loket.aanmeldingen where source = %s", source)
        published = ", ".join(str(day) for (day,) in days)
        self.result.check(f"mart_loket.aanmeldingen {source}: published for", self.result.vandaag, published)
        for gemeente, loket, maand in sorted(set(expected) | set(found)):
            desk = (gemeente, loket, maand)
            for column in columns:
                span, value = expected.get(desk, {}).get(column, Span(0, 0)), found.get(desk, {}).get(column, 0)
                where = f"mart_loket.aanmeldingen {source} {gemeente} {loket} {maand:%Y-%m}"
                self.result.check(f"{where}: {column}", span, value)


def _moment(found: datetime | None) -> str:
    return f"{found:%Y-%m-%dT%H:%M:%SZ}" if found else ""


def verify(seed: int, night: int, kit: Path, region: str) -> Result:
    """Compare the warehouse, and the answers in the senders' rooms, with the truth of a night. Raises VerifyError.

    kit: the folder in which the systems of the parties keep their state.
    """
    world = REGIONS[region].build(seed)
    with connect(world.database) as connection:
        verifier = Verifier(world, night, connection)
        result = verifier.run()
        AnswersVerifier(world, night, kit / world.rooms, verifier._rows, result.check).run(result.sources)
        return result


def present() -> list[str]:
    """The regions that have a database on the server of HUB_DATABASE_URL. Raises VerifyError where none has."""
    with _server() as connection:
        there = {name for (name,) in connection.execute("select datname from pg_database").fetchall()}
    found = [region for region, world in REGIONS.items() if world.database in there]
    if not found:
        raise VerifyError("no region has a database yet: run one night first")
    return found


def together(results: Sequence[Result]) -> dict[str, Any]:
    """For `--json`: the sums over all regions, their failures, and what each of them is."""
    return {
        "night": results[0].night,
        "checks": sum(result.checks for result in results),
        "failed": sum(result.failed for result in results),
        "failures": [failure for result in results for failure in result.as_dict()["failures"]],
        "regions": [result.as_dict() for result in results],
    }
