"""One source of the hub under test: real PostgreSQL, a real folder, the verbs as Airflow calls them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bench.hub import DECLARATION
from connectors.connection import Connection
from exchange.answer import answer
from exchange.assess import assess
from exchange.context import Context
from exchange.delivery import Counts
from exchange.merge import merge
from exchange.publish import Published, publish
from exchange.receive import receive
from exchange.region import Loket, Region, Source, load_source
from exchange.validate import validate
from tests.exchange.levering import deliver, xml

NIGHT = date(2015, 3, 2)


@dataclass
class Hub:
    """The hub with one source that delivers XML in a folder."""

    region: Region
    source: Source
    folder: Path
    runs: int = 0
    results: list[Counts] = field(default_factory=list)

    def context(self, vandaag: date = NIGHT, run_id: str | None = None) -> Context:
        """A run of the source on a day."""
        self.runs += 1
        connection = Connection("proef", "fs", extra={"path": str(self.folder)})
        return Context(self.region, self.source, vandaag, run_id or f"run-{self.runs}", connection)

    def put(self, name: str, records: Sequence[Any], **header: Any) -> Path:
        """The source leaves a delivery in its folder."""
        return deliver(self.folder, name, xml(records, **header))

    def night(self, vandaag: date = NIGHT) -> list[Counts]:
        """receive, validate, assess and merge; the counts per delivery in the order in which they were judged."""
        context = self.context(vandaag)
        counts = []
        for delivery_id in receive(context):
            counts.append(validate(context, delivery_id))
            assess(context, delivery_id)
            merge(context, delivery_id)
        return counts

    def deliver(self, name: str, records: Sequence[Any], vandaag: date = NIGHT, **header: Any) -> Counts:
        """Put one delivery and run a night over it."""
        self.put(name, records, **header)
        counts = self.night(vandaag)
        return sum(counts, Counts())

    def of_its_own(self, number: int) -> "Hub":
        """Another source in the same database, with a name and a folder of its own."""
        source = replace(self.source, id=f"{self.source.id}_{number}")
        return Hub(replace(self.region, sources={source.id: source}), source, self.folder / source.id)

    def with_lokets(self, lokets: tuple[Loket, ...]) -> Region:
        """The same region with other desks."""
        return replace(self.region, lokets=lokets)

    def publish(self, vandaag: date = NIGHT) -> Published:
        """Make the marts."""
        return publish(self.region, vandaag)

    def answer(self) -> dict[str, Any]:
        """Send what waits, into the folder itself; gives what lies in the box, in the order of the deliveries."""
        answer(self.context())
        found = {path.name: json.loads(path.read_text("utf-8")) for path in (self.folder / "in").glob("*.json")}
        return dict(sorted(found.items(), key=lambda item: item[1]["levering"]["nummer"]))

    def rows(self, query: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Rows of a query, as the loader."""
        with self.context().engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query), parameters)]

    def value(self, query: str, **parameters: Any) -> Any:
        """The single value of a query."""
        ((value,),) = self.rows(query, **parameters)
        return value

    def current(
        self, bericht: str = "aanmelding", shown: str = "aanmelding_nummer, datum_aanmelding::text"
    ) -> set[Any]:
        """What actueel_<bericht> holds, as a set of tuples."""
        return set(self.rows(f"select {shown} from warehouse.actueel_{bericht}"))


def hub_of(region: Region, database: str, folder: Path) -> Hub:
    """The region in a database of the test, with one source that leaves its files in a folder."""
    file = folder / "proef.toml"
    file.write_text(DECLARATION)
    source = load_source(file, region.name, region.gemeenten, region.codelists)
    return Hub(replace(region, database=database, sources={source.id: source}), source, folder / "bron")
