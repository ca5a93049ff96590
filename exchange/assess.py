"""assess: is a delivery as a whole good enough for the warehouse? One that is not is held, and yesterday's data stays.

Records were judged one by one; here only counts and shares of the whole are held against what is expected of them.
A delivery that is held changes nothing until somebody releases it.
"""

import logging
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, func, insert, select, update

from exchange import delivery
from exchange.context import Context
from exchange.delivery import Delivery
from exchange.expectations import expected
from exchange.measure import measures, odd_questions, unknown_codes
from quality.expectations import Judged, Measure
from warehouse import load
from warehouse.profile import profile_delivery
from warehouse.tables import delivery as table
from warehouse.tables import quality_result

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Assessed:
    """What was judged of one delivery. `held`: it stays out of the warehouse until it is released."""

    delivery_id: int
    results: tuple[Judged, ...] = ()
    held: bool = False

    def line(self) -> str:
        """One line for a log: names and counts, never values."""
        unmet = [f"{one.level} {one.expectation} {one.subject}".rstrip() for one in self.results if not one.is_met]
        said = ", ".join(unmet) or "all as expected" if self.results else "nothing to assess"
        return f"{'held' if self.held else 'let through'} · expectations {len(self.results)} · {said}"


def assess(context: Context, delivery_id: int) -> Assessed:
    """Assess one judged delivery. One that is assessed already, merged, refused or a duplicate stays as it is.

    A released one is measured no more: somebody looked at it. Raises WarehouseError.
    """
    with context.engine.begin() as connection:
        load.one_at_a_time(connection, context.source.id)
        found = delivery.find(connection, delivery_id, lock=True)
        if found.state != "validated" or found.is_assessed:
            return Assessed(delivery_id, held=found.state == "held")
        results = weigh(context, connection, found)
        held = any(one.level == "hold" and not one.is_met for one in results)
        moment = {"assessed_at": func.clock_timestamp()}
        if held:
            delivery.close(connection, delivery_id, "held", found.counts, **moment)
        else:
            connection.execute(update(table).where(table.c.delivery_id == delivery_id).values(**moment))
    assessed = Assessed(delivery_id, results, held)
    level = logging.WARNING if held else logging.INFO
    log.log(level, "%s: delivery %d %s %s", context.source.id, delivery_id, found.bericht, assessed.line())
    return assessed


def weigh(context: Context, connection: Connection, found: Delivery) -> tuple[Judged, ...]:
    """Hold a judged delivery as a whole against what is expected of it, and write the results to the ledger."""
    results = tuple(_judge(context, connection, found))
    _write(context, connection, found, results)
    return results


def _judge(context: Context, connection: Connection, found: Delivery) -> list[Judged]:
    """Nothing is measured where nothing changed and nothing was refused: that cannot make the warehouse worse."""
    counts = found.counts
    if not (counts.accepted or counts.deleted or counts.withdrawn or counts.rejected):
        return []
    from quality import gx  # takes seconds, unless the process that forked this one has it

    contract = context.source.delivers[found.bericht].contract
    expectations = expected(found.bericht, context.region.quality, context.source.quality)
    questions = odd_questions(expectations)
    unknown = unknown_codes(context.region, contract)
    profile = profile_delivery(connection, contract, found.delivery_id, unknown, questions)
    refused = [Measure("geweigerd", counts.rejected / counts.received, counts.received)] if counts.received else []
    return gx.judge(f"{found.source}.{found.bericht}", expectations, [*refused, *measures(profile, expectations)])


def _write(context: Context, connection: Connection, found: Delivery, results: tuple[Judged, ...]) -> None:
    """The results as rows, for the controller of the delivery."""
    if not results:
        return
    own = {
        "delivery_id": found.delivery_id,
        "source": found.source,
        "bericht": found.bericht,
        "gemeente_code": context.source.gemeente_code,
        "verantwoordelijke_code": context.source.code,
        "vandaag": found.vandaag,
        "assessed_at": connection.scalar(select(func.clock_timestamp())),
    }
    connection.execute(insert(quality_result), [own | asdict(one) for one in results])
