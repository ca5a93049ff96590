"""receive: fetch what a source has, store the bytes unchanged, write them down. Nothing is judged here.

Killed anywhere, the next run goes on: bytes are confirmed to the source only once they are stored and written
down, and bytes that come again are recognised by their sha256.
"""

import logging
from collections.abc import Sequence

from sqlalchemy import and_, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from connectors.connector import Before, Left, Payload
from connectors.formats import jsonl
from connectors.notice import URGENT, Notice
from exchange import delivery, proof
from exchange.context import Context
from exchange.delivery import Delivery
from exchange.errors import DeclarationError
from exchange.runs import note, run
from warehouse.tables import delivery as table

log = logging.getLogger(__name__)


def receive(context: Context, whole: bool = False) -> list[int]:
    """Fetch and store all that the source has for us. Returns the deliveries that wait to be validated or merged.

    whole: as if it was never asked before, instead of reading on from the last pick-up that was merged.

    Raises SourceUnavailable (trying again may cure it), SourceRefused (tell the owner), DeclarationError.
    """
    if context.connection is None:
        raise DeclarationError(context.source.file, "connection.id", "receive needs a connection")
    if context.source.is_proef:
        cure = (
            f"is true: nothing of it is received; `hub run {context.source.id}` tries it, or remove the line to go live"
        )
        raise DeclarationError(context.source.file, "proef", cure)
    source = context.source
    with context.lock(), run(context), context.workdir() as workdir, context.connector() as connector:
        try:
            for kept in _unfinished(context):  # of a run that died before it could ask what is gone
                proof.prove_where_wanted(context, connector, kept)
            for payload in connector.fetch(source.requests, workdir, context.vandaag, {} if whole else _seen(context)):
                proof.prove_where_wanted(context, connector, _keep(context, payload))
                connector.confirm(payload)
                payload.path.unlink(missing_ok=True)
        finally:
            remark(context, connector.notices)
        tell(context, getattr(connector, "left", ()))
    waiting = _unfinished(context)
    log.info("%s: %d deliveries wait to be judged", source.id, len(waiting))
    return [found.delivery_id for found in waiting]


def _unfinished(context: Context) -> list[Delivery]:
    with context.engine.connect() as connection:
        return delivery.unfinished(connection, context.source.id)


def _keep(context: Context, payload: Payload) -> Delivery:
    landed = context.landing.store(payload.path, context.source.id)
    with context.engine.begin() as connection:
        kept = delivery.record(connection, context, payload, landed)
    # Not its name: that is the sender's own text, and may hold anything.
    log.info(
        "%s: %s, delivery %d %s, %d bytes",
        context.source.id,
        payload.bericht,
        kept.delivery_id,
        kept.state,
        kept.size,
    )
    return kept


def tell(context: Context, left: Sequence[Left]) -> None:
    """What was not taken is refused in the ledger: we see it, the sender is answered, and nothing else waits for it."""
    for one in left:
        with context.engine.begin() as connection:
            delivery_id = delivery.leave(connection, context, one)
        if delivery_id is None:
            log.warning("%s: still at the source and not taken: %s, %d bytes", context.source.id, one.fault, one.size)
        else:
            log.warning("%s: not taken, delivery %d refused: %s", context.source.id, delivery_id, one.fault)


def remark(context: Context, notices: Sequence[Notice]) -> None:
    """What the connector saw, on the run and in the log; of a night that failed too."""
    note(context, notices)
    for one in notices:
        log.log(logging.ERROR if one.level == URGENT else logging.WARNING, "%s: %s", context.source.id, one.text)


def _seen(context: Context) -> dict[str, Before]:
    """Per bericht what became of it before. Where nothing was merged yet, the connector reads the whole.

    Each pick-up goes on from one that was merged, so any merged one has all before it merged too; a delivery that
    was judged again (replay) is no pick-up, nor is one that was released: others went on without it. What waits was
    asked for: a file that a sender left comes again as it is.
    """
    own, is_first = table.c.source == context.source.id, table.c.duplicate_of.is_(None)
    asked_for = and_(table.c.media_type == jsonl.MEDIA_TYPE, is_first, table.c.released_at.is_(None))
    waits = and_(table.c.state.in_(delivery.UNFINISHED), asked_for)
    merged = (
        select(table.c.bericht, func.coalesce(table.c.bookmark, ""))
        .ext(distinct_on(table.c.bericht))
        .where(own, is_first, table.c.state == "merged")
        .order_by(table.c.bericht, table.c.delivery_id.desc())
    )
    known = (
        select(table.c.bericht, func.max(table.c.stand_op), func.max(table.c.vandaag).filter(waits))
        .where(own, table.c.state.not_in(("refused", delivery.TRIED)))
        .group_by(table.c.bericht)
    )
    with context.engine.connect() as connection:
        bookmarks: dict[str, str] = dict(connection.execute(merged).all())
        return {b: Before(bookmarks.get(b), latest, day) for b, latest, day in connection.execute(known)}
