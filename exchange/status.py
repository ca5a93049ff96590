"""How the sources stand: per source what its last night brought, for the command, the demo and the publication."""

from collections.abc import Container, Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from typing import Any

from croniter import croniter
from sqlalchemy import Connection, RowMapping, func, select

from connectors.notice import Notice
from exchange import outbox
from exchange.clock import PUBLISH_AT
from exchange.delivery import TRIED, Counts, from_row, held
from exchange.region import Region, Source
from exchange.runs import interrupted, noted
from warehouse.tables import delivery, run

SILENT_DAYS = 7


@dataclass(frozen=True)
class SourceStatus:
    """The last night of one source. `delivery_ids` and counts are those of that night; state says how it ended.

    state: proef (its deliveries are only tried), never (not asked yet), running, interrupted (killed half-way; the next
    run goes on), failed, refused (a delivery was unreadable), held (a delivery was too odd as a whole, and waits for a
    release), silent (nothing came), waiting (received, not merged yet), merged.
    held: all deliveries that are held, of whichever night.
    warnings: how often something was odd in what was taken all the same. answers_waiting: of all nights.
    notices: what a person has to see to at the source itself, though the last night that asked it went on.
    """

    source: str
    region: str
    kind: str
    connector: str
    vandaag: date | None
    delivery_ids: tuple[int, ...]
    counts: Counts
    warnings: int
    answers_waiting: int
    held: tuple[int, ...]
    state: str
    finished_at: datetime | None
    notices: tuple[Notice, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Flat, for JSON."""
        row = asdict(self)
        counts = row.pop("counts")
        state, finished = row.pop("state"), row.pop("finished_at")
        warnings, waiting, held = row.pop("warnings"), row.pop("answers_waiting"), row.pop("held")
        more = {"residual": self.counts.residual, "warnings": warnings, "answers_waiting": waiting, "held": held}
        more |= {"state": state, "finished_at": finished}
        return row | counts | more


@dataclass(frozen=True)
class Stale:
    """A source whose figures may be behind, and why. is_silent: it should have brought something, and did not."""

    source: str
    reason: str
    is_silent: bool = False


def status(connection: Connection, region: Region) -> list[SourceStatus]:
    """Every source of a region, in the order of their names."""
    killed = interrupted(connection)
    return [_status(connection, region, source, killed) for source in region.sources.values()]


def _status(connection: Connection, region: Region, source: Source, killed: Container[str]) -> SourceStatus:
    runs = select(run).where(run.c.source == source.id).order_by(run.c.vandaag.desc(), run.c.started_at.desc())
    last = connection.execute(runs.limit(1)).mappings().one_or_none()
    day = last["vandaag"] if last else None
    is_tried = delivery.c.state == TRIED
    query = select(delivery).where(delivery.c.source == source.id, delivery.c.vandaag == day)
    query = query.where(is_tried if source.is_proef else ~is_tried)
    rows = connection.execute(query.order_by(delivery.c.delivery_id)).mappings().all()
    found = [from_row(row) for row in rows]
    return SourceStatus(
        source.id,
        region.name,
        source.kind,
        source.connector,
        day,
        tuple(one.delivery_id for one in found),
        sum((one.counts for one in found), Counts()),
        sum(warning["count"] for row in rows for warning in row["warnings"]),
        len(outbox.waiting(connection, source.id)),
        tuple(held(connection, source.id)),
        _state(_run_state(last, killed), [one.state for one in found]),
        max(
            (row["finished_at"] for row in rows if row["finished_at"]),
            default=last["finished_at"] if last else None,
        ),
        tuple(noted(connection, source.id)),
    )


def _run_state(last: RowMapping | None, killed: Container[str]) -> str | None:
    if last is None:
        return None
    return "interrupted" if last["run_id"] in killed else str(last["state"])


def _state(run_state: str | None, states: Iterable[str]) -> str:
    states = set(states)
    if run_state is None:
        return "never"
    if run_state != "succeeded":
        return run_state
    if TRIED in states:
        return "proef"
    if "refused" in states:
        return "refused"
    if "held" in states:
        return "held"
    if states & {"received", "validated"}:
        return "waiting"
    return "merged" if states else "silent"


def due(schedule: str, vandaag: date) -> date:
    """The last day for which a source should have been asked when the marts of this day are published."""
    published = croniter(PUBLISH_AT, datetime.combine(vandaag, time())).get_next(datetime)
    last: datetime = croniter(schedule, published).get_prev(datetime)
    return last.date()


def stale(connection: Connection, region: Region, vandaag: date) -> list[Stale]:
    """Sources that were not asked on this day, of which a delivery is held, that brought nothing for a week, or whose
    declaration does not load.
    """
    asks = (
        select(run.c.source, func.min(run.c.vandaag), func.max(run.c.vandaag))
        .where(run.c.state == "succeeded")
        .group_by(run.c.source)
    )
    brings = (
        select(delivery.c.source, func.max(delivery.c.vandaag))
        .where(delivery.c.state.in_(("merged", "duplicate")))
        .group_by(delivery.c.source)
    )
    asked: dict[str, tuple[date, date]] = {source: (first, last) for source, first, last in connection.execute(asks)}
    brought: dict[str, date] = dict(connection.execute(brings).all())
    found = [
        Stale(source, f"declaratie laadt niet ({fault.file}: {fault.key})", source in asked)
        for source, fault in region.left_out.items()
    ]
    for source, declared in ((one.id, one) for one in region.sources.values() if not one.is_proef):
        if source not in asked:
            found.append(Stale(source, "nog nooit opgehaald"))
            continue
        first, last = asked[source]
        since = brought.get(source)
        is_quiet = (vandaag - (since or first)).days >= SILENT_DAYS
        if last < vandaag:
            is_missed = last < due(declared.schedule, vandaag)
            found.append(Stale(source, f"laatst opgehaald voor {last}", is_missed))
        elif kept := held(connection, source):
            found.append(Stale(source, f"vastgehouden: levering {', '.join(map(str, kept))}"))
        elif since is None or is_quiet:
            found.append(Stale(source, f"geen levering sinds {since}" if since else "nog nooit geleverd", is_quiet))
    return found
