"""lineage: from which field of a bericht each column of ACCEPTED, WAREHOUSE and the marts comes. No values, only names.

Field to accepted to actueel follows from the contract, which is also where those tables come from. Actueel to mart is
read from the SQL of the mart by a parser; what it says is held against the columns that exist, and what it cannot
follow through a mart's own steps is left out rather than guessed.
"""

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import openlineage_sql
from sqlalchemy import make_url

from exchange.region import Source
from schemas.contract import Contract, load_all
from schemas.render.tables import CLIENT_NUMBER, columns, group_columns
from warehouse.engine import server_url
from warehouse.generated import GROUP_KEY, tables
from warehouse.marts import mart_statements
from warehouse.tables import metadata

PARAMETER = re.compile(r"(?<!:):(\w+)")
INSERT = re.compile(r"insert\s+into\s+([\w.]+)\s*\(([^)]*)\)\s*", re.IGNORECASE)
WITH = re.compile(r"\s*with\s+", re.IGNORECASE)
STEP = re.compile(r"\s*,?\s*(\w+)\s*(?:\(([^)]*)\))?\s+as\s+(?:not\s+)?(?:materialized\s+)?\(", re.IGNORECASE)
WORD = re.compile(r"'(?:[^']|'')*'|\w+|.", re.DOTALL)
ALIAS = re.compile(r"\s+as\s+\w+\s*$", re.IGNORECASE)
VALUES = re.compile(r"\s*values\b", re.IGNORECASE)
STAR = re.compile(r"(?:distinct\s+)?(?:\w+\.)?\*$", re.IGNORECASE)
LAST_WORD = re.compile(r"(\w+)\s*$")


@dataclass(frozen=True)
class Place:
    """A dataset: a table `schema.name`, or what a source delivers of one bericht, `source/bericht`."""

    name: str
    is_table: bool = True


Origins = frozenset[tuple[Place, str]]  # columns of tables, or fields of a bericht
Relation = Mapping[str, Origins]
NOTHING: Origins = frozenset()


@dataclass(frozen=True)
class Flow:
    """One dataset that is written: per column the (dataset, column) pairs that it is made from."""

    to: Place
    columns: Relation

    @property
    def origins(self) -> list[Place]:
        """All datasets that it is made from, by name."""
        return sorted({place for pairs in self.columns.values() for place, _ in pairs}, key=lambda one: one.name)


def accepted(source: Source) -> list[Flow]:
    """What a source delivers to ACCEPTED."""
    return [flow for delivers in source.delivers.values() for flow in _accepted(source.id, delivers.contract)]


def actueel(source: Source) -> list[Flow]:
    """ACCEPTED to the newest state of the berichten of a source; every column keeps its name."""
    flows = []
    for bericht, delivers in source.delivers.items():
        origin = Place(f"accepted.{bericht}")
        names = [column.name for column in columns(delivers.contract)]
        flows.append(Flow(Place(f"warehouse.actueel_{bericht}"), {name: frozenset({(origin, name)}) for name in names}))
    return flows


@cache
def marts() -> tuple[Flow, ...]:
    """WAREHOUSE and the ledger to every mart, as their SQL has it. Raises ValueError where one cannot be read."""
    return tuple(_mart(statement) for _, statement in mart_statements() if INSERT.match(statement))


def namespace(database: str) -> tuple[str, str]:
    """Where the tables of a database are, as OpenLineage names PostgreSQL: host and port, never a login."""
    url = make_url(server_url())
    return f"postgres://{url.host or 'localhost'}:{url.port or 5432}", database


def _accepted(source: str, contract: Contract) -> Iterator[Flow]:
    origin = Place(f"{source}/{contract.bericht}", is_table=False)
    number = next((field.path for field in contract.fields if field.name == CLIENT_NUMBER), "")
    made = {column.name: column.path or number for column in columns(contract)}
    yield Flow(
        Place(f"accepted.{contract.bericht}"),
        {name: frozenset({(origin, path)} if path else ()) for name, path in made.items()},
    )
    for group in contract.groups:
        yield Flow(
            Place(f"accepted.{contract.bericht}_{group.name}"),
            {one.name: frozenset({(origin, f"{group.name}.{one.path}")}) for one in group_columns(contract, group)},
        )


def _mart(statement: str) -> Flow:
    found = INSERT.match(statement)
    assert found
    target, named = found[1], [name.strip() for name in found[2].split(",")]
    steps, query = _steps(PARAMETER.sub(r"'\1'", statement[found.end() :]))
    known = dict(_catalogue())
    for name, columns_of_it, step in steps:
        made = _columns(step, known)
        names = columns_of_it or [column for column, _ in made]
        known[name] = dict(zip(names, [origins for _, origins in made] or [NOTHING] * len(names), strict=True))
    made = _columns(query, known)
    if len(made) != len(named):
        raise ValueError(f"{target}: {len(made)} items fill {len(named)} columns")
    return Flow(Place(target), dict(zip(named, [origins for _, origins in made], strict=True)))


def _columns(query: str, known: Mapping[str, Relation]) -> list[tuple[str, Origins]]:
    """What one SELECT makes: each column with the columns of tables behind it; nothing for a list of VALUES.

    known: the relations that it may read.
    """
    if VALUES.match(query):
        return []
    start, items, rest = _items(query)
    aliased = ", ".join(
        "NULL" if STAR.match(item) else f"{ALIAS.sub('', item)} AS c{i}" for i, item in enumerate(items)
    )
    told = openlineage_sql.parse([f"insert into made {query[:start]} {aliased} {rest}"], dialect="postgres")
    if told is None or told.errors:
        raise ValueError(f"the parser of lineage cannot read: {query.strip()[:60]} …")
    inputs = sorted(table.qualified_name for table in told.in_tables if table.qualified_name in known)
    origins = {one.descendant.name: one.lineage for one in told.column_lineage}
    made: list[tuple[str, Origins]] = []
    for number, item in enumerate(items):
        if STAR.match(item):
            for table in inputs:
                made += known[table].items()
        else:
            found = (_behind(origin, inputs, known) for origin in origins.get(f"c{number}", ()))
            # Named by its alias, or by the column that it is; what is neither is found by its place only.
            made.append(("".join(LAST_WORD.findall(item)), NOTHING.union(*found)))
    return made


def _behind(origin: "openlineage_sql.ColumnMeta", inputs: list[str], known: Mapping[str, Relation]) -> Origins:
    """The columns of tables behind one name. The parser gives a name without a table to the first one it sees."""
    table = origin.origin.qualified_name if origin.origin else ""
    places = [table] if origin.name in known.get(table, ()) else inputs
    return NOTHING.union(*(known[place].get(origin.name, NOTHING) for place in places))


def _steps(query: str) -> tuple[list[tuple[str, list[str], str]], str]:
    """The steps of WITH in order (name, its columns where they are named, query), and what stands on them."""
    if not (begin := WITH.match(query)):
        return [], query
    steps, at = [], begin.end()
    while step := STEP.match(query, at):
        depth, end = 1, step.end()
        for word in WORD.finditer(query, step.end()):
            depth += {"(": 1, ")": -1}.get(word[0], 0)
            end = word.start()
            if not depth:
                break
        named = [name.strip() for name in (step[2] or "").split(",") if name.strip()]
        steps.append((step[1].lower(), named, query[step.end() : end]))
        at = end + 1
    return steps, query[at:]


def _items(query: str) -> tuple[int, list[str], str]:
    """Where the items of the first SELECT begin, those items, and what comes after them."""
    depth, start, cuts = 0, None, []
    for word in WORD.finditer(query):
        text = word[0].lower()
        depth += {"(": 1, ")": -1}.get(text, 0)
        if depth:
            continue
        if text == "select" and start is None:
            start = word.end()
            cuts.append(start)
        elif start is not None and text in (",", "from"):
            cuts.append(word.start())
            if text == "from":
                break
    else:
        cuts.append(len(query))
    items = [query[a:b].lstrip(",").strip() for a, b in itertools.pairwise(cuts)]
    return cuts[0], items, query[cuts[-1] :]


@cache
def _catalogue() -> Mapping[str, Relation]:
    """Every table with its columns: those of Alembic, and those that follow from the contracts."""
    names = {table.fullname: set(table.columns.keys()) for table in metadata.tables.values()}
    for contract in load_all().values():
        names |= {table.full: {column.name for column in table.columns} for table in tables(contract)}
        for group in contract.groups:
            own = {column.name for column in (*GROUP_KEY, *group_columns(contract, group))}
            names[f"warehouse.actueel_{contract.bericht}_{group.name}"] = own
    return {table: {one: frozenset({(Place(table), one)}) for one in found} for table, found in names.items()}
