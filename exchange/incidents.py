"""incidents: what goes wrong for longer than a moment is one incident, told once, and once more when it is over.

seen    a problem of a source, or of the region, exists on this day: it begins, or goes on
over    it exists no more
judge   the problems that the ledger itself shows: deliveries that are held, sources that are silent, what runs noted
tell    mail what was not mailed yet

An incident is told by mail to the owner of the source, or to the contact of the region. First the try is written
down, then the mail is posted, then that it was: killed in between, the same mail is posted once more the next time,
and never none. What was over before anybody was told is not told.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, Engine, RowMapping, and_, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from exchange.delivery import held, unfinished
from exchange.region import Region, Source
from exchange.runs import noted
from exchange.status import stale
from reports.incident import Mail, mail
from warehouse.engine import engine_for
from warehouse.tables import incident as table
from warehouse.tables import run

__all__ = ["Mail", "Told", "Unposted", "judge", "judge_region", "over", "seen", "tell"]

log = logging.getLogger(__name__)

#: A source whose night ended well has these no more.
ENDED_WELL = ("failed", "late")
#: What follows from those: a source that is down is silent too, and so may its box be. It is told once.
FOLLOWS = ("silent", "answer")
CERTIFICATES = ("certificaat", "eigen_certificaat")  # codes of connectors.notice
OPEN = table.c.recovered_on.is_(None)
#: Not told yet, and worth telling. What ended before it was told is over and forgotten.
WAITS = or_(
    and_(OPEN, table.c.notice_sent_at.is_(None)),
    and_(~OPEN, table.c.notice_tried_at.is_not(None), table.c.recovery_sent_at.is_(None)),
)


class Unposted(Exception):
    """A mail that could not be posted; one line without a password."""


@dataclass(frozen=True)
class Told:
    """How many mails were posted, and how many could not be; `problem` is why the last of those could not."""

    posted: int = 0
    waiting: int = 0
    problem: str = ""


def seen(region: Region, kind: str, vandaag: date, reason: str, source: Source | None = None) -> None:
    """A problem exists on this day. `reason` is one line without a value of a record. Raises WarehouseError."""
    with _loader(region).begin() as connection:
        _seen(connection, kind, vandaag, reason, source)


def over(region: Region, kind: str, vandaag: date, source: Source | None = None) -> None:
    """A problem exists no more; nothing where it did not. Raises WarehouseError."""
    with _loader(region).begin() as connection:
        _over(connection, kind, vandaag, source)


def judge(region: Region, source: Source, vandaag: date) -> None:
    """What the ledger shows of one source after a verb: whether its night ended well, and what is held."""
    with _loader(region).begin() as connection:
        last = select(run.c.state).where(run.c.source == source.id).order_by(run.c.started_at.desc()).limit(1)
        if connection.scalar(last) == "succeeded" and not unfinished(connection, source.id):
            for kind in ENDED_WELL:
                _over(connection, kind, vandaag, source)
        _judge_held(connection, source, vandaag)
        _judge_noted(connection, source, vandaag)


def judge_region(region: Region, vandaag: date) -> None:
    """What the ledger shows of all sources of a region after a publication: what is held, and who is silent.

    A source that was never asked is not switched on yet.
    """
    with _loader(region).begin() as connection:
        silent = {one.source: one.reason for one in stale(connection, region, vandaag) if one.is_silent}
        for source in region.sources.values():
            _judge_held(connection, source, vandaag)
            if source.id in silent:
                _seen(connection, "silent", vandaag, silent[source.id], source)
            else:
                _over(connection, "silent", vandaag, source)
        for name in silent.keys() & region.left_out.keys():
            _seen(connection, "silent", vandaag, silent[name], name)


def tell(region: Region, post: Callable[[Mail], None]) -> Told:
    """Post what waits to be told, each in turn; `post` raises Unposted where a mail cannot be posted.

    Two who tell at the same time do not tell the same. Raises WarehouseError.
    """
    engine, posted, problems = _loader(region), 0, []
    with engine.begin() as connection:
        waiting = connection.scalars(select(table.c.incident_id).where(WAITS).order_by(table.c.incident_id)).all()
    for incident_id in waiting:
        try:
            posted += _tell(engine, region, incident_id, post)
        except Unposted as problem:
            problems.append(str(problem))
    return Told(posted, len(problems), problems[-1] if problems else "")


def _tell(engine: Engine, region: Region, incident_id: int, post: Callable[[Mail], None]) -> int:
    query = select(table).where(table.c.incident_id == incident_id, WAITS)
    with engine.begin() as connection:
        row = connection.execute(query.with_for_update(skip_locked=True)).mappings().one_or_none()
        if row is None:
            return 0
        before = row["notice_tried_at"]
        if row["recovered_on"] is None:
            _note(connection, incident_id, notice_tried_at=func.clock_timestamp())
    with engine.begin() as connection:
        # Held while the mail is on its way, so that nobody else posts it too.
        row = connection.execute(query.with_for_update(skip_locked=True)).mappings().one_or_none()
        if row is None:
            return 0
        try:
            post(_mail(region, row))
        except Unposted as problem:
            with connection.begin_nested():
                _note(connection, incident_id, notice_tried_at=before, problem=str(problem))
            connection.commit()
            raise
        moment = "notice_sent_at" if row["recovered_on"] is None else "recovery_sent_at"
        _note(connection, incident_id, **{moment: func.clock_timestamp()}, problem=None)
    return 1


def _mail(region: Region, row: RowMapping) -> Mail:
    source = region.sources.get(row["source"] or "")
    return mail(
        row["kind"],
        key=f"{region.name}-{row['incident_id']}",
        source=source.id if source else row["source"],
        title=source.title if source else f"Regiohub {region.title}",
        to=source.owner if source else region.contact,
        contact=region.contact,
        reason=row["reason"],
        opened_on=row["opened_on"],
        recovered_on=row["recovered_on"],
    )


def _judge_held(connection: Connection, source: Source, vandaag: date) -> None:
    if kept := held(connection, source.id):
        _seen(connection, "held", vandaag, f"levering {', '.join(map(str, kept))}", source)
    else:
        _over(connection, "held", vandaag, source)


def _judge_noted(connection: Connection, source: Source, vandaag: date) -> None:
    """What the last run that asked the source had to tell, though it went on."""
    told: dict[str, list[str]] = {"certificate": [], "attention": []}
    for notice in noted(connection, source.id):
        told["certificate" if notice.code in CERTIFICATES else "attention"].append(notice.text)
    for kind, texts in told.items():
        if texts:
            _seen(connection, kind, vandaag, "; ".join(texts), source)
        else:
            _over(connection, kind, vandaag, source)


def _seen(connection: Connection, kind: str, vandaag: date, reason: str, source: Source | str | None) -> None:
    """source: by its name alone where its declaration does not load; then the contact of the region is told."""
    declared = source if isinstance(source, Source) else None
    if kind in FOLLOWS:
        known = select(table.c.incident_id).where(OPEN, _is(source), table.c.kind.in_(ENDED_WELL))
        if connection.scalar(known.limit(1)) is not None:
            return
    values = {
        "kind": kind,
        "source": _name(source),
        "gemeente_code": declared.code if declared and declared.kind == "gemeente" else None,
        "verantwoordelijke_code": declared.code if declared else None,
        "reason": " ".join(reason.split()),
        "opened_on": vandaag,
        "last_seen_on": vandaag,
    }
    query = insert(table).values(values)
    goes_on = {
        "reason": query.excluded.reason,
        "last_seen_on": func.greatest(table.c.last_seen_on, query.excluded.last_seen_on),
    }
    connection.execute(query.on_conflict_do_update(index_elements=["kind", "source"], index_where=OPEN, set_=goes_on))


def _over(connection: Connection, kind: str, vandaag: date, source: Source | None) -> None:
    # A day that is run again lies before the day on which it began: it is over all the same.
    values = {"recovered_on": func.greatest(vandaag, table.c.last_seen_on)}
    connection.execute(update(table).where(table.c.kind == kind, _is(source), OPEN).values(values))


def _is(source: Source | str | None) -> ColumnElement[bool]:
    return table.c.source.is_not_distinct_from(_name(source))


def _name(source: Source | str | None) -> str | None:
    return source.id if isinstance(source, Source) else source


def _note(connection: Connection, incident_id: int, **values: object) -> None:
    connection.execute(update(table).where(table.c.incident_id == incident_id).values(**values))


def _loader(region: Region) -> Engine:
    return engine_for(region.database, "loader")
