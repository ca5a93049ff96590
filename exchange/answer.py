"""answer: bring what waits in the outbox to the box of its sender, each answer once.

Killed anywhere, running again ends with the newest version in the box, under the one name that belongs to the
delivery: a file is brought under a temporary name and renamed, and is called sent only after that. A box that is
down holds up nobody: what waits is brought the next time.
"""

import logging
from collections.abc import Sequence

from connectors.box import Box, open_box
from connectors.connection import Connection
from exchange import outbox
from exchange.context import Context
from exchange.document import document, records
from exchange.errors import DeclarationError, SourceRefused, SourceUnavailable
from exchange.source import CHANNELS
from reports import retourbericht

log = logging.getLogger(__name__)


def answer(context: Context) -> int:
    """Send all that waits for the context's source; its connection is that of the box. Returns how many answers.

    Raises SourceUnavailable (the box is down: tried again), SourceRefused (tell the owner), DeclarationError.
    """
    source, connection = context.source, _judged(context)
    with context.lock("answer"):
        with context.engine.connect() as reading:
            waiting = outbox.waiting(reading, source.id)
        if waiting:
            _bring(context, connection, waiting)
    log.info("%s: answers sent %d", source.id, len(waiting))
    return len(waiting)


def _judged(context: Context) -> Connection:
    """The connection to the box, if it is one of the channel that was declared."""
    source, connection = context.source, context.connection
    if connection is None:
        raise DeclarationError(source.file, "answer.connection", "answering needs a connection")
    expected = CHANNELS[source.answer.channel]
    if connection.conn_type != expected:
        fitting = next((word for word, kind in CHANNELS.items() if kind == connection.conn_type), "")
        cure = f'make it "{fitting}"' if fitting else f"name a connection of {expected} in [answer]"
        told = f'"{source.answer.channel}" needs {expected}, and connection {connection.id} is {connection.conn_type}'
        raise DeclarationError(source.file, "answer.channel", f"{told}; {cure}")
    return connection


def _bring(context: Context, connection: Connection, waiting: Sequence[int]) -> None:
    done = 0
    try:
        with open_box(connection, context.source.answer.directory) as box:
            for delivery_id in waiting:
                _send(context, box, delivery_id)
                done += 1
    except (SourceUnavailable, SourceRefused, DeclarationError) as problem:
        with context.engine.begin() as writing:
            for delivery_id in waiting[done:]:
                outbox.failed(writing, delivery_id, f"{type(problem).__name__}: {problem}")
        log.warning("%s: answers sent %d, waiting %d", context.source.id, done, len(waiting) - done)
        raise


def _send(context: Context, box: Box, delivery_id: int) -> None:
    """Bring the newest version, as the ledger has it at one moment; the JSON last, so that it says both are there."""
    with context.workdir() as folder:
        with context.engine.connect().execution_options(isolation_level="REPEATABLE READ") as reading:
            found = document(reading, context.region, delivery_id)
            digest = retourbericht.write(folder, found.name, found.head, records(reading, context.region, found))
        for suffix in (".html", ".json"):
            name = f"{found.name}{suffix}"
            box.put(folder / name, name)
    with context.engine.begin() as writing:
        outbox.sent(writing, delivery_id, found.versie, found.name, digest)
