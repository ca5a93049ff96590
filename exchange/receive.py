"""receive: fetch what a source has, store the bytes unchanged, write them down. Nothing is judged here.

Killed anywhere, the next run goes on: bytes are confirmed to the source only once they are stored and written
down, and bytes that come again are recognised by their sha256.
"""

import logging

from sqlalchemy import exists, select

from connectors.connector import Payload, Request
from exchange import delivery, proof
from exchange.context import Context
from exchange.delivery import Delivery
from exchange.errors import DeclarationError
from exchange.runs import run
from warehouse.tables import delivery as table

log = logging.getLogger(__name__)


def receive(context: Context) -> list[int]:
    """Fetch and store all that the source has for us. Returns the deliveries that wait to be validated or merged.

    Raises SourceUnavailable (trying again may cure it), SourceRefused (tell the owner), DeclarationError.
    """
    if context.connection is None:
        raise DeclarationError(context.source.file, "connection.id", "receive needs a connection")
    source = context.source
    requests = [Request(bericht, delivers.options) for bericht, delivers in source.delivers.items()]
    with context.lock(), run(context), context.workdir() as workdir, context.connector() as connector:
        for payload in connector.fetch(requests, workdir, context.vandaag, _seen(context)):
            kept = _keep(context, payload)
            if proof.wanted(connector, kept):
                proof.prove(context, connector, kept)
            connector.confirm(payload)
            payload.path.unlink(missing_ok=True)
    with context.engine.connect() as connection:
        waiting = delivery.unfinished(connection, source.id)
    log.info("%s: %d deliveries wait to be judged", source.id, len(waiting))
    return [found.delivery_id for found in waiting]


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


def _seen(context: Context) -> dict[str, bool]:
    """Per bericht: was it ever merged? Where not, the connector reads the whole."""
    with context.engine.connect() as connection:
        return {
            bericht: bool(
                connection.scalar(
                    select(
                        exists().where(
                            table.c.source == context.source.id,
                            table.c.bericht == bericht,
                            table.c.state == "merged",
                        )
                    )
                )
            )
            for bericht in context.source.delivers
        }
