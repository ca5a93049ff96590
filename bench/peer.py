"""The same XML through MERGE by the hub and by dlt, on the same server, in turns; and whether both hold the same.

dlt comes in three forms: as it comes, and set up to be fast with rows and with Arrow tables (see bench.peer_dlt). The
limit is measured beside them: it says how much faster than any of them a loader of this file could be at all.

Both start with empty tables of their own. The hub's clock runs from the file at its source to the current state; that
of dlt while its pipeline runs (see bench.peer_dlt). No record of the file has a fault: dlt would take them all, and the
hub has to hold what dlt holds. Compared is what both can hold: every column that leaves KLUIS but what the hub itself
derives, as text in the order of the keys; of people, whose numbers the hub has sealed, which records are of one person.
"""

import json
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import psycopg
from sqlalchemy import Engine, text

from bench import limit, peer_home
from bench.deliveries import write_xml
from bench.hub import Hub, hub, settle
from exchange.merge import merge
from exchange.receive import receive
from exchange.validate import validate
from schemas.contract import Contract, load
from schemas.render.tables import columns
from warehouse.engine import engine_for, server_engine, server_url
from warehouse.scripts import run_ddl

THEIRS = "bench_dlt"  # the database of dlt, and the schema in it
FORMS = ("plain", "rows", "arrow")
STAND_OP = "2015-03-01T22:00:00Z"
DERIVED = frozenset({"persoon.leeftijdsklasse_code", "persoon.geboortedatum_precisie"})
#: How dlt calls the types of the contract; all others are text, and so are incomplete dates and repeated fields.
TYPES = {"datum": "date", "tijdstip": "timestamp", "geheel": "bigint", "ja_nee": "bool"}
CONTENT = """
select
    count(*) as rows,
    sha256(string_agg(sha256(convert_to(line, 'UTF8')), ''::bytea order by key collate "C")) as hash
from (select {key} as key, concat_ws(U&'\\001F', {values}) as line from {table}) as lines
"""


@dataclass
class Measured:
    """Seconds a round, of the limit, of the hub and of dlt in each form; and after the last what each holds.

    plain: dlt as it comes; rows, arrow: set up to be fast, given rows and Arrow tables.
    """

    records: int
    bytes: int = 0
    limit: list[float] = field(default_factory=list)
    hub: list[float] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)
    rows: list[float] = field(default_factory=list)
    arrow: list[float] = field(default_factory=list)
    contents: dict[str, str] = field(default_factory=dict)  # by whom -> number of rows and their hash

    @property
    def differing(self) -> int:
        """How many of those that loaded hold something else than the hub."""
        return sum(content != self.contents["hub"] for content in self.contents.values())


def measure(records: int, rounds: int, home: Path, tell: Callable[[str], None]) -> Measured:
    """Run it all on the server of HUB_DATABASE_URL, with files below `home`.

    Raises Unreachable where dlt cannot be installed, RuntimeError where it fails or the hub refuses a record.
    """
    tell("making the environment of dlt, where it is not there yet")
    python = peer_home.python(home)
    found = Measured(records)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=home) as folder, hub(Path(folder)) as ours:
        file = Path(folder) / "aanmelding.xml"
        found.bytes = write_xml(file, records, STAND_OP, faulty=0)
        for number in range(1, rounds + 1):
            tell(f"round {number} of {rounds}")
            found.hub.append(_ours(ours, file))
            found.limit.append(_limit(file))
            own = ours.context("peer").engine
            found.contents["hub"] = content(own, "warehouse.actueel_aanmelding", *_our_columns())
            for form in FORMS:
                with _database() as theirs:
                    getattr(found, form).append(_theirs(python, file, form, Path(folder)))
                    found.contents[form] = content(theirs, f"{THEIRS}.aanmelding", *_their_columns())
    return found


def _ours(ours: Hub, file: Path) -> float:
    ours.empty()
    ours.offer(file, "peer")
    begin = perf_counter()
    (delivery_id,) = receive(ours.context("peer"))
    counts = validate(ours.context("peer"), delivery_id)
    merge(ours.context("peer"), delivery_id)
    seconds = perf_counter() - begin
    if counts.accepted != counts.received:
        raise RuntimeError(f"the hub did not accept every record: {counts.line()}")
    return seconds


def _limit(file: Path) -> float:
    """Reading the file and copying its text into a plain table, as fast as one process can: see bench.limit."""
    settle()
    address = server_url().set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as server:
        return limit.load(server, load("aanmelding", 1), file)


def _theirs(python: Path, file: Path, form: str, folder: Path) -> float:
    """dlt in its own environment and process. Raises RuntimeError: the last thing that it said."""
    settle()
    with tempfile.TemporaryDirectory(dir=folder) as workdir:
        url = server_url().set(drivername="postgresql", database=THEIRS).render_as_string(hide_password=False)
        asked = _asked(load("aanmelding", 1)) | {"file": str(file), "form": form, "folder": workdir, "url": url}
        # Isolated (-I): its own folder holds a module xml of ours.
        command = [python, "-I", Path(__file__).with_name("peer_dlt.py")]
        done = subprocess.run(command, input=json.dumps(asked), cwd=workdir, capture_output=True, text=True)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["not a word"])[-1]
        raise RuntimeError(f"dlt did not load {form}: {last}")
    return float(json.loads(done.stdout)["seconds"])


def _asked(contract: Contract) -> dict[str, Any]:
    namespace = f"{{urn:nl:regiohub:{contract.bericht}:{contract.major}}}"
    typed = [
        [
            namespace + one.name,
            _name(one.path),
            "text" if one.meervoud or one.onvolledig else TYPES.get(one.type, "text"),
        ]
        for one in contract.fields
    ]
    return {"record": namespace + contract.bericht, "columns": typed, "key": contract.sleutel[0], "dataset": THEIRS}


def _name(path: str) -> str:
    return path.replace(".", "__")


def _shared() -> list[tuple[str, str, str]]:
    """Of each column that both hold: its name with us, with dlt, and how it becomes text with us."""
    return [
        (column.name, _name(column.path), column.pg_type)
        for column in columns(load("aanmelding", 1))
        if column.path and column.path not in DERIVED
    ]


def _our_columns() -> tuple[list[str], str]:
    values = [f"array_to_string({name}, ',')" if kind.endswith("[]") else name for name, _, kind in _shared()]
    return values, "client_ref"


def _their_columns() -> tuple[list[str], str]:
    return [name for _, name, _ in _shared()], "persoon__client_nummer_bron"


def content(engine: Engine, table: str, values: list[str], person: str) -> str:
    """How many rows a table holds and the hash of them all; `person` is the column that says whose a record is."""
    (key,) = load("aanmelding", 1).sleutel
    told = [f"coalesce(cast({value} as text), '')" for value in values]
    told.append(f"min({key}) over (partition by {person})")
    query = CONTENT.format(key=key, values=", ".join(told), table=table)
    with engine.connect() as connection:
        rows, digest = connection.execute(text(query)).one()
    return f"{rows} rows, sha256 {bytes(digest).hex()[:16]}" if rows else "0 rows"


@contextmanager
def _database() -> Iterator[Engine]:
    """A database for dlt on the same server, empty, and gone afterwards."""
    drop = f"DROP DATABASE IF EXISTS {THEIRS} WITH (FORCE)"
    with server_engine().connect() as server:
        run_ddl(server, drop)
        run_ddl(server, f"CREATE DATABASE {THEIRS} TEMPLATE template0 ENCODING 'UTF8'")
        try:
            yield engine_for(THEIRS)
        finally:
            run_ddl(server, drop)
